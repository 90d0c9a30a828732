"""Whatever is loaded, corrected, replaced and undone in whatever order: lines and sums agree.

To let another verb take part, add a rule to `Sales` and what it does to `wanted`.
"""

import dataclasses
import datetime as dt
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from accounts.models import Organisation
from channelhub.lib import months
from imports import actions, running
from imports.models import Import
from imports.options import Options
from imports.undoing import Refused
from partners.models import Partner
from sales.models import FeedMonth, SalesLine, SalesLinePast
from tests.sales.files import line, write_csv
from tests.sales.fresh import differences, turning_points

FIRST_DAY = dt.date(2026, 1, 20)
Row = dict[str, object]
Key = tuple[str, str]
State = dict[Key, tuple[object, ...]]

ROWS = st.builds(
    line,
    invoice=st.sampled_from(["I1", "I2"]),
    line=st.sampled_from(["1", "2", "3"]),
    date=st.sampled_from(["2025-11-05", "2025-12-24", "2026-01-15"]),
    kind=st.sampled_from(["billing", "billing", "sell-through", "booking"]),
    reseller=st.sampled_from(["R1", "R2", ""]),
    distributor=st.sampled_from(["", "D1"]),
    customer=st.sampled_from(["", "C1", "C2"]),
    product=st.sampled_from(["A1", "A2"]),
    amount=st.sampled_from(["10", "20", "-5", "-10", "?"]),
)


@dataclasses.dataclass(frozen=True)
class Sent:
    """A file that was loaded, as the rules of the trade say what it means."""

    load: Import
    rows: list[Row]
    options: Options
    closed: dt.date

    def accepted(self) -> dict[Key, Row]:
        """The rows that count: of repeats, the first that can be read."""
        found: dict[Key, Row] = {}
        for row in self.rows:
            if row["amount"] != "?":
                found.setdefault(_key(row), row)
        return found

    def apply(self, state: State) -> None:
        """What is true once it is loaded."""
        accepted = self.accepted()
        if self.options.replace and accepted:
            inside = [_month(row) for row in accepted.values()]
            routes = {_route(row) for row in accepted.values()}
            named = {_key(row) for row in self.rows}
            for key, (route, date, *_) in list(state.items()):
                month = months.first_day(dt.date.fromisoformat(str(date)))
                if route in routes and min(inside) <= month <= max(inside) and key not in named:
                    del state[key]
        state.update({key: _facts(row) for key, row in accepted.items()})

    def covers(self) -> set[tuple[str, dt.date]]:
        """The months of its routes, from its first row to its last, that were over."""
        accepted = self.accepted().values()
        if not accepted:
            return set()
        inside = [_month(row) for row in accepted]
        over = [m for m in months.between(min(inside), max(inside)) if m <= self.closed]
        return {(_route(row), month) for row in accepted for month in over}


def _key(row: Row) -> Key:
    return str(row["invoice"]), str(row["line"])


def _month(row: Row) -> dt.date:
    return months.first_day(dt.date.fromisoformat(str(row["date"])))


def _route(row: Row) -> str:
    return "channel" if row["reseller"] or row["distributor"] else "direct"


def _facts(row: Row) -> tuple[object, ...]:
    names = ("date", "kind", "reseller", "distributor", "customer", "product")
    return _route(row), *(row[name] for name in names), Decimal(str(row["amount"]))


class Sales(RuleBasedStateMachine):
    """Loads and undos on days that pass."""

    today = FIRST_DAY
    folder: Path

    def __init__(self) -> None:
        super().__init__()
        Sales.today = FIRST_DAY
        self.stage = transaction.atomic()
        self.stage.__enter__()
        self.sent: list[Sent] = []
        # What was true at the end of the days before, as far as no history was loaded since.
        self.then: dict[dt.date, State] = {}

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.stage.__exit__(None, None, None)

    def wanted(self) -> State:
        """What is true now: every file that stands, in the order in which they came."""
        state: State = {}
        for sent in self.sent:
            sent.apply(state)
        return state

    @rule(days=st.integers(1, 20))
    def let_time_pass(self, days: int) -> None:
        self.then[Sales.today] = self.wanted()
        Sales.today += dt.timedelta(days)

    @rule(rows=st.lists(ROWS, min_size=1, max_size=6), replace=st.booleans())
    def send(self, rows: list[Row], *, replace: bool) -> None:
        self._send(rows, Options(replace=replace))

    @rule(rows=st.lists(ROWS, min_size=1, max_size=4), replace=st.booleans())
    def send_history(self, rows: list[Row], *, replace: bool) -> None:
        self._send(rows, Options(history=True, replace=replace))
        self.then.clear()

    def _send(self, rows: list[Row], options: Options) -> None:
        path = self.folder / "lines.csv"
        write_csv(path, list(rows), [])
        load = actions.create_import(
            kind="sales", source="erp", path=path, file_name="lines.csv", options=options
        )
        load = running.run_now(load)
        self.sent.append(Sent(load, rows, options, months.last_closed(Sales.today)))

    @precondition(lambda self: self.sent)
    @rule(data=st.data())
    def undo(self, data: st.DataObject) -> None:
        sent = data.draw(st.sampled_from(self.sent), label="file")
        newest = sent is self.sent[-1]
        try:
            actions.undo_now(sent.load)
        except Refused:
            assert not newest or sent.options.history, "nothing was built on the newest file"
            return
        self.sent.remove(sent)
        if sent.options.history:
            self.then.clear()

    @invariant()
    def sums_are_those_of_the_lines(self) -> None:
        assert differences([*turning_points(), Sales.today]) == []

    @invariant()
    def lines_are_those_of_the_files_that_stand(self) -> None:
        assert _stored(SalesLine.objects.all()) == self.wanted()
        assert SalesLine.objects.filter(known_on__gt=Sales.today).count() == 0

    @invariant()
    def what_was_known_then_stays(self) -> None:
        for day, state in self.then.items():
            rows = [*SalesLine.objects.known(day), *SalesLinePast.objects.known(day)]
            assert len(rows) == len(state)
            known = _stored(SalesLine.objects.known(day))
            assert {**known, **_stored(SalesLinePast.objects.known(day))} == state

    @invariant()
    def months_are_covered_by_the_files_that_stand(self) -> None:
        known = FeedMonth.objects.known(Sales.today).values_list("feed__route", "month")
        assert set(known) == set().union(*(sent.covers() for sent in self.sent))


def _stored(rows: Any) -> State:
    fields = ("invoice", "line", "feed__route", "date", "kind", "reseller__name",
              "distributor__name", "customer__name", "product__sku", "amount")  # fmt: skip
    names = {"Rho": "R1", "Sigma": "R2", "Delta Distribution": "D1", None: ""}
    return {
        (invoice, number): (
            route, str(date), kind, names[reseller], names[distributor], customer or "", product,
            amount,
        )
        for invoice, number, route, date, kind, reseller, distributor, customer, product, amount
        in rows.values_list(*fields)
    }  # fmt: skip


@pytest.fixture(autouse=True)
def stage(
    cast_of_partners: dict[str, Partner], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def noon(_: Organisation) -> dt.datetime:
        return dt.datetime.combine(Sales.today, dt.time(12), dt.UTC)

    monkeypatch.setattr(Organisation, "now", noon)
    monkeypatch.setattr(Sales, "folder", tmp_path, raising=False)


def run(examples: int, steps: int) -> None:
    run_state_machine_as_test(
        Sales,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_lines_and_sums_agree_after_any_sequence() -> None:
    run(12, 8)


@pytest.mark.slow
def test_lines_and_sums_agree_after_many_long_sequences() -> None:
    run(60, 25)
