"""One page of a list, in the sizes a person may choose."""

from typing import Any

from django.core.paginator import Page, Paginator
from django.http import HttpRequest
from django.utils.functional import cached_property

SIZES = [25, 50, 100, 200]


class CappedPaginator(Paginator[Any]):
    """Counts no further than `most` rows: nobody turns that many pages, and counting costs."""

    def __init__(self, rows: Any, per_page: int, most: int) -> None:
        super().__init__(rows, per_page)
        self.most = most

    @cached_property
    def counted(self) -> int:
        """How many rows there are, or one more than `most`."""
        rows: Any = self.object_list
        return int(rows.order_by()[: self.most + 1].count())

    @property
    def count(self) -> int:
        """How many rows can be paged through."""
        return min(self.counted, self.most)

    @property
    def is_capped(self) -> bool:
        """Whether there are more rows than can be paged through."""
        return self.counted > self.most


def page_size(request: HttpRequest) -> int:
    """The size asked for by ?per=, or the smallest one."""
    asked = request.GET.get("per", "")
    return int(asked) if asked in {str(size) for size in SIZES} else SIZES[0]


def paginate(request: HttpRequest, rows: Any, *, most: int | None = None) -> Page[Any]:
    """The page of an ordered queryset or list asked for by ?page= and ?per=; the last if beyond.

    With `most`, rows beyond it are neither counted nor shown: the person filters instead.
    """
    size = page_size(request)
    paginator = CappedPaginator(rows, size, most) if most else Paginator(rows, size)
    return paginator.get_page(request.GET.get("page"))
