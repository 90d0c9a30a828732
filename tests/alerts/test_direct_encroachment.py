"""Deals of partners that our own direct sales took: suspected and confirmed apart."""

import csv
import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.core.management import call_command
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import Role, User
from alerts import actions
from alerts.canaries.direct_encroachment import Class, DirectEncroachment, Entry, Ledger
from alerts.models import Alert, Finding, PartnerHealth
from alerts.night import Night
from alerts.verdicts import Outcome, Scope, Severity, Verdict
from customers.models import Customer
from deals.actions.direct import decide_breach, file_breach, log_direct, take_back_breach
from deals.actions.moving import enter_moved, suspect_moved
from deals.models import Breach, BreachKind, BreachState, Deal
from imports.models import Source
from partners.models import Partner, PartnerExternalId
from sales.models import Product, ProductLine
from tests.deals.conftest import Clock, clock, draft, network, storage, submitted

__all__ = ["clock", "draft", "network", "storage", "submitted"]

CANARY = DirectEncroachment()
MONDAY = dt.date(2026, 3, 2)
NIGHT = Night(
    as_of=MONDAY, currency="USD", rates={"USD": Decimal(1)}, feeds={},
    channel=Decimal(1_000_000), channel_to=dt.date(2026, 2, 1),
)  # fmt: skip


def entry(
    day: str = "2026-02-01", state: str = "confirmed", incident: int = 1, value: int | None = 100
) -> Entry:
    return Entry(
        incident=incident, kind="taken", state=state, happened_on=dt.date.fromisoformat(day),
        partner="Alpha", team="Key accounts", customer="Fenwick", product_line="Storage",
        deal="R-1", value=None if value is None else Decimal(value),
    )  # fmt: skip


def judged(*entries: Entry) -> Verdict:
    facts = Ledger(scope=Scope.PARTNER, subject=7, team="", entries=entries, size=None)
    return CANARY.judge(facts, NIGHT, CANARY.limits)


# --- At its edges ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("confirmed", "outcome", "severity"),
    [
        (0, Outcome.QUIET, Severity.WATCH),
        (1, Outcome.FIRES, Severity.WARNING),
        (2, Outcome.FIRES, Severity.WARNING),
        (3, Outcome.FIRES, Severity.CRITICAL),
    ],
)
def test_one_is_a_warning_and_three_are_critical_whatever_the_money(
    confirmed: int, outcome: Outcome, severity: Severity
) -> None:
    for value in (None, 1, 10**8):
        verdict = judged(*(entry(incident=number, value=value) for number in range(confirmed)))
        assert (verdict.outcome, verdict.severity) == (outcome, severity)


def test_a_suspicion_counts_when_it_is_confirmed() -> None:
    verdict = judged(*(entry(state="suspected", incident=number) for number in range(5)))
    assert (verdict.outcome, verdict.finding_class) == (Outcome.QUIET, Class.SUSPECTED)
    assert verdict.value == 0
    assert verdict.money is None
    mixed = judged(entry(), entry(state="suspected", incident=2))
    assert (mixed.evidence["confirmed"], mixed.evidence["suspected"]) == (1, 1)
    assert mixed.money == 100


@pytest.mark.parametrize(
    ("day", "counts"),
    [("2025-03-03", True), ("2025-03-02", False), ("2026-03-02", True), ("2026-03-03", False)],
)
def test_twelve_calendar_months_count(day: str, counts: bool) -> None:  # noqa: FBT001
    assert (judged(entry(day)).outcome == Outcome.FIRES) is counts


def test_worked_on_and_then_won_is_one_incident() -> None:
    verdict = judged(
        entry("2026-01-01", value=80), entry("2026-02-01", value=100), entry(incident=2)
    )
    assert verdict.value == 2
    assert verdict.money == 200


@given(
    st.lists(
        st.tuples(
            st.dates(dt.date(2024, 1, 1), MONDAY), st.sampled_from(["suspected", "confirmed"]),
            st.integers(1, 4), st.none() | st.integers(1, 10**6),
        ),
        max_size=12,
    )
)  # fmt: skip
def test_every_ledger_has_a_verdict_that_explains_itself(
    rows: list[tuple[dt.date, str, int, int | None]],
) -> None:
    verdict = judged(*(entry(str(day), state, number, value) for day, state, number, value in rows))
    told = CANARY.explain(verdict.finding_class, verdict.value, verdict.evidence)
    assert told.arithmetic
    assert CANARY.headline(verdict.finding_class, verdict.value, verdict.evidence)
    assert (verdict.outcome == Outcome.FIRES) == (verdict.finding_class == Class.CONFIRMED)
    assert verdict.outcome != Outcome.CLEARS


# --- Through nights ----------------------------------------------------------------------------


@pytest.fixture
def deal(submitted: Callable[..., Deal], partner: Partner, partner_rep: User) -> Deal:
    return submitted(partner, partner_rep)


def judge(day: dt.date) -> None:
    actions.recompute(day)


def alerts() -> Any:
    return Alert.objects.filter(canary=CANARY.name)


def filed(deal: Deal, user: User, day: dt.date = MONDAY, team: str = "Key accounts") -> Breach:
    return file_breach(
        partner=deal.partner, deal=deal, evidence="They called.", happened_on=day,
        direct_team=team, acting_user=user,
    )  # fmt: skip


def test_confirmed_it_opens_for_partner_and_team_and_it_ages(
    deal: Deal, partner_rep: User, admin: User, manager: User, chief: User, clock: Clock
) -> None:
    breach = filed(deal, partner_rep)
    judge(MONDAY)
    assert not alerts().exists()
    told = Finding.objects.get(canary=CANARY.name, scope=Scope.PARTNER)
    assert told.evidence["suspected"] == 1
    clock.turn(days=1)
    decide_breach(breach, confirm=True, text="They did.", acting_user=admin)
    # On Monday it was suspected, and stays so.
    judge(MONDAY)
    assert not alerts().exists()
    judge(MONDAY + dt.timedelta(days=1))
    theirs = alerts().get(scope=Scope.PARTNER)
    ours = alerts().get(scope=Scope.DIRECT_TEAM)
    assert (theirs.severity, theirs.money) == (Severity.WARNING, 50_000)
    assert list(theirs.partners.all()) == [deal.partner]
    assert not ours.partners.exists()
    assert list(Alert.objects.visible_to(manager).filter(canary=CANARY.name)) == [theirs]
    assert ours in Alert.objects.visible_to(chief)
    judge(dt.date(2027, 3, 2))
    theirs.refresh_from_db()
    assert (theirs.archived_on, theirs.ended_on) == (dt.date(2027, 3, 2), None)


def test_a_confirmation_that_is_taken_back_counts_no_more_and_stays_what_it_was(
    deal: Deal, partner_rep: User, admin: User, clock: Clock
) -> None:
    breach = filed(deal, partner_rep)
    decide_breach(breach, confirm=True, text="They did.", acting_user=admin)
    judge(MONDAY)
    assert alerts().filter(archived_on=None).count() == 2
    clock.turn(days=2)
    take_back_breach(breach, text="It was another customer.", acting_user=admin)

    def confirmed(day: dt.date) -> list[int]:
        rows = Finding.objects.filter(run__as_of=day, canary=CANARY.name)
        return [row.evidence["confirmed"] for row in rows]

    # On Tuesday it stood confirmed, and stays so.
    judge(MONDAY + dt.timedelta(days=1))
    assert confirmed(MONDAY + dt.timedelta(days=1)) == [1, 1]
    assert alerts().filter(archived_on=None).count() == 2
    judge(MONDAY + dt.timedelta(days=2))
    assert confirmed(MONDAY + dt.timedelta(days=2)) == []
    assert not alerts().filter(archived_on=None).exists()


def test_three_are_critical_for_a_team_that_did_one_to_each_of_three(
    deal: Deal, submitted: Callable[..., Deal], make_partner: Callable[..., Partner],
    make_user: Callable[..., User], admin: User,
) -> None:  # fmt: skip
    deals = [deal]
    for number in (7, 8):
        other = make_partner(f"P-{number}", f"Partner {number}")
        rep = make_user(f"Rep {number}", Role.PARTNER_REP, other)
        deals.append(submitted(other, rep, name=f"Customer {number}"))
    for each in deals:
        decide_breach(filed(each, admin), confirm=True, text="Yes.", acting_user=admin)
    waived = filed(deal, admin)
    decide_breach(waived, confirm=False, text="No.", acting_user=admin)
    judge(MONDAY)
    severities = dict(alerts().values_list("scope", "severity"))
    assert severities == {Scope.PARTNER: Severity.WARNING, Scope.DIRECT_TEAM: Severity.CRITICAL}
    assert alerts().count() == 4
    health = {row.partner_id: row for row in PartnerHealth.objects.current()}
    (term,) = [t for t in health[deal.partner_id].terms if t["canary"] == CANARY.name]
    assert (term["warning"], term["critical"], term["points"]) == (1, 0, 15)


def test_who_registered_something_is_judged(deal: Deal, other_partner: Partner) -> None:
    judge(MONDAY - dt.timedelta(days=1))
    assert CANARY.name not in PartnerHealth.objects.current().get(partner=deal.partner).judged
    judge(MONDAY)
    health = {row.partner_id: row.judged for row in PartnerHealth.objects.current()}
    assert CANARY.name in health[deal.partner_id]
    assert CANARY.name not in health[other_partner.pk]


def test_the_page_explains_it(deal: Deal, admin: User, sign_in: Callable[[User], Client]) -> None:
    decide_breach(filed(deal, admin), confirm=True, text="Yes.", acting_user=admin)
    judge(MONDAY)
    client = sign_in(admin)
    for alert in alerts():
        page = client.get(f"/alerts/{alert.public_id}/").content.decode()
        assert "1 confirmed breach of the rules of engagement by our direct sales" in page
        assert deal.number in page
        assert "whatever the money" in page
    assert "Key accounts" in client.get("/alerts/").content.decode()
    assert client.get("/alerts/canaries/").status_code == 200


# --- Moved to direct ---------------------------------------------------------------------------


@pytest.fixture
def sold(tmp_path: Path, partner: Partner, storage: ProductLine, clock: Clock) -> Any:
    """Loads lines of one customer: `sold(("2025-06-15", partner, 60))`; None sells direct."""
    source, _ = Source.objects.get_or_create(name="erp")
    Product.objects.create(sku="P1", name="Array", line=storage)
    files = iter(range(100))

    def load(*lines: tuple[str, Partner | None, int], kind: str = "billing", **more: Any) -> None:
        number = next(files)
        path = tmp_path / f"moved{number}.csv"
        with path.open("w", newline="") as file:
            rows = csv.writer(file)
            rows.writerow(["invoice", "line", "date", "reseller", "customer", "product", "amount"])
            for place, (day, seller, amount) in enumerate(lines):
                if seller:
                    PartnerExternalId.objects.get_or_create(
                        source=source, external_id=seller.number, defaults={"partner": seller}
                    )
                name = seller.number if seller else ""
                rows.writerow([f"{number}-{place}", "1", day, name, "Fenwick Mills", "P1", amount])
        call_command(
            "import_file", "sales", str(path), source="erp",
            set=[f"kind={kind}", f"currency={more.get('currency', 'USD')}"],
        )  # fmt: skip
        Product.objects.exclude(sku="P1").update(line=storage)

    return load


def moved() -> list[Breach]:
    return list(Breach.objects.filter(kind=BreachKind.MOVED))


def looked(day: dt.date = MONDAY) -> list[Breach]:
    """What the ledger holds after a look."""
    enter_moved(day)
    return moved()


def test_a_customer_that_came_by_half_through_a_partner_and_buys_direct_is_suspected(
    sold: Any, partner: Partner, other_partner: Partner
) -> None:
    sold(
        ("2025-06-15", partner, 50), ("2025-07-15", other_partner, 50), ("2026-02-10", None, 40),
        ("2026-02-20", None, 10),
    )  # fmt: skip
    found = {breach.partner: breach for breach in looked()}
    assert set(found) == {partner, other_partner}
    breach = found[partner]
    assert (breach.happened_on, breach.amount, breach.state) == (
        dt.date(2026, 2, 10), 50, BreachState.SUSPECTED,
    )  # fmt: skip
    assert "50.00% came through Alpha Systems" in breach.evidence
    assert len(looked()) == 2


def test_less_than_half_an_old_purchase_or_another_line_is_no_move(
    sold: Any, partner: Partner, other_partner: Partner, network: ProductLine
) -> None:
    sold(
        ("2025-06-15", partner, 49), ("2025-07-15", None, 51), ("2026-02-10", None, 40),
    )  # fmt: skip
    assert looked() == []
    # 90 days later the direct purchase is not new any more.
    assert looked(dt.date(2026, 5, 11)) == []


def test_a_partner_s_share_is_of_the_year_before_the_first_new_purchase(
    sold: Any, partner: Partner
) -> None:
    sold(("2025-02-09", partner, 100), ("2026-02-10", None, 40))
    assert looked() == []
    sold(("2025-02-10", partner, 100))
    assert [breach.partner for breach in looked()] == [partner]


def test_a_return_of_everything_is_no_purchase(sold: Any, partner: Partner) -> None:
    sold(("2025-06-15", partner, 100), ("2026-02-10", None, 40), ("2026-02-11", None, -40))
    assert looked() == []


def test_without_a_plan_rate_the_share_is_not_known(sold: Any, partner: Partner) -> None:
    sold(("2025-06-15", partner, 100), currency="DKK")
    sold(("2026-02-10", None, 40))
    assert looked() == []


def test_what_was_provably_logged_before_the_submission_is_no_move(
    sold: Any, partner: Partner, partner_rep: User, direct: User, storage: ProductLine,
    submitted: Callable[..., Deal], clock: Clock,
) -> None:  # fmt: skip
    sold(("2025-06-15", partner, 100), ("2026-02-10", None, 40))
    customer = Customer.objects.get(name="Fenwick Mills")
    clock.now = dt.datetime(2026, 1, 5, 9, tzinfo=dt.UTC)
    logged = log_direct(
        customer=customer, product_line=storage, acting_user=direct, account_name="Fenwick Mills",
        direct_team="Key accounts",
    )  # fmt: skip
    clock.turn(days=1)
    deal = submitted(partner, partner_rep)
    Deal.objects.update(customer=customer)
    assert looked() == []
    # Logged after the submission it counts, with its team and the deal.
    type(logged).objects.update(logged_at=clock.turn(days=1))
    (breach,) = looked()
    assert (breach.direct_team, breach.deal_id) == ("Key accounts", deal.pk)
    assert breach.direct_opportunity_id == logged.pk


def test_a_decided_move_is_not_raised_again_within_a_year(
    sold: Any, partner: Partner, admin: User
) -> None:
    sold(("2025-06-15", partner, 100), ("2026-02-10", None, 40))
    (breach,) = looked()
    decide_breach(breach, confirm=False, text="They asked for it.", acting_user=admin)
    assert looked() == [breach]


def test_the_beat_looks_once_a_day_and_a_person_confirms(
    sold: Any, partner: Partner, admin: User, clock: Clock
) -> None:
    cache.delete(f"deals-moved-{MONDAY}")
    suspect_moved()
    assert moved() == []
    sold(("2025-06-15", partner, 100), ("2026-02-10", None, 40))
    suspect_moved()
    assert moved() == []
    clock.turn(days=1)
    cache.delete(f"deals-moved-{clock.now.date()}")
    suspect_moved()
    (breach,) = moved()
    judge(clock.now.date())
    assert not alerts().exists()
    decide_breach(breach, confirm=True, text="Taken.", acting_user=admin)
    judge(clock.now.date())
    alert = alerts().get()
    assert (alert.subject, alert.money) == (partner.pk, 40)
