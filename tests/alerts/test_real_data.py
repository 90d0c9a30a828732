"""The canary on data that nobody here wrote, against figures computed without our code."""

import csv
import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import transaction

from alerts.actions import recompute
from alerts.canaries import CANARIES
from alerts.models import PartnerHealth
from alerts.report import verdicts
from alerts.scan import five_questions
from channelhub.lib import months

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
pytestmark = pytest.mark.skipif(
    not DATA.exists(), reason="needs ../shared/data, which is not part of the repository"
)
AW_SALES = [
    "SalesOrderNumber=invoice",
    "SalesOrderLineNumber=line",
    "OrderDate=date",
    "ResellerKey=reseller",
    "ProductKey=product",
    "OrderQuantity=quantity",
    "SalesAmount=amount",
]


@pytest.fixture(scope="module")
def adventureworks(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """701 partners and 60,855 lines, straight from their own columns, for this module."""
    folder = DATA / "adventureworks"
    with django_db_blocker.unblock(), transaction.atomic():
        call_command(
            "import_file",
            "partners",
            str(folder / "DimReseller.csv"),
            source="adventureworks",
            map=["ResellerKey=external_id", "ResellerName=name", "BusinessType=type"],
        )
        call_command(
            "import_file",
            "sales",
            str(folder / "FactResellerSales.csv"),
            source="adventureworks",
            history=True,
            set=["kind=billing"],
            map=AW_SALES,
        )
        yield
        transaction.set_rollback(True)


def judged(as_of: dt.date) -> dict[str, dict[str, Any]]:
    found = verdicts(CANARIES["our-sales-shift"], as_of)
    return {each["external_ids"]["adventureworks"]: each for each in found}


def expected(end: dt.date) -> dict[str, tuple[Decimal, Decimal]]:
    """Both windows of every reseller, added up from the file."""
    current_from = months.add_months(end, -11)
    prior_from = months.add_months(end, -23)
    sums: dict[str, list[Decimal]] = defaultdict(lambda: [Decimal(0), Decimal(0)])
    with (DATA / "adventureworks" / "FactResellerSales.csv").open() as file:
        for row in csv.DictReader(file):
            month = dt.date.fromisoformat(row["OrderDate"][:10]).replace(day=1)
            amount = Decimal(row["SalesAmount"])
            if current_from <= month <= end:
                sums[row["ResellerKey"]][0] += amount
            elif prior_from <= month < current_from:
                sums[row["ResellerKey"]][1] += amount
    return {key: (current, prior) for key, (current, prior) in sums.items()}


def test_the_classes_are_those_of_the_data_s_own_description(adventureworks: None) -> None:
    found = judged(dt.date(2013, 11, 30))
    assert Counter(each["class"] for each in found.values()) == {
        "up": 88, "down": 113, "within": 78, "lost": 86, "new": 214, "inactive": 122,
    }  # fmt: skip


@pytest.mark.parametrize(
    "end", [dt.date(2012, 11, 1), dt.date(2013, 3, 1), dt.date(2013, 6, 1), dt.date(2013, 11, 1)]
)
def test_both_windows_of_every_partner_are_what_the_file_adds_up_to(
    adventureworks: None, end: dt.date
) -> None:
    found, truth = judged(months.last_day(end)), expected(end)
    assert len(found) == 701
    for key, each in found.items():
        current, prior = truth.get(key, (Decimal(0), Decimal(0)))
        assert each["windows"]["current"]["amount"] == pytest.approx(float(current), abs=0.01)
        assert each["windows"]["prior"]["amount"] == pytest.approx(float(prior), abs=0.01)
        assert each["class"] == _class(current, prior)


def _class(current: Decimal, prior: Decimal) -> str:
    if prior == 0:
        return "new" if current else "inactive"
    if current == 0:
        return "lost"
    change = current / prior - 1
    return "within" if abs(change) < Decimal("0.2") else "up" if change > 0 else "down"


def test_the_day_before_a_month_closes_it_is_not_counted(adventureworks: None) -> None:
    found = judged(dt.date(2013, 11, 29))
    assert {each["windows"]["current"]["to"] for each in found.values()} == {"2013-10-31"}


def test_before_24_months_are_covered_nobody_is_compared(adventureworks: None) -> None:
    found = judged(dt.date(2012, 10, 31))
    assert {each["class"] for each in found.values()} == {"not enough history"}


def test_northwind_is_too_short_to_compare(db: None) -> None:
    folder = DATA / "northwind"
    call_command(
        "import_file",
        "partners",
        str(folder / "Customers.csv"),
        source="northwind",
        map=["CustomerID=external_id", "CompanyName=name"],
    )
    call_command(
        "import_file",
        "sales",
        str(folder / "OrderDetails.csv"),
        source="northwind",
        history=True,
        join=["OrderID=Orders.csv"],
        set=["kind=billing"],
        map=[
            "OrderID=invoice",
            "OrderDate=date",
            "CustomerID=reseller",
            "ProductID=product",
            "UnitPrice=price",
        ],
    )
    found = list(verdicts(CANARIES["our-sales-shift"], dt.date(1998, 5, 31)))
    assert len(found) == 91
    assert {each["class"] for each in found} == {"not enough history"}


def test_what_nobody_told_is_not_known_and_not_a_no(adventureworks: None) -> None:
    """Neither own results nor customers, line cards or people are in these files."""
    recompute(dt.date(2013, 11, 30))
    answers = {answer.number: answer for answer in five_questions()}
    assert {number: str(answer.reply) for number, answer in answers.items()} == {
        1: "not known", 2: "yes", 3: "not known", 4: "not known", 5: "not known"
    }  # fmt: skip
    assert (answers[2].of, answers[2].judged) == (701, 579)
    assert answers[1].judged == 0
    assert answers[1].without_share == Decimal(1)
    assert answers[3].without_share == Decimal(1)
    assert not PartnerHealth.objects.exclude(score=None).exists()
