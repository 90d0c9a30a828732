"""Which of their columns becomes which of our fields."""

from typing import Any

import pytest

from imports.columns import assign, match_headers
from imports.kinds import Counts, Field, Kind
from imports.models import Source
from imports.options import Options
from imports.problems import Unreadable
from imports.staging import Staging


class Parties(Kind):
    name = "parties"
    label = "Parties"
    fields = (Field(name="customer", label="Party", synonyms=("end user", "customer", "bill to")),)

    def kept(self, source: Source | None) -> dict[str, Any]:
        return {}

    def resolve(self, staging: Staging) -> None: ...

    def write(self, staging: Staging) -> Counts:
        return Counts(new=0, changed=0, unchanged=0)


class Boxes(Kind):
    name = "boxes"
    label = "Boxes"
    fields = (
        Field(name="external_id", label="Id", required=True, synonyms=("box id", "number")),
        Field(name="size", label="Size", synonyms=("number", "width")),
        Field(name="colour", label="Colour"),
    )

    def resolve(self, staging: Staging) -> None: ...

    def write(self, staging: Staging) -> Counts:
        return Counts(new=0, changed=0, unchanged=0)

    def kept(self, source: Source | None) -> dict[str, Any]:
        return {}


def fill(columns: str, **options: object) -> dict[str, str]:
    return assign(Boxes(), columns.split(), Options(**options))  # type: ignore[arg-type]


def test_headers_find_their_fields_whatever_their_case() -> None:
    assert fill("EXTERNAL-ID COLOUR shape") == {"external_id": "EXTERNAL-ID", "colour": "COLOUR"}


def test_a_fields_own_name_goes_before_a_synonym() -> None:
    assert fill("BoxID External_Id") == {"external_id": "External_Id"}


@pytest.mark.parametrize(
    ("columns", "taken"),
    [
        ("Bill-To|Customer|End User", "End User"),
        ("Bill-To|Customer", "Customer"),
        ("Bill-To", "Bill-To"),
        ("Bill-To|Party|End User", "Party"),
    ],
)
def test_earlier_synonyms_are_preferred_even_to_the_name_where_it_is_one(
    columns: str, taken: str
) -> None:
    assert match_headers(Parties(), columns.split("|")) == {"customer": taken}


def test_accents_make_no_difference() -> None:
    assert fill("Bóx-ÍD") == {"external_id": "Bóx-ÍD"}


def test_each_column_is_used_once() -> None:
    assert fill("number width") == {"external_id": "number", "size": "width"}


def test_what_a_person_says_wins() -> None:
    said = fill("external_id other size", mapping={"external_id": "other"})
    assert said == {"external_id": "other", "size": "size"}


def test_a_column_that_was_mapped_is_not_matched_again() -> None:
    said = fill("size Id", mapping={"colour": "size"})
    assert said == {"colour": "size", "external_id": "Id"}


def test_one_column_may_fill_two_fields() -> None:
    said = fill("a", mapping={"external_id": "a", "colour": "a"})
    assert said == {"external_id": "a", "colour": "a"}


def test_a_fixed_value_keeps_the_column_out() -> None:
    assert fill("id colour", fixed={"colour": "red"}) == {"external_id": "id"}


def test_nothing_is_matched_where_a_person_chose_all() -> None:
    said = fill("id colour", mapping={"external_id": "id"}, match_headers=False)
    assert said == {"external_id": "id"}


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ({"mapping": {"size": "breadth"}}, "no column 'breadth'. The file has: id, x"),
        ({"mapping": {"weight": "x"}}, "no field 'weight' in boxes. There are: external_id, size"),
        ({"fixed": {"weight": "1"}}, "no field 'weight'"),
        ({"mapping": {"size": "x"}, "fixed": {"size": "1"}}, "Both a column and a fixed value"),
    ],
)
def test_unknown_names_are_errors_that_list_what_there_is(
    options: dict[str, object], reason: str
) -> None:
    with pytest.raises(Unreadable, match=reason):
        fill("id x", **options)


def test_a_required_field_without_a_column_is_an_error() -> None:
    with pytest.raises(Unreadable, match=r"No column for: external_id\..*The file has: x, y"):
        fill("x y")
