"""The monthly sums: what a line means for whom, and that they always equal the lines."""

import contextlib
import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal

from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.db.models import Sum
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from partners.models import Partner
from sales.models import PlanRate, SalesLine, SalesLinePast, SalesMonth
from tests.sales.files import Row, Send, line

Cast = dict[str, Partner]
Sums = dict[tuple[object, ...], tuple[Decimal, Decimal, int]]
JANUARY = dt.date(2026, 1, 1)


def stored(as_of: dt.date) -> Sums:
    """The sums as known at the end of a day, empty ones left out."""
    rows = SalesMonth.objects.known(as_of).values_list(
        "partner__name", "measure", "currency", "month"
    )
    summed = rows.annotate(a=Sum("amount"), r=Sum("returns"), n=Sum("lines")).order_by()
    return {tuple(key): (a, r, n) for *key, a, r, n in summed if (a, r, n) != (0, 0, 0)}


def by_measure(cast: Cast, name: str) -> dict[str, Decimal]:
    rows = SalesMonth.objects.filter(partner=cast[name]).values_list("measure")
    return dict(rows.annotate(total=Sum("amount")).order_by())


def test_two_tiers_are_never_added(today: dt.date, send: Send, cast_of_partners: Cast) -> None:
    send(
        [
            line(line="1", distributor="D1", reseller="", amount="70"),
            line(line="2", kind="sell-through", distributor="D1", reseller="R1", amount="90"),
            line(line="3", reseller="R1", amount="5"),
            line(line="4", distributor="D1", reseller="R2", amount="30"),
        ]
    )

    assert by_measure(cast_of_partners, "D1") == {"billed": 100, "sold": 90}
    assert by_measure(cast_of_partners, "R1") == {"named": 90, "billed": 5}
    # It was billed through the distributor, which is the bill-to.
    assert by_measure(cast_of_partners, "R2") == {}
    ours = SalesMonth.objects.our_sales().totals(today, by="partner__name")
    assert ours == {"Delta Distribution": 100, "Rho": 95}


def test_bookings_are_no_revenue(today: dt.date, send: Send, cast_of_partners: Cast) -> None:
    send([line(kind="booking", distributor="D1"), line(line="2", kind="booking", amount="7")])

    assert by_measure(cast_of_partners, "D1") == {"booked": 100}
    assert by_measure(cast_of_partners, "R1") == {"booked": 7}
    assert SalesMonth.objects.our_sales().total(today) == 0


def test_returns_are_kept_beside_the_net(
    today: dt.date, send: Send, cast_of_partners: Cast
) -> None:
    send([line(amount="100"), line(line="2", amount="-30"), line(line="3", amount="-5.5")])

    month = SalesMonth.objects.get()
    assert (month.amount, month.returns, month.lines) == (Decimal("64.5"), Decimal("-35.5"), 3)


def test_direct_lines_have_no_partner_to_sum_up_to(
    today: dt.date, send: Send, cast_of_partners: Cast
) -> None:
    send([line(reseller="", customer="C1")])

    assert not SalesMonth.objects.exists()


def test_a_change_that_moves_no_sum_adds_no_row(
    today: dt.date, send: Send, cast_of_partners: Cast
) -> None:
    send([line()])
    send([line(deal="D-1", product="B-2")])

    assert SalesMonth.objects.count() == 1


def test_a_currency_without_a_plan_rate_is_unknown_never_zero(
    today: dt.date, send: Send, cast_of_partners: Cast
) -> None:
    send([line(), line(line="2", currency="EUR", reseller="R2")])
    sales = SalesMonth.objects.our_sales()

    assert sales.total(today) is None
    assert sales.totals(today, by="partner__name") == {"Rho": 100, "Sigma": None}

    PlanRate.objects.create(currency="EUR", rate="1.25", valid=DateRange(JANUARY, None))
    assert sales.total(today) == 225
    assert sales.total(dt.date(2025, 12, 31)) is None


# --- Any sequence of files ---------------------------------------------------------------------

KEYS = st.tuples(st.sampled_from(["I1", "I2"]), st.sampled_from(["1", "2"]))
FACTS = st.fixed_dictionaries(
    {
        "kind": st.sampled_from(["billing", "sell-through", "booking"]),
        "reseller": st.sampled_from(["", "R1", "R2"]),
        "distributor": st.sampled_from(["", "D1"]),
        "date": st.sampled_from(["2026-01-15", "2026-01-31", "2026-02-01"]),
        "amount": st.sampled_from(["100", "100.0001", "-40", "0", "-0.5"]),
        "currency": st.sampled_from(["USD", "EUR"]),
    }
)
FILES = st.lists(st.dictionaries(KEYS, FACTS, min_size=1, max_size=4), min_size=1, max_size=5)


@settings(
    max_examples=25,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(files=FILES)
def test_the_sums_equal_the_lines_after_any_files_now_and_then(
    files: list[dict[tuple[str, str], dict[str, str]]],
    on_day: Callable[[str], dt.date],
    send: Send,
    cast_of_partners: Cast,
) -> None:
    names = {external_id: partner.name for external_id, partner in cast_of_partners.items()}
    with rolled_back():
        truth: dict[tuple[str, str], Row] = {}
        expected: dict[dt.date, Sums] = {}
        for number, file in enumerate(files):
            day = on_day(f"2026-03-{10 + number}")
            rows = {key: line(invoice=key[0], line=key[1], **facts) for key, facts in file.items()}
            answer = send(rows.values())
            same = sum(truth.get(key) == row for key, row in rows.items())
            assert answer["unchanged"] == same
            truth |= rows
            expected[day] = fresh(truth.values(), names)
        assert SalesLine.objects.count() == len(truth)
        for day, sums in expected.items():
            assert stored(day) == sums
            assert lines_known(day) == sum(1 for _ in expected_lines(files, day))


@contextlib.contextmanager
def rolled_back() -> Iterator[None]:
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def expected_lines(
    files: list[dict[tuple[str, str], dict[str, str]]], day: dt.date
) -> set[tuple[str, str]]:
    return {key for file in files[: day.day - 9] for key in file}


def lines_known(day: dt.date) -> int:
    now: int = SalesLine.objects.known(day).count()
    past: int = SalesLinePast.objects.known(day).count()
    return now + past


def fresh(rows: Iterable[Row], names: dict[str, str]) -> Sums:
    """The sums of lines, written a second time and without the database."""
    sums: dict[tuple[object, ...], list[Decimal]] = defaultdict(lambda: [Decimal(0)] * 3)
    for row in rows:
        amount = Decimal(str(row["amount"]))
        for who, measure in meanings(row):
            month = dt.date.fromisoformat(str(row["date"])).replace(day=1)
            total = sums[names[who], measure, row["currency"], month]
            added = (amount, min(amount, Decimal(0)), Decimal(1))
            total[:] = [old + new for old, new in zip(total, added, strict=True)]
    return {key: (a, r, int(n)) for key, (a, r, n) in sums.items()}


def meanings(row: Row) -> list[tuple[str, str]]:
    distributor, reseller = str(row["distributor"]), str(row["reseller"])
    if row["kind"] == "sell-through":
        found = [(reseller, "named"), (distributor, "sold")]
    else:
        measure = "billed" if row["kind"] == "billing" else "booked"
        found = [(distributor or reseller, measure)]
    return [(who, measure) for who, measure in found if who]
