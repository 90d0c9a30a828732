"""Columns that come from other files."""

import pytest
from django.core.management import CommandError

from partners.models import Partner, PartnerTerritory
from tests.imports.files import Send, Write, counts

MAIN = "id,name,place\n1,Alpha,10\n2,Beta,11\n3,Gamma,\n4,Delta,99\n"


def test_a_join_brings_columns_and_a_missing_key_leaves_them_empty(
    send: Send, write: Write
) -> None:
    write("place,region\n10,North\n11,South\n", name="places.csv")
    assert counts(send("partners", MAIN, "--join", "place=places.csv")) == (4, 0, 0, 0)
    found = dict(PartnerTerritory.objects.values_list("partner__number", "territory"))
    assert found == {"1": "North", "2": "South"}


def test_a_later_join_uses_a_column_that_an_earlier_one_brought(send: Send, write: Write) -> None:
    write("place,area\n10,a\n11,b\n", name="places.csv")
    write("area;Name of area\na;Öst\nb;West\n", name="areas.csv", encoding="cp1252")
    joins = ("--join", "place=places.csv", "--join", "area=areas.csv")
    send("partners", MAIN, *joins, "--map", "Name of area=territory")
    found = dict(PartnerTerritory.objects.values_list("partner__number", "territory"))
    assert found == {"1": "Öst", "2": "West"}


def test_the_files_own_column_wins(send: Send, write: Write) -> None:
    write("place,name,tier\n10,Wrong,gold\n", name="places.csv")
    send("partners", MAIN, "--join", "place=places.csv")
    assert Partner.objects.get(number="1").name == "Alpha"


@pytest.mark.parametrize(
    ("other", "reason"),
    [
        ("site,region\n10,North\n", "places.csv has no column 'place' to join by"),
        ("place,region\n10,North\n11,South\n10,East\n", "place '10' twice, on lines 2 and 4"),
        ("place,region\n10\n", "places.csv, line 2: The row has 1 cells"),
    ],
)
def test_a_file_that_cannot_be_joined_says_why(
    send: Send, write: Write, other: str, reason: str
) -> None:
    write(other, name="places.csv")
    with pytest.raises(CommandError, match=reason):
        send("partners", MAIN, "--join", "place=places.csv", "--map", "place=territory")


def test_a_key_that_the_file_lacks_says_so(send: Send, write: Write) -> None:
    write("zone,region\n10,North\n", name="zones.csv")
    with pytest.raises(CommandError, match=r"file.csv has no column 'zone'"):
        send("partners", MAIN, "--join", "zone=zones.csv")
