import datetime as dt
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import Client
from django.urls import reverse

from accounts.models import Organisation, User
from partners.actions.records import add_fiscal_period, create_partner
from partners.models import Partner, PartnerExternalId

CREATE = reverse("partners:create")
NEW = {
    "number": "N-1",
    "name": "Nova GmbH",
    "kinds": ["reseller", "service"],
    "type": "Value added",
    "company": "",
    "currency": "eur",
    "website": "nova.example",
    "status": "prospect",
    "tier": "Gold",
    "territory": "North",
    "since": "2026-01-01",
}

SignIn = Callable[[User], Client]


@pytest.fixture
def at_desk(sign_in: SignIn, admin: User) -> Client:
    return sign_in(admin)


def edit(partner: Partner) -> str:
    return reverse("partners:edit", args=[partner.public_id])


def test_create(at_desk: Client, manager: User) -> None:
    answer = at_desk.post(CREATE, {**NEW, "manager": manager.pk})
    partner = Partner.objects.get(number="N-1")
    assert answer["Location"] == reverse("partners:detail", args=[partner.public_id])
    assert (partner.currency, partner.website) == ("EUR", "https://nova.example")
    assert partner.kinds == ["reseller", "service"]
    first = dt.date(2026, 1, 1)
    assert partner.statuses.on(first).get().status == "prospect"
    assert partner.managers.on(first).get().manager == manager
    assert not partner.tiers.on(first - dt.timedelta(days=1)).exists()


@pytest.mark.parametrize(
    ("field", "value", "says"),
    [
        ("number", "", "This field is required"),
        ("number", "P-1", "Another partner has this number"),
        ("kinds", [], "Choose at least one kind"),
        ("kinds", ["wizard"], "is not one of the available choices"),
        ("currency", "Euro", "at most 3 characters"),
        ("website", "ftp://x y", "Enter a valid URL"),
        ("company", "P-99", "No partner has the number P-99"),
        ("since", "soon", "Enter a valid date"),
        ("status", "gone", "is not one of the available choices"),
        ("name", "x" * 201, "at most 200 characters"),
        ("name", "a\0b", "Null characters are not allowed"),
    ],
)
def test_bad_input_is_told_and_kept(
    at_desk: Client, partner: Partner, field: str, value: Any, says: str
) -> None:
    page = at_desk.post(CREATE, {**NEW, field: value})
    assert page.status_code == 200
    assert says in page.content.decode()
    assert 'value="Value added"' in page.content.decode()
    assert not Partner.objects.filter(number="N-1").exists()


def test_a_deputy_needs_a_manager(at_desk: Client, manager: User) -> None:
    page = at_desk.post(CREATE, {**NEW, "deputy": manager.pk}).content.decode()
    assert "Choose the manager whose deputy this is" in page


def test_companies_and_branches_are_two_levels(
    at_desk: Client, partner: Partner, other_partner: Partner
) -> None:
    record = {"form": "record", "kinds": ["reseller"]}
    branch = {**record, "number": "P-2", "name": "Beta Networks", "company": "P-1"}
    at_desk.post(edit(other_partner), branch)
    other_partner.refresh_from_db()
    assert other_partner.company == partner
    head = {**record, "number": "P-1", "name": "Alpha Systems"}
    page = at_desk.post(edit(partner), {**head, "company": "P-2"}).content.decode()
    assert "is a branch. Name Alpha Systems (P-1) instead" in page
    page = at_desk.post(edit(partner), {**head, "company": "P-1"}).content.decode()
    assert "not a branch of itself" in page


def test_edit_the_record(at_desk: Client, partner: Partner) -> None:
    sent = {"form": "record", "number": "P-1", "name": "Alpha", "kinds": ["distributor"]}
    at_desk.post(edit(partner), sent)
    partner.refresh_from_db()
    assert (partner.name, partner.kinds) == ("Alpha", ["distributor"])


def test_a_wrong_name_does_not_show_as_the_partners(at_desk: Client, partner: Partner) -> None:
    sent = {"form": "record", "number": "", "name": "Typed", "kinds": ["distributor"]}
    page = at_desk.post(edit(partner), sent).content.decode()
    assert "<title>Edit Alpha Systems" in page
    assert 'value="Typed"' in page


@pytest.mark.parametrize(
    ("fact", "sent", "holds"),
    [
        ("statuses", {"form": "status", "status-status": "ended"}, "Ended"),
        ("tiers", {"form": "tier", "tier-tier": "Gold"}, "Gold"),
        ("territories", {"form": "territory", "territory-territory": "North"}, "North"),
        ("managers", {"form": "manager"}, "None"),
    ],
)
def test_each_fact_is_set_by_its_own_form(
    at_desk: Client, partner: Partner, fact: str, sent: dict[str, str], holds: str
) -> None:
    since = {f"{sent['form']}-since": "2026-03-01"}
    assert at_desk.post(edit(partner), {**sent, **since}).status_code == 302
    rows = getattr(partner, fact)
    assert str(rows.on(dt.date(2026, 3, 1)).first()) == holds
    assert str(rows.on(dt.date(2026, 2, 28)).first()) != holds


def test_external_ids_and_fiscal_periods(
    at_desk: Client, partner: Partner, other_partner: Partner
) -> None:
    one = {"form": "external-id", "external-id-source": "erp", "external-id-external_id": "47"}
    assert at_desk.post(edit(partner), one).status_code == 302
    page = at_desk.post(edit(other_partner), one).content.decode()
    assert "This source calls another partner by this id" in page
    year = {
        "form": "fiscal-period",
        "fiscal-period-name": "FY26",
        "fiscal-period-start": "2026-01-01",
        "fiscal-period-end": "2026-12-31",
    }
    assert at_desk.post(edit(partner), year).status_code == 302
    page = at_desk.post(edit(partner), {**year, "fiscal-period-name": "FY27"}).content.decode()
    assert "overlaps a fiscal period" in page
    held = partner.external_ids.get()
    gone = {"form": "remove-external-id", "remove-external-id-external_id": str(held.pk)}
    at_desk.post(edit(other_partner), gone)
    assert PartnerExternalId.objects.exists(), "another partner's id is not this one's to remove"
    at_desk.post(edit(partner), gone)
    period = partner.fiscal_periods.get()
    at_desk.post(
        edit(partner),
        {"form": "remove-fiscal-period", "remove-fiscal-period-period": str(period.pk)},
    )
    assert not PartnerExternalId.objects.exists()
    assert not partner.fiscal_periods.exists()


def test_a_fiscal_year_ends_after_it_starts(partner: Partner, admin: User) -> None:
    day = dt.date(2026, 1, 1)
    with pytest.raises(ValidationError, match="after the first day"):
        add_fiscal_period(partner, name="FY", start=day, end=day, acting_user=admin)


def test_an_unknown_form_changes_nothing(at_desk: Client, partner: Partner) -> None:
    assert at_desk.post(edit(partner), {"form": "password"}).status_code == 200
    assert at_desk.post(edit(partner)).status_code == 200


def test_an_unknown_partner_is_not_found(at_desk: Client, organisation: Organisation) -> None:
    nobody = "00000000-0000-4000-8000-000000000000"
    assert at_desk.get(reverse("partners:edit", args=[nobody])).status_code == 404


@pytest.mark.django_db(transaction=True)
def test_of_many_with_one_number_one_wins(admin: User) -> None:
    def enter(_: int) -> str:
        try:
            create_partner(
                number="R-1",
                name="Race",
                kinds=["reseller"],
                since=dt.date(2026, 1, 1),
                acting_user=admin,
            )
        except ValidationError as error:
            return str(error.message_dict["number"][0])
        else:
            return "won"
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(enter, range(8)))
    assert answers.count("won") == 1
    assert {a for a in answers if a != "won"} == {
        "Another partner has this number. Choose a different one."
    }
    assert Partner.objects.get().statuses.count() == 1
