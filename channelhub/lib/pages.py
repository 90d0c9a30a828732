"""One page of a list, in the sizes a person may choose."""

from typing import Any

from django.core.paginator import Page, Paginator
from django.http import HttpRequest

SIZES = [25, 50, 100]


def page_size(request: HttpRequest) -> int:
    """The size asked for by ?per=, or the smallest one."""
    asked = request.GET.get("per", "")
    return int(asked) if asked in {str(size) for size in SIZES} else SIZES[0]


def paginate(request: HttpRequest, rows: Any) -> Page[Any]:
    """The page of an ordered queryset or list asked for by ?page= and ?per=; the last if beyond."""
    return Paginator(rows, page_size(request)).get_page(request.GET.get("page"))
