"""What interviews found, counted by cause, partner, product line and quarter."""

import dataclasses
import datetime as dt
import statistics
from collections import defaultdict
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

from django.db.models import Count, Sum
from django.db.models.functions import TruncQuarter

from imports.exporting import Table
from reviews.models import Cause, Interview, InterviewQuerySet

ROWS_SHOWN = 25
NOT_SAID = "Not said"
HEADER = (
    "Customer", "What happened", "Happened", "Partner numbers", "Partners", "Product line",
    "Amount, reporting currency", "State", "Interviewer", "Due", "Held", "Asked", "Whose account",
    "Stated reason", "Found reason", "Cause", "Partner at fault", "What should change",
    "Days from alert to cause",
)  # fmt: skip


@dataclasses.dataclass(kw_only=True)
class Row:
    """A value of a dimension: how many interviews found which cause, and the money in them."""

    label: str
    counts: dict[str, int] = dataclasses.field(default_factory=dict)
    amount: Decimal | None = None

    @property
    def total(self) -> int:
        """All causes."""
        return sum(self.counts.values())

    @property
    def cells(self) -> list[tuple[str, int]]:
        """How many of each cause, in the order of the columns."""
        return [(label, self.counts.get(cause, 0)) for cause, label in Cause.choices]


@dataclasses.dataclass(frozen=True, kw_only=True)
class Findings:
    """What a set of interviews found; days are from seeing it to its cause."""

    total: Row
    tables: list[tuple[str, str, list[Row], int]]
    days: float | None


def findings(rows: InterviewQuerySet) -> Findings:
    """Of interviews that are done: five queries, however many they are."""
    done = rows.done().order_by()
    total = _rows(done.values("cause"), lambda _: "All")
    return Findings(
        total=total[0] if total else Row(label="All"),
        tables=[
            _table("partner", "Partner", done.values("cause", "partners__name", "partners__pk")),
            _table("product", "Product line", done.values("cause", "product_line__name")),
            _table("quarter", "Quarter", done.annotate(quarter=TruncQuarter("happened_on"))
                   .values("cause", "quarter")),
        ],
        days=_median_days(done),
    )  # fmt: skip


def _median_days(done: InterviewQuerySet) -> float | None:
    interviews = done.select_related("alert").only(
        "finished_at", "happened_on", "alert__first_seen"
    )
    taken = [days for each in interviews if (days := each.days_to_cause) is not None]
    return statistics.median(taken) if taken else None


LABELS: dict[str, Callable[[dict[str, Any]], str]] = {
    "partner": lambda row: row["partners__name"] or NOT_SAID,
    "product": lambda row: row["product_line__name"] or NOT_SAID,
    "quarter": lambda row: quarter_name(row["quarter"]),
}


def quarter_name(day: dt.date) -> str:
    """A quarter of the calendar, by one of its days."""
    return f"{day.year}-Q{(day.month + 2) // 3}"


def _table(key: str, heading: str, values: Any) -> tuple[str, str, list[Row], int]:
    rows = _rows(values, LABELS[key])
    newest_first = key == "quarter"
    rows.sort(key=lambda row: row.label, reverse=newest_first)
    if not newest_first:
        rows.sort(key=lambda row: -row.total)
    return key, heading, rows[:ROWS_SHOWN], max(0, len(rows) - ROWS_SHOWN)


def _rows(values: Any, label: Callable[[dict[str, Any]], str]) -> list[Row]:
    found: dict[str, Row] = {}
    for each in values.annotate(count=Count("pk"), amount=Sum("amount")):
        row = found.setdefault(label(each), Row(label=label(each), counts=defaultdict(int)))
        row.counts[each["cause"]] += each["count"]
        if each["amount"] is not None:
            row.amount = (row.amount or Decimal(0)) + each["amount"]
    return list(found.values())


def interviews_table(rows: InterviewQuerySet, *, name: str) -> Table:
    """Interviews as a file to take along."""
    return Table(name=name, header=HEADER, rows=_lines(rows), size=rows.count)


def _lines(rows: InterviewQuerySet) -> Iterator[tuple[Any, ...]]:
    for each in rows.iterator(chunk_size=500):
        yield _cells(each)


def _cells(interview: Interview) -> tuple[Any, ...]:
    partners = list(interview.partners.all())
    return (
        interview.customer.name,
        interview.about,
        interview.happened_on,
        "; ".join(partner.number for partner in partners),
        "; ".join(partner.name for partner in partners),
        str(interview.product_line or ""),
        interview.amount,
        interview.get_state_display(),
        str(interview.interviewer or interview.outsider_name),
        interview.due_on,
        interview.held_on,
        interview.respondent,
        interview.get_heard_from_display(),
        interview.stated,
        interview.found,
        interview.get_cause_display(),
        str(interview.cause_partner or ""),
        interview.change,
        interview.days_to_cause,
    )
