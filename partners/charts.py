"""Charts of partners: Vega-Lite specs without colours, which the page gives."""

from typing import Any

from partners.facts.line_cards import rank_of
from partners.models import LineCardBasis, LineCardObservation

RankRow = tuple[str, str, str, int | None]


def rank_rows(seen: list[LineCardObservation]) -> list[RankRow]:
    """Category, source, day and our rank of every ranking, oldest first; unknown is None."""
    return [
        (each.line_card.category, each.source, str(each.observed_on), rank_of(each))
        for each in reversed(seen)
        if each.basis != LineCardBasis.LISTING
    ]


def ranks(rows: list[RankRow]) -> dict[str, Any]:
    """Our rank over time, a line for each category and source; rank 1 is on top."""
    values = [
        {"line": f"{category}, {source}", "day": day, "rank": rank}
        for category, source, day, rank in rows
    ]
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
        "data": {"values": values},
        "width": "container",
        "height": 200,
        "mark": {"type": "line", "point": True, "interpolate": "step-after"},
        "encoding": {
            "x": {"field": "day", "type": "temporal", "title": None},
            "y": {
                "field": "rank",
                "type": "quantitative",
                "title": "Our rank",
                "scale": {"reverse": True, "domainMin": 1, "zero": False},
                "axis": {"tickMinStep": 1, "format": "d"},
            },
            "color": {"field": "line", "type": "nominal", "title": None},
            "tooltip": [
                {"field": "line", "title": "Line card"},
                {"field": "day", "type": "temporal", "title": "Seen on"},
                {"field": "rank", "title": "Our rank"},
            ],
        },
    }
