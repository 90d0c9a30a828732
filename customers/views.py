"""Pages of customers as records. A customer's own page is composed in channelhub."""

import uuid

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from accounts.permissions import may, signed_in
from channelhub.lib.pages import paginate
from customers.actions.likeness import take_back, tell_apart
from customers.actions.merges import unmerge_customer
from customers.actions.records import remove_part
from customers.exports import sources_of_customers
from customers.forms import CustomerFilter, CustomerForm, MergeForm
from customers.imports import CustomersKind
from customers.models import Customer
from customers.possible import possibly_the_same
from imports.exporting import chosen_source, send, table_of

SUGGESTED = 12
MOST = 10_000
REMOVABLE = ("aliases", "domains", "contacts")


def _customer(request: HttpRequest, public_id: uuid.UUID) -> Customer:
    rows = Customer.objects.visible_to(request.user).select_related("parent", "merged_into")
    found: Customer = get_object_or_404(rows, public_id=public_id)
    return found


def _asked_for(request: HttpRequest) -> CustomerFilter:
    visible = Customer.objects.visible_to(request.user).unmerged().select_related("parent")
    return CustomerFilter(request.GET, queryset=visible, request=request)


@require_GET
def customer_list_export(request: HttpRequest, file_format: str) -> HttpResponseBase:
    """The customers that the list shows, as a file that can be imported."""
    table = table_of(
        CustomersKind(),
        _asked_for(request).qs,
        name="customers",
        source=chosen_source(request, sources_of_customers()),
    )
    return send(request, table, file_format)


def customer_list(request: HttpRequest) -> HttpResponse:
    """Customers that the person may see, by name."""
    filtered = _asked_for(request)
    context = {
        "title": "Customers",
        "form": filtered.form,
        "page": paginate(request, filtered.qs, most=MOST),
        "narrowed": any(request.GET.get(name) for name in filtered.filters),
        "may_create": may(request.user, "customers:create", "GET"),
        "export_sources": sources_of_customers(),
    }
    return render(request, "customers/list.html", context)


def suggest(request: HttpRequest) -> HttpResponse:
    """Names for a field that asks for a customer, as one types."""
    asked = next((request.GET[name] for name in ("parent", "into") if request.GET.get(name)), "")
    text = asked.replace("\0", "").strip()
    visible = Customer.objects.visible_to(request.user).unmerged()
    found = visible.search(text)[:SUGGESTED] if text else []
    return render(request, "customers/_suggestions.html", {"customers": found})


def create(request: HttpRequest) -> HttpResponse:
    """A new customer."""
    user = signed_in(request)
    form = CustomerForm(request.POST or None, user=user)
    if request.method == "POST" and (made := form.create(user)):
        messages.success(request, f"{made.name} is a customer now.")
        return redirect("customers:detail", public_id=made.public_id)
    return render(request, "customers/edit.html", {"title": "New customer", "form": form})


def edit(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Change who a customer is."""
    user, customer = signed_in(request), _customer(request, public_id)
    form = CustomerForm(request.POST or None, user=user, instance=customer)
    if request.method == "POST" and form.apply(customer, user):
        messages.success(request, "Saved.")
        return redirect("customers:detail", public_id=public_id)
    context = {"title": f"Edit {customer.name}", "form": form, "customer": customer}
    return render(request, "customers/edit.html", context)


def merge(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Merge a customer into another."""
    user, customer = signed_in(request), _customer(request, public_id)
    chosen = {"into": request.GET.get("into", "")}
    form = MergeForm(request.POST or None, user=user, initial=chosen)
    if request.method == "POST" and form.apply(customer, user):
        messages.success(request, f"{customer.name} counts with {form.cleaned_data['into']} now.")
        return redirect("customers:detail", public_id=public_id)
    context = {"title": f"Merge {customer.name}", "form": form, "customer": customer}
    context["possible"] = possibly_the_same(customer, user)
    return render(request, "customers/merge.html", context)


@require_POST
def apart(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Say that another customer is not this one, however alike, or take that back."""
    user, customer = signed_in(request), _customer(request, public_id)
    rows = Customer.objects.visible_to(user)
    taken_back = "take_back" in request.POST
    try:
        other = rows.get(public_id=request.POST.get("take_back" if taken_back else "other", ""))
    except (Customer.DoesNotExist, ValidationError):
        messages.error(request, "Choose one of the customers that are listed here.")
        return redirect("customers:detail", public_id=public_id)
    if taken_back:
        take_back(customer, other, acting_user=user)
        messages.success(request, f"{other} may be {customer} again.")
    else:
        tell_apart(customer, other, acting_user=user)
        messages.success(request, f"{other} is not proposed for {customer} any more.")
    return redirect("customers:detail", public_id=public_id)


@require_POST
def unmerge(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Let a merged customer stand for itself again."""
    user, customer = signed_in(request), _customer(request, public_id)
    try:
        unmerge_customer(customer, acting_user=user)
        messages.success(request, f"{customer.name} stands for itself again.")
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    return redirect("customers:detail", public_id=public_id)


@require_POST
def remove(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Forget an alias, a domain or a contact, named by its list and number."""
    user, customer = signed_in(request), _customer(request, public_id)
    listed, _, key = request.POST.get("part", "").partition(":")
    rows = getattr(customer, listed) if listed in REMOVABLE else None
    part = rows.filter(pk=key).first() if rows is not None and key.isdecimal() else None
    if part is None:
        messages.error(request, "It is removed already.")
    else:
        remove_part(part, acting_user=user)
        messages.success(request, f"Removed: {part}.")
    return redirect("customers:detail", public_id=public_id)
