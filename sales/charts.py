"""Charts of sales, as Vega-Lite specs: pure, drawn alike in pages and in packets."""

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from channelhub.lib import months

Series = Sequence[tuple[dt.date, Decimal | None]]
HEIGHT = 220
WINDOW_MONTHS = 12
CURRENT, PRIOR, EARLIER = "Last 12 months", "The 12 before", "Earlier"
# Told apart in grey and in print too: solid, hollow, faint.
BARS: dict[str, dict[str, Any]] = {
    CURRENT: {"filled": True},
    PRIOR: {"filled": False, "strokeWidth": 1.5},
    EARLIER: {"filled": True, "fillOpacity": 0.35},
}
PARSE = {"parse": {"month": "utc:'%Y-%m-%d'"}}
DRAWN = {"and": [{"field": "amount", "valid": True}, {"not": {"field": "amount", "equal": 0}}]}


def our_sales(series: Series, currency: str) -> dict[str, Any]:
    """Bars of our sales by month, the last 12 and the 12 before named above them.

    The series ends with the last 12 months. An unknown month is a question mark, not a gap.
    """
    rows = [_row(series, index) for index in range(len(series))]
    x, y = _months(series), _amounts(series, currency)
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
        "description": f"Our sales by month in {currency}.",
        "width": "container",
        "height": HEIGHT,
        "padding": {"top": 24, "left": 5, "right": 5, "bottom": 5},
        "data": {"values": rows, "format": PARSE},
        "layer": [*(_bars(window, x, y) for window in BARS), _unknown(x), _names(series, x)],
    }


def _months(series: Series) -> dict[str, Any]:
    """Whole months from the first to the end of the last, whether anything was sold or not."""
    ends = [series[0][0], months.add_months(series[-1][0], 1)] if series else []
    domain = [{"year": day.year, "month": day.month, "date": 1, "utc": True} for day in ends]
    return {
        "field": "month",
        "type": "temporal",
        "timeUnit": "utcyearmonth",
        "scale": {"type": "utc", **({"domain": domain} if domain else {})},
        "axis": {"title": None, "format": "%b %Y", "labelOverlap": True, "labelFlush": True},
    }


def _row(series: Series, index: int) -> dict[str, Any]:
    month, amount = series[index]
    return {
        "month": month.isoformat(),
        "amount": None if amount is None else float(round(amount, 2)),
        "window": _window(len(series) - index),
    }


def _window(from_end: int) -> str:
    if from_end <= WINDOW_MONTHS:
        return CURRENT
    return PRIOR if from_end <= 2 * WINDOW_MONTHS else EARLIER


def _amounts(series: Series, currency: str) -> dict[str, Any]:
    """From zero or the largest return to the best month; to one where nothing was sold."""
    known = [float(amount) for _, amount in series if amount]
    return {
        "field": "amount",
        "type": "quantitative",
        "scale": {"domain": [min([0, *known]), max([0, *known] if known else [1])], "nice": True},
        "axis": {"title": currency, "format": "~s", "tickCount": 5},
    }


def _bars(window: str, x: dict[str, Any], y: dict[str, Any]) -> dict[str, Any]:
    amount = {"field": "amount", "type": "quantitative", "format": ",.2f"}
    return {
        "transform": [{"filter": {"and": [{"field": "window", "equal": window}, DRAWN]}}],
        "mark": {"type": "bar", "width": {"band": 0.8}, **BARS[window]},
        "encoding": {
            "x": x,
            "y": y,
            "tooltip": [
                {"field": "month", "timeUnit": "utcyearmonth", "format": "%B %Y", "title": "Month"},
                {**amount, "title": f"Our sales, {y['axis']['title']}"},
                {"field": "window", "title": "Window"},
            ],
        },
    }


def _unknown(x: dict[str, Any]) -> dict[str, Any]:
    return {
        "transform": [{"filter": {"field": "amount", "valid": False}}],
        "mark": {"type": "text", "text": "?", "baseline": "bottom", "tooltip": "unknown"},
        "encoding": {"x": {**x, "bandPosition": 0.5}, "y": {"value": HEIGHT - 2}},
    }


def _names(series: Series, x: dict[str, Any]) -> dict[str, Any]:
    """What each window is called, above the middle of its bars."""
    ends = {CURRENT: len(series), PRIOR: len(series) - WINDOW_MONTHS}
    named = [
        {"window": window, "month": series[end - WINDOW_MONTHS // 2][0].isoformat()}
        for window, end in ends.items()
        if end >= WINDOW_MONTHS
    ]
    return {
        "data": {"values": named, "format": PARSE},
        "mark": {"type": "text", "baseline": "bottom", "dy": -6, "fontSize": 11},
        "encoding": {
            "x": {**x, "bandPosition": 0},
            "y": {"value": 0},
            "text": {"field": "window"},
        },
    }
