"""Alerts as a table to take along."""

import itertools
from collections.abc import Iterator
from typing import Any

from django.db.models import QuerySet

from accounts.models import User
from alerts.explain import Explained, explain
from alerts.models import Alert
from imports.exporting import Table

HEADER = (
    "About", "Partner numbers", "Partners", "What changed", "Canary", "Nature", "Severity",
    "Money at stake", "Currency", "First seen", "Last seen", "Archived", "Ended", "Why it ended",
)  # fmt: skip
AT_ONCE = 500


def alerts_table(alerts: QuerySet[Alert], viewer: User) -> Table:
    """The alerts as the viewer's list shows them; explained some hundred at once."""
    return Table(name="alerts", header=HEADER, rows=_rows(alerts, viewer), size=alerts.count)


def _rows(alerts: QuerySet[Alert], viewer: User) -> Iterator[tuple[Any, ...]]:
    found = alerts.iterator(chunk_size=AT_ONCE)
    while some := list(itertools.islice(found, AT_ONCE)):
        for item in explain(some, viewer):
            yield _cells(item)


def _cells(item: Explained) -> tuple[Any, ...]:
    alert, partners = item.alert, [each.partner for each in item.concerned]
    return (
        item.subject.name,
        "; ".join(partner.number for partner in partners),
        "; ".join(partner.name for partner in partners),
        item.headline,
        alert.canary,
        alert.get_nature_display(),
        alert.get_severity_display(),
        alert.money,
        item.currency,
        alert.first_seen,
        alert.last_seen,
        alert.archived_on,
        alert.ended_on,
        alert.end_reason,
    )
