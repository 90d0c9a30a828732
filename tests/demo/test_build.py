"""The demo as it is loaded and judged, on awkward days too."""

import datetime as dt
import io
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction
from django.test import Client, override_settings
from django.urls import reverse

from accounts.models import Organisation, Role, User
from alerts.canaries import CANARIES
from alerts.canaries.our_sales_shift import Class, OurSalesShift
from alerts.models import Alert, AlertChange, Change, Finding, PartnerHealth, Run, RunCanary
from alerts.panels import overnight
from alerts.scan import five_questions
from channelhub.demo.build import NotEmpty, Summary, build
from channelhub.demo.cast import PARTNER_OF_ACCOUNTS, PEOPLE
from channelhub.demo.stories import GONE_QUIET
from channelhub.demo_accounts import PASSWORD, ROLES
from customers.models import Customer
from deals.models import Breach, BreachKind, BreachState, Certification, Deal, Target
from deals.standing.attained import attained
from imports.models import Import
from partners.models import Action, Partner, PartnerNote, Status
from reviews.models import Interview
from sales.freshness import feed_freshness
from sales.models import Route, SalesLine

MANAGER = "manager@channelhub.example"
CLASSES = {
    "P-1301": "within",
    "P-1302": "down",
    "P-1306": "up",
    "P-1307": "lost",
    "P-1308": "new",
    "P-1309": "up",
    "P-1311": "lost",
    "P-1315": "no plan rate",
    "P-1316": "no comparable base",
    "P-1317": "inactive",
    "P-1111": "no comparable base",
    "P-1205": "new",
    "P-1207": "lost",
    "P-1401": "not enough history",
}
# What the newest night does, in the eyes of one manager.
OVERNIGHT = {
    ("P-1101", Change.OPENED),
    ("P-1102", Change.WORSE),
    ("P-1103", Change.ENDED),
    ("P-1104", Change.OPENED),
    ("P-1108", Change.BETTER),
    ("P-1310", Change.OPENED),
}


def past(day: int, hour: int) -> dt.datetime:
    """The last time before today that a month had this day, as late as this hour."""
    now = Organisation.current().now()
    found = now - dt.timedelta(days=1)
    while found.day != day:
        found -= dt.timedelta(days=1)
    return found.replace(hour=hour, minute=30)


@pytest.fixture(
    scope="module",
    params=[None, (1, 9), (2, 1), (31, 12)],
    ids=["now", "on the first", "early on the second", "on the last"],
)
def demo(
    request: pytest.FixtureRequest, django_db_setup: None, django_db_blocker: Any
) -> Iterator[Summary]:
    """The demo, made once for each of these times and read by every test of this file."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield build(past(*request.param) if request.param else None)
        transaction.set_rollback(True)


def our_sales(demo: Summary) -> Any:
    return Finding.objects.filter(run__as_of=demo.as_of, canary=OurSalesShift.name)


def test_every_canary_has_something_to_say(demo: Summary) -> None:
    open_now = Alert.objects.open()
    assert set(open_now.values_list("canary", flat=True)) == set(CANARIES)
    said = {(alert.canary, alert.finding_class, str(alert.direction)) for alert in open_now}
    assert said >= {
        ("own-sales-shift", "up", "up"),
        ("own-sales-shift", "down", "down"),
        ("key-customer-lost", "lost", "down"),
        ("key-customer-lost", "shrunk", "down"),
        ("key-customer-lost", "moved", "down"),
        ("line-card-move", "rose", "up"),
        ("line-card-move", "fell", "down"),
        ("line-card-move", "listed", "up"),
        ("line-card-move", "delisted", "down"),
        ("key-talent-loss", "left", "down"),
        ("key-talent-loss", "arrived", "up"),
        ("unclear-ownership", "unclear", "down"),
        ("direct-encroachment", "confirmed", "down"),
        ("satisfaction-decline", "partner", "down"),
        ("service-decline", "under", "down"),
        ("gone-quiet", "quiet", "down"),
        ("concentration", "one partner", "up"),
        ("stale-data", "late", "down"),
    }


def test_registrations_stand_in_every_state_and_a_customer_has_moved_to_direct(
    demo: Summary,
) -> None:
    states = set(Deal.objects.values_list("state", flat=True))
    assert states >= {"submitted", "needs-info", "approved", "rejected", "expired", "won", "lost"}
    # One for each product line.
    moved = list(Breach.objects.filter(kind=BreachKind.MOVED))
    assert {(str(each.customer), each.partner.number) for each in moved} == {
        ("Brackwater Ports", "P-1332")
    }
    for each in moved:
        assert each.state == BreachState.SUSPECTED
        assert "came through Yewtree Solutions" in each.evidence
        assert each.happened_on <= demo.as_of
    finding = Finding.objects.get(
        run__as_of=demo.as_of, canary="direct-encroachment", scope="partner",
        subject=Partner.objects.get(number="P-1332").pk,
    )  # fmt: skip
    assert "moved" in {entry["kind"] for entry in finding.evidence["entries"]}


def test_the_story_of_the_first_text_begins(demo: Summary) -> None:
    lost = Customer.objects.get(name="Greyfriars Group")
    alert = Alert.objects.get(canary="key-customer-lost", subject=lost.pk)
    assert alert.finding_class == "lost"
    assert [partner.number for partner in alert.partners.all()] == [PARTNER_OF_ACCOUNTS]
    assert PartnerNote.objects.filter(text__contains="tickets wait for days").exists()


def test_the_interview_of_the_story_finds_the_partners_support(demo: Summary) -> None:
    told: Any = Interview.objects.get(customer__name="Greyfriars Group")
    assert (told.state, told.cause, told.cause_partner.number) == (
        "done", "partner", PARTNER_OF_ACCOUNTS,
    )  # fmt: skip
    assert told.interviewer.email != MANAGER
    assert told.stated != told.found
    action = Action.objects.get(origin="interview")
    assert action.origin_id == told.public_id
    assert Interview.objects.unfinished().exists()


def test_some_are_certified_and_have_targets(demo: Summary) -> None:
    partner = Partner.objects.get(number=PARTNER_OF_ACCOUNTS)
    expired = [row.holds_on(demo.as_of) for row in Certification.objects.filter(partner=partner)]
    assert sorted(expired) == [False, True]
    targets = list(Target.objects.filter(partner=partner))
    assert [each.value is not None for each in attained(partner, targets, demo.as_of)] == [
        True, True,
    ]  # fmt: skip


def test_the_five_questions_are_answered_and_one_disagreement_is_a_task(demo: Summary) -> None:
    answers = {answer.canary.name: answer for answer in five_questions()}
    assert len(answers) == 5
    assert {answer.reply for answer in answers.values()} == {"yes"}
    assert all(answer.judged < answer.of for answer in answers.values())
    assert Action.objects.filter(origin="data").count() == 1


def test_health_is_told_with_its_terms_and_unknown_where_it_is(demo: Summary) -> None:
    scores = set(PartnerHealth.objects.current().values_list("score", flat=True))
    assert None in scores
    assert 100 in scores
    brightmoor = PartnerHealth.objects.current().get(partner__number=PARTNER_OF_ACCOUNTS)
    assert len(brightmoor.terms) == 5
    assert brightmoor.score is not None
    assert brightmoor.score < 50


def test_every_class_appears(demo: Summary) -> None:
    found = our_sales(demo)
    assert set(found.values_list("finding_class", flat=True)) == set(Class)


def test_partners_have_the_classes_of_their_stories(demo: Summary) -> None:
    numbers = dict(Partner.objects.values_list("pk", "number"))
    rows = our_sales(demo).values_list("subject", "finding_class")
    found = {numbers[subject]: name for subject, name in rows}
    assert {number: found[number] for number in CLASSES} == CLASSES


def test_stories_are_told_at_the_size_they_need(demo: Summary) -> None:
    risk = Alert.objects.get(partners__number="P-1302", canary=OurSalesShift.name)
    assert (risk.severity, risk.nature, risk.baseline) == ("critical", "risk", True)
    ramping = our_sales(demo).filter(evidence__ramping=True)
    assert {"P-1107", "P-1309"} == {
        Partner.objects.get(pk=finding.subject).number for finding in ramping
    }
    ended = Alert.objects.filter(partners__number="P-1311", canary=OurSalesShift.name)
    assert not ended.exists()


def test_the_newest_night_changes_what_the_manager_sees(demo: Summary) -> None:
    seen = overnight(User.objects.get(email=MANAGER))
    assert seen is not None
    assert seen.as_of == demo.as_of
    assert seen.baseline == 0
    changes = {
        (change.explained.concerned[0].partner.number, change.change.change)
        for change in seen.changes
    }
    assert changes >= OVERNIGHT


def test_only_the_first_night_is_a_baseline(demo: Summary) -> None:
    for canary in CANARIES:
        nights = RunCanary.objects.filter(canary=canary).order_by("run__as_of")
        baselines = list(nights.values_list("baseline", flat=True))
        assert baselines == [True] + [False] * (demo.nights - 1)
    assert Run.objects.published().filter(replay=False).count() == demo.nights


def test_home_shows_it(demo: Summary) -> None:
    browser = Client()
    browser.force_login(User.objects.get(email=MANAGER))
    page = browser.get(reverse("home"))
    assert page.status_code == 200
    for name in ("Brightmoor IT", "Calderwick Systems", "Duskfield Networks", "Ellanmoor Cloud"):
        assert name in page.content.decode()


def test_the_manager_has_some_of_the_partners(demo: Summary) -> None:
    seen = Partner.objects.visible_to(User.objects.get(email=MANAGER)).unmerged()
    assert 14 <= seen.count() <= 18
    assert (
        seen.filter(managers__deputy__email="nora.lind@channelhub.example").count() == seen.count()
    )


def test_everybody_named_signs_in_and_nobody_else(demo: Summary) -> None:
    people = {user.email: user for user in User.objects.all()}
    named = {email for email, _, _ in PEOPLE}
    assert named <= people.keys()
    # Whoever else registers deals works at a partner.
    assert {people[email].role for email in people.keys() - named} == {Role.PARTNER_REP}
    assert {email for email, user in people.items() if user.check_password(PASSWORD)} == set(ROLES)
    assert {people[email].role for email in ROLES} == set(Role)


def test_partner_accounts_belong_to_the_partner_of_the_night(demo: Summary) -> None:
    members = User.objects.filter(membership__partner__number=PARTNER_OF_ACCOUNTS)
    assert {user.role for user in members} == set(Role.at_partner())


def test_one_feed_is_late_and_one_is_stale(demo: Summary) -> None:
    feeds = [feed for feed in feed_freshness(demo.as_of) if feed.feed.route == Route.CHANNEL]
    late = {str(feed.feed.source): feed.stale for feed in feeds if feed.days_late}
    assert late == {"lindmaar": False, "cloud-market": True}
    assert len(feeds) == 4


def test_every_standing_appears(demo: Summary) -> None:
    found = list(Partner.objects.with_standing(demo.as_of))
    names = ("status", "territory", "tier")
    standing = {name: {getattr(partner, name) for partner in found} for name in names}
    assert standing["status"] == set(Status)
    assert len(standing["territory"]) >= 4
    assert len(standing["tier"]) == 4
    assert Partner.objects.exclude(company=None).count() == 2
    assert Partner.objects.exclude(merged_into=None).count() == 1


def test_every_row_came_through_an_import_with_nothing_refused(demo: Summary) -> None:
    assert not Import.objects.exclude(state="done", rejected=0).exists()
    assert not SalesLine.objects.exclude(load__in=Import.objects.filter(kind="sales")).exists()
    assert 2000 <= demo.lines <= 6000


def test_a_database_in_use_is_left_alone(demo: Summary) -> None:
    before = (SalesLine.objects.count(), AlertChange.objects.count(), User.objects.count())
    with pytest.raises(NotEmpty):
        build()
    out = io.StringIO()
    call_command("demo", stdout=out)
    assert "not loaded" in out.getvalue()
    after = (SalesLine.objects.count(), AlertChange.objects.count(), User.objects.count())
    assert before == after


def test_one_account_is_use_enough(make_user: Any) -> None:
    make_user("Ada Admin", Role.ADMIN)
    with pytest.raises(NotEmpty):
        build()
    assert not Partner.objects.exists()


def test_a_build_that_breaks_leaves_nothing_behind(
    db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(_: dt.date) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("channelhub.demo.build.recompute", killed)
    with pytest.raises(KeyboardInterrupt):
        build()
    assert not Partner.objects.exists()
    assert not User.objects.exists()
    assert Organisation.current().name == "Your organisation"


@override_settings(LOCAL=False)
def test_public_passwords_stay_out_of_production(db: None) -> None:
    with pytest.raises(CommandError, match="public"):
        call_command("demo")
    assert not User.objects.exists()


def test_the_command_says_what_it_made(monkeypatch: pytest.MonkeyPatch) -> None:
    made = Summary(
        partners=43, lines=3173, nights=7, as_of=dt.date(2026, 5, 4), changes={"opened": 2}
    )
    monkeypatch.setattr("channelhub.management.commands.demo.build", lambda: made)
    out = io.StringIO()
    call_command("demo", stdout=out)
    assert "43 partners, 3,173 sales lines, 7 nights to 2026-05-04" in out.getvalue()
    assert "2 opened" in out.getvalue()
    assert PASSWORD in out.getvalue()


def test_service_worsens_where_the_key_customer_was_lost_and_nowhere_else(demo: Summary) -> None:
    for name, kind in (("satisfaction-decline", "partner"), ("service-decline", "under")):
        alert = Alert.objects.open().get(canary=name)
        assert alert.finding_class == kind
        assert alert.partners.get().number == PARTNER_OF_ACCOUNTS
    quiet = Alert.objects.open().get(canary="gone-quiet")
    assert quiet.partners.get().number in GONE_QUIET
