"""Interviews open by themselves: which, for whom, and one of each whatever runs again."""

import datetime as dt
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from typing import Any

import pytest
from django.core import mail
from django.db import connection, transaction
from django.test import Client
from django.utils import timezone

from accounts.models import Organisation, Role, User
from alerts.models import Alert, AlertPartner, Run
from channelhub.lib.erasure import events_of
from customers.models import Customer
from deals.models import Deal, ReviewTeam, RulesOfEngagement
from imports.models import Import, Source
from partners.models import Partner
from reviews.interviews import noticing
from reviews.interviews.opening import older, open_interviews, open_older
from reviews.interviews.rules import Candidate, choose_interviewer, reminder
from reviews.models import Interview, InterviewKind, InterviewNotice
from sales.models import BookedRate, Feed, PlanRate, ProductLine, SalesLine

On = Callable[[str], None]
TODAY = dt.date(2026, 3, 2)


@pytest.fixture(autouse=True)
def march(on: On, db: None) -> None:
    """It is the 2nd of March 2026."""
    on(TODAY.isoformat())


def customer(name: str = "Acme", **more: Any) -> Customer:
    made: Customer = Customer.objects.create(name=name, **more)
    return made


def lost(
    who: Customer, *partners: Partner, kind: str = "lost", bought_last: str = "2025-11-01",
    baseline: bool = False, seen: dt.date = TODAY,
) -> Alert:  # fmt: skip
    alert: Alert = Alert.objects.create(
        canary="key-customer-lost", scope="customer", subject=who.pk, direction="down",
        nature="risk", finding_class=kind, severity="critical", money=Decimal(500_000),
        evidence={"last_bought": bought_last, "silent_limit": "90"}, baseline=baseline,
        first_seen=seen, last_seen=TODAY,
    )  # fmt: skip
    for partner in partners:
        AlertPartner.objects.create(alert=alert, partner=partner)
    return alert


@pytest.fixture
def close(partner: Partner, partner_rep: User) -> Callable[..., Deal]:
    """A closed registration: `close("won", 300_000)`."""

    def make(state: str, amount: int | None, **more: Any) -> Deal:
        at = dt.datetime(2026, 2, 20, 12, tzinfo=dt.UTC)
        facts: dict[str, Any] = {
            "partner": partner, "registered_by": partner_rep, "state": state, "currency": "USD",
            "account_name": "Acme", "submitted_at": at, "complete_at": at, "closed_at": at,
            "rules": RulesOfEngagement.objects.get(), "team": ReviewTeam.objects.get(),
            "closed_amount": amount, **more,
        }  # fmt: skip
        facts.setdefault("customer", customer())
        made: Deal = Deal.objects.create(**facts)
        return made

    return make


@pytest.fixture
def bill(partner: Partner) -> Callable[..., None]:
    """A billed line: `bill("A-1", 300_000, customer)`."""
    source = Source.objects.create(name="erp")
    feed = Feed.objects.create(source=source)
    numbers = iter(range(1000))
    load = Import.objects.create(kind="sales", source=source, file_name="x.csv", size=1)

    def add(invoice: str, amount: int, who: Customer | None, **more: Any) -> None:
        facts: dict[str, Any] = {
            "source": source, "feed": feed, "invoice": invoice, "line": str(next(numbers)),
            "kind": "billing", "date": dt.date(2026, 2, 10), "reseller": partner, "customer": who,
            "amount": amount, "currency": "USD", "known_on": TODAY, "load": load, **more,
        }  # fmt: skip
        SalesLine.objects.create(**facts)

    return add


@pytest.fixture
def night(db: None) -> Callable[[dt.date], Run]:
    def publish(day: dt.date) -> Run:
        run: Run = Run.objects.create(as_of=day, published_at=timezone.now(), state="done")
        return run

    return publish


def opened(kind: str = "") -> list[Interview]:
    rows = Interview.objects.order_by("pk")
    return list(rows.filter(kind=kind) if kind else rows)


# --- Losses ------------------------------------------------------------------------------------


def test_a_lost_key_customer_opens_one_interview_for_all_its_partners(
    partner: Partner, other_partner: Partner, chief: User
) -> None:
    alert = lost(customer(), partner, other_partner)
    for _ in range(3):
        open_interviews()
    (interview,) = opened()
    assert interview.kind == InterviewKind.LOSS
    assert interview.alert == alert
    assert set(interview.partners.all()) == {partner, other_partner}
    assert (interview.opened_on, interview.due_on) == (TODAY, dt.date(2026, 3, 16))
    # The limit of 90 days after the end of November.
    assert interview.happened_on == dt.date(2026, 2, 28)
    assert interview.interviewer == chief


@pytest.mark.parametrize("kind", ["ask", "shrunk", "moved"])
def test_what_is_not_a_loss_opens_none_until_it_is(kind: str, partner: Partner) -> None:
    alert = lost(customer(), partner, kind=kind)
    open_interviews()
    assert not opened()
    Alert.objects.filter(pk=alert.pk).update(finding_class="lost")
    open_interviews()
    assert len(opened()) == 1


def test_the_same_loss_under_a_new_alert_opens_none_and_a_new_loss_does(partner: Partner) -> None:
    who = customer()
    first = lost(who, partner)
    open_interviews()
    Alert.objects.filter(pk=first.pk).update(ended_on=TODAY)
    second = lost(who, partner)
    open_interviews()
    assert len(opened()) == 1
    # It bought again, and is gone again.
    Alert.objects.filter(pk=second.pk).update(ended_on=TODAY)
    lost(who, partner, bought_last="2025-12-01")
    open_interviews()
    assert len(opened()) == 2


def test_late_rows_that_move_the_last_purchase_open_no_second_one(partner: Partner) -> None:
    alert = lost(customer(), partner)
    open_interviews()
    evidence = {"last_bought": "2025-12-01", "silent_limit": "90"}
    Alert.objects.filter(pk=alert.pk).update(evidence=evidence)
    open_interviews()
    assert len(opened()) == 1


def test_a_customer_merged_after_its_interview_is_interviewed_once(partner: Partner) -> None:
    small = customer("Acme Ltd")
    lost(small, partner)
    open_interviews()
    root = customer("Acme Group")
    Customer.objects.filter(pk=small.pk).update(merged_into=root, merged_on=TODAY)
    lost(root, partner)
    open_interviews()
    assert len(opened()) == 1


def test_a_baseline_opens_the_last_90_days_and_the_rest_by_one_choice(
    partner: Partner, admin: User
) -> None:
    lost(customer("New"), partner, baseline=True)
    lost(customer("Old"), partner, baseline=True, bought_last="2025-03-01")
    lost(customer("Ancient"), partner, baseline=True, bought_last="2024-03-01")
    open_interviews()
    assert [each.customer.name for each in opened()] == ["New"]
    assert older().losses == 2
    assert open_older(since=dt.date(2025, 1, 1), acting_user=admin) == 1
    assert {each.customer.name for each in opened()} == {"New", "Old"}
    assert older().total == 1
    # Nobody is mailed about what a first night or a bulk choice opened.
    assert not InterviewNotice.objects.exists()


def test_what_a_later_night_finds_opens_however_old_it_is(partner: Partner) -> None:
    lost(customer(), partner, bought_last="2024-03-01")
    open_interviews()
    assert len(opened()) == 1


@pytest.mark.django_db(transaction=True)
def test_beats_at_the_same_time_open_one(partner: Partner) -> None:
    """Each waits for the other's row: the unique constraint decides, and nobody fails."""
    for number in range(5):
        lost(customer(f"Acme {number}"), partner)

    def beat(_: int) -> None:
        try:
            open_interviews()
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(beat, range(4)))
    assert len(opened()) == 5
    assert InterviewNotice.objects.count() == Interview.objects.exclude(interviewer=None).count()


# --- Transactions ------------------------------------------------------------------------------


@pytest.mark.parametrize("state", ["won", "lost"])
def test_a_closed_deal_opens_one_from_300_000_on(
    state: str, close: Callable[..., Deal], partner: Partner
) -> None:
    deal = close(state, 300_000)
    close(state, 299_999)
    close("expired", 900_000)
    open_interviews()
    open_interviews()
    (interview,) = opened()
    assert (interview.deal, interview.won) == (deal, state == "won")
    assert interview.happened_on == dt.date(2026, 2, 20)
    assert list(interview.partners.all()) == [partner]


def test_a_lost_deal_counts_by_its_lines_and_names_the_largest(
    close: Callable[..., Deal], partner: Partner
) -> None:
    deal = close("lost", None)
    lines = [(name, ProductLine.objects.create(name=name)) for name in ("Cables", "Phones")]
    for (name, line), amount in zip(lines, (100_000, 200_000), strict=True):
        deal.lines.create(partner=partner, product_line=line, amount=amount)
        assert name
    open_interviews()
    (interview,) = opened()
    assert interview.amount == 300_000
    assert interview.product_line == lines[1][1]


def test_a_deal_counts_in_reporting_currency_at_the_rate_of_its_day(
    close: Callable[..., Deal],
) -> None:
    for day, rate in (("2026-01-01", "1.20"), ("2026-02-25", "9")):
        BookedRate.objects.create(
            currency="EUR", day=dt.date.fromisoformat(day), rate=Decimal(rate)
        )
    close("won", 250_000, currency="EUR")
    close("won", 249_999, currency="EUR")
    close("won", 900_000, currency="XXX")  # a currency without a rate: its value is not known
    open_interviews()
    (interview,) = opened()
    assert interview.amount == 300_000


def test_the_threshold_is_in_dollars_whatever_is_reported_in(close: Callable[..., Deal]) -> None:
    Organisation.objects.update(reporting_currency="EUR")
    PlanRate.objects.create(currency="USD", rate=Decimal("0.5"), valid=(dt.date(2020, 1, 1), None))
    close("won", 150_000, currency="EUR")
    close("won", 149_999, currency="EUR")
    open_interviews()
    assert len(opened()) == 1


def test_an_order_to_one_end_customer_counts_net_of_returns_after_a_night(
    bill: Callable[..., None], night: Callable[[dt.date], Run], partner: Partner
) -> None:
    acme, brick = customer("Acme"), customer("Brick")
    bill("A-1", 200_000, acme)
    bill("A-1", 100_000, acme)
    bill("A-2", 400_000, acme)
    bill("A-2", -100_001, acme)
    bill("A-3", 200_000, acme)
    bill("A-3", 200_000, brick)
    bill("A-4", 900_000, None)  # a stock order
    bill("A-5", 900_000, customer("CASH", placeholder=True))
    bill("A-6", 900_000, acme, kind="booking")
    bill("A-7", 900_000, acme, reseller=None)  # our own direct sales
    open_interviews()
    assert not opened()
    night(dt.date(2026, 3, 1))
    open_interviews()
    open_interviews()
    (interview,) = opened()
    assert (interview.order_number, interview.amount, interview.won) == ("A-1", 300_000, True)
    assert list(interview.partners.all()) == [partner]


def test_orders_are_looked_through_once_a_night(
    bill: Callable[..., None], night: Callable[[dt.date], Run]
) -> None:
    night(dt.date(2026, 2, 28))
    open_interviews()
    bill("A-1", 300_000, customer())
    open_interviews()
    assert not opened()
    night(dt.date(2026, 3, 1))
    open_interviews()
    assert len(opened()) == 1


def test_a_deal_and_its_invoices_are_one_transaction(
    bill: Callable[..., None], close: Callable[..., Deal], night: Callable[[dt.date], Run]
) -> None:
    acme = customer()
    deal = close("won", 400_000, customer=acme, order_number="PO-7")
    small = close("won", 1000, customer=acme)
    bill("A-1", 400_000, acme, deal=deal.number)
    bill("PO-7", 400_000, acme)
    bill("A-2", 400_000, acme, deal=small.number)
    bill("A-3", 400_000, acme, deal="SPECIAL-PRICE")
    night(dt.date(2026, 3, 1))
    open_interviews()
    found = {(each.deal, each.order_number) for each in opened()}
    assert found == {(deal, ""), (None, "A-3")}


def test_an_order_interviewed_before_its_deal_closed_is_not_asked_about_twice(
    bill: Callable[..., None], close: Callable[..., Deal], night: Callable[[dt.date], Run]
) -> None:
    acme = customer()
    bill("PO-7", 400_000, acme)
    night(dt.date(2026, 3, 1))
    open_interviews()
    close("won", 400_000, customer=acme, order_number="PO-7")
    open_interviews()
    assert len(opened()) == 1


def test_what_was_sold_through_two_tiers_counts_once(
    bill: Callable[..., None], night: Callable[[dt.date], Run], other_partner: Partner
) -> None:
    acme = customer()
    bill("A-1", 400_000, acme, distributor=other_partner)
    bill("S-1", 400_000, acme, kind="sell-through", distributor=other_partner)
    night(dt.date(2026, 3, 1))
    open_interviews()
    assert [each.order_number for each in opened()] == ["S-1"]


# --- Who holds it ------------------------------------------------------------------------------


def test_the_rule_takes_the_neutral_one_with_the_fewest() -> None:
    preferred = [Candidate(key, held, preferred=True) for key, held in ((1, 0), (2, 3), (3, 1))]
    people = [*preferred, Candidate(4, 0, preferred=False)]
    assert choose_interviewer(people, barred={1}) == 3
    assert choose_interviewer(people, barred={1, 2, 3}) == 4
    assert choose_interviewer(people, barred={1, 2, 3, 4}) is None
    assert choose_interviewer([], barred=()) is None


def test_nobody_on_the_account_or_the_deal_holds_it(
    partner: Partner, manager: User, other_manager: User, chief: User, admin: User,
    close: Callable[..., Deal], make_user: Callable[..., User],
) -> None:  # fmt: skip
    """The manager looks after the partner, the other one reviewed the deal."""
    neutral = make_user("Nils Neutral", Role.MANAGER)
    Interview.objects.all().delete()
    close("won", 300_000, reviewer=other_manager)
    User.objects.filter(pk=chief.pk).update(is_active=False)
    open_interviews()
    (interview,) = opened()
    assert interview.interviewer == neutral
    notice = InterviewNotice.objects.get()
    assert (notice.to, notice.key) == (neutral, "assigned")


def test_whoever_has_fewer_gets_the_next(
    partner: Partner, manager: User, chief: User, other_manager: User
) -> None:
    for number in range(4):
        lost(customer(f"Acme {number}"), partner)
    open_interviews()
    held = [each.interviewer for each in opened()]
    assert held.count(chief) == held.count(other_manager) == 2
    assert manager not in held


# --- Reminders ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "key"),
    [("2026-03-12", ""), ("2026-03-13", "soon"), ("2026-03-16", "due"), ("2026-03-22", "due"),
     ("2026-03-23", "late"), ("2026-12-01", "late")],
)  # fmt: skip
def test_reminders_come_three_days_before_on_the_day_and_a_week_after(day: str, key: str) -> None:
    assert reminder(dt.date(2026, 3, 16), dt.date.fromisoformat(day)) == key


def test_each_reminder_is_mailed_once_and_none_once_it_is_done(
    partner: Partner, chief: User, on: On
) -> None:
    lost(customer(), partner)
    open_interviews()
    on("2026-03-16")
    for _ in range(3):
        noticing.remind_interviewers()
    keys = list(InterviewNotice.objects.order_by("pk").values_list("key", flat=True))
    assert keys == ["assigned", "due"]
    for notice in InterviewNotice.objects.all():
        noticing.send_notice(notice.pk)
        noticing.send_notice(notice.pk)
    assert [each.to for each in mail.outbox] == [[chief.email]] * 2
    assert "An interview is due: Acme" in mail.outbox[1].subject
    on("2026-03-23")
    noticing.remind_interviewers()
    late = InterviewNotice.objects.get(key="late")
    Interview.objects.update(state="cancelled", reason="No use.")
    noticing.send_notice(late.pk)
    assert len(mail.outbox) == 2


def test_the_bulk_choice_is_an_admins(
    partner: Partner, admin: User, chief: User, sign_in: Callable[[User], Client]
) -> None:
    lost(customer("Old"), partner, baseline=True, bought_last="2025-03-01")
    assert sign_in(chief).get("/interviews/older/").status_code == 404
    page = sign_in(admin).post("/interviews/older/", {"since": "2026-02-01"})
    assert "open by themselves" in page.content.decode()
    done = sign_in(admin).post("/interviews/older/", {"since": "2025-01-01"}, follow=True)
    assert "Opened interviews: 1." in done.content.decode()
    assert len(opened()) == 1


def test_the_history_names_no_person_for_what_opened_by_itself(partner: Partner) -> None:
    lost(customer(), partner)
    with transaction.atomic():
        open_interviews()
    (interview,) = opened()
    event = events_of(Interview).filter(pgh_obj_id=interview.pk, pgh_label="insert").get()
    assert event.pgh_context is not None
