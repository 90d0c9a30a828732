"""Pages of feeds and products."""

import uuid

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET

from accounts.models import Organisation, User
from accounts.permissions import may
from channelhub.lib.history import entries
from channelhub.lib.pages import paginate
from imports.exporting import chosen_source, send, table_of
from sales.actions import change_feed
from sales.exports import feeds_table, sources_of_products
from sales.forms import FeedForm, ProductFilter
from sales.freshness import feed_freshness
from sales.imports.products import ProductsKind
from sales.imports.rates import RatesKind
from sales.models import Feed, PlanRate, Product

TABS = {"sales:feeds": "Feeds", "sales:products": "Products"}


def feed_list(request: HttpRequest) -> HttpResponse:
    """How far every feed has reported, and how late it is."""
    today = Organisation.current().today()
    context = {
        "title": "Feeds",
        "today": today,
        "feeds": feed_freshness(today),
        "tabs": _tabs("sales:feeds"),
        "can_edit": may(request.user, "sales:feed", "GET"),
    }
    return render(request, "sales/feeds.html", context)


def edit_feed(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Set the lag and the end of a feed."""
    feed = get_object_or_404(Feed.objects.select_related("source"), public_id=public_id)
    title = f"Feed {feed}"
    form = FeedForm(request.POST or None, instance=feed)
    if request.method == "POST" and form.is_valid() and isinstance(request.user, User):
        change_feed(feed, **form.cleaned_data, acting_user=request.user)
        messages.success(request, "Saved.")
        return redirect("sales:feeds")
    context = {"title": title, "feed": feed, "form": form, "entries": entries(feed)}
    return render(request, "sales/feed.html", context)


def product_list(request: HttpRequest) -> HttpResponse:
    """Every product by name."""
    filtered = ProductFilter(request.GET, queryset=Product.objects.select_related("line"))
    context = {
        "title": "Products",
        "page": paginate(request, filtered.qs),
        "form": filtered.form,
        "tabs": _tabs("sales:products"),
        "narrowed": bool(request.GET.get("q")),
        "export_sources": sources_of_products(),
    }
    return render(request, "sales/products.html", context)


@require_GET
def product_export(request: HttpRequest, file_format: str) -> HttpResponseBase:
    """The products that the list shows with the ids of a source, as a file to import."""
    table = table_of(
        ProductsKind(),
        ProductFilter(request.GET, queryset=Product.objects.all()).qs,
        name="products",
        source=chosen_source(request, sources_of_products()),
    )
    return send(request, table, file_format)


@require_GET
def rate_export(request: HttpRequest, file_format: str) -> HttpResponseBase:
    """Every plan and booked rate, as a file to import."""
    table = table_of(RatesKind(), PlanRate.objects.all(), name="rates")
    return send(request, table, file_format)


@require_GET
def feed_export(request: HttpRequest, file_format: str) -> HttpResponseBase:
    """How far every feed has reported."""
    feeds = feed_freshness(Organisation.current().today())
    return send(request, feeds_table(feeds), file_format)


def _tabs(current: str) -> list[dict[str, object]]:
    return [
        {"label": label, "url": reverse(route), "active": route == current, "count": None}
        for route, label in TABS.items()
    ]
