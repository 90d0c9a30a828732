"""Tags and filters of every page: {% load ui %}. They format and link; they know no app."""

import functools
from collections.abc import Mapping, Sequence
from typing import Any

from django import template
from django.template.context import Context
from django.templatetags.static import static
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from channelhub.lib import figures
from channelhub.lib.figures import Number
from channelhub.lib.pages import SIZES
from channelhub.lib.sparkline import sparkline as draw

register = template.Library()

UNKNOWN = format_html('<span class="ch-unknown">{}</span>', figures.UNKNOWN)
# What a person reads, the tone, the icon.
SEVERITIES = {
    "critical": ("Critical", "red", "alert-octagon"),
    "warning": ("Warning", "orange", "alert-triangle"),
    "watch": ("Watch", "blue", "eye"),
}
DIRECTIONS = {
    "risk": ("Risk", "red", "trending-down"),
    "opportunity": ("Opportunity", "green", "trending-up"),
}


# --- Figures -----------------------------------------------------------------------------------


@register.filter
def money(value: Number | None, currency: str = "") -> SafeString:
    """Compact, the full amount as title: {{ amount|money:"EUR" }} shows 1.23M EUR."""
    return _amount(value, currency, figures.compact)


@register.filter
def money_full(value: Number | None, currency: str = "") -> SafeString:
    """The full amount with two decimals."""
    return _amount(value, currency, figures.full)


def _amount(value: Number | None, currency: str, show: Any) -> SafeString:
    amount = figures.decimal(value)
    if amount is None:
        return UNKNOWN
    unit = f"\N{NO-BREAK SPACE}{currency}" if currency else ""
    return format_html(
        '<data class="ch-num" value="{}" title="{}{}">{}{}</data>',
        f"{amount:f}", figures.full(amount), unit, show(amount), unit,
    )  # fmt: skip


@register.filter
def signed_money(value: Number | None, currency: str = "") -> SafeString:
    """Compact, with a plus sign for more than zero."""
    return _amount(value, currency, lambda amount: figures.plus(figures.compact(amount), amount))


@register.filter
def number(value: Number | None) -> SafeString:
    """A count or quantity with thousands separators."""
    amount = figures.decimal(value)
    if amount is None:
        return UNKNOWN
    return format_html('<span class="ch-num">{}</span>', figures.whole(amount))


@register.filter
def percent(value: Number | None) -> SafeString:
    """A fraction as a percentage, cut toward zero: 0.19996 shows 19.99%."""
    fraction = figures.decimal(value)
    return percent_value(None if fraction is None else figures.as_percentage(fraction))


@register.filter
def percent_value(value: Number | None) -> SafeString:
    """A value that is a percentage already, cut toward zero: 19.996 shows 19.99%."""
    amount = figures.decimal(value)
    if amount is None:
        return UNKNOWN
    return format_html('<span class="ch-num">{}</span>', figures.percent(amount))


@register.filter
def change(value: Number | None, mood: str = "") -> SafeString:
    """A fraction as a signed change with an arrow; {{ x|change:"plain" }} leaves the colour out."""
    fraction = figures.decimal(value)
    if fraction is None:
        return UNKNOWN
    arrow, tone = "minus", ""
    if fraction:
        arrow, tone = (
            ("arrow-up-right", "ch-up") if fraction > 0 else ("arrow-down-right", "ch-down")
        )
    text = figures.plus(figures.percent(figures.as_percentage(fraction)), fraction)
    tone = "" if mood == "plain" else tone
    return format_html('<span class="ch-num ch-change {}">{}{}</span>', tone, icon(arrow), text)


@register.filter
def known(value: Any) -> Any:
    """The value, or "unknown" for None and an empty text. Zero is known."""
    return UNKNOWN if value is None or value == "" else value


# --- Icons and badges --------------------------------------------------------------------------


@register.simple_tag
@functools.cache
def icon(name: str, label: str = "", classes: str = "") -> SafeString:
    """An icon of the sprite (frontend/icons.json), silent to screen readers without a label."""
    role = format_html('role="img" aria-label="{}"', label) if label else 'aria-hidden="true"'
    return format_html(
        '<svg class="icon {}" {} focusable="false"><use href="{}#{}"/></svg>',
        classes, SafeString(role), static("dist/icons.svg"), name,
    )  # fmt: skip


@register.simple_tag
def badge(text: str, tone: str = "", icon_name: str = "") -> SafeString:
    """A word on a tint: {% badge "Active" "green" "check" %}; tones red orange green blue."""
    classes = f"ch-tone-{tone}" if tone else ""
    if not icon_name:
        return format_html('<span class="ch-badge ch-badge-plain {}">{}</span>', classes, text)
    return format_html('<span class="ch-badge {}">{}{}</span>', classes, icon(icon_name), text)


@register.simple_tag
def score(health: Any) -> SafeString:
    """The badge of a health with its band; "unknown" where there is none, or no score of it."""
    if health is None or health.score is None:
        return UNKNOWN
    _, tone, image = health.band
    return badge(health.score, tone, image)


@register.simple_tag
def severity(name: str) -> SafeString:
    """The badge of critical, warning or watch; critical is the only solid one."""
    words, tone, image = SEVERITIES.get(name, (name or figures.UNKNOWN, "", "question-mark"))
    return badge(words, f"{tone} ch-tone-solid" if name == "critical" else tone, image)


@register.simple_tag
def direction(name: str) -> SafeString:
    """The badge of risk or opportunity."""
    return badge(*DIRECTIONS.get(name, (name or figures.UNKNOWN, "", "question-mark")))


# --- Small drawings ----------------------------------------------------------------------------


@register.inclusion_tag("components/sparkline.html")
def sparkline(
    values: Sequence[Number | None], title: str, width: int = 96, height: int = 24
) -> dict[str, Any]:
    """A line over the values, None as a gap: {% sparkline months title="12 months" %}."""
    exact = [figures.decimal(value) for value in values]
    return {"title": title, "spark": draw(exact, width=width, height=height)}


@register.simple_tag
def progress(value: Number, total: Number, label: str, classes: str = "") -> SafeString:
    """A bar of value in total with its name for screen readers."""
    return format_html(
        '<progress class="ch-progress {}" value="{}" max="{}" aria-label="{}"></progress>',
        classes, value, total or 1, label,
    )  # fmt: skip


@register.inclusion_tag("components/chart.html")
def chart(
    name: str,
    spec: Mapping[str, Any],
    title: str,
    caption: str = "",
    *,
    columns: Sequence[str] = (),
    rows: Sequence[Sequence[Any]] = (),
) -> dict[str, Any]:
    """A figure from a Vega-Lite spec; columns and rows add the same figures as a table."""
    figure = {"name": name, "spec": spec, "title": title, "caption": caption}
    return {**figure, "columns": columns, "rows": rows}


# --- Lists -------------------------------------------------------------------------------------


@register.inclusion_tag("components/sort.html", takes_context=True)
def sort(context: Context, key: str, label: str, *, numeric: bool = False) -> dict[str, Any]:
    """A column head that sorts by ?sort=key, then -key, keeps the filters and drops the page.

    The context may say in `sort` what the list is sorted by while the address does not.
    """
    query = context["request"].GET.copy()
    current = query.get("sort") or context.get("sort") or ""
    state = {key: "ascending", f"-{key}": "descending"}.get(current, "")
    # Figures start with the largest, names with A.
    first, second = (f"-{key}", key) if numeric else (key, f"-{key}")
    query["sort"] = second if current == first else first
    query.pop("page", None)
    return {
        "key": key,
        "label": label,
        "numeric": numeric,
        "state": state,
        "url": f"?{query.urlencode()}",
    }


@register.simple_tag
def page_sizes() -> list[int]:
    """How many rows a page may have."""
    return SIZES


@register.simple_tag(takes_context=True)
def hidden_query(context: Context, *without: str) -> SafeString:
    """The address's parameters as hidden inputs, so that a GET form keeps the others."""
    pairs = [
        (name, value)
        for name, values in context["request"].GET.lists()
        for value in values
        if name not in without and value
    ]
    return format_html_join("", '<input type="hidden" name="{}" value="{}">', pairs)
