"""The pages of a review, from preparation to both signatures, and what they cost."""

import datetime as dt
from collections.abc import Callable

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from accounts.models import User
from partners.models import Action, Partner
from reviews.models import Packet, Review, ReviewComment, ReviewRule
from reviews.quarterly.meeting import commit, hold, say, sign
from tests.reviews.conftest import a_review

Door = Callable[[User], Client]


def state_of(review: Review) -> str:
    review.refresh_from_db()
    return review.state.value


def test_a_review_from_preparation_to_both_signatures(
    review: Review, manager: User, partner_admin: User, sign_in: Door
) -> None:
    ours, theirs = sign_in(manager), sign_in(partner_admin)
    home, portal = f"/reviews/{review.public_id}/", f"/portal/reviews/{review.public_id}/"
    assert "To prepare" in ours.get(home).content.decode()

    said = {"section": "dashboard", "text": "We hired two people."}
    theirs.post(f"{portal}comment/", said)
    ours.post(f"{home}comment/", {"section": "dashboard", "kind": "shared", "text": "Well done."})
    ours.post(f"{home}packet/")
    packet = Packet.objects.get()
    (dashboard,) = [s for s in packet.document["sections"] if s["key"] == "dashboard"]
    assert [each["text"] for each in dashboard["comments"]] == [
        "We hired two people.", "Well done.",
    ]  # fmt: skip
    ours.post(f"{home}packet/1/publish/")
    assert "Version 1" in theirs.get(portal).content.decode()

    promise = {"title": "Train two", "owner": partner_admin.pk, "due_on": "2026-03-01"}
    assert ours.post(f"{home}commitments/", promise).status_code == 302
    assert "Train two" in theirs.get(portal).content.decode()
    assert Action.objects.get().shared

    assert review.packets.count() == 1
    theirs.post(f"{portal}sign/")
    assert state_of(review) == "prepared"
    ours.post(f"{home}held/", {"held_on": "2026-01-26"})
    for client, url in ((ours, home), (theirs, portal)):
        client.post(f"{url}sign/")
    assert state_of(review) == "signed"
    ours.post(f"{home}comment/", {"section": "people", "kind": "shared", "text": "Too late."})
    assert ReviewComment.objects.count() == 2


def test_signed_is_final_and_each_side_signs_for_itself(
    review: Review,
    manager: User,
    partner_admin: User,
    other_partner_admin: User,
) -> None:
    with pytest.raises(ValidationError, match="held"):
        sign(review, acting_user=manager)
    hold(review, held_on=dt.date(2026, 1, 20), acting_user=manager)
    with pytest.raises(ValidationError, match="this partner"):
        sign(review, acting_user=other_partner_admin)
    sign(review, acting_user=manager)
    with pytest.raises(ValidationError, match="already"):
        sign(review, acting_user=manager)
    sign(review, acting_user=partner_admin)
    due = dt.date(2026, 2, 1)
    with pytest.raises(ValidationError, match="Both sides"):
        commit(review, title="More", owner=manager, due_on=due, acting_user=manager)
    with pytest.raises(ValidationError, match="not yours"):
        say(review, section="people", kind="internal", text="x", acting_user=partner_admin)


def test_outsiders_and_strangers_do_not_find_it(
    review: Review, other_manager: User, direct: User, sign_in: Door
) -> None:
    for user in (other_manager, direct):
        for path in ("", "packet/1/pdf", "review.ics"):
            assert sign_in(user).get(f"/reviews/{review.public_id}/{path}").status_code == 404


def test_files_are_made_on_request_for_us_and_for_the_partner(
    review: Review, manager: User, sign_in: Door
) -> None:
    client, home = sign_in(manager), f"/reviews/{review.public_id}/packet/"
    client.post(home)
    for name in ("pdf", "pptx", "xlsx"):
        for query in ("", "?for=partner&paper=letter"):
            answer = client.get(f"{home}1/{name}{query}")
            assert answer.status_code == 200
            assert "attachment" in answer["Content-Disposition"]
    assert client.get(f"{home}1/exe").status_code == 404
    assert client.get(f"{home}2/pdf").status_code == 404


def test_the_list_is_of_the_last_quarter_and_can_be_narrowed(
    review: Review, partner: Partner, admin: User, sign_in: Door
) -> None:
    a_review(partner, "FY2026-Q1")
    client = sign_in(admin)
    shown = client.get("/reviews/").content.decode()
    assert review.get_absolute_url() in shown
    assert shown.count("/reviews/") >= 1
    assert "FY2026-Q1</td>" not in shown
    for query, found in (("quarter=", 2), ("state=signed", 0), ("q=Alpha", 1), ("q=Zeta", 0)):
        page = client.get(f"/reviews/?{query}").context["page"]
        assert page.paginator.count == found, query


def test_the_rules_page_adds_and_removes(admin: User, sign_in: Door) -> None:
    client = sign_in(admin)
    rule = {"tier": "Gold", "days_after": 28, "minutes": 60}
    client.post("/reviews/rules/", rule)
    assert "already exists" in client.post("/reviews/rules/", rule).content.decode()
    client.post(f"/reviews/rules/{ReviewRule.objects.get().public_id}/remove/")
    assert not ReviewRule.objects.exists()


def test_the_api_lists_makes_and_hands_out(
    review: Review, manager: User, other_manager: User, api: Callable[[User], APIClient]
) -> None:
    client = api(manager)
    (row,) = client.get("/api/v1/reviews/?quarter=FY2025-Q4").json()["results"]
    assert (row["partner"], row["state"]) == ("P-1", "to-prepare")
    assert client.get("/api/v1/reviews/?state=odd").status_code == 400
    url = f"/api/v1/reviews/{row['id']}/packets/"
    made = client.post(url)
    assert made.status_code == 201
    assert made.json()["checksum"] == Packet.objects.get().checksum
    assert len(client.get(url).json()["results"]) == 1
    assert client.get(f"{url}1/pdf").content.startswith(b"%PDF")
    assert api(other_manager).get(url).status_code == 404


@pytest.mark.parametrize("path", ["/reviews/", "/portal/reviews/", "detail", "portal"])
def test_a_page_costs_the_same_with_many_rows(
    path: str,
    review: Review,
    make_partner: Callable[..., Partner],
    manager: User,
    partner_admin: User,
    sign_in: Door,
) -> None:
    urls = {
        "detail": f"/reviews/{review.public_id}/",
        "portal": f"/portal/reviews/{review.public_id}/",
    }
    url = urls.get(path, path)
    client = sign_in(partner_admin if "portal" in path else manager)

    def queries() -> int:
        with CaptureQueriesContext(connection) as asked:
            assert client.get(f"{url}?per=200").status_code == 200
        return len(asked)

    client.get(url)
    few = queries()
    for number in range(25):
        a_review(make_partner(f"N-{number}", f"New {number}", manager), "FY2025-Q4")
        commit(
            review, title=f"Do {number}", owner=partner_admin, due_on=dt.date(2026, 3, 1),
            acting_user=manager,
        )  # fmt: skip
    # One more where a page of users is read for the history.
    assert queries() <= few + 2
