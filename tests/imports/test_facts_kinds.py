"""Files of people, own results, line cards and customers: what they make, change and refuse."""

import datetime as dt
from decimal import Decimal

import pytest
from django.core.management import call_command

from accounts.models import Organisation
from customers.models import Customer, CustomerContract, CustomerDomain
from imports.models import Source
from partners.models import (
    Departure,
    LineCard,
    LineCardObservation,
    LineCardSupplier,
    OwnResult,
    Partner,
    PartnerExternalId,
    Person,
)
from tests.imports.files import Send, counts


@pytest.fixture(autouse=True)
def known(partner: Partner) -> None:
    source, _ = Source.objects.get_or_create(name="erp")
    PartnerExternalId.objects.create(partner=partner, source=source, external_id="7001")


def reasons(result: dict[str, object]) -> list[str]:
    rows = result["rejected_rows"]
    assert isinstance(rows, list)
    return [row["reason"] for row in rows]


# --- People ------------------------------------------------------------------------------------

PEOPLE = "partner,name,email,role,key,joined,left,where_to\n"


def test_people_are_known_by_address_else_by_name(send: Send) -> None:
    text = (
        f"{PEOPLE}7001,Ida Holm,ida@alpha.example,Sales lead,yes,2020-01-01,,\n"
        "P-1,Nils Berg,,,,,,\n"
    )
    assert counts(send("partner-people", text)) == (2, 0, 0, 0)
    assert counts(send("partner-people", text)) == (0, 0, 2, 0)
    assert Person.objects.get(name="Ida Holm").key
    renamed = f"{PEOPLE}7001,Ida Holm-Berg,IDA@alpha.example,,,,,\n"
    assert counts(send("partner-people", renamed)) == (0, 1, 0, 0)
    person = Person.objects.get(name="Ida Holm-Berg")
    assert (person.role, person.key) == ("Sales lead", True)
    assert Person.objects.count() == 2


def test_a_day_of_leaving_is_recorded_once_and_learnt_today(send: Send) -> None:
    send("partner-people", f"{PEOPLE}P-1,Ida Holm,,,yes,,,\n")
    gone = f"{PEOPLE}P-1,Ida Holm,,,,,2026-01-05,A rival\n"
    assert counts(send("partner-people", gone)) == (0, 1, 0, 0)
    assert counts(send("partner-people", gone)) == (0, 0, 1, 0)
    left = Departure.objects.get()
    assert (left.left_on, left.where_to) == (dt.date(2026, 1, 5), "A rival")
    assert left.known_on == Organisation.current().today()


def test_people_that_cannot_be_are_refused(send: Send) -> None:
    text = (
        f"{PEOPLE}P-9,Ida,,,,,,\n"
        "P-1,Ida,nowhere,,,,,\n"
        "P-1,Ole,,,,2024-01-02,2024-01-01,\n"
        "P-1,Per,,,,2999-01-01,,\n"
        "P-1,Uma,,,,,,\n"
        "P-1,Uma,,,,,,\n"
    )
    result = send("partner-people", text)
    assert counts(result) == (1, 0, 0, 5)
    assert set(reasons(result)) == {
        "Unknown partner: load the partners first, or correct it.",
        "This is no address.",
        "They left before they joined.",
        "This day has not come yet.",
        "An earlier row has this name: if it is somebody else, give both an e-mail address.",
    }


def test_two_people_of_one_name_are_told_apart_by_their_addresses(send: Send) -> None:
    two = f"{PEOPLE}P-1,Uma,uma@a.example,,,,,\nP-1,uma,uma2@a.example,,,,,\n"
    assert counts(send("partner-people", two)) == (2, 0, 0, 0)
    assert counts(send("partner-people", two)) == (0, 0, 2, 0)
    result = send("partner-people", f"{PEOPLE}P-1,Uma,,Lead,,,,\n")
    assert reasons(result) == [
        "Several people at this partner have this name: give the e-mail address."
    ]
    half = f"{PEOPLE}P-1,Ole,,,,,,\nP-1,Ole,ole@a.example,,,,,\nP-1,Per,PER@a.example,,,,,\n"
    result = send("partner-people", f"{half}P-1,Peer,per@a.example,,,,,\n")
    assert counts(result) == (2, 0, 0, 2)
    assert reasons(result) == [
        "An earlier row has this name: if it is somebody else, give both an e-mail address.",
        "An earlier row is this person already.",
    ]


def test_of_two_with_an_address_one_is_whoever_had_none(send: Send) -> None:
    send("partner-people", f"{PEOPLE}P-1,Uma,,Lead,,,,\n")
    two = f"{PEOPLE}P-1,Uma,uma@a.example,,,,,\nP-1,Uma,uma2@a.example,,,,,\n"
    assert counts(send("partner-people", two)) == (1, 1, 0, 0)
    assert Person.objects.get(email="uma@a.example").role == "Lead"


# --- Own results -------------------------------------------------------------------------------

RESULTS = "partner,start,end,amount,currency,basis,inorganic,known_on\n"


def test_a_figure_is_corrected_the_same_day_and_replaced_later(send: Send) -> None:
    first = f"{RESULTS}P-1,2024-01-01,2024-12-31,1000,usd,,,2025-03-01\n"
    assert counts(send("own-results", first)) == (1, 0, 0, 0)
    assert counts(send("own-results", first)) == (0, 0, 1, 0)
    same_day = first.replace("1000", "1100")
    assert counts(send("own-results", same_day)) == (0, 1, 0, 0)
    assert OwnResult.objects.get().amount == Decimal(1100)
    later = first.replace("1000", "900").replace("2025-03-01", "2025-06-01")
    assert counts(send("own-results", later)) == (0, 1, 0, 0)
    assert counts(send("own-results", later)) == (0, 0, 1, 0)
    then = OwnResult.objects.known(dt.date(2025, 5, 31)).get()
    now = OwnResult.objects.known(dt.date(2025, 6, 1)).get()
    assert (then.amount, now.amount) == (Decimal(1100), Decimal(900))


def test_an_estimate_stands_beside_a_reported_figure(send: Send) -> None:
    text = (
        f"{RESULTS}P-1,2024-01-01,2024-12-31,1000,EUR,estimate,yes,\n"
        "P-1,2024-01-01,2024-12-31,1200,EUR,actual,,\n"
    )
    assert counts(send("own-results", text)) == (2, 0, 0, 0)
    assert OwnResult.objects.get(basis="estimated").inorganic


def test_a_cell_that_says_nothing_leaves_the_inorganic_mark(send: Send) -> None:
    marked = f"{RESULTS}P-1,2024-01-01,2024-12-31,1000,EUR,,yes,2025-03-01\n"
    send("own-results", marked)
    empty = marked.replace("yes", "")
    assert counts(send("own-results", empty)) == (0, 0, 1, 0)
    assert counts(send("own-results", empty.replace("1000", "1100"))) == (0, 1, 0, 0)
    without = "partner,start,end,amount,currency\nP-1,2024-01-01,2024-12-31,1200,EUR\n"
    assert counts(send("own-results", without)) == (0, 1, 0, 0)
    assert list(OwnResult.objects.values_list("inorganic", flat=True)) == [True, True]
    assert counts(send("own-results", marked.replace("yes", "no"))) == (0, 1, 0, 0)


def test_years_that_cannot_be_are_refused(send: Send) -> None:
    send("own-results", f"{RESULTS}P-1,2024-01-01,2024-12-31,1000,EUR,,,\n")
    text = (
        f"{RESULTS}P-1,2024-07-01,2025-06-30,1,EUR,,,\n"
        "P-1,2022-01-01,2023-12-31,1,EUR,,,\n"
        "P-1,2023-01-01,2023-12-31,-1,EUR,,,\n"
        "P-1,2023-01-01,2023-12-31,1,EURO,,,\n"
        "P-1,2998-01-01,2998-12-31,1,EUR,,,\n"
    )
    result = send("own-results", text)
    assert counts(result) == (0, 0, 0, 5)
    assert {
        "This overlaps another year of the partner.",
        "A fiscal year ends after it starts, within 18 months.",
        "Own total sales are zero or more.",
        "This year is not over yet.",
    } <= set(reasons(result))


# --- Line cards --------------------------------------------------------------------------------

CARDS = "partner,category,seen_by,basis,confidence,observed_on,suppliers,our_rank\n"


def test_suppliers_are_ranked_in_their_order_and_we_are_found(send: Send) -> None:
    Organisation.objects.update(name="Northlight")
    text = f"{CARDS}P-1,Phones,Call,revenue,high,2026-01-05,Corvex; northlight ;Tellura,\n"
    assert counts(send("line-cards", text)) == (1, 0, 0, 0)
    assert counts(send("line-cards", text)) == (0, 0, 1, 0)
    ranked = LineCardSupplier.objects.order_by("rank").values_list("rank", "name", "ours")
    assert list(ranked) == [(1, "Corvex", False), (2, "Northlight", True), (3, "Tellura", False)]
    moved = text.replace("Corvex; northlight ", "us;Corvex").replace("Phones", "PHONES")
    assert counts(send("line-cards", moved)) == (0, 1, 0, 0)
    assert LineCardSupplier.objects.get(ours=True).rank == 1
    assert LineCard.objects.count() == LineCardObservation.objects.count() == 1


def test_our_rank_alone_is_enough_and_a_listing_has_none(send: Send) -> None:
    text = (
        f"{CARDS}P-1,Phones,Call,revenue,,2026-01-05,,3\n"
        "P-1,Phones,Website,listing,,2026-01-05,us;Corvex,\n"
    )
    assert counts(send("line-cards", text)) == (2, 0, 0, 0)
    ours = LineCardSupplier.objects.filter(ours=True).order_by("observation_id")
    assert [supplier.rank for supplier in ours] == [3, None]


def test_looks_that_cannot_be_are_refused(send: Send) -> None:
    text = (
        f"{CARDS}P-1,Phones,Call,revenue,,2026-01-05,,\n"
        "P-1,Phones,Call,revenue,,2026-01-06,Corvex;corvex,\n"
        "P-1,Phones,Call,revenue,,2999-01-06,us,\n"
        "P-1,Phones,Call,revenue,,2026-01-07,,0\n"
        "P-1,Phones,Call,guess,,2026-01-07,us,\n"
    )
    result = send("line-cards", text)
    assert counts(result) == (0, 0, 0, 5)
    assert {
        "Name the suppliers, or at least our rank.",
        "A supplier stands twice; it has one rank.",
        "This day has not come yet.",
        "Ranks begin at 1.",
    } <= set(reasons(result))


# --- Customers ---------------------------------------------------------------------------------

CUSTOMERS = "external_id,name,level,parent,country,aliases,domains,contract_end,placeholder\n"


def test_a_group_and_its_parts_come_in_any_order(send: Send) -> None:
    text = (
        f"{CUSTOMERS}S-1,Acme Berlin,site,E-1,de,,,,\n"
        "E-1,Acme GmbH,entity,G-1,DE,Akme; ACME ,acme.example,2027-01-31,\n"
        "G-1,Acme Group,group,,,,,,\n"
        "C-9,CASH SALES,,,,,,,\n"
    )
    assert counts(send("customers", text)) == (4, 0, 0, 0)
    assert counts(send("customers", text)) == (0, 0, 4, 0)
    site = Customer.objects.get(name="Acme Berlin")
    assert site.parent
    assert site.parent.parent == Customer.objects.get(name="Acme Group")
    assert site.country == "DE"
    assert Customer.objects.get(name="CASH SALES").placeholder
    assert set(site.parent.aliases.values_list("name", flat=True)) == {"Akme", "ACME"}
    assert CustomerContract.objects.get().ends_on == dt.date(2027, 1, 31)
    changed = f"{CUSTOMERS}E-1,Acme SE,,,,,,2028-01-31,\n"
    assert counts(send("customers", changed)) == (0, 1, 0, 0)
    assert CustomerContract.objects.get().ends_on == dt.date(2028, 1, 31)
    assert Customer.objects.get(name="Acme SE").parent == site.parent.parent


def test_customers_that_cannot_be_are_refused(send: Send) -> None:
    taken = Customer.objects.create(name="Taken")
    CustomerDomain.objects.create(customer=taken, domain="taken.example")
    text = (
        f"{CUSTOMERS}A,Acme,,nobody,,,,,\n"
        "B,Bolt,,B,,,,,\n"
        "C,Core,group,D,,,,,\n"
        "D,Dorn,site,,,,,,\n"
        "E,Edge,entity,D,,,,,\n"
        "F,Fern,,,Germany,,,,\n"
        "G,Gull,,,,,not a domain,,\n"
        "H,Holm,,,,,taken.example,,\n"
    )
    result = send("customers", text)
    assert counts(result) == (1, 0, 0, 7)
    assert set(reasons(result)) >= {
        "No customer of this source has this id.",
        "A customer is not part of itself.",
        "A group is part of none.",
        "An entity is part of a group, a site of an entity or a group.",
        "Write domains such as example.com.",
        "Another customer has this domain.",
    }


def test_history_counts_as_known_when_it_happened(tmp_path: object, partner: Partner) -> None:
    del partner
    path = f"{tmp_path}/people.csv"
    with open(path, "w", encoding="utf-8") as file:  # noqa: PTH123
        file.write("partner,name,left\nP-1,Ida Holm,2024-05-06\n")
    call_command("import_file", "partner-people", path, source="erp", history=True)
    assert Departure.objects.get().known_on == dt.date(2024, 5, 6)
