"""Pages of feeds and products."""

import uuid

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from accounts.models import Organisation
from accounts.permissions import may, signed_in
from channelhub.lib.history import entries
from channelhub.lib.pages import paginate
from imports.exporting import chosen_source, send, table_of
from sales.actions import change_feed, report_no_sales, unmerge_product
from sales.coverage import loads_of, open_months, strip
from sales.exports import feeds_table, sources_of_products
from sales.forms import FeedForm, NoSalesForm, ProductFilter, ProductMergeForm
from sales.freshness import feed_freshness, freshness_of
from sales.imports.products import ProductsKind
from sales.imports.rates import RatesKind
from sales.models import Feed, PlanRate, Product
from sales.tabs import tabs


def feed_list(request: HttpRequest) -> HttpResponse:
    """How far every feed has reported, and how late it is."""
    today = Organisation.current().today()
    context = {
        "title": "Feeds",
        "today": today,
        "feeds": feed_freshness(today),
        "tabs": tabs(request, "sales:feeds"),
        "can_edit": may(request.user, "sales:feed", "GET"),
    }
    return render(request, "sales/feeds.html", context)


def feed_page(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """One feed: the months it covers, what came in, its rhythm and its history."""
    feed = _feed(public_id)
    form = FeedForm(request.POST or None, instance=feed)
    if request.method == "POST" and form.is_valid():
        change_feed(feed, **form.cleaned_data, acting_user=signed_in(request))
        messages.success(request, "Saved.")
        return redirect("sales:feed", public_id)
    today = Organisation.current().today()
    context = {
        "title": f"Feed {feed}",
        "feed": feed,
        "form": form,
        "entries": entries(feed),
        "item": freshness_of(feed, today),
        "years": strip(feed, today),
        "open": open_months(feed, today),
        "page": paginate(request, loads_of(feed)),
    }
    return render(request, "sales/feed.html", context)


def no_sales(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Say that nothing was sold in some months: first which, then a look at what it means."""
    feed = _feed(public_id)
    listed = open_months(feed, Organisation.current().today())
    form = NoSalesForm(request.POST or None, open_months=listed)
    if request.method == "POST" and form.is_valid() and "confirmed" in request.POST:
        covers = form.cleaned_data["covers"]
        try:
            load = report_no_sales(feed, covers=covers, acting_user=signed_in(request))
        except ValidationError as problem:
            form.add_error(None, problem)
        else:
            messages.success(request, f"Noted: {load.file_name}.")
            return redirect("sales:feed", public_id)
    asked = form.cleaned_data if form.is_bound and form.is_valid() else None
    context = {"title": "No sales", "feed": feed, "form": form, "open": listed, "asked": asked}
    return render(request, "sales/no_sales.html", context)


def _feed(public_id: uuid.UUID) -> Feed:
    return get_object_or_404(Feed.objects.select_related("source"), public_id=public_id)


def product_list(request: HttpRequest) -> HttpResponse:
    """Every product by name."""
    filtered = ProductFilter(
        request.GET, queryset=Product.objects.select_related("line", "merged_into")
    )
    context = {
        "title": "Products",
        "page": paginate(request, filtered.qs),
        "form": filtered.form,
        "tabs": tabs(request, "sales:products"),
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


def product_page(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """One product: what sources call it, what is merged into it, who changed what."""
    product = _product(public_id)
    articles = product.articles.select_related("source").order_by("source__name", "external_id")
    context = {
        "title": product.name,
        "product": product,
        "page": paginate(request, articles),
        "merged": product.merged_products.order_by("name"),
        "history": entries(product, parts=["sales.ArticleEvent"]),
        "may_merge": may(request.user, "sales:merge-product", "GET"),
    }
    return render(request, "sales/product.html", context)


def merge_page(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Merge a product into another."""
    product = _product(public_id)
    form = ProductMergeForm(request.POST or None)
    if request.method == "POST" and form.apply(product, signed_in(request)):
        messages.success(request, f"{product} counts with {form.cleaned_data['into']} now.")
        return redirect(product)
    context = {"title": f"Merge {product}", "product": product, "form": form}
    return render(request, "sales/merge.html", context)


@require_POST
def unmerge(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Let a merged product stand for itself again."""
    product = _product(public_id)
    try:
        unmerge_product(product, acting_user=signed_in(request))
        messages.success(request, f"{product} stands for itself again.")
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    return redirect(product)


def _product(public_id: uuid.UUID) -> Product:
    products = Product.objects.select_related("line", "merged_into__line")
    found: Product = get_object_or_404(products, public_id=public_id)
    return found
