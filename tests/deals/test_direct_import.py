"""Files of direct opportunities: what they make, change, refuse, suspect and give back."""

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from customers.models import Customer
from deals.actions import reviewing
from deals.models import Breach, Deal, DirectOpportunity
from partners.models import Partner
from sales.models import PlanRate, ProductLine
from tests.conftest import LONG_AGO
from tests.imports.exports import again, export, records
from tests.imports.files import counts, import_file

Make = Callable[..., Deal]
HEAD = (
    "opportunity id,account name,website,country,product line,owner,team,amount,currency,opened,"
    "last activity,state\n"
)


@pytest.fixture
def load(tmp_path: Path, clock: Any, storage: ProductLine) -> Callable[..., dict[str, Any]]:
    def send(text: str) -> dict[str, Any]:
        path = tmp_path / "crm.csv"
        path.write_text(text)
        return import_file("direct-opportunities", path, source="crm")

    return send


def line(external_id: str = "O-1", **cells: str) -> str:
    known = {
        "account": "Fenwick Mills", "website": "", "country": "gb", "line": "storage", "owner": "",
        "team": "North", "amount": "1000", "currency": "", "opened": "2026-02-01",
        "active": "2026-02-20", "state": "", **cells,
    }  # fmt: skip
    return ",".join([external_id, *known.values()]) + "\n"


def reasons(result: dict[str, Any]) -> set[str]:
    return {row["reason"] for row in result["rejected_rows"]}


def test_a_file_makes_what_is_new_once(load: Callable[..., Any], direct: User, clock: Any) -> None:
    text = HEAD + line(owner=direct.email.upper()) + line("O-2", owner="Kim Unknown", state="Won")
    assert counts(load(text)) == (2, 0, 0, 0)
    assert counts(load(text)) == (0, 0, 2, 0)
    first, second = DirectOpportunity.objects.order_by("external_id")
    assert (first.owner, first.amount, first.currency, first.account_country) == (
        direct, 1000, "USD", "GB",
    )  # fmt: skip
    assert (first.opened_on, first.active_on) == (dt.date(2026, 2, 1), dt.date(2026, 2, 20))
    assert first.logged_at == clock.now, "when we knew of it, not when the CRM says it was opened"
    assert (second.owner, second.owner_name) == (None, "Kim Unknown")
    assert (second.state, second.closed_on) == ("won", dt.date(2026, 2, 20))
    assert first.customer == second.customer
    assert Customer.objects.count() == 1


def test_a_row_changes_what_it_says_and_an_empty_cell_nothing(load: Callable[..., Any]) -> None:
    load(HEAD + line())
    changed = HEAD + line(amount="", team="", state="closed won", active="2026-03-01")
    assert counts(load(changed)) == (0, 1, 0, 0)
    row = DirectOpportunity.objects.get()
    assert (row.amount, row.direct_team, row.state) == (1000, "North", "won")
    assert str(row.closed_on) == "2026-03-01"
    assert counts(load(HEAD + line(state="open", active="2026-03-01"))) == (0, 1, 0, 0)
    row.refresh_from_db()
    assert row.state == "open"
    assert row.closed_on is None


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ({"line": "Nothing"}, "Unknown product line: load the products first, or correct it."),
        ({"country": "U1"}, "Write two letters such as DE."),
        ({"currency": "U$D"}, "Write three letters such as USD."),
        ({"amount": "-5"}, "An amount is not below zero."),
        ({"active": "2999-01-01"}, "This day has not come yet."),
        ({"active": "2026-01-01"}, "The last activity is before it was opened."),
    ],
)
def test_a_row_that_cannot_be_is_refused_with_the_reason(
    cells: dict[str, str], reason: str, load: Callable[..., Any]
) -> None:
    result = load(HEAD + line(**cells) + line("O-2"))
    assert counts(result) == (1, 0, 0, 1)
    assert reasons(result) == {reason}


def test_an_id_counts_once_in_a_file(load: Callable[..., Any]) -> None:
    result = load(HEAD + line() + line(account="Other"))
    assert counts(result) == (1, 0, 0, 1)


# --- Suspicions, as by hand --------------------------------------------------------------------


@pytest.fixture
def approved(
    submitted: Make, partner: Partner, partner_rep: User, manager: User, clock: Any
) -> Deal:
    deal = reviewing.approve_deal(submitted(partner, partner_rep), acting_user=manager)
    clock.turn(days=1)
    return deal


def test_what_is_worked_and_then_won_under_protection_is_suspected(
    approved: Deal, load: Callable[..., Any]
) -> None:
    PlanRate.objects.create(currency="EUR", rate="1.5", valid=LONG_AGO)
    load(HEAD + line(currency="EUR"))
    load(HEAD + line(currency="EUR"))
    breach = Breach.objects.get()
    assert (breach.kind, breach.deal, breach.direct_team) == ("worked", approved, "North")
    assert breach.amount == 1500, "in the reporting currency"
    load(HEAD + line(currency="EUR", state="won", active="2026-03-03"))
    happened = {breach.kind: breach.happened_on for breach in Breach.objects.all()}
    assert happened == {"worked": dt.date(2026, 3, 3), "taken": dt.date(2026, 3, 3)}


def test_what_was_logged_before_the_submission_breaks_nothing(
    load: Callable[..., Any], submitted: Make, partner: Partner, partner_rep: User, manager: User,
    clock: Any,
) -> None:  # fmt: skip
    load(HEAD + line())
    clock.turn(hours=1)
    reviewing.approve_deal(submitted(partner, partner_rep), acting_user=manager)
    clock.turn(days=1)
    load(HEAD + line(state="won", active="2026-03-03"))
    assert not Breach.objects.exists()


def test_what_was_closed_before_the_protection_began_breaks_nothing(
    approved: Deal, load: Callable[..., Any]
) -> None:
    load(HEAD + line(state="won", active="2026-02-20"))
    assert not Breach.objects.exists()


@pytest.mark.parametrize(("days", "breaks"), [(180, True), (181, False)])
def test_what_is_won_within_the_days_after_a_rejection_is_suspected(
    days: int, breaks: bool,  # noqa: FBT001 - pytest's table
    submitted: Make, partner: Partner, partner_rep: User, manager: User, clock: Any,
    load: Callable[..., Any],
) -> None:  # fmt: skip
    deal = submitted(partner, partner_rep)
    reviewing.reject_deal(deal, code="too-early", text="No project.", acting_user=manager)
    rejected_on = clock.now.date()
    clock.turn(days=days)
    won_on = rejected_on + dt.timedelta(days=days)
    load(HEAD + line(state="won", active=str(won_on)))
    assert [row.kind for row in Breach.objects.all()] == (["won-after"] if breaks else [])


@pytest.mark.parametrize("count", [25, 200])
def test_a_file_costs_as_many_statements_with_many_suspicions(
    count: int, approved: Deal, load: Callable[..., Any]
) -> None:
    with CaptureQueriesContext(connection) as queries:
        load(HEAD + "".join(line(f"O-{n}") for n in range(count)))
    assert Breach.objects.count() == count
    assert len(queries) <= 90, [query["sql"][:90] for query in queries.captured_queries]


# --- There and back ----------------------------------------------------------------------------


def test_an_export_imported_again_changes_nothing(
    load: Callable[..., Any], approved: Deal, direct: User, tmp_path: Path,
    sign_in: Callable[[User], Client],
) -> None:  # fmt: skip
    load(HEAD + line(owner=direct.email) + line("O-2", state="lost", account="Other"))
    data = export(sign_in(direct), "direct:list-export", state="")
    assert {row["Customer"] for row in records(data)} == {"Fenwick Mills", "Other"}
    assert counts(again(tmp_path, "direct-opportunities", data, source="crm")) == (0, 0, 2, 0)


def test_an_undo_takes_back_what_was_suspected_too(
    load: Callable[..., Any], approved: Deal
) -> None:
    result = load(HEAD + line() + line("O-2", state="lost", account="Other"))
    assert Breach.objects.count() == 1
    call_command("undo_import", result["import"])
    assert not DirectOpportunity.objects.exists()
    assert not Breach.objects.exists()
    assert not Customer.objects.filter(name="Other").exists()
