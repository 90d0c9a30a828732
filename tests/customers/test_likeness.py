"""Whether two names are one company's: the pairs that a matcher meets, and real ones by the set."""

import csv
import itertools

import pytest

from customers.matching import Account, Verdict, compare
from customers.matching.names import taken_apart
from tests.sales.files import shared

DIFFERENT = """
Stripe/Strix
Fenwick Software/Centric Software
Bytesforce/Salesforce
Bank of the West/Bank of the East
Royal Bank/Royal Mail
Union Pacific/Union Carbide
First National Bank/First Republic Bank
National Traders/National Agency
Standard Bank/Standard Life
Area 51 Ltd/Area 52 Ltd
IBM/International Business Machines
"""
SAME_OR_FOR_REVIEW = """
Acme Inc/Acme GmbH
Bank of Ireland/Bank of Ireland Group
Air France/Air France KLM
Sun/Sun Microsystems
Arvato/Arvato Systems
Shah Enterprise/Shah Enterprises
Health Care/Healthcare
I.B.M./IBM
Nordwerk Intl/Nordwerk International
Gebrüder Größe/GEBRUEDER GROESSE
"""


def pairs(text: str) -> list[list[str]]:
    return [line.split("/") for line in text.strip().splitlines()]


def verdict(a: str, b: str) -> Verdict:
    return compare(Account(a), Account(b))[1]


@pytest.mark.parametrize(("a", "b"), pairs(DIFFERENT))
def test_names_of_two_companies_are_new(a: str, b: str) -> None:
    assert verdict(a, b) == verdict(b, a) == Verdict.NEW


@pytest.mark.parametrize(("a", "b"), pairs(SAME_OR_FOR_REVIEW))
def test_names_of_one_company_are_proposed(a: str, b: str) -> None:
    assert verdict(a, b) != Verdict.NEW
    assert verdict(b, a) != Verdict.NEW


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("N.V. Quellwerk, Heerdorf", "quellwerk"),
        ("Quellwerk N. V.", "quellwerk"),
        ("Q W K N.V.", "qwk"),
        ("Quellwerk GmbH & Co. KG", "quellwerk"),
        ("Quellwerk Sp. z o.o.", "quellwerk"),
        ("OOO Quellwerk", "quellwerk"),
        ("Quellwerk S.A. de C.V.", "quellwerk"),
        ("The Limited", "limited"),
    ],
)
def test_legal_forms_are_taken_from_the_ends_and_never_everything(name: str, key: str) -> None:
    assert taken_apart(name).key == key


def test_the_reason_says_what_was_seen() -> None:
    assert compare(Account("Acme Ltd"), Account("Acme"))[2] == 'same name; "ltd" is a legal form'
    assert "spelt unlike" in compare(Account("Brightmoor Foods"), Account("Brightmor Foods"))[2]
    two = compare(Account("Fenwick Software"), Account("Centric Software"))
    assert two[2] == 'no distinctive word; one says "fenwick", the other "centric"'
    assert 'only one says "rockets"' in compare(Account("Acme"), Account("Acme Rockets"))[2]


def test_one_domain_is_one_customer_unless_the_names_have_nothing_in_common() -> None:
    acme = Account("Acme", "www.acme.co.uk")
    assert compare(acme, Account("Acme Logistics", "https://shop.acme.co.uk/x"))[1] == "match"
    assert compare(acme, Account("Zeta", "acme.co.uk"))[1] == Verdict.POSSIBLE
    mail = compare(Account("Acme", "a@gmail.com"), Account("Zeta", "gmail.com"))
    assert mail[1] == Verdict.NEW


def test_nothing_is_like_nothing() -> None:
    assert verdict("", "") == verdict("***", "...") == verdict("", "Acme") == Verdict.NEW


def test_another_country_makes_a_person_look() -> None:
    score, said, reason = compare(Account("Acme", "", "FR"), Account("Acme GmbH", "", "DE"))
    assert said == Verdict.POSSIBLE
    assert score < 0.85
    assert reason.endswith("other country: DE, they say FR")
    assert compare(Account("Acme", "", "DE"), Account("Acme GmbH"))[1] == Verdict.MATCH


def test_real_names_of_patents_are_told_apart_at_the_preset_threshold() -> None:
    with (shared("patstat_names") / "pairs.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    judged = [
        (*compare(Account(row["name1"]), Account(row["name2"]))[:2], row["is_match"] == "1")
        for row in rows
    ]
    true = sum(same for *_, same in judged)
    called = [same for _, said, same in judged if said == Verdict.MATCH]
    precision, recall = sum(called) / len(called), sum(called) / true
    assert 2 * precision * recall / (precision + recall) > 0.914
    ranked = sorted(judged, key=lambda each: -each[0])
    right = itertools.accumulate(same for *_, same in ranked)
    at = max(n for place, n in enumerate(right, start=1) if n / place >= 0.95)
    assert at / true > 0.85


def test_few_of_701_resellers_are_called_the_same() -> None:
    path = shared("adventureworks") / "DimReseller.csv"
    with path.open(encoding="utf-8") as file:
        names = [row["ResellerName"] for row in csv.DictReader(file)]
    assert len(names) == 701
    same = [(a, b) for a, b in itertools.combinations(names, 2) if verdict(a, b) == Verdict.MATCH]
    assert len(same) <= 20, same
