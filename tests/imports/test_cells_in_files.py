"""Cells that are checked in the database: what is refused, and where the file must be asked."""

import datetime as dt
from decimal import Decimal

import pytest
from django.core.management import CommandError

from imports.models import RejectedRow
from partners.models import Partner
from sales.models import BookedRate
from tests.imports.files import Send, counts

BOOKED = ("--set", "type=booked", "--set", "currency=EUR")


def rates() -> dict[dt.date, Decimal]:
    return dict(BookedRate.objects.values_list("day", "rate"))


def test_dates_with_times_count_for_their_day(send: Send) -> None:
    days = ("2024-01-31T23:30:00Z", "2024-02-01 10:00", "2024-02-02T08:00:00.5+02:00")
    text = "day,rate\n" + "".join(f"{day},1.5\n" for day in days)
    assert counts(send("rates", text, *BOOKED)) == (3, 0, 0, 0)
    assert min(rates()) == dt.date(2024, 1, 31)


def test_american_dates_are_recognised_by_one_that_can_be_nothing_else(send: Send) -> None:
    send("rates", "day,rate\n7/4/1996,1.1\n7/16/1996,1.2\n", *BOOKED)
    assert set(rates()) == {dt.date(1996, 7, 4), dt.date(1996, 7, 16)}


def test_ambiguous_dates_are_asked_about_and_the_answer_is_taken(send: Send) -> None:
    text = "day,rate\n3/4/2024,1.1\n"
    with pytest.raises(CommandError, match="--date-order"):
        send("rates", text, *BOOKED)
    send("rates", text, *BOOKED, "--date-order", "dmy")
    assert set(rates()) == {dt.date(2024, 4, 3)}


def test_ambiguous_numbers_are_asked_about_and_the_answer_is_taken(send: Send) -> None:
    text = 'day,rate\n2024-01-01,"1,234"\n'
    with pytest.raises(CommandError, match=r"'1,234' in rate could be.*--decimal"):
        send("rates", text, *BOOKED)
    send("rates", text, *BOOKED, "--decimal", ",")
    assert rates() == {dt.date(2024, 1, 1): Decimal("1.234")}


def test_one_number_tells_for_the_whole_file(send: Send) -> None:
    send("rates", "day;rate\n2024-01-01;1,234\n2024-01-02;1,5\n", *BOOKED)
    assert list(rates().values()) == [Decimal("1.234"), Decimal("1.5")][::-1]


def test_numbers_written_both_ways_are_asked_about(send: Send) -> None:
    with pytest.raises(CommandError, match="written both ways"):
        send("rates", "day;rate\n2024-01-01;1.25\n2024-01-02;1,5\n", *BOOKED)


def test_bad_cells_reject_their_rows_and_no_other(send: Send) -> None:
    text = (
        "When,Worth\n"
        "2024-01-01,1.5\n"
        "2024-02-30,1.5\n"
        "31.12.99,1.5\n"
        "2024-01-02,abc\n"
        "2024-01-03,\n"
        "2024-01-04,99999999999\n"
        "2024-01-05,1E-05\n"
        "2024-01-06,1.5,too many\n"
        "2024-01-07,1\x005\n"
        "2024-01-08,-1.5\n"
    )
    result = send("rates", text, *BOOKED, "--map", "When=day", "--map", "Worth=rate")
    assert counts(result) == (2, 0, 0, 8)
    found = [(r["row"], r["column"], r["value"]) for r in result["rejected_rows"]]
    assert found == [
        (3, "When", "2024-02-30"),
        (4, "When", "31.12.99"),
        (5, "Worth", "abc"),
        (6, "Worth", ""),
        (7, "Worth", "99999999999"),
        (9, "", "2024-01-06 | 1.5 | too many"),
        (10, "Worth", "1\u24005"),
        (11, "Worth", "-1.5"),
    ]
    reasons = dict(RejectedRow.objects.values_list("row", "reason"))
    assert reasons[3] == "There is no such day."
    assert "two digits" in reasons[4]
    assert reasons[7] == "The number is too large."
    assert "control character" in reasons[10]


def test_what_would_be_rounded_up_to_too_much_is_too_large(send: Send) -> None:
    text = "day,rate\n2024-01-01,9999999999.999999995\n2024-01-02,9999999999.999999994\n"
    result = send("rates", text, *BOOKED)
    assert counts(result) == (1, 0, 0, 1)
    assert result["rejected_rows"][0]["reason"] == "The number is too large."


def test_a_row_that_is_wrong_twice_counts_once(send: Send) -> None:
    result = send("rates", "day,rate\nx,y\n", *BOOKED)
    assert result["rejected"] == len(result["rejected_rows"]) == 1


def test_choices_are_known_by_other_words(send: Send) -> None:
    text = "type,currency,day,rate\nSPOT,eur,2024-01-01,1.1\nguess,EUR,2024-01-02,1.1\n"
    result = send("rates", text)
    assert counts(result) == (1, 0, 0, 1)
    assert result["rejected_rows"][0]["reason"] == "Use one of: plan, booked."


def test_text_is_trimmed_and_line_breaks_in_it_are_spaces(send: Send) -> None:
    send("partners", 'id,name\n 1 ,"  Alpha\nand\tSons\u00a0"\n')
    assert Partner.objects.get().name == "Alpha and Sons"


def test_text_too_long_is_rejected(send: Send) -> None:
    result = send("partners", f"id,name\n1,{'x' * 201}\n2,ok\n")
    assert counts(result) == (1, 0, 0, 1)
    assert result["rejected_rows"][0]["reason"] == "Longer than 200 characters."


def test_a_control_character_outside_the_mapped_columns_is_no_matter(send: Send) -> None:
    assert counts(send("partners", "id,name,notes\n1,Alpha,a\x01b\n")) == (1, 0, 0, 0)


def test_a_file_without_rows_is_fine(send: Send) -> None:
    assert counts(send("partners", "id,name\n")) == (0, 0, 0, 0)


def test_marks_of_a_currency_are_read_with_their_number(send: Send) -> None:
    text = 'day,rate\n45292,"$1,234.5"\n3 Oct 2024,1.5 USD\n2024-10-04,0.5\n'
    assert counts(send("rates", text, *BOOKED)) == (3, 0, 0, 0)
    assert rates() == {
        dt.date(2024, 1, 1): Decimal("1234.5"),
        dt.date(2024, 10, 3): Decimal("1.5"),
        dt.date(2024, 10, 4): Decimal("0.5"),
    }


def test_marked_numbers_tell_the_decimal_mark_too(send: Send) -> None:
    send("rates", "day;rate\n2024-01-01;€ 1,234\n2024-01-02;€ 1,50\n", *BOOKED)
    assert rates()[dt.date(2024, 1, 1)] == Decimal("1.234")


def test_days_of_a_spreadsheet_may_have_a_time(send: Send) -> None:
    text = "day,rate\n45292.43402777778,1.1\n45293.5,1.2\n45294,1.3\n"
    assert counts(send("rates", text, *BOOKED)) == (3, 0, 0, 0)
    assert min(rates()) == dt.date(2024, 1, 1)


def test_a_percent_sign_is_refused_where_no_fraction_is_meant(send: Send) -> None:
    result = send("rates", "day,rate\n2024-01-01,15%\n", *BOOKED)
    assert result["rejected_rows"][0]["reason"] == "This is not a number. Write it like 1234.50."


def test_choices_are_read_whatever_their_accents(send: Send) -> None:
    text = (
        "type,currency,day,rate\nComptabilisé,EUR,2024-01-01,1.1\ncomptabilise,EUR,2024-01-02,1.1\n"
    )
    assert counts(send("rates", text)) == (2, 0, 0, 0)


def test_a_column_of_too_many_words_holds_no_choices(send: Send) -> None:
    text = "type,currency,rate\n" + "".join(f"word {n},EUR,1\n" for n in range(1001))
    with pytest.raises(CommandError, match="type has over 1,000 different values: no choices"):
        send("rates", text)
