"""Files of service metrics: impossible months are refused with their row."""

import csv
import io
from decimal import Decimal
from typing import Any

import pytest

from imports.exporting import as_csv, table_of
from partners.models import Partner
from satisfaction.imports.service import ServiceMetricsKind
from satisfaction.models import ServiceMonth
from tests.imports.files import Send, counts

HEAD = (
    "partner,month,tickets,first response median,first response p90,resolution median,"
    "resolution p90,reopened,escalated,csat,csat answers\n"
)


@pytest.fixture(autouse=True)
def known(partner: Partner) -> None:
    del partner


def test_a_month_is_corrected_by_the_same_month_again(send: Send) -> None:
    text = f"{HEAD}P-1,2025-03-31,40,2.5,9,20,60,3,2,4.25,12\n"
    assert counts(send("service-metrics", text)) == (1, 0, 0, 0)
    assert counts(send("service-metrics", text)) == (0, 0, 1, 0)
    assert counts(send("service-metrics", f"{HEAD}P-1,2025-03-01,41,,,,,,,,\n")) == (0, 1, 0, 0)
    month = ServiceMonth.objects.get()
    assert (month.tickets, month.first_response_median) == (41, Decimal("2.5"))
    assert (month.reopened, month.escalated, month.csat_answers) == (3, 2, 12)


@pytest.mark.parametrize(
    "row",
    [
        "P-1,2025-03,40,10,9,20,60,3,2,4,12",
        "P-1,2025-03,40,2,9,20,19,3,2,4,12",
        "P-1,2025-03,40,30,40,20,60,3,2,4,12",
        "P-1,2025-03,40,2,70,20,60,3,2,4,12",
        "P-1,2025-03,40,-2,9,20,60,3,2,4,12",
        "P-1,2025-03,40,2,9,20,60,41,2,4,12",
        "P-1,2025-03,40,2,9,20,60,3,41,4,12",
        "P-1,2025-03,40,2,9,20,60,3,2,4,41",
        "P-1,2025-03,40,2,9,20,60,3,2,5.5,12",
        "P-1,2025-03,40,2,9,20,60,3,2,4,",
        "P-1,2025-03,0,2,9,20,60,0,0,,",
        "P-1,2025-03,-1,,,,,,,,",
        "P-1,2025-03,1.5,,,,,,,,",
        "P-1,2999-03,40,,,,,,,,",
        "P-9,2025-03,40,,,,,,,,",
    ],
)
def test_impossible_months_are_refused_with_the_row(send: Send, row: str) -> None:
    result = send(
        "service-metrics", f"{HEAD}P-1,2025-04-01,1,,,,,,,,\n{row.replace('-03,', '-03-01,')}\n"
    )
    assert counts(result) == (1, 0, 0, 1)
    (rejected,) = result["rejected_rows"]
    assert rejected["row"] == 3


def test_an_export_imported_again_changes_nothing(send: Send) -> None:
    send("service-metrics", f"{HEAD}P-1,2025-03-31,40,2.5,9,20,60,3,2,4.25,12\n")
    told: Any = table_of(ServiceMetricsKind(), ServiceMonth.objects.current(), name="x")
    text = b"".join(as_csv(told)).decode("utf-8-sig")
    assert len(list(csv.reader(io.StringIO(text)))) == 2
    assert counts(send("service-metrics", text)) == (0, 0, 1, 0)
