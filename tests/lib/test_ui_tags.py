"""What pages get from {% load ui %}."""

from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
from django.template import Context, Template
from django.test import RequestFactory

from channelhub.lib.pages import paginate


class PageContext(Context):
    """What a page knows without the context processors, which read the database."""

    def __init__(self, path: str, values: dict[str, Any]) -> None:
        self.request = RequestFactory().get(path)
        super().__init__({"request": self.request, **values})


def render(source: str, path: str = "/", **context: Any) -> str:
    return Template("{% load ui %}" + source).render(PageContext(path, context))


@pytest.mark.parametrize(
    "figure",
    ["money", "money_full", "signed_money", "number", "percent", "percent_value", "change"],
)
def test_none_is_unknown_and_never_zero(figure: str) -> None:
    shown = render("{{ value|" + figure + " }}", value=None)
    assert "unknown" in shown
    assert "0" not in shown


def test_money_is_compact_and_tells_the_full_amount() -> None:
    shown = render('{{ value|money:"EUR" }}', value=Decimal("1234567.8912"))
    assert 'title="1,234,567.89\xa0EUR"' in shown
    assert 'value="1234567.8912"' in shown
    assert ">1.23M\xa0EUR<" in shown


def test_a_currency_is_text_not_markup() -> None:
    assert "<b>" not in render("{{ 5|money:currency }}", currency="<b>")


def test_percent_takes_a_fraction_and_percent_value_a_percentage() -> None:
    assert ">19.99%<" in render("{{ value|percent }}", value=Decimal("0.19996"))
    assert ">19.99%<" in render("{{ value|percent_value }}", value=Decimal("19.996"))


def test_a_change_has_a_sign_and_an_arrow() -> None:
    up, down = (render("{{ value|change }}", value=Decimal(value)) for value in ("0.2", "-0.2"))
    assert "+20.00%" in up
    assert "arrow-up-right" in up
    assert "\N{MINUS SIGN}20.00%" in down
    assert "arrow-down-right" in down
    assert "ch-down" not in render('{{ value|change:"plain" }}', value=Decimal("-0.2"))


@pytest.mark.parametrize(
    ("name", "words"), [("critical", "Critical"), ("warning", "Warning"), ("watch", "Watch")]
)
def test_a_severity_is_told_by_words_and_an_icon(name: str, words: str) -> None:
    shown = render("{% severity name %}", name=name)
    assert words in shown
    assert "<svg" in shown


@pytest.mark.parametrize("name", ["risk", "opportunity"])
def test_a_direction_is_told_by_words_and_an_icon(name: str) -> None:
    shown = render("{% direction name %}", name=name)
    assert name.title() in shown
    assert "<svg" in shown


def test_an_icon_is_silent_unless_it_has_a_label() -> None:
    assert 'aria-hidden="true"' in render('{% icon "bell" %}')
    assert 'aria-label="New &lt;one&gt;"' in render(
        '{% icon "bell" label=label %}', label="New <one>"
    )


def test_a_sparkline_has_a_name() -> None:
    shown = render('{% sparkline months title="Our sales" %}', months=[1, None, Decimal(3)])
    assert 'aria-label="Our sales"' in shown
    assert "<title>Our sales</title>" in shown
    assert "no figures" in render('{% sparkline months title="Our sales" %}', months=[None])


def test_a_head_sorts_both_ways_keeps_filters_and_returns_to_the_first_page() -> None:
    head = '{% sort "name" "Partner" %}'
    assert 'href="?q=a&amp;tier=x&amp;sort=name"' in render(head, "/?q=a&tier=x&page=3")
    ascending = render(head, "/?sort=name")
    assert 'aria-sort="ascending"' in ascending
    assert 'href="?sort=-name"' in ascending
    assert 'aria-sort="descending"' in render(head, "/?sort=-name")


def test_a_figure_is_sorted_from_the_largest() -> None:
    head = '{% sort "money" "At stake" numeric=True %}'
    assert 'href="?sort=-money"' in render(head)
    assert 'aria-sort="descending"' in render(head, sort="-money")
    assert "aria-sort" not in render(head, "/?sort=name", sort="-money")


def pager(path: str, rows: int) -> str:
    request = RequestFactory().get(path)
    source = '{% include "components/pagination.html" %}'
    return render(source, path, page=paginate(request, range(rows)))


def test_page_links_keep_filters_and_sort() -> None:
    shown = pager("/?q=a+b&sort=-money&page=2", 701)
    assert 'href="?q=a+b&amp;sort=-money&amp;page=1"' in shown
    assert 'href="?q=a+b&amp;sort=-money&amp;page=3"' in shown
    assert '<input type="hidden" name="q" value="a b">' in shown
    text = "".join(part.partition(">")[2] for part in shown.split("<"))
    assert "26\N{EN DASH}50 of 701" in text


def test_the_first_and_the_last_page_have_one_way_out() -> None:
    assert 'rel="prev"' not in pager("/", 701)
    assert 'rel="next"' not in pager("/?page=29", 701)


def test_no_rows_say_so() -> None:
    assert "No rows" in pager("/", 0)


@pytest.mark.parametrize(
    ("path", "number", "size"),
    [("/", 1, 25), ("/?page=2&per=50", 2, 50), ("/?page=999", 4, 25), ("/?page=x&per=7", 1, 25)],
)
def test_a_page_outside_the_list_is_the_nearest_one(path: str, number: int, size: int) -> None:
    page = paginate(RequestFactory().get(path), range(99))
    assert (page.number, page.paginator.per_page) == (number, size)


def test_a_chart_has_a_name_a_caption_and_its_figures() -> None:
    shown = render(
        '{% chart "sales" spec title="Our sales" caption="In EUR" columns=columns rows=rows %}',
        spec={"mark": "</script>"},
        columns=["Month", "EUR"],
        rows=[["2013-01", None]],
    )
    assert 'data-chart="sales"' in shown
    assert 'id="sales" type="application/json"' in shown
    assert shown.count("</script>") == 1
    assert '<figure class="ch-chart" aria-label="Our sales">' in shown
    assert "<figcaption>In EUR</figcaption>" in shown
    assert "unknown" in shown


def test_a_health_without_a_score_is_unknown() -> None:
    health = SimpleNamespace(score=81, band=("Good", "green", "check"))
    shown = render("{% score health %}", health=health)
    assert "81" in shown
    assert "ch-tone-green" in shown
    for nothing in (None, SimpleNamespace(score=None)):
        assert "unknown" in render("{% score health %}", health=nothing)
