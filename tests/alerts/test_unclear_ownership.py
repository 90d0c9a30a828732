"""Whether it is clear who works what is open: the judgement at its edges, and through nights."""

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import User
from alerts import actions
from alerts.canaries.unclear_ownership import (
    Class,
    Opportunity,
    Ownership,
    UnclearOwnership,
    outcome_of,
)
from alerts.models import Alert, Finding, PartnerHealth
from alerts.night import Night
from alerts.verdicts import Outcome, Scope, Severity, Verdict
from deals.actions.direct import log_direct
from deals.actions.progress import flag_unclear, settle_flag, update_progress, withdraw
from deals.models import Deal
from partners.models import Partner
from sales.models import ProductLine
from tests.deals.conftest import Clock, clock, draft, network, storage, submitted

__all__ = ["clock", "draft", "network", "storage", "submitted"]

CANARY = UnclearOwnership()
MONDAY = dt.date(2026, 3, 2)
NIGHT = Night(
    as_of=MONDAY, currency="USD", rates={"USD": Decimal(1)}, feeds={},
    channel=Decimal(1_000_000), channel_to=dt.date(2026, 2, 1),
)  # fmt: skip


def opportunity(value: int | None = 100, *why: str) -> Opportunity:
    amount = None if value is None else Decimal(value)
    return Opportunity(name="R-1", customer="Fenwick", why=why, value=amount)


def judged(*found: Opportunity, **limits: int) -> Verdict:
    facts = Ownership(scope=Scope.PARTNER, subject=7, team="", open=found, size=Decimal(10))
    chosen = {name: Decimal(value) for name, value in limits.items()}
    return CANARY.judge(facts, NIGHT, {**CANARY.limits, **chosen})


# --- At its edges ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("unclear", "outcome"),
    [(0, Outcome.CLEARS), (2, Outcome.CLEARS), (3, Outcome.HOLDS), (4, Outcome.FIRES)],
)
def test_it_fires_at_the_threshold_and_clears_under_three_quarters(
    unclear: int, outcome: Outcome
) -> None:
    assert outcome_of(unclear, {**CANARY.limits, "opportunities": Decimal(4)}) == outcome


def test_one_is_enough_and_none_clears() -> None:
    assert judged(opportunity(100, "Nobody leads.")).outcome == Outcome.FIRES
    clear = judged(opportunity())
    assert (clear.outcome, clear.finding_class) == (Outcome.CLEARS, Class.CLEAR)
    nothing = judged()
    assert (nothing.outcome, nothing.finding_class) == (Outcome.CLEARS, Class.NOTHING_OPEN)
    assert (clear.money, nothing.money) == (None, None)


@pytest.mark.parametrize(
    ("value", "severity"),
    [(999, Severity.WATCH), (1000, Severity.WARNING), (4999, Severity.WARNING),
     (5000, Severity.CRITICAL), (None, Severity.WATCH)],
)  # fmt: skip
def test_severity_is_the_value_of_what_is_unclear(value: int | None, severity: Severity) -> None:
    verdict = judged(opportunity(value, "Nobody leads."), opportunity(90_000))
    assert verdict.severity == severity
    assert verdict.money == (None if value is None else value)


@given(st.lists(st.tuples(st.none() | st.integers(1, 10**9), st.booleans()), max_size=30))
def test_every_verdict_explains_itself(rows: list[tuple[int | None, bool]]) -> None:
    verdict = judged(*(opportunity(v, *(["Silent."] if unclear else [])) for v, unclear in rows))
    unclear = sum(each for _, each in rows)
    assert verdict.value == unclear
    assert (verdict.outcome == Outcome.FIRES) == (unclear > 0)
    told = CANARY.explain(verdict.finding_class, verdict.value, verdict.evidence)
    assert told.arithmetic
    assert CANARY.headline(verdict.finding_class, verdict.value, verdict.evidence)
    assert bool(told.table) == (unclear > 0)


# --- Through nights ----------------------------------------------------------------------------


@pytest.fixture
def deal(submitted: Callable[..., Deal], partner: Partner, partner_rep: User) -> Deal:
    return submitted(partner, partner_rep)


def judge(day: dt.date) -> None:
    actions.recompute(day)


def alerts() -> Any:
    return Alert.objects.filter(canary=CANARY.name)


def test_what_one_leads_is_clear_and_counts_as_judged(deal: Deal, other_partner: Partner) -> None:
    judge(MONDAY)
    assert not alerts().exists()
    health = {row.partner_id: row.judged for row in PartnerHealth.objects.current()}
    assert CANARY.name in health[deal.partner_id]
    assert CANARY.name not in health[other_partner.pk]


def test_a_flag_opens_it_and_an_answer_ends_it(
    deal: Deal, partner_rep: User, manager: User, clock: Clock
) -> None:
    Deal.objects.update(due_at=clock.now + dt.timedelta(days=90))
    judge(MONDAY)
    clock.turn(days=1)
    flag = flag_unclear(deal, text="Rolf or Paula?", acting_user=partner_rep)
    judge(MONDAY + dt.timedelta(days=1))
    alert = alerts().get()
    assert (alert.subject, alert.value, alert.money) == (deal.partner_id, 1, 50_000)
    assert list(alert.partners.all()) == [deal.partner]
    assert alert.evidence["opportunities"][0]["why"] == ["Flagged on 3 Mar 2026"]
    clock.turn(days=1)
    settle_flag(flag, answer="Rolf does.", acting_user=manager)
    # As known on the day before it was still open.
    judge(MONDAY + dt.timedelta(days=1))
    assert alerts().open().exists()
    judge(MONDAY + dt.timedelta(days=2))
    alert.refresh_from_db()
    assert (alert.ended_on, alert.end_reason) == (
        MONDAY + dt.timedelta(days=2), "it is clear who works it",
    )  # fmt: skip


def test_a_late_decision_and_silence_are_unclear(
    deal: Deal, partner_rep: User, clock: Clock
) -> None:
    judge(MONDAY + dt.timedelta(days=1))
    assert not alerts().exists()
    judge(MONDAY + dt.timedelta(days=2))
    (told,) = alerts().get().evidence["opportunities"]
    assert told["why"] == ["Our decision is late: it was due on 4 Mar 2026."]
    clock.turn(days=1)
    withdraw(deal, acting_user=partner_rep)
    judge(MONDAY + dt.timedelta(days=3))
    assert alerts().get().end_reason == "nothing is open"


def test_silence_is_counted_by_the_threshold(
    deal: Deal, admin: User, clock: Clock, partner_rep: User
) -> None:
    Deal.objects.update(due_at=clock.now + dt.timedelta(days=90))
    judge(MONDAY + dt.timedelta(days=19))
    assert not alerts().exists()
    judge(MONDAY + dt.timedelta(days=20))
    assert "Silent since 2 Mar 2026." in str(alerts().get().evidence)
    clock.turn(days=21)
    update_progress(deal, text="They answered.", acting_user=partner_rep)
    judge(MONDAY + dt.timedelta(days=21))
    assert not alerts().open().exists()
    actions.set_thresholds(CANARY, values={"silence_days": Decimal(5)}, acting_user=admin)
    judge(MONDAY + dt.timedelta(days=26))
    assert alerts().open().exists()


def test_a_direct_opportunity_is_unclear_on_both_sides_and_a_lead_of_ours_is_not(
    deal: Deal, direct: User, manager: User, storage: ProductLine, chief: User
) -> None:
    log_direct(
        customer=deal.customer, product_line=storage, acting_user=direct,
        direct_team="Key accounts", account_name="Fenwick Mills", amount=Decimal(70_000),
        currency="USD",
    )  # fmt: skip
    judge(MONDAY)
    ours = alerts().get(scope=Scope.DIRECT_TEAM)
    theirs = alerts().get(scope=Scope.PARTNER)
    assert (theirs.money, ours.money) == (50_000, 70_000)
    assert not ours.partners.exists()
    assert list(Alert.objects.visible_to(manager).filter(canary=CANARY.name)) == [theirs]
    assert ours in Alert.objects.visible_to(chief)


def test_two_partners_at_one_customer_are_told_to_our_people_alone(
    deal: Deal, submitted: Callable[..., Deal], other_partner: Partner, other_partner_admin: User
) -> None:
    submitted(other_partner, other_partner_admin)
    judge(MONDAY)
    found = {alert.subject: alert for alert in alerts()}
    assert set(found) == {deal.partner_id, other_partner.pk}
    words = str(found[deal.partner_id].evidence)
    assert "Overlaps with 1 other registration" in words
    assert other_partner.name not in words


def test_a_merged_partner_s_deals_count_at_its_root(deal: Deal, other_partner: Partner) -> None:
    Partner.objects.filter(pk=deal.partner_id).update(
        merged_into=other_partner, merged_on=dt.date(2026, 3, 3)
    )
    judge(MONDAY)
    judge(MONDAY + dt.timedelta(days=2))
    assert set(
        Finding.objects.filter(canary=CANARY.name, scope="partner").values_list(
            "run__as_of", "subject"
        )
    ) == {(MONDAY, deal.partner_id), (MONDAY + dt.timedelta(days=2), other_partner.pk)}


def test_judging_again_writes_nothing(deal: Deal, partner_rep: User) -> None:
    flag_unclear(deal, text="Who?", acting_user=partner_rep)
    judge(MONDAY)
    before = list(Finding.objects.values_list("pk"))
    judge(MONDAY)
    assert list(Finding.objects.values_list("pk")) == before


def test_the_page_explains_it(
    deal: Deal, partner_rep: User, chief: User, direct: User, storage: ProductLine,
    sign_in: Callable[[User], Client],
) -> None:  # fmt: skip
    log_direct(
        customer=deal.customer, product_line=storage, acting_user=direct,
        direct_team="Key accounts", account_name="Fenwick Mills",
    )  # fmt: skip
    judge(MONDAY)
    client = sign_in(chief)
    for alert in alerts():
        page = client.get(f"/alerts/{alert.public_id}/").content.decode()
        assert "Not clear who works 1 open opportunity" in page
        assert "Two lead" in page
    assert "Key accounts" in client.get("/alerts/").content.decode()
