"""The button that exports a list: {% load exports %}{% export_menu %}."""

from typing import Any

from django import template
from django.template.context import Context
from django.urls import NoReverseMatch, reverse

from accounts.permissions import may, route_of
from imports.exporting import CSV, XLSX

register = template.Library()

FORMATS = ((CSV, "CSV"), (XLSX, "Excel"))
# What pages through a list, and does not narrow it.
NOT_NARROWING = ("page", "per", "source")


@register.inclusion_tag("components/export.html", takes_context=True)
def export_menu(context: Context, route: str = "", label: str = "Export") -> dict[str, Any]:
    """Links to every file of the list as it is narrowed now; nothing where there is no such route.

    The route of a list's export is called as the list with -export behind. Where ids differ by
    source, the page passes `export_sources`.
    """
    request = context["request"]
    match = request.resolver_match
    route = route or f"{route_of(match)}-export"
    files = []
    if may(getattr(request, "user", None), route, "GET"):
        files = _files(request, route, match.kwargs, list(context.get("export_sources") or ()))
    return {"files": files, "label": label}


def _files(
    request: Any, route: str, kwargs: dict[str, Any], sources: list[Any]
) -> list[dict[str, str]]:
    query = request.GET.copy()
    for name in NOT_NARROWING:
        query.pop(name, None)
    files = []
    for source in sources if len(sources) > 1 else [None]:
        if source:
            query["source"] = source.name
        for file_format, words in FORMATS:
            try:
                url = reverse(route, kwargs={**kwargs, "file_format": file_format})
            except NoReverseMatch:
                return []
            label = f"{words}, ids of {source.name}" if source else words
            files.append({"url": f"{url}?{query.urlencode()}" if query else url, "label": label})
    return files
