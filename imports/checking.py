"""Types every cell in the database: dates, numbers, choices; what does not fit is rejected."""
# ruff: noqa: S608 - identifiers are our fields' names and numbered columns, values are parameters

import dataclasses
import datetime as dt
import json
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from django.db import connection

from accounts.models import Organisation
from imports import cells, marks
from imports.cells import DecimalMark
from imports.fixed import parse_fixed
from imports.kinds import Field, Kind
from imports.options import DateOrder
from imports.parsing.header import squash
from imports.problems import Ambiguous, Unreadable
from imports.staging import Staging

# More different values than two centuries have days: not a column of dates.
MOST_DAYS = 100_000
# More different values than a choice has words, in all languages together.
MOST_WORDS = 1000
SQL_TYPES = {"text": "text", "choice": "text", "date": "date", "decimal": "numeric"}

REJECT_UNREADABLE = """
INSERT INTO imports_rejectedrow (load_id, row, "column", value, reason)
SELECT %(load)s, row, left(problem_column, 200), left(problem_value, 1000), problem
FROM staging_file_0 WHERE problem IS NOT NULL
"""

# `fault` is the number of the first thing that is wrong with a row.
CREATE = """
CREATE TEMPORARY TABLE staging ON COMMIT DROP AS
SELECT row, fault IS NOT NULL AS rejected, fault, {names} FROM (
  SELECT typed.*, {fault} AS fault FROM (
    SELECT staging_cells.row, {typed} FROM staging_cells {days} OFFSET 0
  ) AS typed
) AS judged
"""

REJECT_FAULT = """
INSERT INTO imports_rejectedrow (load_id, row, "column", value, reason)
SELECT %(load)s, row, %(column)s, left(coalesce({text}, ''), 1000), {reason}
FROM staging JOIN staging_cells USING (row) WHERE fault = %(fault)s
"""

DISTINCT = """
SELECT DISTINCT {value} FROM staging_cells WHERE {text} IS NOT NULL
LIMIT {most}
"""

# What is left of a number without all that makes a number. Cells that begin and end with a digit
# have no mark, and are told by these two characters alone.
MARK_OF = "upper(translate({text}, %(of_numbers)s, ''))"
HAS_MARKS = f"""
coalesce(bool_or(
  NOT (ascii({{text}}) BETWEEN 48 AND 57 AND ascii(right({{text}}, 1)) BETWEEN 48 AND 57)
  AND {MARK_OF} = ANY({{marks}})), false)
"""

OTHER_CURRENCY = f"""
NOT (%(currency_marks)s::jsonb -> {MARK_OF}) ? upper(coalesce({{currency}}, %(reporting)s))
"""

WITHOUT_CURRENCY = r"regexp_replace({text}, %(around_money)s, '\1\2')"
WITHOUT_PERCENT = "regexp_replace({text}, %(behind_percent)s, '')"

NUMBER = f"""
CASE WHEN octet_length({{text}}) <= {cells.PLAIN_LENGTH} AND {{text}} ~ %(plain)s
  THEN {{text}}::numeric
WHEN {{text}} ~ %(number)s THEN (CASE WHEN {{text}} ~ %(negative)s THEN -1 ELSE 1 END)
  * translate(regexp_replace({{text}}, %(around)s, '', 'g'), %(signs)s, '.')::numeric END
"""

# What the statements of this file ask for, whatever the file says.
FIXED_PARAMS = {
    "time": cells.WITHOUT_TIME,
    "of_numbers": marks.OF_NUMBERS,
    "around_money": marks.AROUND_MONEY,
    "behind_percent": marks.BEHIND_PERCENT,
}


@dataclasses.dataclass(frozen=True)
class Fault:
    """Something that can be wrong with a field; `condition` and `reason` are SQL."""

    field: Field
    condition: str
    reason: str


def check(staging: Staging, kind: Kind) -> None:
    """Make the table `staging` from the text in `staging_cells` and reject what does not fit.

    Raises:
        Unreadable: dates or numbers could mean two things, or a fixed value does not fit.
    """
    staging.execute(REJECT_UNREADABLE)
    _Checker(staging, kind).run()
    staging.execute("ANALYZE staging")


class _Checker:
    """Checks one file. SQL refers to values by parameter only; names are the fields' own."""

    def __init__(self, staging: Staging, kind: Kind) -> None:
        self.staging = staging
        self.fields = kind.fields
        self.in_file = [field for field in kind.fields if field.name in staging.columns]
        self.dates = [field for field in self.in_file if field.type == "date"]
        self.decimals = [field for field in self.in_file if field.type == "decimal"]
        self.marked = self._marked()
        self.mark = self._decimal_mark()
        self.params: dict[str, Any] = {**FIXED_PARAMS, **number_params(self.mark)}
        if self.marked:
            self.params["currency_marks"] = json.dumps(marks.CURRENCY_MARKS)
            self.params["reporting"] = Organisation.current().reporting_currency

    def run(self) -> None:
        self._parse_days()
        faults = [fault for field in self.in_file for fault in self._faults(field)]
        for number, fault in enumerate(faults):
            self.params[f"reason_{number}"] = fault.reason
        self._create(faults)
        for (number,) in self.staging.fetch("SELECT DISTINCT fault FROM staging WHERE rejected"):
            self._reject(number, faults[number])

    def _create(self, faults: list[Fault]) -> None:
        cases = "".join(f" WHEN {fault.condition} THEN {i}" for i, fault in enumerate(faults))
        texts = [f'{_text(field)} AS "{field.name} text"' for field in self.in_file]
        typed = [f'{self._typed(field)} AS "{field.name}"' for field in self.fields]
        statement = CREATE.format(
            names=", ".join(f'"{field.name}"' for field in self.fields),
            fault=f"(CASE{cases} END)::integer" if cases else "NULL::integer",
            typed=", ".join([*typed, *texts]),
            days=" ".join(_days_join(field) for field in self.dates),
        )
        self.staging.execute(statement, self.params)

    def _reject(self, number: int, fault: Fault) -> None:
        text = _text(fault.field)
        reason = "%(reason)s"
        if fault.field.type == "date" and not fault.reason:
            reason = f"({_day_reason(fault.field)})"
        column = self.staging.columns[fault.field.name]
        self.staging.execute(
            REJECT_FAULT.format(text=text, reason=reason),
            {**self.params, "fault": number, "column": column, "reason": fault.reason},
        )

    def _typed(self, field: Field) -> str:
        """The SQL of a field's value; NULL where the cell does not fit."""
        sql_type = SQL_TYPES[field.type]
        if field.name in self.staging.fixed:
            self.params[f"fixed_{field.name}"] = parse_fixed(
                field, self.staging.fixed[field.name], self.staging.options
            )
            return f"%(fixed_{field.name})s::{sql_type}"
        if field not in self.in_file:
            return f"NULL::{sql_type}"
        if field.type == "date":
            return f'"days {field.name}".day'
        if field.type == "decimal":
            return self._number(field)
        if field.type == "choice":
            self.params[f"choices_{field.name}"] = json.dumps(self._meant(field))
            return f"(%(choices_{field.name})s::jsonb ->> {_text(field)})"
        return _text(field)

    def _number(self, field: Field) -> str:
        number = NUMBER.format(text=self._bare(field))
        if field.percent and field.name in self.marked:
            return f"({number}) * CASE WHEN right({_text(field)}, 1) = '%%' THEN 0.01 ELSE 1 END"
        return number

    def _bare(self, field: Field) -> str:
        """The SQL of a number as it is written, without the marks that its column has."""
        if field.name not in self.marked:
            return _text(field)
        without = WITHOUT_PERCENT if field.percent else WITHOUT_CURRENCY
        return without.format(text=_text(field))

    def _marked(self) -> set[str]:
        """The fields of numbers with marks that are understood, found in one scan."""
        if not self.decimals:
            return set()
        found = ", ".join(
            HAS_MARKS.format(
                text=_text(field), marks="%(percent)s" if field.percent else "%(currencies)s"
            )
            for field in self.decimals
        )
        known = {"percent": ["%"], "currencies": list(marks.CURRENCY_MARKS)}
        (flags,) = self.staging.fetch(
            f"SELECT {found} FROM staging_cells", {**FIXED_PARAMS, **known}
        )
        return {field.name for field, has in zip(self.decimals, flags, strict=True) if has}

    def _meant(self, field: Field) -> dict[str, str]:
        """What each word of a column means: {as it is written: the value we keep}."""
        words = field.words()
        told = self._distinct(field, most=MOST_WORDS, no="no choices")
        return {text: words[squash(text)] for text in told if squash(text) in words}

    def _faults(self, field: Field) -> Iterator[Fault]:
        value, text = f'typed."{field.name}"', f'typed."{field.name} text"'
        if field.required:
            yield Fault(field, f"{text} IS NULL", "This cell must not be empty.")
        if field.type == "text":
            too_long = f"Longer than {field.max_length} characters."
            yield Fault(field, f"char_length({value}) > {field.max_length}", too_long)
        else:
            yield Fault(field, f"{text} IS NOT NULL AND {value} IS NULL", self._misfit(field))
        if field.type == "decimal":
            # What is rounded up to it is too large as well.
            limit = Decimal(10) ** (18 - field.places) - Decimal(5).scaleb(-field.places - 1)
            too_large = f"abs({value}) >= {limit:f}"
            yield Fault(field, too_large, "The number is too large.")
        if field.currency and field.name in self.marked:
            currency = f'typed."{field.currency}"'
            other = OTHER_CURRENCY.format(text=text, currency=currency)
            yield Fault(field, other, "Its sign is not that of the row's currency.")

    def _misfit(self, field: Field) -> str:
        if field.type == "decimal":
            return cells.not_a_number(self.mark)
        return "" if field.type == "date" else f"Use one of: {', '.join(field.choices)}."

    def _parse_days(self) -> None:
        """Parse each different day once, in Python, into the table `staging_days`."""
        with connection.cursor() as cursor:
            cursor.execute(
                "CREATE TEMPORARY TABLE staging_days"
                " (field text, written text, day date, reason text) ON COMMIT DROP"
            )
            told = [(field, self._distinct_days(field)) for field in self.dates]
            orders = {order for _, days in told for order in cells.told_orders(days)}
            for field, days in told:
                rows = list(self._parsed(field, days, orders))
                with cursor.copy("COPY staging_days FROM STDIN") as copy:
                    for row in rows:
                        copy.write_row(row)
            cursor.execute("ANALYZE staging_days")

    def _parsed(
        self, field: Field, days: list[str], orders: set[DateOrder]
    ) -> Iterator[tuple[str, str, Any, str]]:
        order = self.staging.options.date_order or cells.decide_date_order(
            days, column=self.staging.columns[field.name], elsewhere=orders
        )
        for text in days:
            day, reason = _day_or_reason(text, order)
            yield field.name, text, day, reason

    def _distinct_days(self, field: Field) -> list[str]:
        return self._distinct(field, value=_day(field), most=MOST_DAYS, no="no dates")

    def _distinct(self, field: Field, *, most: int, no: str, value: str = "") -> list[str]:
        """The different values of a column. Raises Unreadable for more than there can be."""
        statement = DISTINCT.format(value=value or _text(field), text=_text(field), most=most + 1)
        told = [text for (text,) in self.staging.fetch(statement, FIXED_PARAMS)]
        if len(told) > most:
            column = self.staging.columns[field.name]
            raise Unreadable(f"{column} has over {most:,} different values: {no}.")
        return told

    def _decimal_mark(self) -> DecimalMark:
        if asked := self.staging.options.decimal_mark:
            return asked
        if self.staging.numbers_are_typed:
            return "."
        point, comma = self._evidence(".", ","), self._evidence(",", ".")
        if point and comma:
            raise Ambiguous(
                f"Numbers are written both ways: {point} and {comma}."
                " Say which decimal mark the file uses; the other rows are rejected.",
                field="decimal_mark",
            )
        if not point and not comma and (either := self._could_be_both()):
            raise Ambiguous(
                f"{either} could be a thousand or a decimal fraction, and no number in the file"
                " tells. Say which decimal mark it uses.",
                field="decimal_mark",
            )
        return "," if comma else "."

    def _evidence(self, mark: DecimalMark, other: DecimalMark) -> str:
        """A cell that is a number with this decimal mark only, with its column."""
        return self._example(
            f"strpos({{text}}, '{mark}') > 0 OR {{text}} LIKE '%%{other}%%{other}%%'",
            "{text} ~ %(mark)s AND {text} !~ %(other)s",
            mark,
            other,
        )

    def _could_be_both(self) -> str:
        return self._example(
            "{text} ~ '[.,]'", "{text} ~ %(mark)s AND {text} ~ %(other)s", ".", ","
        )

    def _example(self, likely: str, condition: str, mark: DecimalMark, other: DecimalMark) -> str:
        """A cell where both hold; the second is slow, and asked where the first holds only."""
        patterns = {"mark": cells.number_pattern(mark), "other": cells.number_pattern(other)}
        for field in self.decimals:
            first = likely.format(text=_text(field))
            then = condition.format(text=self._bare(field))
            found = self.staging.fetch(
                f"SELECT {_text(field)} FROM staging_cells"
                f" WHERE CASE WHEN {first} THEN {then} END LIMIT 1",
                {**FIXED_PARAMS, **patterns},
            )
            if found:
                return f"{found[0][0]!r} in {self.staging.columns[field.name]}"
        return ""


def number_params(mark: DecimalMark) -> dict[str, str]:
    """The parameters of the statement NUMBER for a decimal mark."""
    return {
        # Never true with a decimal comma, where 1.234 is a thousand.
        "plain": cells.PLAIN_NUMBER if mark == "." else cells.PLAIN_WHOLE_NUMBER,
        "number": cells.number_pattern(mark),
        "negative": cells.NEGATIVE,
        "around": cells.AROUND,
        "signs": mark + cells.separators(mark),
    }


def _text(field: Field) -> str:
    """The SQL of a cell as it is written."""
    return f'staging_cells."{field.name}"'


def _day(field: Field) -> str:
    """A date cell without its time. Ten characters hold none, and need no slow pattern."""
    text = _text(field)
    return (
        f"CASE WHEN char_length({text}) <= 10 THEN {text}"
        rf" ELSE regexp_replace({text}, %(time)s, '\1') END"
    )


def _days_join(field: Field) -> str:
    alias = f'"days {field.name}"'
    return (
        f"LEFT JOIN staging_days AS {alias} ON {alias}.field = '{field.name}'"
        f" AND {alias}.written = {_day(field)}"
    )


def _day_reason(field: Field) -> str:
    return (
        f"SELECT staging_days.reason FROM staging_days WHERE field = '{field.name}'"
        f" AND written = {_day(field)}"
    )


def _day_or_reason(text: str, order: Any) -> tuple[dt.date | None, str]:
    try:
        return cells.parse_date(text, order), ""
    except ValueError as error:
        return None, str(error)
