"""What a partner's people see of themselves and keep up to date; and nothing that is ours."""

import datetime as dt
import re
from collections.abc import Callable
from decimal import Decimal

import pytest
from django.test import Client

from accounts.models import Organisation, User
from partners.models import (
    Action,
    Departure,
    LineCard,
    OwnResult,
    Partner,
    PartnerFiscalPeriod,
    PartnerNote,
    Person,
)

SignIn = Callable[[User], Client]
PAGES = ("/", "/portal/people/", "/portal/results/")


@pytest.fixture
def person(partner: Partner) -> Person:
    known: Person = Person.objects.create(
        partner=partner, name="Ida Holm", key=True, known_on=dt.date(2026, 1, 1)
    )
    return known


def test_an_admin_keeps_people_up_to_date(
    partner: Partner, partner_admin: User, sign_in: SignIn
) -> None:
    client = sign_in(partner_admin)
    client.post("/portal/people/", {"name": "Ole Berg", "email": "ole@alpha.example"})
    ole = Person.objects.get(name="Ole Berg")
    assert (ole.partner, ole.key) == (partner, False)
    page = f"/portal/people/{ole.public_id}/"
    client.post(page, {"form": "record", "name": "Ole Berg", "role": "Support lead"})
    client.post(page, {"form": "departure", "left_on": "2026-01-05"})
    ole.refresh_from_db()
    assert ole.role == "Support lead"
    left = Departure.objects.get()
    assert (left.left_on, left.known_on) == (
        dt.date(2026, 1, 5), Organisation.current().today()
    )  # fmt: skip
    client.post(page, {"form": "return", "returned_on": str(Organisation.current().today())})
    left.refresh_from_db()
    assert left.returned_on


def test_what_is_ours_to_say_cannot_be_sent_along(
    person: Person, other_partner: Partner, partner_admin: User, sign_in: SignIn
) -> None:
    client = sign_in(partner_admin)
    page = f"/portal/people/{person.public_id}/"
    client.post(page, {"form": "record", "name": "Ida Holm", "key": "", "certifications": "x"})
    client.post(
        page, {"form": "departure", "left_on": "2026-01-05", "to_partner": other_partner.number}
    )
    person.refresh_from_db()
    assert (person.key, person.certifications) == (True, "")
    assert Departure.objects.get().to_partner is None


def test_a_reported_year_is_recorded_and_corrected(
    partner: Partner, partner_admin: User, sign_in: SignIn
) -> None:
    client = sign_in(partner_admin)
    year = {"start": "2025-01-01", "end": "2025-12-31", "currency": "usd"}
    client.post("/portal/results/", {**year, "amount": "1000", "basis": "estimated"})
    client.post("/portal/results/", {**year, "amount": "1100"})
    told = OwnResult.objects.get()
    assert (told.amount, told.basis, told.currency) == (Decimal(1100), "reported", "USD")
    page = client.post("/portal/results/", {**year, "amount": "-1"})
    assert "greater than or equal to 0" in page.content.decode()
    page = client.post("/portal/results/", {**year, "start": "2025-06-01", "amount": "7"})
    assert "overlaps a year recorded already" in page.content.decode()
    assert 'value="7"' in page.content.decode()


def test_a_rep_reads_and_changes_nothing(
    person: Person, partner_rep: User, sign_in: SignIn
) -> None:
    client = sign_in(partner_rep)
    for path in PAGES:
        assert client.get(path).status_code == 200
    assert client.post("/portal/people/", {"name": "Ole"}).status_code == 404
    assert client.post(f"/portal/people/{person.public_id}/", {}).status_code == 404
    assert client.post("/portal/results/", {}).status_code == 404


def test_another_partner_s_people_are_not_there(
    person: Person, other_partner_admin: User, sign_in: SignIn
) -> None:
    client = sign_in(other_partner_admin)
    assert client.get(f"/portal/people/{person.public_id}/").status_code == 404
    assert "Ida" not in client.get("/portal/people/").content.decode()


def test_the_start_page_says_what_is_missing_and_what_was_agreed(
    partner: Partner, manager: User, partner_admin: User, sign_in: SignIn
) -> None:
    PartnerFiscalPeriod.objects.create(
        partner=partner, name="FY", start=dt.date(2025, 1, 1), end=dt.date(2025, 12, 31)
    )
    for title, shared in (("Train two engineers", True), ("Think about their tier", False)):
        Action.objects.create(
            partner=partner, title=title, owner=manager, due_on=dt.date(2026, 1, 1), shared=shared
        )
    page = sign_in(partner_admin).get("/").content.decode()
    assert "nobody is listed yet" in page
    assert "the year that closed on 31 December 2025 is missing" in page
    assert "Train two engineers" in page
    assert "Think about their tier" not in page


def test_no_page_of_the_portal_says_what_is_ours(
    person: Person, partner: Partner, manager: User, partner_admin: User, partner_rep: User,
    sign_in: SignIn,
) -> None:  # fmt: skip
    """An allow-list: alerts, health, key talent, notes and line cards are internal."""
    Departure.objects.create(
        person=person, left_on=dt.date(2026, 1, 5), known_on=dt.date(2026, 1, 6),
        where_to="Secret rival",
    )  # fmt: skip
    PartnerNote.objects.create(
        partner=partner, text="Secret note", day=dt.date(2026, 1, 1), author=manager
    )
    LineCard.objects.create(partner=partner, category="Secret category")
    for viewer in (partner_admin, partner_rep):
        for path in (*PAGES, f"/portal/people/{person.public_id}/"):
            page = sign_in(viewer).get(path).content.decode().lower()
            main = re.sub(r"<[^>]*>", " ", page.split("<main", 1)[1].split("</main>", 1)[0])
            for word in ("secret", "alert", "health", "key talent", "canary", "line card"):
                assert word not in main, (path, word)


@pytest.mark.parametrize(
    ("address", "entry"),
    [("/portal/people/", "Your people"), ("/portal/deals/new/", "Your deals")],
)
def test_one_entry_of_the_navigation_is_where_one_is(
    partner_admin: User, sign_in: SignIn, address: str, entry: str
) -> None:
    items = sign_in(partner_admin).get(address).context["navigation"]
    assert [item.label for item in items if item.active] == [entry]
