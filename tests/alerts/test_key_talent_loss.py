"""Key people who leave partners: the judgement at its edges, and through nights."""

import dataclasses
import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import User
from alerts import actions
from alerts.canaries.key_talent_loss import Class, KeyTalentLoss, Leaver, Talent, is_recent
from alerts.models import Alert, AlertChange, Change, PartnerHealth
from alerts.night import Night
from alerts.verdicts import Direction, Nature, Outcome, Severity
from channelhub.lib.months import months_before
from deals.actions.progress import set_lead, win_deal
from deals.actions.reviewing import approve_deal
from deals.models import Deal
from partners.models import Departure, Partner, PartnerStatus, Person
from tests.deals.conftest import Clock, clock, draft, network, storage, submitted

__all__ = ["clock", "draft", "network", "storage", "submitted"]

CANARY = KeyTalentLoss()
AS_OF = dt.date(2026, 8, 31)
NIGHT = Night(
    as_of=AS_OF,
    currency="USD",
    rates={"USD": Decimal(1)},
    feeds={},
    channel=Decimal(1_000_000),
    channel_to=dt.date(2026, 8, 1),
)
Make = Callable[..., Partner]


def left(day: str, *, learnt: str | None = None, returned: bool = False) -> Leaver:
    return Leaver(
        name="Ida",
        role="Sales lead",
        left_on=dt.date.fromisoformat(day),
        learnt_on=dt.date.fromisoformat(learnt or day),
        where_to="",
        returned=returned,
    )


def talent(*leavers: Leaver, **facts: Any) -> Talent:
    standard: dict[str, Any] = {
        "partner": 7, "ended": False, "people": 3, "leavers": leavers, "arrivals": (), "size": None
    }  # fmt: skip
    return Talent(**{**standard, **facts})


def outcome(*leavers: Leaver, **facts: Any) -> Outcome:
    return CANARY.judge(talent(*leavers, **facts), NIGHT, CANARY.limits).outcome


@pytest.mark.parametrize(
    ("leaver", "recent"),
    [
        # (as_of - 6 calendar months, as_of]: of 31 August, the last of February is outside.
        (left("2026-03-01"), True),
        (left("2026-02-28", learnt="2026-03-01"), False),
        (left("2026-08-31"), True),
        (left("2026-09-01"), False),
        # Learnt of in the last 60 days, with a date in the last 12 months.
        (left("2025-09-01", learnt="2026-08-31"), True),
        (left("2025-08-31", learnt="2026-08-31"), False),
        (left("2025-12-01", learnt="2026-07-03"), True),
        (left("2025-12-01", learnt="2026-07-02"), False),
    ],
)
def test_recent_is_six_calendar_months_or_learnt_of_lately(leaver: Leaver, recent: bool) -> None:  # noqa: FBT001
    assert is_recent(leaver, AS_OF, CANARY.limits) is recent


def test_nobody_known_is_unknown_and_somebody_who_stays_is_quiet() -> None:
    assert outcome(people=0) == Outcome.UNKNOWN
    assert outcome() == Outcome.QUIET
    assert outcome(left("2025-01-01")) == Outcome.QUIET


def test_an_ended_partner_raises_nothing() -> None:
    assert outcome(left("2026-08-01")) == Outcome.FIRES
    assert outcome(left("2026-08-01"), ended=True) == Outcome.HOLDS


def test_coming_back_reverses_it_only_when_nobody_is_missing() -> None:
    back = left("2026-07-01", returned=True)
    assert outcome(back) == Outcome.CLEARS
    assert outcome(back, left("2026-07-02")) == Outcome.FIRES
    # After the alert has aged, too; but not while another one who left is still away.
    assert outcome(left("2025-01-01", returned=True)) == Outcome.CLEARS
    assert outcome(left("2025-01-01", returned=True), left("2025-01-02")) == Outcome.QUIET


days = st.dates(dt.date(2024, 1, 1), dt.date(2026, 8, 31))


@given(st.lists(st.tuples(days, days, st.booleans()), max_size=5), st.booleans())
def test_only_somebody_missing_fires_and_only_returns_clear(
    rows: list[tuple[dt.date, dt.date, bool]],
    ended: bool,  # noqa: FBT001
) -> None:
    leavers = tuple(
        Leaver(name="x", role="", left_on=gone, learnt_on=max(gone, learnt), where_to="",
               returned=returned)
        for gone, learnt, returned in rows
    )  # fmt: skip
    verdict = CANARY.judge(talent(*leavers, ended=ended), NIGHT, CANARY.limits)
    missing = [each for each in leavers if not each.returned]
    if verdict.outcome == Outcome.FIRES:
        assert missing
        assert not ended
    if verdict.outcome == Outcome.CLEARS:
        assert not missing
    assert verdict.money is None
    assert verdict.evidence["known"] == 3


@given(st.dates(dt.date(1990, 1, 1), dt.date(2090, 1, 1)), st.integers(0, 400))
def test_months_before_keeps_the_day_where_the_month_has_it(day: dt.date, count: int) -> None:
    before = months_before(day, count)
    assert (day.year - before.year) * 12 + day.month - before.month == count
    assert before.day == day.day or (before + dt.timedelta(days=1)).month != before.month


@pytest.mark.parametrize(
    ("carried", "flagged", "key"),
    [("15", False, True), ("14.99", False, False), (None, False, False), (None, True, True)],
)
def test_key_is_flagged_or_carried_fifteen_percent(
    carried: str | None,
    flagged: bool,  # noqa: FBT001
    key: bool,  # noqa: FBT001
) -> None:
    share = None if carried is None else Decimal(carried)
    person = dataclasses.replace(
        left("2026-08-01"), flagged=flagged, carried=share, business=Decimal(5000)
    )
    verdict = CANARY.judge(talent(person), NIGHT, CANARY.limits)
    assert (verdict.outcome == Outcome.FIRES) is key
    assert verdict.money == (Decimal(5000) if key else None)
    assert verdict.severity == (Severity.CRITICAL if key else Severity.WATCH)


def test_what_somebody_who_is_back_carried_is_at_stake_no_more() -> None:
    back = dataclasses.replace(left("2026-08-01", returned=True), business=Decimal(5000))
    gone = dataclasses.replace(left("2026-08-01"), business=Decimal(700))
    assert CANARY.judge(talent(back, gone), NIGHT, CANARY.limits).money == Decimal(700)


# --- Through nights ----------------------------------------------------------------------------


@pytest.fixture
def person(partner: Partner) -> Person:
    known: Person = Person.objects.create(
        partner=partner, name="Ida Holm", role="Sales lead", key=True, known_on=dt.date(2025, 1, 1)
    )
    return known


def leave(person: Person, day: str, **facts: Any) -> Departure:
    gone = dt.date.fromisoformat(day)
    row: Departure = Departure.objects.create(
        person=person, left_on=gone, **{"known_on": gone, **facts}
    )
    return row


def judge(day: str) -> None:
    actions.recompute(dt.date.fromisoformat(day))


def alert() -> Alert:
    found: Alert = Alert.objects.get(canary=CANARY.name, direction=Direction.DOWN)
    return found


def test_a_leaver_opens_an_alert_that_ages_and_does_not_heal(person: Person) -> None:
    judge("2026-01-10")
    leave(person, "2026-01-12")
    judge("2026-01-12")
    assert alert().nature == Nature.RISK
    assert alert().evidence["people"][0]["name"] == "Ida Holm"
    judge("2026-07-11")
    assert alert().archived_on is None
    judge("2026-07-12")
    assert alert().archived_on == dt.date(2026, 7, 12)
    assert alert().ended_on is None
    assert not Alert.objects.open().exists()


def test_a_second_leaver_brings_an_archived_alert_back(person: Person) -> None:
    leave(person, "2026-01-12")
    judge("2026-01-12")
    judge("2026-07-12")
    other = Person.objects.create(
        partner=person.partner, name="Nils Berg", key=True, known_on=dt.date(2025, 1, 1)
    )
    leave(other, "2026-07-13")
    judge("2026-07-13")
    assert alert().archived_on is None
    changes = AlertChange.objects.filter(alert=alert(), change=Change.OPENED)
    assert {change.run.as_of for change in changes} == {
        dt.date(2026, 1, 12),
        dt.date(2026, 7, 13),
    }


def test_a_leaver_who_returns_ends_it(person: Person) -> None:
    gone = leave(person, "2026-01-12")
    judge("2026-01-12")
    gone.returned_on, gone.returned_known_on = dt.date(2026, 2, 1), dt.date(2026, 2, 5)
    gone.save()
    judge("2026-02-04")
    assert alert().ended_on is None
    judge("2026-02-05")
    assert alert().ended_on == dt.date(2026, 2, 5)
    assert alert().end_reason == "they came back"


def test_what_was_learnt_late_was_not_known_then(person: Person) -> None:
    leave(person, "2026-01-12", known_on=dt.date(2026, 7, 20))
    judge("2026-07-19")
    assert not Alert.objects.exists()
    judge("2026-07-20")
    assert alert().evidence["people"][0]["learnt"] == "2026-07-20"


def test_moving_to_another_partner_of_ours_is_an_opportunity_there(
    person: Person, other_partner: Partner
) -> None:
    leave(person, "2026-01-12", to_partner=other_partner)
    judge("2026-01-12")
    chance = Alert.objects.get(direction=Direction.UP)
    assert chance.nature == Nature.OPPORTUNITY
    assert list(chance.partners.all()) == [other_partner]
    assert alert().evidence["people"][0]["where_to"] == other_partner.name
    # The fifth question asks for losses: who gained somebody answers nothing.
    health = {row.partner: row for row in PartnerHealth.objects.current()}
    assert health[person.partner].moving == [CANARY.name]
    assert (health[other_partner].moving, health[other_partner].judged) == ([], [])


def test_who_is_not_key_and_prospects_raise_nothing(person: Person, other_partner: Partner) -> None:
    ordinary = Person.objects.create(
        partner=person.partner, name="Per", known_on=dt.date(2025, 1, 1)
    )
    leave(ordinary, "2026-01-12")
    prospect = Person.objects.create(
        partner=other_partner, name="Pia", key=True, known_on=dt.date(2025, 1, 1)
    )
    leave(prospect, "2026-01-12")
    PartnerStatus.objects.filter(partner=other_partner).update(status="prospect")
    judge("2026-01-12")
    assert not Alert.objects.exists()


def test_a_merged_partner_s_leaver_counts_at_its_root(
    person: Person, other_partner: Partner
) -> None:
    partner = person.partner
    partner.merged_into, partner.merged_on = other_partner, dt.date(2026, 1, 1)
    partner.save()
    leave(person, "2026-01-12")
    judge("2026-01-12")
    assert alert().subject == other_partner.pk


def test_a_person_known_makes_the_partner_judged(person: Person, other_partner: Partner) -> None:
    judge("2026-01-12")
    health = {row.partner_id: row for row in PartnerHealth.objects.current()}
    assert health[person.partner_id].judged == [CANARY.name]
    assert health[other_partner.pk].judged == []
    assert health[person.partner_id].score is None
    assert health[person.partner_id].terms == []


def test_the_explanation_names_who_left_and_what_ends_it(person: Person) -> None:
    leave(person, "2026-01-12", where_to="A rival")
    judge("2026-01-12")
    found = alert()
    assert CANARY.headline(found.finding_class, None, found.evidence) == "Key talent left: Ida Holm"
    told = CANARY.explain(found.finding_class, None, found.evidence)
    assert told.table
    assert [cell.value for cell in told.table.rows[0]] == [
        "Ida Holm", "Sales lead", dt.date(2026, 1, 12), dt.date(2026, 1, 12), None, "A rival"
    ]  # fmt: skip
    assert found.finding_class == Class.LEFT
    assert "come back" in CANARY.ends_when(found.finding_class, CANARY.limits)


@pytest.fixture
def rep(partner: Partner, partner_rep: User) -> Person:
    """Not marked as key talent; known by the address of an account."""
    known: Person = Person.objects.create(
        partner=partner, name="Rolf Rep", email=partner_rep.email.upper(),
        known_on=dt.date(2026, 1, 1),
    )  # fmt: skip
    return known


def test_who_carried_the_registered_business_is_key_and_its_value_is_at_stake(
    rep: Person, partner: Partner, partner_rep: User, partner_admin: User, admin: User,
    submitted: Callable[..., Deal], storage: Any, clock: Clock,
) -> None:  # fmt: skip
    mine = submitted(partner, partner_rep, name="Mine", lines={storage: 1500})
    submitted(partner, partner_admin, name="Hers", lines={storage: 8500})
    clock.turn(days=10)
    leave(rep, "2026-03-12")
    judge("2026-03-12")
    found = alert()
    assert found.money == Decimal(1500)
    (told,) = found.evidence["people"]
    assert told["name"] == "Rolf Rep"
    assert Decimal(told["carried"]) == 15
    # A larger pipeline of others, registered before: too little to be key.
    clock.turn(days=-5)
    submitted(partner, partner_admin, name="More", lines={storage: 100})
    judge("2026-03-13")
    found.refresh_from_db()
    assert found.archived_on == dt.date(2026, 3, 13)
    # Won later, what was ordered is at stake.
    clock.turn(days=8)
    Person.objects.update(key=True)
    approve_deal(mine, acting_user=admin)
    win_deal(mine, amount=Decimal(1200), acting_user=partner_rep)
    judge("2026-03-15")
    found.refresh_from_db()
    assert found.money == Decimal(1200)


def test_who_led_before_leaving_carried_it(
    rep: Person, partner: Partner, partner_rep: User, partner_admin: User,
    submitted: Callable[..., Deal], clock: Clock,
) -> None:  # fmt: skip
    deal = submitted(partner, partner_rep)
    leave(rep, "2026-03-20")
    clock.turn(days=10)
    set_lead(deal, lead=partner_admin, acting_user=partner_admin)
    judge("2026-03-20")
    assert alert().money == Decimal(50_000)


def test_business_that_others_lead_says_nothing_of_a_leaver(
    rep: Person, partner: Partner, partner_admin: User, submitted: Callable[..., Deal]
) -> None:
    submitted(partner, partner_admin)
    leave(rep, "2026-03-20")
    judge("2026-03-20")
    assert not Alert.objects.filter(canary=CANARY.name).exists()
