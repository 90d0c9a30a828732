"""Charts of satisfaction and of service: Vega-Lite specs without colours, which the page gives."""

from collections.abc import Sequence
from typing import Any

from satisfaction.figures import CauseLine
from satisfaction.models import ServiceMonth
from satisfaction.rules.words import RANGES

SCHEMA = "https://vega.github.io/schema/vega-lite/v6.json"
HEIGHT = 180


def satisfaction(line: CauseLine) -> dict[str, Any]:
    """The mean by quarter with its band; a quarter with too few answers is a gap."""
    values = [
        {
            "quarter": point.label,
            "mean": None if point.mean is None else round(point.mean, 3),
            "low": None if point.band is None else round(point.band[0], 3),
            "high": None if point.band is None else round(point.band[1], 3),
            "n": point.scores.n,
        }
        for point in line.points
    ]
    low, high = RANGES[line.scale]
    x = {
        "field": "quarter",
        "type": "ordinal",
        "sort": [value["quarter"] for value in values],
        "axis": {"title": None, "labelOverlap": True},
    }
    y = {"type": "quantitative", "scale": {"domain": [low, high], "clamp": True}}
    tooltip = [
        {"field": "quarter", "title": "Quarter"},
        {"field": "mean", "type": "quantitative", "format": ".2f", "title": "Mean"},
        {"field": "low", "type": "quantitative", "format": ".2f", "title": "Band from"},
        {"field": "high", "type": "quantitative", "format": ".2f", "title": "to"},
        {"field": "n", "type": "quantitative", "title": "Answers"},
    ]
    mean = {**y, "field": "mean", "axis": {"title": line.scale_label, "tickCount": 5}}
    return {
        "$schema": SCHEMA,
        "description": f"{line.cause.label}: mean by quarter with its 95% band.",
        "width": "container",
        "height": HEIGHT,
        "data": {"values": values},
        "encoding": {"x": x},
        "layer": [
            {
                "mark": {"type": "area", "opacity": 0.2, "invalid": "break-paths-show-domains"},
                "encoding": {"y": {**mean, "field": "low"}, "y2": {"field": "high"}},
            },
            {
                # The band of a quarter that stands alone.
                "transform": [{"filter": {"field": "low", "valid": True}}],
                "mark": {"type": "rule", "opacity": 0.4},
                "encoding": {"y": {**mean, "field": "low"}, "y2": {"field": "high"}},
            },
            {
                "mark": {"type": "line", "point": True, "invalid": "break-paths-show-domains"},
                "encoding": {"y": mean, "tooltip": tooltip},
            },
        ],
    }


HOURS = {
    "first_response_median": "First response, median",
    "first_response_p90": "First response, nine of ten",
    "resolution_median": "Resolution, median",
    "resolution_p90": "Resolution, nine of ten",
}


def service(months: Sequence[ServiceMonth]) -> dict[str, Any]:
    """Hours to the first response and to the resolution by month."""
    values = [
        {"month": f"{row.month:%b %Y}", "what": label, "hours": float(hours)}
        for row in months
        for name, label in HOURS.items()
        if (hours := getattr(row, name)) is not None
    ]
    return {
        "$schema": SCHEMA,
        "description": "First-line service by month, in hours.",
        "width": "container",
        "height": HEIGHT,
        "data": {"values": values},
        "mark": {"type": "line", "point": True},
        "encoding": {
            "x": {
                "field": "month",
                "type": "ordinal",
                "sort": [f"{row.month:%b %Y}" for row in months],
                "axis": {"title": None, "labelOverlap": True},
            },
            "y": {"field": "hours", "type": "quantitative", "axis": {"title": "Hours"}},
            "color": {"field": "what", "type": "nominal", "title": None},
            "strokeDash": {"field": "what", "type": "nominal", "title": None},
            "tooltip": [
                {"field": "what", "title": "What"},
                {"field": "month", "title": "Month"},
                {"field": "hours", "type": "quantitative", "format": ",.1f", "title": "Hours"},
            ],
        },
    }


def rows_of(line: CauseLine) -> list[tuple[str, str, int]]:
    """The figures behind a chart, for those who cannot see it."""
    return [
        (point.label, "too few" if point.mean is None else f"{point.mean:.2f}", point.scores.n)
        for point in reversed(line.points)
    ]
