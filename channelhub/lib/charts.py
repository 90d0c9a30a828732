"""Vega-Lite specs, made once here for the page, the mail and the packet."""

import datetime as dt
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

SCHEMA = "https://vega.github.io/schema/vega-lite/v6.json"


def monthly_bars(
    months: Iterable[tuple[dt.date, Decimal | None]], *, unit: str, height: int = 220
) -> dict[str, Any]:
    """One bar a month; an unknown month stays empty, a covered month without sales is zero."""
    values = [
        {"month": month.isoformat(), "amount": None if amount is None else float(amount)}
        for month, amount in months
    ]
    return {
        "$schema": SCHEMA,
        "height": height,
        "data": {"values": values},
        "mark": {"type": "bar", "tooltip": True, "width": {"band": 0.75}, "invalid": "filter"},
        "encoding": {"x": _month_axis(), "y": _amount_axis(unit), "tooltip": _tooltip(unit)},
    }


def _month_axis() -> dict[str, Any]:
    return {
        "field": "month",
        "type": "temporal",
        "timeUnit": "utcyearmonth",
        "title": None,
        "axis": {"format": "%b %Y", "labelOverlap": "greedy", "tickCount": 8},
    }


def _amount_axis(unit: str) -> dict[str, Any]:
    return {
        "field": "amount",
        "type": "quantitative",
        "title": unit,
        "axis": {"format": "~s", "tickCount": 5},
    }


def _tooltip(unit: str) -> list[dict[str, Any]]:
    month = {"field": "month", "type": "temporal", "timeUnit": "utcyearmonth", "title": "Month"}
    amount = {"field": "amount", "type": "quantitative", "title": unit, "format": ",.2f"}
    return [{**month, "format": "%b %Y"}, amount]
