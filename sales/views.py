"""Pages of feeds and products."""

import uuid

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from accounts.models import Organisation, User
from accounts.permissions import may
from channelhub.lib.history import entries
from channelhub.lib.pages import paginate
from sales.actions import change_feed
from sales.forms import FeedForm, ProductFilter
from sales.freshness import feed_freshness
from sales.models import Feed, Product

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
    }
    return render(request, "sales/products.html", context)


def _tabs(current: str) -> list[dict[str, object]]:
    return [
        {"label": label, "url": reverse(route), "active": route == current, "count": None}
        for route, label in TABS.items()
    ]
