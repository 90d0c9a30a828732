"""Small declines of satisfaction, by cause and respondent, and whom they are told to."""

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from alerts import actions
from alerts.canaries.satisfaction_decline import SatisfactionDecline
from alerts.models import Alert
from alerts.night import night
from alerts.verdicts import Outcome, Scope
from channelhub.lib import months
from customers.models import Customer
from imports.models import Source
from partners.models import Partner, PartnerTier
from satisfaction.models import PulseAnswer, SurveyAnswer
from tests.conftest import LONG_AGO

from .conftest import monthly

CANARY = SatisfactionDecline()
AS_OF = dt.date(2025, 12, 31)
SPREAD = (3, 4, 5, 4)
Make = Callable[..., Partner]


def say(
    partner: Partner | None,
    *,
    quarterly: int = 24,
    lower: int = 0,
    lower_quarters: int = 2,
    cause: str = "partner",
    respondent: str = "customer",
    **more: Any,
) -> None:
    """Answers of ten quarters to the end of 2025; in the newest ones some points lower."""
    source, _ = Source.objects.get_or_create(name="survey")
    rows = []
    for back in range(10):
        day = months.add_months(dt.date(2025, 11, 1), -3 * back)
        less = lower if back < lower_quarters else 0
        for each in range(quarterly):
            score = SPREAD[each % len(SPREAD)] - less
            rows.append(
                SurveyAnswer(
                    partner=partner, respondent=respondent, cause=cause, scale="csat", score=score,
                    answered_on=day, known_on=day, source=source,
                    external_id=f"{partner}-{cause}-{respondent}-{day}-{each}", **more,
                )
            )  # fmt: skip
    SurveyAnswer.objects.bulk_create(rows)


def verdicts() -> dict[tuple[str, str], Any]:
    """By scope and cause."""
    found = CANARY.verdicts(night(AS_OF), CANARY.limits, 0, 2**62)
    return {(each.scope, each.finding_class): each for each in found}


def test_a_drop_fires_for_its_cause_and_not_for_the_others(partner: Partner) -> None:
    say(partner, lower=1)
    say(partner, cause="product")
    found = verdicts()
    fell = found[Scope.SATISFACTION, "partner"]
    assert fell.outcome is Outcome.FIRES
    assert fell.value == Decimal(1)
    assert fell.partners == (partner.pk,)
    assert found[Scope.SATISFACTION, "product"].outcome is Outcome.CLEARS
    assert [each["count"] for each in fell.evidence["windows"]] == [192, 24, 24]


def test_too_few_answers_are_silent_at_the_partner_and_pooled(
    partner: Partner, other_partner: Partner
) -> None:
    for each in (partner, other_partner):
        PartnerTier.objects.create(partner=each, tier="Gold", valid=LONG_AGO)
        say(each, quarterly=12, lower=1)
    found = list(CANARY.verdicts(night(AS_OF), CANARY.limits, 0, 2**62))
    assert {each.scope for each in found} == {Scope.POOL}
    named = {each.evidence["pool"] for each in found}
    assert named == {"Partners with few answers", "Partners of tier Gold"}
    assert {each.outcome for each in found} == {Outcome.FIRES}
    # A pool is told to those who see the channel.
    assert {each.partners for each in found} == {()}


def test_what_was_not_known_then_is_not_judged(partner: Partner) -> None:
    say(partner, lower=1)
    SurveyAnswer.objects.filter(answered_on__gte=dt.date(2025, 7, 1)).update(
        known_on=dt.date(2026, 1, 5)
    )
    assert verdicts() == {}


def test_two_scales_are_never_mixed(partner: Partner) -> None:
    say(partner)
    SurveyAnswer.objects.filter(answered_on__lt=dt.date(2023, 12, 1)).update(scale="nps", score=10)
    assert verdicts()[Scope.SATISFACTION, "partner"].outcome is Outcome.CLEARS


def test_the_pulse_is_watched_as_what_partners_say_of_us(make_known: Make, chief: User) -> None:
    for number in range(8):
        each = make_known(f"P{number}")
        rows = []
        for back in range(5):
            half = months.add_months(dt.date(2025, 7, 1), -6 * back)
            rows += [
                PulseAnswer(
                    partner=each, half=half, respondent=f"{who}@x.example", respondent_name="X",
                    overall=SPREAD[who] - (2 if back == 0 and who != 9 else 0),
                    answered_on=months.add_months(half, 4),
                )
                for who in range(4)
            ]  # fmt: skip
        PulseAnswer.objects.bulk_create(rows)
    fell = verdicts()[Scope.POOL, "not-stated"]
    assert fell.outcome is Outcome.FIRES
    assert fell.evidence["respondent"] == "partner"


@pytest.mark.parametrize(("cause", "health"), [("partner", True), ("product", False)])
def test_only_working_with_the_partner_lowers_its_health(
    make_known: Make, sell: Callable[..., None], manager: User, cause: str, *, health: bool
) -> None:
    partner = make_known("R", manager)
    sell(monthly(partner, "2024-01", "2025-12", "100"))
    say(partner, lower=1, cause=cause)
    actions.recompute(AS_OF)
    assert Alert.objects.get(canary=CANARY.name).partners.get() == partner
    row = partner.health.get()
    assert any(term["canary"] == CANARY.name for term in row.terms) == health
    assert (CANARY.name in row.judged) == health


def test_money_at_stake_is_what_the_accounts_that_answered_bought(
    make_known: Make, sell: Callable[..., None]
) -> None:
    partner = make_known("R")
    sell(monthly(partner, "2024-01", "2025-12", "100"))
    mill = Customer.objects.create(name="Mill")
    say(partner, lower=1)
    assert verdicts()[Scope.SATISFACTION, "partner"].money is None
    SurveyAnswer.objects.update(customer=mill)
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE sales_customer_month SET customer_id = %s, partner_id = %s",
            [mill.pk, partner.pk],
        )
    assert verdicts()[Scope.SATISFACTION, "partner"].money == Decimal(1200)


def test_it_ends_when_the_drop_is_no_more_than_chance_and_says_so(
    partner: Partner, manager: User, sign_in: Callable[[User], Client]
) -> None:
    say(partner, lower=1, lower_quarters=1, quarterly=40)
    actions.recompute(AS_OF)
    alert = Alert.objects.get(canary=CANARY.name)
    page = sign_in(manager).get(f"/alerts/{alert.public_id}/").content.decode()
    assert "Customers are less satisfied with working with the partner, by" in page
    assert "Student" not in page
    SurveyAnswer.objects.filter(answered_on__gte=dt.date(2025, 10, 1)).update(score=4)
    actions.recompute(AS_OF + dt.timedelta(days=1))
    alert.refresh_from_db()
    assert alert.end_reason == "the drop is no more than chance would make it"


def test_the_statements_do_not_grow_with_the_partners(make_known: Make) -> None:
    counts = []
    for number in range(6):
        say(make_known(f"P{number}"), lower=1, quarterly=16)
        if number in {1, 5}:
            tonight = night(AS_OF)
            with CaptureQueriesContext(
                connection,
            ) as asked:
                list(CANARY.verdicts(tonight, CANARY.limits, 0, 2**62))
            counts.append(len(asked))
    # What was said, our sales with each partner, what the accounts bought.
    assert counts == [3, 3]
