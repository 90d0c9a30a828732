"""A customer's own page, composed of every room's panels."""

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from accounts.models import Organisation, User
from accounts.permissions import may, signed_in
from alerts.panels import customer_alerts
from channelhub.lib.history import entries
from customers.forms import PARTS, PartForm
from customers.models import Customer
from customers.possible import possibly_the_same, said_to_be_others
from deals.panels import deals_at
from partners.models import Partner
from reviews.interviews.panels import interviews_at
from sales.charts import our_sales
from sales.customer_panels import CustomerSales, customer_sales

CUSTOMER_PARTS = (
    "customers.CustomerAliasEvent",
    "customers.CustomerDomainEvent",
    "customers.CustomerContactEvent",
    "customers.CustomerContractEvent",
    "customers.CustomerLossEvent",
    "customers.SaidOfAccountEvent",
)


def customer_page(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """One customer: what it buys and from whom, whether it is lost, who it is."""
    viewer = signed_in(request)
    rows = Customer.objects.visible_to(viewer).select_related("parent", "merged_into")
    customer = get_object_or_404(rows, public_id=public_id)
    sent = request.POST.get("form", "") if request.method == "POST" else ""
    forms = {name: _form(form, request, name, sent) for name, form in PARTS.items()}
    if sent in forms and forms[sent].apply(customer, viewer):
        messages.success(request, "Saved.")
        return redirect("customers:detail", public_id=public_id)
    return render(request, "customers/detail.html", _context(customer, viewer, forms))


def _form(form: type[PartForm], request: HttpRequest, name: str, sent: str) -> PartForm:
    return form(request.POST if sent == name else None, prefix=name)


def _context(customer: Customer, viewer: User, forms: dict[str, PartForm]) -> dict[str, Any]:
    organisation = Organisation.current()
    today = organisation.today()
    bought = customer_sales(customer, today)
    return {
        "title": customer.name,
        "customer": customer,
        "loss": customer.losses.filter(withdrawn_on=None).select_related("reporter").first(),
        "contract": customer.contracts.filter(known_on__lte=today).first(),
        "parts": customer.parts.order_by("name")[:50],
        "merged": customer.merged_customers.order_by("name")[:50],
        "aliases": customer.aliases.all(),
        "domains": customer.domains.all(),
        "contacts": customer.contacts.all(),
        "external_ids": customer.external_ids.select_related("source")[:20],
        "possible": possibly_the_same(customer, viewer),
        "others": said_to_be_others(customer, viewer),
        "may_merge": may(viewer, "customers:merge", "GET"),
        "alerts": customer_alerts(customer, viewer),
        "forms": forms,
        "may_write": may(viewer, "customers:detail", "POST"),
        "may_erase": may(viewer, "erasure:contact", "GET"),
        "may_edit": may(viewer, "customers:edit", "GET"),
        "history": entries(customer, parts=CUSTOMER_PARTS),
        "currency": organisation.reporting_currency,
        "bought": bought,
        "linked": _linked(bought, viewer),
        "deals": deals_at(customer, viewer),
        "interviews": interviews_at(customer, viewer),
        "today": today,
        "chart": our_sales(bought.series, organisation.reporting_currency),
        "chart_columns": ("Month", organisation.reporting_currency),
        "chart_rows": [(f"{month:%b %Y}", amount) for month, amount in reversed(bought.series)],
    }


def _linked(bought: CustomerSales, viewer: User) -> set[int]:
    """The sellers whose pages the viewer may open; the others are named only."""
    keys = [each.partner.pk for each in bought.sellers if each.partner]
    own = Partner.objects.visible_to(viewer).filter(pk__in=keys)
    return set(own.values_list("pk", flat=True))
