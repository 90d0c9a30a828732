"""What a file of exchange rates makes, changes and refuses."""

from decimal import Decimal

from sales.models import BookedRate, PlanRate
from tests.imports.files import Send, counts

PLAN = "type,currency,start,end,rate\n"


def test_plan_and_booked_rates_come_in_one_file(send: Send) -> None:
    text = (
        "type,currency,day,start,end,rate\n"
        "plan,EUR,,2024-01-01,2024-12-31,1.1\n"
        "plan,GBP,,,,1.3\n"
        "booked,EUR,2024-02-03,,,1.08123456\n"
    )
    assert counts(send("rates", text)) == (3, 0, 0, 0)
    assert counts(send("rates", text)) == (0, 0, 3, 0)
    assert PlanRate.objects.get(currency="GBP").valid.lower is None
    assert BookedRate.objects.get().rate == Decimal("1.08123456")


def test_another_rate_changes_the_known_one(send: Send) -> None:
    send("rates", f"{PLAN}plan,EUR,2024-01-01,,1.1\n")
    send("rates", "type,currency,day,rate\nbooked,EUR,2024-01-01,1\n")
    assert counts(send("rates", f"{PLAN}plan,EUR,2024-01-01,,1.2\n")) == (0, 1, 0, 0)
    booked = send("rates", "type,currency,day,rate\nbooked,EUR,2024-01-01,2\n")
    assert counts(booked) == (0, 1, 0, 0)
    assert PlanRate.objects.get().rate == Decimal("1.2")
    assert BookedRate.objects.get().rate == 2


def test_a_plan_rate_may_be_ended_by_its_successors_file(send: Send) -> None:
    send("rates", f"{PLAN}plan,EUR,2024-01-01,,1.1\n")
    both = f"{PLAN}plan,EUR,2024-01-01,2024-12-31,1.1\nplan,EUR,2025-01-01,,1.2\n"
    assert counts(send("rates", both)) == (1, 1, 0, 0)


def test_plan_rates_for_days_that_have_one_are_rejected(send: Send) -> None:
    send("rates", f"{PLAN}plan,EUR,2024-01-01,,1.1\n")
    result = send(
        "rates", f"{PLAN}plan,EUR,2024-06-01,,1.2\nplan,USD,,,1\nplan,USD,2024-01-01,,2\n"
    )
    assert counts(result) == (1, 0, 0, 2)
    reasons = [row["reason"] for row in result["rejected_rows"]]
    assert reasons == [
        "Some of these days have a plan rate.",
        "An earlier row has a plan rate for these days.",
    ]


def test_a_refused_change_takes_those_along_that_counted_on_it(send: Send) -> None:
    send("rates", f"{PLAN}plan,EUR,2024-01-01,2024-12-31,1\nplan,EUR,2025-01-01,2025-06-30,2\n")
    # The first would reach into the second, which the file does not name.
    result = send("rates", f"{PLAN}plan,EUR,2024-01-01,2025-01-31,1\nplan,EUR,2025-07-01,,3\n")
    assert counts(result) == (1, 0, 0, 1)


def test_what_is_no_rate_is_rejected(send: Send) -> None:
    text = (
        f"{PLAN}plan,EUR,2024-01-01,2023-01-01,1\nplan,E,2024-01-01,,1\nplan,EUR,2024-01-01,,0\n"
        "booked,EUR,,,1\nplan,EUR,2024-01-01,,0.000000001\n"
    )
    result = send("rates", text)
    assert counts(result) == (0, 0, 0, 5)
    assert [row["column"] for row in result["rejected_rows"]] == [
        "end", "currency", "rate", "day", "rate",
    ]  # fmt: skip


def test_a_booked_day_twice_rejects_the_later_row(send: Send) -> None:
    text = "type,currency,day,rate\nbooked,EUR,2024-01-01,1\nbooked,eur,2024-01-01,2\n"
    assert counts(send("rates", text)) == (1, 0, 0, 1)
