"""Disputes about whose sale it was: who files, who decides, and what the figures say then."""

import datetime as dt
import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connections
from django.db.backends.postgresql.psycopg_any import DateRange
from django.test import Client
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from customers.models import CustomerPartner
from imports import actions
from imports.models import Import
from partners.history import entries, events_of
from partners.models import Membership, Partner, PartnerManager
from sales.disputes.actions import (
    accept_dispute,
    file_dispute,
    lines_of,
    reject_dispute,
    take_back,
)
from sales.models import (
    CustomerMonth,
    Reattribution,
    SalesDispute,
    SalesLine,
    SalesLinePast,
    SalesMonth,
)
from tests.sales.files import Send, line
from tests.sales.test_months import FACTS, KEYS, Sums, fresh, rolled_back, stored

SignIn = Callable[[User], Client]
OnDay = Callable[[str], dt.date]
Cast = dict[str, Partner]
LIST = "/disputes/"
OWN = "/portal/disputes/"


def page(dispute: SalesDispute, name: str = "dispute") -> str:
    return reverse(f"sales:{name}", args=[dispute.public_id])


def ours(partner: Partner, on: dt.date) -> Any:
    found: Any = SalesMonth.objects.known(on).our_sales().of([partner.pk]).total(on)
    return found


@pytest.fixture
def sold(on_day: OnDay, send: Send, cast_of_partners: Cast) -> Cast:
    """On 2 February 2026: invoice I1 with two lines of Rho (100 and 30) and one of our own."""
    on_day("2026-02-02")
    send([
        line(customer="C1"), line(line="2", amount="30"), line(line="3", amount="7", reseller=""),
    ])  # fmt: skip
    on_day("2026-03-10")
    return cast_of_partners


@pytest.fixture
def dispute(sold: Cast, admin: User) -> SalesDispute:
    """Sigma claims invoice I1."""
    return file_dispute(sold["R2"], invoice="I1", reason="We delivered it.", acting_user=admin)


@pytest.fixture
def sigma(sold: Cast, partner_admin: User) -> User:
    """The partner's admin works at Sigma."""
    Membership.objects.filter(user=partner_admin).update(partner=sold["R2"])
    return partner_admin


def first(dispute: SalesDispute, *numbers: str) -> list[SalesLine]:
    found = SalesLine.objects.filter(invoice=dispute.invoice, line__in=numbers or ("1",))
    return list(found.order_by("line"))


def test_an_accepted_line_counts_for_the_other_from_today_on(
    dispute: SalesDispute, sold: Cast, admin: User
) -> None:
    accept_dispute(dispute, lines=first(dispute), why="Proof of delivery.", acting_user=admin)

    before, today = dt.date(2026, 3, 9), dt.date(2026, 3, 10)
    assert (ours(sold["R1"], before), ours(sold["R2"], before)) == (130, 0)
    assert (ours(sold["R1"], today), ours(sold["R2"], today)) == (30, 100)
    now, past = SalesLine.objects.get(line="1"), SalesLinePast.objects.get()
    assert (now.reseller, past.reseller) == (sold["R2"], sold["R1"])
    assert now.reporting_amount == past.reporting_amount == now.amount == 100
    assert (past.known_until, now.known_on) == (today, today)
    load = Import.objects.get(kind="reattribution")
    assert (load.changed, load.rows_read, load.created_by) == (1, 1, admin)
    assert past.closed_by == load
    assert now.load == past.load
    bought = CustomerMonth.objects.filter(customer=now.customer)
    assert sum(row.amount for row in bought if row.partner_id == sold["R2"].pk) == 100
    assert sum(row.amount for row in bought if row.partner_id == sold["R1"].pk) == 0
    assert CustomerPartner.objects.filter(customer=now.customer, partner=sold["R2"]).exists()


def test_the_same_file_again_changes_nothing_and_a_correction_keeps_the_partner(
    dispute: SalesDispute, sold: Cast, admin: User, send: Send
) -> None:
    accept_dispute(dispute, lines=first(dispute), why="Proof.", acting_user=admin)

    again = send([line(customer="C1"), line(line="2", amount="30")])
    assert (again["new"], again["changed"], again["unchanged"]) == (0, 0, 2)
    corrected = send([line(customer="C1", amount="80")])

    assert corrected["changed"] == 1
    assert ours(sold["R2"], dt.date(2026, 3, 10)) == 80
    assert SalesLine.objects.get(line="1").reseller == sold["R2"]


def test_a_decision_is_taken_back_with_its_trace(
    dispute: SalesDispute, sold: Cast, admin: User, on_day: OnDay, send: Send
) -> None:
    accept_dispute(dispute, lines=first(dispute), why="Proof.", acting_user=admin)
    on_day("2026-04-01")

    take_back(dispute, why="The proof was forged.", acting_user=admin)

    march, april = dt.date(2026, 3, 31), dt.date(2026, 4, 1)
    assert (ours(sold["R1"], march), ours(sold["R2"], march)) == (30, 100)
    assert (ours(sold["R1"], april), ours(sold["R2"], april)) == (130, 0)
    moved = Reattribution.objects.get()
    assert (moved.since, moved.ended_on) == (dt.date(2026, 3, 10), april)
    assert SalesLinePast.objects.count() == 2
    assert send([line(customer="C1")])["unchanged"] == 1
    with pytest.raises(ValidationError, match="taken back already"):
        take_back(dispute, why="Again.", acting_user=admin)


def test_a_file_can_be_undone_once_its_line_was_given_back(
    admin: User, dispute: SalesDispute, sold: Cast, on_day: OnDay
) -> None:
    load = Import.objects.get(kind="sales")
    accept_dispute(dispute, lines=first(dispute), why="Proof.", acting_user=admin)
    assert "Reattribution of I1" in actions.why_not_undo(load)
    on_day("2026-04-01")
    take_back(dispute, why="The proof was forged.", acting_user=admin)
    on_day("2026-04-02")

    undone = actions.undo_now(load)

    assert undone.closed == 3
    assert not SalesLine.objects.exists()
    march, today = dt.date(2026, 3, 31), dt.date(2026, 4, 2)
    assert (ours(sold["R1"], march), ours(sold["R2"], march)) == (30, 100)
    assert (ours(sold["R1"], today), ours(sold["R2"], today)) == (0, 0)
    assert (stored(march), stored(today)) == (of_lines(march), {})


def test_what_a_file_replaced_does_not_come_back_as_somebody_elses(
    dispute: SalesDispute, sold: Cast, admin: User, send: Send
) -> None:
    accept_dispute(dispute, lines=first(dispute), why="Proof.", acting_user=admin)
    send([line(customer="C1", amount="80")])
    take_back(dispute, why="The proof was forged.", acting_user=admin)

    assert "Reattribution of I1 taken back" in actions.why_not_undo(
        Import.objects.filter(kind="sales").latest("pk")
    )


def test_the_distributor_is_who_sold_where_no_reseller_is_named(
    today: dt.date, send: Send, cast_of_partners: Cast, admin: User
) -> None:
    send([line(reseller="", distributor="D1")])
    claim = file_dispute(cast_of_partners["R2"], invoice="I1", reason="Ours.", acting_user=admin)

    accept_dispute(claim, lines=first(claim), why="So it is.", acting_user=admin)

    now = SalesLine.objects.get()
    assert (now.distributor, now.reseller) == (cast_of_partners["R2"], None)
    assert send([line(reseller="", distributor="D1")])["unchanged"] == 1


def test_what_cannot_be_reattributed(dispute: SalesDispute, sold: Cast, admin: User) -> None:
    with pytest.raises(ValidationError, match="our own sale"):
        accept_dispute(dispute, lines=first(dispute, "3"), why="So.", acting_user=admin)
    with pytest.raises(ValidationError, match="Choose the lines"):
        accept_dispute(dispute, lines=[], why="So.", acting_user=admin)
    own = file_dispute(sold["R1"], invoice="I1", reason="Ours.", acting_user=admin)
    with pytest.raises(ValidationError, match="already"):
        accept_dispute(own, lines=first(own), why="So.", acting_user=admin)
    gone = first(dispute)
    SalesLine.objects.filter(line="1").delete()
    with pytest.raises(ValidationError, match="not there any more"):
        accept_dispute(dispute, lines=gone, why="So.", acting_user=admin)

    assert not Reattribution.objects.exists()
    assert not Import.objects.filter(kind="reattribution").exists()


def test_a_line_is_reattributed_by_one_standing_decision(
    dispute: SalesDispute, sold: Cast, admin: User
) -> None:
    accept_dispute(dispute, lines=first(dispute), why="Proof.", acting_user=admin)
    other = file_dispute(sold["D1"], invoice="I1", line="1", reason="Ours.", acting_user=admin)

    with pytest.raises(ValidationError, match="Take that one back first"):
        accept_dispute(other, lines=first(other), why="So.", acting_user=admin)

    assert SalesLine.objects.get(line="1").reseller == sold["R2"]
    other.refresh_from_db()
    assert other.state == "open"


def test_the_page_shows_the_lines_and_an_admin_decides(
    dispute: SalesDispute, sold: Cast, admin: User, sign_in: SignIn
) -> None:
    client = sign_in(admin)
    text = client.get(page(dispute)).content.decode()
    assert 'value="erp 1"' in text
    assert 'value="erp 2"' in text
    assert "It names no partner: it was our own sale." in text

    sent = {"answer": "accepted", "why": "Proof.", "lines": ["erp 1", "erp 2"]}
    done = client.post(page(dispute, "decide-dispute"), sent, follow=True).content.decode()

    assert "The dispute is accepted." in done
    assert ours(sold["R2"], dt.date(2026, 3, 10)) == 130
    load = Import.objects.get(kind="reattribution")
    assert client.get(reverse("imports:detail", args=[load.public_id])).status_code == 200
    back = client.post(page(dispute, "take-back-dispute"), {"why": "Forged."}, follow=True)
    assert "The decision is taken back" in back.content.decode()
    assert ours(sold["R2"], dt.date(2026, 3, 10)) == 0


@pytest.mark.parametrize(
    "sent",
    [
        {"answer": "accepted", "why": "Proof."},
        {"answer": "accepted", "lines": ["erp 1"]},
        {"answer": "accepted", "why": "Proof.", "lines": ["erp 3"]},
        {"answer": "perhaps", "why": "Proof.", "lines": ["erp 1"]},
        {"why": "Proof.", "lines": ["erp 1"]},
    ],
)
def test_a_decision_that_cannot_be_is_explained(
    sent: dict[str, object], dispute: SalesDispute, admin: User, sign_in: SignIn
) -> None:
    answer = sign_in(admin).post(page(dispute, "decide-dispute"), sent)

    assert answer.status_code == 200
    assert "alert-danger" in answer.content.decode()
    dispute.refresh_from_db()
    assert dispute.state == "open"


def test_a_rejected_dispute_changes_no_line(
    dispute: SalesDispute, sold: Cast, admin: User, sign_in: SignIn
) -> None:
    sent = {"answer": "rejected", "why": "The order was Rho's."}
    done = sign_in(admin).post(page(dispute, "decide-dispute"), sent, follow=True)

    assert "The order was Rho&#x27;s." in done.content.decode()
    assert not SalesLinePast.objects.exists()
    with pytest.raises(ValidationError, match="rejected already"):
        reject_dispute(dispute, why="Again.", acting_user=admin)


def test_reattributed_lines_are_marked_and_both_histories_tell_it(
    dispute: SalesDispute, sold: Cast, admin: User, sign_in: SignIn
) -> None:
    accept_dispute(dispute, lines=first(dispute), why="Proof.", acting_user=admin)

    lines = reverse("partners:lines", args=[sold["R2"].public_id])
    assert sign_in(admin).get(lines).content.decode().count("Reattributed") == 1
    period = {"from": "2026-01-01", "to": "2026-01-31", "as_of": "2026-03-09"}
    before = reverse("partners:lines", args=[sold["R1"].public_id])
    assert "Reattributed" not in sign_in(admin).get(before, period).content.decode()
    for name in ("R1", "R2"):
        changes = [change for each in entries(events_of(sold[name])) for change in each.changes]
        told = [change.new for change in changes if change.what == "Sales line"]
        assert told == ["erp: I1, line 1, from Rho (P-R1) to Sigma (P-R2)"]


def test_a_partner_files_by_number_and_sees_only_its_own(
    dispute: SalesDispute, sold: Cast, sigma: User, admin: User, sign_in: SignIn
) -> None:
    client = sign_in(sigma)
    file_dispute(
        sold["R1"], invoice="I9", reason="Rho's secret.", by_partner=True, acting_user=admin
    )
    assert "You have told us of no such sale." in client.get(OWN).content.decode()

    for number in ("I1", "no-such-number"):
        sent = {"invoice": number, "reason": "We delivered it."}
        answer = client.post(OWN, sent, follow=True).content.decode()
        assert f"We look into {number} and answer here." in answer

    filed = SalesDispute.objects.get(by_partner=True, invoice="I1")
    assert (filed.partner, filed.filed_by) == (sold["R2"], sigma)
    accept_dispute(filed, lines=first(filed), why="It was not Rho's.", acting_user=admin)
    text = client.get(OWN).content.decode()
    assert "Accepted" in text
    assert "Rho" not in text
    assert client.get(page(filed)).status_code == 404
    assert client.get(LIST).status_code == 404


@pytest.mark.parametrize(
    "sent", [{"invoice": ""}, {"invoice": "I1"}, {"invoice": "x" * 101, "reason": "Ours."}]
)
def test_a_claim_that_is_not_complete_is_explained(
    sent: dict[str, str], sigma: User, sign_in: SignIn
) -> None:
    answer = sign_in(sigma).post(OWN, sent)

    assert "is-invalid" in answer.content.decode()
    assert not SalesDispute.objects.exists()


def test_one_open_claim_for_a_sale(sigma: User, sign_in: SignIn) -> None:
    client, sent = sign_in(sigma), {"invoice": "I1", "reason": "Ours."}
    client.post(OWN, sent)

    again = client.post(OWN, sent).content.decode()

    assert "A dispute about this invoice is open already." in again
    assert SalesDispute.objects.count() == 1


def test_who_sees_and_who_files(
    dispute: SalesDispute, sold: Cast, partner: Partner, manager: User, chief: User, direct: User,
    partner_rep: User, sign_in: SignIn,
) -> None:  # fmt: skip
    desk = sign_in(manager)
    assert desk.get(page(dispute)).status_code == 404
    assert "No sale is disputed." in desk.get(LIST).content.decode()
    stranger = {"partner": "P-R2", "invoice": "I2", "reason": "Theirs."}
    assert "No partner has the number" in desk.post(f"{LIST}new/", stranger).content.decode()
    own = {"partner": partner.number, "invoice": "I2", "reason": "Theirs."}
    assert "The dispute is filed." in desk.post(f"{LIST}new/", own, follow=True).content.decode()
    filed = SalesDispute.objects.get(invoice="I2")
    sent = {"answer": "rejected", "why": "No."}
    assert desk.post(page(filed, "decide-dispute"), sent).status_code == 404
    reader = sign_in(chief)
    assert reader.get(page(dispute)).status_code == 200
    assert reader.post(f"{LIST}new/", own).status_code == 404
    assert sign_in(direct).get(LIST).status_code == 404
    assert sign_in(partner_rep).get(OWN).status_code == 200


def test_a_manager_reads_no_lines_of_partners_that_are_not_theirs(
    sold: Cast, manager: User, chief: User, sign_in: SignIn
) -> None:
    PartnerManager.objects.create(
        partner=sold["R2"], manager=manager, valid=DateRange(dt.date(2020, 1, 1), None)
    )
    # Any number may be guessed; the invoice is Rho's.
    filed = file_dispute(sold["R2"], invoice="I1", reason="Let me see.", acting_user=manager)

    text = sign_in(manager).get(page(filed)).content.decode()

    assert "Rho" not in text
    assert "erp: 1" not in text
    assert "No line of your partners has this number." in text
    assert "erp: 1" in sign_in(chief).get(page(filed)).content.decode()
    SalesLine.objects.filter(line="1").update(distributor=sold["R2"])
    text = sign_in(manager).get(page(filed)).content.decode()
    assert "erp: 1" in text
    assert "erp: 2" not in text


@pytest.mark.django_db(transaction=True)
def test_of_two_decisions_at_once_one_counts(
    dispute: SalesDispute, sold: Cast, admin: User
) -> None:
    start, results, lines = threading.Barrier(2), [], first(dispute)

    def accept() -> None:
        try:
            start.wait(timeout=10)
            accept_dispute(dispute, lines=lines, why="Proof.", acting_user=admin)
            results.append("done")
        except ValidationError:
            results.append("refused")
        finally:
            connections.close_all()

    threads = [threading.Thread(target=accept) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(results) == ["done", "refused"]
    assert Import.objects.filter(kind="reattribution").count() == 1
    assert ours(sold["R2"], dt.date(2026, 3, 10)) == 100


@pytest.mark.parametrize("count", [25, 200])
def test_the_list_costs_as_many_queries_with_many_rows(
    count: int, sold: Cast, chief: User, sign_in: SignIn,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:  # fmt: skip
    SalesDispute.objects.bulk_create(
        SalesDispute(partner=sold["R2"], invoice=f"I{n}", reason="So.", filed_on="2026-03-01",
                     filed_by=chief)
        for n in range(count)
    )  # fmt: skip

    # session, user, organisation 2, count, page
    client = sign_in(chief)
    with django_assert_max_num_queries(7):
        client.get(LIST, {"per": "200"})


# --- Any sequence of files and decisions -------------------------------------------------------

FILE = st.tuples(st.just("file"), st.dictionaries(KEYS, FACTS, min_size=1, max_size=4))
MOVE = st.tuples(st.just("move"), st.tuples(KEYS, st.sampled_from(["R1", "R2", "D1"])))
BACK = st.tuples(st.just("back"), KEYS)


@settings(
    max_examples=25,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(steps=st.lists(st.one_of(FILE, MOVE, BACK), min_size=2, max_size=8))
def test_the_sums_equal_the_lines_after_any_files_and_decisions_now_and_then(
    steps: list[tuple[str, object]],
    on_day: OnDay,
    send: Send,
    cast_of_partners: Cast,
    admin: User,
) -> None:
    with rolled_back():
        days = []
        for number, (verb, what) in enumerate(steps):
            days.append(on_day(f"2026-03-{10 + number}"))
            step(verb, what, send, cast_of_partners, admin)
        for day in days:
            assert stored(day) == of_lines(day)


def step(verb: str, what: object, send: Send, cast: Cast, admin: User) -> None:
    match verb, what:
        case "file", dict() as file:
            send([line(invoice=key[0], line=key[1], **facts) for key, facts in file.items()])
        case "move", ((str(invoice), str(number)), str(name)):
            claim = file_dispute(
                cast[name], invoice=invoice, line=number, reason="Ours.", acting_user=admin
            )
            try:
                accept_dispute(claim, lines=lines_of(claim, admin), why="So.", acting_user=admin)
            except ValidationError:
                reject_dispute(claim, why="No.", acting_user=admin)
        case "back", (str(invoice), str(number)):
            standing = Reattribution.objects.filter(invoice=invoice, line=number, ended_on=None)
            for each in standing.select_related("dispute"):
                take_back(each.dispute, why="So.", acting_user=admin)


def of_lines(day: dt.date) -> Sums:
    """The sums of the lines that were taken for true at the end of a day."""
    rows = [*SalesLine.objects.known(day), *SalesLinePast.objects.known(day)]
    plain = [
        {
            "kind": row.kind, "amount": row.amount, "currency": row.currency, "date": row.date,
            "reseller": row.reseller.name if row.reseller else "",
            "distributor": row.distributor.name if row.distributor else "",
        }
        for row in rows
    ]  # fmt: skip
    names = {name: name for row in plain for name in (row["reseller"], row["distributor"])}
    return {key: sums for key, sums in fresh(plain, names).items() if any(sums)}
