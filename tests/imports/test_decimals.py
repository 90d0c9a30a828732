"""How numbers are written, in Python and in the database alike."""

from decimal import Decimal

import pytest
from django.db import connection

from imports.cells import DecimalMark, parse_decimal
from imports.checking import NUMBER, WITHOUT_CURRENCY, number_params
from imports.marks import AROUND_MONEY

WITH_POINT = {
    "1234.50": "1234.50",
    "1,234.50": "1234.50",
    "1,234,567": "1234567",
    "1 234.5": "1234.5",
    "1\u00a0234.5": "1234.5",
    "1'234.5": "1234.5",
    "(1,234.50)": "-1234.50",
    "1,234.50-": "-1234.50",
    "-5": "-5",
    "\u22125": "-5",
    "+5": "5",
    "1E-05": "0.00001",
    "2.5e3": "2500",
    ".5": "0.5",
    "5.": "5",
    "0": "0",
    "007": "7",
    "123456789012345678901": "123456789012345678901",
    "-1234567890123456.78": "-1234567890123456.78",
}
WITH_COMMA = {"1.234,50": "1234.50", "1,5": "1.5", "1.234": "1234", "(1,5)": "-1.5", "-7": "-7"}
WITH_CURRENCY = {
    "$5": "5", "-$5": "-5", "$-5": "-5", "($5.00)": "-5", "US$ 5": "5", "1,234.50 USD": "1234.50",
    "usd 7": "7", "5 \u20ac": "5", "5\u20ac-": "-5", "(5 EUR)": "-5", "\u00a31'000": "1000",
    "9\u00a0\u20ac": "9", "12 kr": "12",
}  # fmt: skip
WITH_CURRENCY_AND_COMMA = {"\u20ac 1.234,50": "1234.50", "1.234,50 EUR": "1234.50"}
NO_NUMBERS = [
    "",
    "abc",
    "1,23.4",
    "1.2.3",
    "--5",
    "(-5)",
    "$",
    "$5 EUR",
    "EUR USD 5",
    "5 pcs",
    "1\u20ac50",
    "5%",
    "1,2345",
    "NaN",
    "1e",
    "\u0663",
]

VALID: list[tuple[str, DecimalMark, str]] = [
    *((text, ".", value) for text, value in WITH_POINT.items()),
    *((text, ",", value) for text, value in WITH_COMMA.items()),
    *((text, ".", value) for text, value in WITH_CURRENCY.items()),
    *((text, ",", value) for text, value in WITH_CURRENCY_AND_COMMA.items()),
]


def in_database(text: str, mark: DecimalMark) -> Decimal | None:
    number = NUMBER.format(text=WITHOUT_CURRENCY.format(text="cell"))
    statement = f"SELECT {number} FROM (SELECT %(cell)s::text AS cell) AS one"  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(
            statement, {**number_params(mark), "cell": text, "around_money": AROUND_MONEY}
        )
        value: Decimal | None = cursor.fetchone()[0]
        return value


@pytest.mark.parametrize(("text", "mark", "value"), VALID)
def test_a_number_means_the_same_to_python_and_to_postgresql(
    text: str, mark: DecimalMark, value: str, db: None
) -> None:
    assert parse_decimal(text, mark) == Decimal(value)
    assert in_database(text, mark) == Decimal(value)


@pytest.mark.parametrize("text", NO_NUMBERS)
def test_what_is_no_number_is_none_to_both(text: str, db: None) -> None:
    with pytest.raises(ValueError, match="not a number"):
        parse_decimal(text, ".")
    assert in_database(text, ".") is None
