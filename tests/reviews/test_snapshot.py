"""What a packet says: what was known by the cut-off, frozen; unknown is unknown."""

import datetime as dt
from collections.abc import Callable
from decimal import Decimal

import pytest
from django.db import Error, connection, transaction
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from deals.models import Deal, DealStep
from partners.models import Partner
from reviews.models import Packet, Review
from reviews.packets.document import checksum
from reviews.packets.making import make_packet
from reviews.packets.sections import SECTIONS
from reviews.quarterly.meeting import commit, hold
from tests.alerts.conftest import monthly
from tests.reviews.conftest import a_review, figure, section


def test_figures_carry_value_unit_period_source_and_a_way_back(
    review: Review, sales: None, manager: User
) -> None:
    packet = make_packet(review, acting_user=manager)
    quarter = figure(packet.document, "quarter")
    assert Decimal(quarter["value"]) == 3000
    assert (quarter["unit"], quarter["first"], quarter["last"]) == (
        "USD", "2025-10-01", "2025-12-31",
    )  # fmt: skip
    assert quarter["known_by"] == "2026-01-20"
    assert "erp" in quarter["source"]
    assert f"/partners/{review.partner.public_id}/lines/" in quarter["link"]
    assert Decimal(figure(packet.document, "revenue_12")["value"]) == 12_000
    assert Decimal(figure(packet.document, "change_12")["value"]) == 0
    assert [each["key"] for each in packet.document["sections"]][:-1] == [
        kind.key for kind in SECTIONS
    ]


def test_unknown_is_unknown_with_who_owes_it_and_never_nought(
    review: Review, manager: User
) -> None:
    document = make_packet(review, acting_user=manager).document
    for key in ("revenue_12", "quarter", "win_rate", "tier", "certified", "share"):
        told = figure(document, key)
        assert told["value"] is None, key
        assert told["owed_by"] or key == "win_rate"
    assert "0 won of 0" in figure(document, "win_rate")["note"]
    assert section(document, "line_cards")["tables"][0]["empty"].startswith("Unknown")
    assert section(document, "issues")["tables"][0]["empty"].startswith("Unknown")


def test_what_came_after_the_cut_off_is_in_the_next_packet_which_says_what_the_last_said(
    review: Review,
    partner: Partner,
    sales: None,
    sell: Callable[..., None],
    on: Callable[[str], None],
    manager: User,
) -> None:
    first = make_packet(review, acting_user=manager)
    on("2026-02-10")
    late = [("late-1", "2025-12-20", partner.number, "500")]
    sell([*monthly(partner, "2025-12", "2025-12", "1000"), *late], covers="2025-12..2025-12",
        history=False)  # fmt: skip
    again = make_packet(review, acting_user=manager)
    assert Decimal(figure(again.document, "quarter")["value"]) == 3000

    on("2026-04-25")
    next_review = a_review(partner, "FY2026-Q1")
    newer = make_packet(next_review, acting_user=manager)
    before = figure(newer.document, "quarter_before")
    assert Decimal(before["value"]) == 3500
    assert Decimal(before["was"]["value"]) == 3000
    assert before["was"]["why"] == "rows that became known after 20 Jan 2026"
    first.refresh_from_db()
    assert Decimal(figure(first.document, "quarter")["value"]) == 3000


def test_making_it_again_makes_a_version_and_the_old_one_cannot_be_changed(
    review: Review, manager: User
) -> None:
    first, second = (make_packet(review, acting_user=manager) for _ in range(2))
    assert (first.version, second.version) == (1, 2)
    for packet in Packet.objects.all():
        assert packet.checksum == checksum(packet.document)
        with pytest.raises(Error, match="Cannot"), transaction.atomic():
            Packet.objects.filter(pk=packet.pk).update(document={})
        with pytest.raises(Error, match="Cannot"), transaction.atomic():
            packet.delete()
    review.refresh_from_db()
    assert review.prepared_at


def test_a_cut_off_that_is_still_to_come_is_today(
    review: Review, on: Callable[[str], None], manager: User
) -> None:
    on("2026-01-05")
    assert make_packet(review, acting_user=manager).known_by == dt.date(2026, 1, 5)


def test_win_rate_counts_what_closed_in_the_quarter_as_known_by_the_cut_off(
    review: Review, partner: Partner, partner_rep: User, manager: User
) -> None:
    def deal(*moves: tuple[str, str]) -> None:
        made = Deal.objects.create(partner=partner, registered_by=partner_rep, currency="USD")
        before = ""
        for day, state in moves:
            at = dt.datetime.fromisoformat(f"{day}T12:00:00+00:00")
            DealStep.objects.create(
                deal=made, partner=partner, step="update", from_state=before, to_state=state, at=at
            )
            before = state

    deal(("2025-09-01", "submitted"), ("2025-10-02", "approved"), ("2025-11-03", "won"))
    deal(("2025-09-01", "submitted"), ("2025-12-31", "lost"))
    deal(("2025-09-01", "submitted"), ("2025-10-05", "expired"))
    deal(("2025-09-01", "submitted"), ("2025-10-05", "released"))
    deal(("2025-09-01", "submitted"), ("2025-09-30", "won"))
    deal(("2025-09-01", "submitted"), ("2026-01-02", "won"))
    deal(("2025-09-01", "submitted"), ("2025-12-02", "approved"), ("2026-01-25", "lost"))
    deal(("2026-01-22", "submitted"))
    document = make_packet(review, acting_user=manager).document
    rate = figure(document, "win_rate")
    assert Decimal(rate["value"]) == 50
    assert rate["note"] == "1 won of 2 won or lost; 1 expired and 1 released beside."
    assert figure(document, "pipeline_count")["value"] == "1"


def test_open_commitments_carry_over_to_the_next_packet(
    review: Review,
    partner: Partner,
    partner_rep: User,
    manager: User,
    on: Callable[[str], None],
) -> None:
    hold(review, held_on=dt.date(2026, 1, 26), acting_user=manager)
    for title, owner in (("Train two people", partner_rep), ("Lend a demo unit", manager)):
        commit(review, title=title, owner=owner, due_on=dt.date(2026, 3, 1), acting_user=manager)
    on("2026-04-25")
    document = make_packet(a_review(partner, "FY2026-Q1"), acting_user=manager).document
    rows = section(document, "actions")["tables"][0]["rows"]
    assert {(row["cells"][0], row["cells"][3]) for row in rows} == {
        ("Train two people", "To do, overdue"),
        ("Lend a demo unit", "To do, overdue"),
    }


def test_a_packet_asks_a_constant_number_of_questions(
    review: Review, sales: None, partner_rep: User, manager: User
) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as asked:
            make_packet(review, acting_user=manager)
        return len(asked)

    few = queries()
    for number in range(30):
        commit(
            review, title=f"Do {number}", owner=partner_rep, due_on=dt.date(2026, 3, 1),
            acting_user=manager,
        )  # fmt: skip
    # The last packet and what it says are read once more.
    assert queries() <= few + 1
