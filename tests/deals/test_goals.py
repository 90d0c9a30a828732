"""Certifications and targets: noted, refused in words; by page, by program, by file, by portal."""

import csv
import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.db import connection
from django.db.backends.postgresql.psycopg_any import DateRange
from django.test import Client
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from accounts.models import User
from deals.actions.goals import agree_target, certify, expire_certification
from deals.models import Certification, Target
from deals.standing.attained import attained
from imports.models import Source
from partners.models import Partner, PartnerExternalId, Person
from sales.models import PlanRate, Product, ProductLine
from tests.alerts.conftest import on
from tests.imports.exports import again, export, records
from tests.imports.files import counts, import_file

__all__ = ["on"]

SignIn = Callable[[User], Client]
Api = Callable[[User], APIClient]
START, END = dt.date(2025, 1, 1), dt.date(2025, 12, 31)
KNOWN = dt.date(2026, 1, 20)


@pytest.fixture(autouse=True)
def january(on: Callable[[str], None], db: None) -> None:
    """It is the 20th of January 2026."""
    on("2026-01-20")


@pytest.fixture
def cables(db: None) -> ProductLine:
    return ProductLine.objects.create(name="Cables")


@pytest.fixture
def ida(partner: Partner) -> Person:
    return Person.objects.create(partner=partner, name="Ida", email="ida@a.example", known_on=START)


@pytest.fixture
def sold(partner: Partner, cables: ProductLine, tmp_path: Path) -> None:
    """Billed in 2025: 600 USD of 6 cables, 400 EUR of 4 phones; covered is all of it."""
    source = Source.objects.create(name="erp")
    PartnerExternalId.objects.create(partner=partner, source=source, external_id=partner.number)
    for sku, line in (("C", cables), ("P", ProductLine.objects.create(name="Phones"))):
        Product.objects.create(sku=sku, name=sku, line=line)
    path = tmp_path / "sales.csv"
    with path.open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["invoice", "line", "date", "reseller", "product", "amount", "quantity",
                       "currency"])  # fmt: skip
        rows.writerow(["1", "1", "2025-02-10", partner.number, "C", "600", "6", "USD"])
        rows.writerow(["2", "1", "2025-11-10", partner.number, "P", "400", "4", "EUR"])
    call_command(
        "import_file", "sales", str(path), source="erp", set=["kind=billing"],
        covers="2025-01..2025-12", history=True,
    )  # fmt: skip


def target(partner: Partner, admin: User, **facts: Any) -> Target:
    told: dict[str, Any] = {"start": START, "end": END, "amount": Decimal(1000), "currency": "USD"}
    return agree_target(partner, acting_user=admin, **{**told, **facts})


# --- The rules ---------------------------------------------------------------------------------


def test_a_person_and_the_partner_may_hold_the_same_and_none_of_them_twice(
    partner: Partner, other_partner: Partner, ida: Person, admin: User
) -> None:
    for person in (None, ida):
        certify(partner, name="Gold", person=person, start=START, end=END, acting_user=admin)
        with pytest.raises(ValidationError, match="certified so on some of these days"):
            certify(partner, name="gold", person=person, start=END, acting_user=admin)
    certify(partner, name="Gold", start=dt.date(2026, 1, 1), acting_user=admin)
    with pytest.raises(ValidationError, match="does not work at the partner"):
        certify(other_partner, name="Gold", person=ida, start=START, acting_user=admin)
    with pytest.raises(ValidationError, match="first day or later"):
        certify(partner, name="X", start=END, end=START, acting_user=admin)
    first = Certification.objects.filter(person=None).earliest("valid")
    with pytest.raises(ValidationError, match="certified so"):
        expire_certification(first, end=dt.date(2026, 2, 1), acting_user=admin)


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"units": Decimal(5)}, "in money or in units"),
        ({"amount": None}, "in money or in units"),
        ({"currency": ""}, "in which currency"),
        ({"amount": Decimal(0)}, "above zero"),
        ({"end": dt.date(2024, 1, 1)}, "first day or later"),
    ],
)
def test_a_target_is_one_amount_or_units_in_a_period(
    changed: dict[str, Any], told: str, partner: Partner, admin: User
) -> None:
    with pytest.raises(ValidationError, match=told):
        target(partner, admin, **changed)


def test_targets_of_one_thing_share_no_day_and_of_another_do(
    partner: Partner, admin: User, cables: ProductLine
) -> None:
    target(partner, admin)
    with pytest.raises(ValidationError, match="agreed for some of these days"):
        target(partner, admin, start=END, end=END)
    target(partner, admin, product_line=cables)
    target(partner, admin, amount=None, currency="", units=Decimal(5))
    assert Target.objects.count() == 3


# --- What was reached --------------------------------------------------------------------------


def reached(partner: Partner, row: Target, as_of: dt.date = KNOWN) -> Decimal | None:
    (found,) = attained(partner, [row], as_of)
    return found.value


def test_money_counts_at_plan_rates_and_units_as_they_are(
    sold: None, partner: Partner, admin: User, cables: ProductLine
) -> None:
    whole = target(partner, admin)
    # Without a rate of the euro the sum is not known; that of cables is.
    assert reached(partner, whole) is None
    line = target(partner, admin, product_line=cables)
    assert reached(partner, line) == 600
    PlanRate.objects.create(currency="EUR", rate=Decimal("1.5"), valid=DateRange(START, None))
    assert reached(partner, whole) == 1200
    (found,) = attained(partner, [whole], KNOWN)
    assert (found.share, found.through) == (Decimal("1.2"), None)
    euros = target(
        partner, admin, currency="EUR", start=dt.date(2026, 1, 1), end=END.replace(year=2026)
    )
    (found,) = attained(partner, [euros], KNOWN)
    assert (found.value, found.through) == (None, None)
    units = target(partner, admin, amount=None, currency="", units=Decimal(20))
    assert reached(partner, units) == 10
    half = target(
        partner, admin, product_line=cables, amount=None, currency="", units=Decimal(20),
        start=dt.date(2025, 7, 1),
    )  # fmt: skip
    assert reached(partner, half) == 0


def test_many_targets_cost_as_many_queries_as_one(
    sold: None, partner: Partner, admin: User, sign_in: SignIn
) -> None:
    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert client.get(f"{page(partner, 'targets')}?per=200").status_code == 200
        return len(queries)

    client = sign_in(admin)
    target(partner, admin)
    one = cost()
    for number in range(199):
        line = ProductLine.objects.create(name=f"L{number}")
        target(partner, admin, product_line=line)
    assert cost() == one


# --- By page -----------------------------------------------------------------------------------


def page(partner: Partner, what: str) -> str:
    return f"/partners/{partner.public_id}/{what}/"


def test_managers_and_admins_write_and_chiefs_read(
    partner: Partner, manager: User, chief: User, other_manager: User, direct: User,
    partner_admin: User, ida: Person, sign_in: SignIn,
) -> None:  # fmt: skip
    typed = {"name": "Gold", "person": ida.public_id, "start": "2025-01-01", "end": "2025-12-31"}
    agreed = {"start": "2026-01-01", "end": "2026-12-31", "amount": "5000", "currency": "USD"}
    sign_in(manager).post(page(partner, "certifications"), typed)
    sign_in(manager).post(page(partner, "targets"), agreed)
    row, goal = Certification.objects.get(), Target.objects.get()
    assert (row.person, row.last_day) == (ida, END)
    for what, words in (("certifications", "Expired"), ("targets", "5,000.00")):
        assert words in sign_in(chief).get(page(partner, what)).content.decode()
        assert sign_in(chief).post(page(partner, what), typed).status_code == 404
        for outsider in (other_manager, direct, partner_admin):
            assert sign_in(outsider).get(page(partner, what)).status_code == 404
    client = sign_in(manager)
    client.post(f"/partners/certifications/{row.public_id}/expire/", {"end": "2026-12-31"})
    client.post(f"/partners/targets/{goal.public_id}/change/", {"value": "6000"})
    row.refresh_from_db()
    goal.refresh_from_db()
    assert row.last_day == dt.date(2026, 12, 31)
    assert goal.value == 6000
    history = client.get(f"/partners/{partner.public_id}/history/").content.decode()
    assert "Gold" in history
    client.post(f"/partners/certifications/{row.public_id}/remove/")
    client.post(f"/partners/targets/{goal.public_id}/remove/")
    assert not Certification.objects.exists()
    assert not Target.objects.exists()


def test_a_partners_people_read_their_own(
    sold: None, partner: Partner, other_partner: Partner, ida: Person, admin: User,
    partner_rep: User, sign_in: SignIn, cables: ProductLine,
) -> None:  # fmt: skip
    certify(partner, name="Gold", person=ida, start=START, acting_user=admin)
    certify(other_partner, name="Platinum", start=START, acting_user=admin)
    target(partner, admin, product_line=cables)
    target(other_partner, admin, amount=Decimal(77_777))
    text = sign_in(partner_rep).get("/portal/targets/").content.decode()
    for words in ("Gold", "Ida", "Cables", "1,000.00", "600.00"):
        assert words in text
    assert not [words for words in ("Platinum", "77,777") if words in text]


def load(kind: str, rows: list[dict[str, str]], folder: Path) -> Any:
    """Import rows as a file with all of their columns."""
    path = folder / f"{kind}-{len(rows)}.csv"
    header = list(dict.fromkeys(name for row in rows for name in row))
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, header)
        writer.writeheader()
        writer.writerows(rows)
    return import_file(kind, path)


# --- By program and by file --------------------------------------------------------------------


def test_programs_note_and_read_them(
    partner: Partner, other_partner: Partner, ida: Person, manager: User, api: Api,
    cables: ProductLine,
) -> None:  # fmt: skip
    call = api(manager)
    base = f"/api/v1/partners/{partner.public_id}"
    sent = {"name": "Gold", "person": str(ida.public_id), "start": "2025-01-01", "end": None}
    assert call.post(f"{base}/certifications/", sent, format="json").status_code == 201
    again_ = call.post(f"{base}/certifications/", sent, format="json")
    assert again_.status_code == 400
    other = Person.objects.create(partner=other_partner, name="Ole", known_on=START)
    foreign = {**sent, "name": "X", "person": str(other.public_id)}
    assert call.post(f"{base}/certifications/", foreign, format="json").status_code == 400
    goal = {"product_line": "Cables", "start": "2026-01-01", "end": "2026-12-31", "units": "12"}
    told = call.post(f"{base}/targets/", goal, format="json")
    assert told.status_code == 201, told.json()
    assert (Decimal(told.json()["units"]), told.json()["amount"]) == (Decimal(12), None)
    assert call.get(f"{base}/targets/").json()["count"] == 1


def test_certifications_come_by_file_and_go_round(
    partner: Partner, ida: Person, admin: User, sign_in: SignIn, tmp_path: Path
) -> None:
    rows = [
        {"partner": "P-1", "certification": "Gold", "person": "IDA@a.example",
         "issue date": "2025-01-01", "expiry date": "2025-12-31", "number": "7"},
        {"partner": "P-1", "certification": "Gold", "person": "", "issue date": "2025-01-01"},
        {"partner": "P-1", "certification": "Gold", "person": "Nobody", "issue date": "2025-01-01"},
        {"partner": "P-1", "certification": "Gold", "person": "Ida", "issue date": "2025-12-31"},
        {"partner": "P-1", "certification": "Old", "issue date": "2025-01-01",
         "expiry date": "2024-01-01"},
    ]  # fmt: skip
    done = load("certifications", rows, tmp_path)
    assert counts(done) == (2, 0, 0, 3)
    assert Certification.objects.get(person=ida).last_day == END
    file = export(sign_in(admin), "partners:certifications-export", public_id=partner.public_id)
    assert {row["Person"] for row in records(file)} == {"", "ida@a.example"}
    assert counts(again(tmp_path, "certifications", file)) == (0, 0, 2, 0)


def test_targets_come_by_file_and_go_round(
    partner: Partner, admin: User, sign_in: SignIn, tmp_path: Path, cables: ProductLine
) -> None:
    year = {"partner": "P-1", "first day": "2026-01-01", "last day": "2026-12-31"}
    rows = [
        {**year, "product line": "cables", "quota": "5000", "currency": "usd"},
        {**year, "units": "12"},
        {**year, "product line": "Ropes", "units": "1"},
        {**year, "product line": "Cables", "quota": "1", "currency": ""},
        {**year, "product line": "Cables", "quota": "1", "currency": "USD", "units": "3"},
        {**year, "product line": "Cables", "units": "0"},
        {**year, "first day": "2026-06-01", "units": "3"},
    ]
    done = load("targets", rows, tmp_path)
    assert counts(done) == (2, 0, 0, 5)
    file = export(sign_in(admin), "partners:targets-export", public_id=partner.public_id)
    assert counts(again(tmp_path, "targets", file)) == (0, 0, 2, 0)
    rows = [{**year, "product line": "Cables", "quota": "6000", "currency": "USD"}]
    assert counts(load("targets", rows, tmp_path)) == (0, 1, 0, 0)
    assert Target.objects.get(product_line=cables).value == 6000
