"""From sales files to alerts: what opens, refreshes and ends them, and what does not."""

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection

from alerts import actions
from alerts.canaries import CANARIES
from alerts.models import Alert, AlertChange, Change, Finding, Run
from alerts.night import night
from alerts.report import alerts, verdicts
from alerts.tasks import judge_night
from alerts.verdicts import Nature, Outcome, Severity
from imports.models import Source
from partners.models import Partner, PartnerExternalId, PartnerStatus, Status

from .conftest import monthly

CANARY = CANARIES["our-sales-shift"]
YEAR_END = dt.date(2025, 12, 31)

Sell = Callable[..., None]
Make = Callable[..., Partner]


def said(as_of: dt.date) -> dict[str, dict[str, Any]]:
    """What the canary says, by partner number."""
    return {each["partner"]: each for each in verdicts(CANARY, as_of)}


@pytest.fixture
def steady(make_known: Make) -> Partner:
    """Gives the channel its size: 1,000 a month throughout."""
    return make_known("S")


@pytest.fixture
def falling(make_known: Make, steady: Partner, sell: Sell) -> Partner:
    """Half of what it was, all of 2025 against all of 2024."""
    partner = make_known("F")
    sell(
        [
            *monthly(steady, "2024-01", "2025-12", "1000"),
            *monthly(partner, "2024-01", "2024-12", "200"),
            *monthly(partner, "2025-01", "2025-12", "100"),
        ]
    )
    return partner


# --- What a night says -------------------------------------------------------------------------


def test_a_fall_opens_an_alert_that_explains_itself(falling: Partner) -> None:
    run = actions.recompute(YEAR_END)
    alert = Alert.objects.get(canary=CANARY.name)
    assert list(alert.partners.all()) == [falling]
    assert (alert.nature, alert.severity) == (Nature.RISK, Severity.CRITICAL)
    assert (alert.value, alert.money) == (Decimal(-50), Decimal(1200))
    windows = alert.evidence["windows"]
    assert (windows["prior"]["from"], windows["prior"]["to"]) == ("2024-01-01", "2024-12-31")
    assert (windows["current"]["from"], windows["current"]["to"]) == ("2025-01-01", "2025-12-31")
    assert Decimal(windows["prior"]["amount"]) == 2400
    assert Decimal(windows["current"]["amount"]) == 1200
    assert Decimal(alert.evidence["channel"]) == 13_200
    assert (alert.first_seen, alert.last_seen) == (YEAR_END, YEAR_END)
    assert run.published_at is not None


def test_a_covered_month_without_rows_is_zero(make_known: Make, sell: Sell) -> None:
    partner = make_known("P")
    sell(
        [
            *monthly(partner, "2024-01", "2024-12", "100"),
            *monthly(partner, "2025-01", "2025-06", "100"),
        ]
    )
    assert said(YEAR_END)["P"]["value"] == -50


def test_a_month_that_is_not_covered_holds_the_window_back(make_known: Make, sell: Sell) -> None:
    partner = make_known("P")
    sell(monthly(partner, "2023-12", "2025-12", "100"), covers="2023-12..2025-11")
    found = said(YEAR_END)["P"]
    assert found["windows"]["current"]["to"] == "2025-11-30"
    assert found["class"] == "within"


def test_a_month_counts_when_its_last_day_is_over(make_known: Make, sell: Sell) -> None:
    partner = make_known("P")
    sell(monthly(partner, "2023-12", "2025-12", "100"), covers="2023-12..2025-12")
    before, after = (said(YEAR_END - dt.timedelta(days=days))["P"] for days in (1, 0))
    assert before["windows"]["current"]["to"] == "2025-11-30"
    assert after["windows"]["current"]["to"] == "2025-12-31"


def test_23_covered_months_are_not_enough_history(make_known: Make, sell: Sell) -> None:
    sell(monthly(make_known("P"), "2024-02", "2025-12", "100"), covers="2024-02..2025-12")
    assert said(YEAR_END)["P"]["class"] == "not enough history"


def test_a_gap_in_the_coverage_is_not_enough_history(make_known: Make, sell: Sell) -> None:
    partner = make_known("P")
    sell(monthly(partner, "2024-01", "2025-05", "100"), covers="2024-01..2025-05")
    sell(monthly(partner, "2025-07", "2025-12", "100"), covers="2025-07..2025-12")
    assert said(YEAR_END)["P"]["class"] == "not enough history"


@pytest.mark.parametrize(("as_of", "stale"), [("2026-03-17", False), ("2026-03-18", True)])
def test_over_45_days_late_is_stale_and_clears_nothing(
    falling: Partner, as_of: str, *, stale: bool
) -> None:
    actions.recompute(YEAR_END)
    found = said(dt.date.fromisoformat(as_of))["F"]
    assert found["stale"] is stale
    assert found["class"] == "down"
    assert found["outcome"] == ("unknown" if stale else "fires")
    actions.recompute(dt.date.fromisoformat(as_of))
    assert Alert.objects.get(canary=CANARY.name).ended_on is None


def test_a_correction_counts_from_the_day_it_was_known(
    falling: Partner, sell: Sell, on: Callable[[str], None]
) -> None:
    on("2026-01-10")
    sell([("F-202506", "2025-06-15", "F", "1300")], covers="2025-06..2025-06", history=False)
    assert said(dt.date(2026, 1, 9))["F"]["value"] == -50
    assert said(dt.date(2026, 1, 10))["F"]["value"] == 0


def test_a_merged_partner_counts_at_its_root_from_the_day_of_the_merge(
    make_known: Make, falling: Partner, sell: Sell
) -> None:
    other = make_known("M")
    sell(monthly(other, "2025-01", "2025-12", "100"))
    Partner.objects.filter(pk=other.pk).update(merged_into=falling, merged_on="2025-12-31")
    assert {"F", "M"} <= said(dt.date(2025, 12, 30)).keys()
    after = said(YEAR_END)
    assert "M" not in after
    assert after["F"]["value"] == 0


def test_prospects_are_judged_by_no_canary(make_known: Make, sell: Sell) -> None:
    partner = make_known("P")
    sell(monthly(partner, "2024-01", "2024-12", "100"))
    PartnerStatus.objects.filter(partner=partner).update(status=Status.PROSPECT)
    assert "P" not in said(YEAR_END)


def test_an_ended_partner_raises_no_lost(make_known: Make, sell: Sell) -> None:
    partner = make_known("P")
    sell(monthly(partner, "2024-01", "2024-12", "100"))
    PartnerStatus.objects.filter(partner=partner).update(status=Status.ENDED)
    assert said(YEAR_END)["P"]["class"] == "lost"
    actions.recompute(YEAR_END)
    assert not Alert.objects.exists()


def test_both_windows_use_the_plan_rate_of_the_day(
    make_known: Make, sell: Sell, tmp_path: Any
) -> None:
    partner = make_known("P")
    sell(monthly(partner, "2024-01", "2025-12", "100"), currency="EUR")
    assert said(YEAR_END)["P"]["class"] == "no plan rate"
    assert night(YEAR_END).missing_rates == ("EUR",)
    rates = tmp_path / "rates.csv"
    rates.write_text(
        "type,currency,start,end,rate\n"
        "plan,EUR,2024-01-01,2024-12-31,1.5\n"
        "plan,EUR,2025-01-01,2025-12-31,1.1\n"
    )
    call_command("import_file", "rates", str(rates), source="treasury")
    found = said(YEAR_END)["P"]
    assert (found["class"], found["value"]) == ("within", 0)
    assert found["windows"]["prior"]["amount"] == pytest.approx(1320)


# --- What ends an alert ------------------------------------------------------------------------


def test_a_state_alert_ends_under_three_quarters_of_the_threshold(
    falling: Partner, sell: Sell, on: Callable[[str], None]
) -> None:
    actions.recompute(YEAR_END)
    on("2026-01-10")
    sell([("F-late", "2025-06-20", "F", "780")], covers="2025-06..2025-06", history=False)
    actions.recompute(dt.date(2026, 1, 10))  # -17.5%: neither fires nor clears
    assert Alert.objects.get(canary=CANARY.name).ended_on is None
    on("2026-01-11")
    sell([("F-late2", "2025-06-21", "F", "120")], covers="2025-06..2025-06", history=False)
    actions.recompute(dt.date(2026, 1, 11))  # -12.5%
    alert = Alert.objects.get(canary=CANARY.name)
    assert alert.ended_on == dt.date(2026, 1, 11)
    assert alert.end_reason == "back under the threshold, at -12.50%"
    ended = AlertChange.objects.get(change=Change.ENDED)
    assert ended.run.as_of == dt.date(2026, 1, 11)


def test_a_turn_ends_one_alert_and_opens_another(
    falling: Partner, sell: Sell, on: Callable[[str], None]
) -> None:
    actions.recompute(YEAR_END)
    on("2026-01-10")
    sell([("F-big", "2025-06-20", "F", "9000")], covers="2025-06..2025-06", history=False)
    actions.recompute(dt.date(2026, 1, 10))
    ended, opened = Alert.objects.order_by("id")
    assert (ended.direction, ended.end_reason) == ("down", "turned the other way, at 325.00%")
    assert (opened.direction, opened.nature, opened.ended_on) == ("up", "opportunity", None)
    assert opened.baseline is False


def test_lost_ends_by_buying_again_and_not_by_age(make_known: Make, sell: Sell) -> None:
    steady, lost = make_known("S"), make_known("L")
    sell(
        [
            *monthly(steady, "2022-01", "2025-12", "1000"),
            *monthly(lost, "2022-01", "2023-12", "100"),
        ],
        covers="2022-01..2025-12",
    )
    actions.recompute(dt.date(2024, 12, 31))
    assert Alert.objects.get(canary=CANARY.name).finding_class == "lost"
    actions.recompute(YEAR_END)
    assert said(YEAR_END)["L"]["class"] == "inactive"
    alert = Alert.objects.get(canary=CANARY.name)
    assert (alert.ended_on, alert.finding_class) == (None, "lost")


def test_more_at_stake_is_told_as_worse(
    make_known: Make, sell: Sell, on: Callable[[str], None]
) -> None:
    steady, partner = make_known("S"), make_known("P")
    sell(
        [
            *monthly(steady, "2024-01", "2025-12", "10000"),
            *monthly(partner, "2024-01", "2024-12", "100"),
            *monthly(partner, "2025-01", "2025-12", "70"),
        ]
    )
    actions.recompute(YEAR_END)
    assert Alert.objects.get(canary=CANARY.name).severity == Severity.WARNING
    on("2026-01-10")
    sell([("P-return", "2025-06-20", "P", "-400")], covers="2025-06..2025-06", history=False)
    actions.recompute(dt.date(2026, 1, 10))
    assert Alert.objects.get(canary=CANARY.name).severity == Severity.CRITICAL
    change = AlertChange.objects.get(change=Change.WORSE)
    assert (change.severity_before, change.severity_after) == ("warning", "critical")


# --- Nights ------------------------------------------------------------------------------------


def test_the_first_night_is_a_baseline_and_the_first_after_a_history_load_too(
    falling: Partner, make_known: Make, sell: Sell
) -> None:
    first = actions.recompute(YEAR_END)
    second = actions.recompute(dt.date(2026, 1, 1))
    sell(monthly(make_known("N"), "2025-01", "2025-12", "100"))
    third = actions.recompute(dt.date(2026, 1, 2))
    baselines = [run.canaries.get(canary=CANARY.name).baseline for run in (first, second, third)]
    assert baselines == [True, False, True]
    assert Alert.objects.filter(baseline=True).count() == 2


def test_a_second_run_of_the_same_night_writes_no_row(falling: Partner) -> None:
    actions.recompute(YEAR_END)
    before = _written()
    actions.recompute(YEAR_END)
    assert _written() == before
    Finding.objects.filter(finding_class="down").update(value=None)
    assert _written() > before  # the gauge moves when something is written


def _written() -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT sum(n_tup_ins + n_tup_upd + n_tup_del) FROM pg_stat_xact_user_tables"
        )
        return int(cursor.fetchone()[0])


def test_a_replay_of_an_old_date_touches_no_alert(falling: Partner) -> None:
    actions.recompute(YEAR_END)
    before = list(Alert.objects.values())
    replay = actions.recompute(dt.date(2025, 12, 30))
    assert replay.replay
    assert replay.findings.exists()
    assert list(Alert.objects.values()) == before
    newest = Run.objects.newest()
    assert newest is not None
    assert newest.as_of == YEAR_END


def test_alerts_of_a_day_without_a_run_are_computed_and_nothing_is_written(
    falling: Partner,
) -> None:
    computed = alerts(YEAR_END)
    assert not Run.objects.exists()
    assert not Finding.objects.exists()
    actions.recompute(YEAR_END)
    read = alerts(YEAR_END)
    assert (
        [(each["partner"], each["money"], each["class"]) for each in computed]
        == [(each["partner"], each["money"], each["class"]) for each in read]
        != []
    )


@pytest.mark.parametrize(
    ("now", "due"),
    [
        ("2026-01-02T02:14:59", "2025-12-31"),
        ("2026-01-02T02:15:00", "2026-01-01"),
        # Europe/Berlin loses 02:00 to 03:00 on this day, and has it twice on the other.
        ("2026-03-29T01:59:59", "2026-03-27"),
        ("2026-03-29T03:00:00", "2026-03-28"),
        ("2026-10-25T02:14:00", "2026-10-23"),
        ("2026-10-25T02:30:00", "2026-10-24"),
    ],
)
def test_the_night_of_a_day_starts_at_a_quarter_past_two(now: str, due: str) -> None:
    assert actions.due_date(dt.datetime.fromisoformat(now)) == dt.date.fromisoformat(due)


def test_two_beats_make_one_run(falling: Partner, on: Callable[[str], None]) -> None:
    on("2026-01-01T03:00:00")
    for _ in range(2):
        actions.recompute_due()
    run = Run.objects.get()
    judge_night(run.pk)
    judge_night(run.pk)
    run.refresh_from_db()
    assert (run.as_of, run.attempts, run.state) == (YEAR_END, 1, "done")
    assert Alert.objects.count() == 1
    on("2026-01-01T03:05:00")
    actions.recompute_due()
    assert Run.objects.count() == 1


def test_a_night_left_by_a_dead_worker_is_taken_over(falling: Partner, settings: Any) -> None:
    settings.WORK_LEASE_SECONDS = -1
    run = Run.objects.create(as_of=YEAR_END)
    assert run.claim()  # and its worker dies
    judge_night(run.pk)
    run.refresh_from_db()
    assert (run.state, run.attempts) == ("done", 2)
    assert Alert.objects.count() == 1


def test_a_night_that_fails_five_times_is_dead_and_visible(
    falling: Partner, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any) -> None:
        raise RuntimeError("no disk")

    monkeypatch.setattr(actions, "publish", fail)
    run = Run.objects.create(as_of=YEAR_END)
    for _ in range(5):
        with pytest.raises(RuntimeError):
            judge_night(run.pk)
    judge_night(run.pk)
    run.refresh_from_db()
    assert (run.state, run.attempts) == ("dead", 5)
    assert "no disk" in run.error
    assert not Alert.objects.exists()


def test_a_threshold_that_people_set_is_judged_by(falling: Partner, admin: Any) -> None:
    actions.set_thresholds(CANARY, values={"change": Decimal(60)}, acting_user=admin)
    assert said(YEAR_END)["F"]["class"] == "within"
    actions.recompute(YEAR_END)
    assert Finding.objects.get(finding_class="within", value=-50).outcome == Outcome.HOLDS


def test_a_partner_that_nobody_reports_is_inactive_also_when_one_feed_that_knows_it_is_late(
    make_known: Make, sell: Sell
) -> None:
    steady, quiet = make_known("S"), make_known("Q")
    late, _ = Source.objects.get_or_create(name="disti")
    for partner in (steady, quiet):
        PartnerExternalId.objects.create(partner=partner, source=late, external_id=partner.number)
    sell(monthly(steady, "2023-01", "2025-12", "10"), covers="2023-01..2025-12")
    sell(monthly(steady, "2023-01", "2025-11", "10"), covers="2023-01..2025-11", source="disti")
    found = said(YEAR_END)["Q"]
    assert (found["class"], found["windows"]["current"]["to"]) == ("inactive", "2025-11-30")


def test_the_alert_of_a_merged_partner_ends_and_says_where_its_sales_count(
    make_known: Make, falling: Partner
) -> None:
    actions.recompute(YEAR_END)
    root = make_known("ROOT")
    Partner.objects.filter(pk=falling.pk).update(merged_into=root, merged_on="2026-01-01")
    actions.recompute(dt.date(2026, 1, 1))
    mine = Alert.objects.get(partners=falling)
    assert mine.ended_on == dt.date(2026, 1, 1)
    assert mine.end_reason == "its sales count at partner ROOT since 1 January 2026"
    assert Alert.objects.get(partners=root).ended_on is None


@pytest.mark.parametrize(("first", "ramping"), [("2023-12", False), ("2024-01", True)])
def test_a_first_purchase_before_the_prior_window_is_no_ramp(
    make_known: Make,
    sell: Sell,
    first: str,
    ramping: bool,  # noqa: FBT001
) -> None:
    partner = make_known("A")
    lines = [
        *monthly(partner, first, first, "10"),
        *monthly(partner, "2024-06", "2024-12", "100"),
        *monthly(partner, "2025-01", "2025-12", "200"),
    ]
    sell(lines, covers="2023-12..2025-12")
    assert said(YEAR_END)["A"]["ramping"] is ramping
