"""The chart of our sales by month."""

import datetime as dt
from decimal import Decimal

from channelhub.lib import months
from sales.charts import our_sales

END = dt.date(2026, 2, 1)


def series(count: int) -> list[tuple[dt.date, Decimal | None]]:
    return [
        (month, Decimal(n) if n else None)
        for n, month in enumerate(months.between(months.add_months(END, 1 - count), END))
    ]


def test_every_month_is_drawn_in_its_window() -> None:
    values = our_sales(series(36), "EUR")["data"]["values"]

    assert [value["month"] for value in values[-1:]] == ["2026-02-01"]
    assert [value["window"] for value in values] == (
        ["Earlier"] * 12 + ["The 12 before"] * 12 + ["Last 12 months"] * 12
    )


def test_unknown_stays_unknown() -> None:
    values = our_sales(series(36), "EUR")["data"]["values"]

    assert values[0]["amount"] is None
    assert values[1]["amount"] == 1.0


def test_the_axis_shows_months_without_sales_too() -> None:
    nothing = [(month, Decimal(0)) for month, _ in series(36)]
    (scale,) = {
        str(layer["encoding"]["x"]["scale"]) for layer in our_sales(nothing, "EUR")["layer"]
    }

    first = {"year": 2023, "month": 3, "date": 1, "utc": True}
    last = {"year": 2026, "month": 3, "date": 1, "utc": True}
    assert scale == str({"type": "utc", "domain": [first, last]})


def test_the_scale_begins_at_zero_or_the_largest_return() -> None:
    def scale(*amounts: str | None) -> list[float]:
        ends = [(END, None if amount is None else Decimal(amount)) for amount in amounts]
        found: list[float] = our_sales(ends, "EUR")["layer"][0]["encoding"]["y"]["scale"]["domain"]
        return found

    assert scale("5", "7.5") == [0, 7.5]
    assert scale("5", "-2") == [-2, 5]
    assert scale("-5") == [-5, 0]
    assert scale("0", None) == scale(None) == [0, 1]


def test_the_windows_are_told_apart_without_colour() -> None:
    bars = [layer["mark"] for layer in our_sales(series(36), "EUR")["layer"][:3]]

    assert len({(mark["filled"], mark.get("fillOpacity")) for mark in bars}) == 3
    assert not any("color" in mark for mark in bars)


def test_a_short_series_names_only_the_window_it_has() -> None:
    names = our_sales(series(13), "EUR")["layer"][-1]["data"]["values"]

    assert [name["window"] for name in names] == ["Last 12 months"]
    assert our_sales([], "EUR")["data"]["values"] == []
