"""What a packet says of a partner's service, of its customers' answers, and of interviews."""

import datetime as dt
from decimal import Decimal

import pytest

from accounts.models import User
from alerts.models import Alert
from customers.models import Customer
from imports.models import Source
from partners.models import Partner
from reviews.models import Interview, InterviewPartner, Review
from reviews.packets.making import make_packet
from reviews.packets.sharing import shared
from satisfaction.models import ServiceMonth, SurveyAnswer
from tests.reviews.conftest import figure, section

DAY = dt.date(2025, 11, 3)
KNOWN = dt.date(2026, 1, 5)


@pytest.fixture
def source(db: None) -> Source:
    return Source.objects.create(name="helpdesk")


def month(
    partner: Partner, source: Source, first: dt.date, *, known: dt.date = KNOWN, **told: object
) -> None:
    ServiceMonth.objects.create(partner=partner, source=source, month=first, known_on=known, **told)


def test_service_is_told_by_month_and_for_the_quarter(
    review: Review, partner: Partner, source: Source, manager: User
) -> None:
    month(partner, source, dt.date(2025, 9, 1), tickets=100, first_response_median=2)
    month(
        partner, source, dt.date(2025, 11, 1), tickets=30, first_response_median="3.5",
        resolution_median=20, escalated=6, csat="4.50", csat_answers=10,
    )  # fmt: skip
    month(
        partner, source, dt.date(2025, 12, 1), tickets=10, first_response_median=5,
        resolution_median=30, escalated=1, csat="3.00", csat_answers=5,
    )  # fmt: skip
    document = make_packet(review, acting_user=manager).document
    told = {key: figure(document, key)["value"] for key in ("tickets", "first_response")}
    assert told == {"tickets": "40", "first_response": "5.00"}
    assert figure(document, "first_response")["note"] == "December 2025"
    assert Decimal(figure(document, "escalated")["value"]) == Decimal("17.5")
    assert Decimal(figure(document, "service_csat")["value"]) == 4
    assert figure(document, "service_csat")["note"] == "15 answers"
    assert figure(document, "reopened")["value"] is None
    table = section(document, "service")["tables"][0]
    assert [row["cells"][:3] for row in table["rows"]] == [
        ["Dec 2025", "10", "5.00"],
        ["Nov 2025", "30", "3.50"],
        ["Sep 2025", "100", "2.00"],
    ]
    chart = section(document, "service")["charts"][0]
    assert chart["categories"] == ["Sep 2025", "Oct 2025", "Nov 2025", "Dec 2025"]
    assert chart["series"][0]["values"] == ["2.00", None, "3.50", "5.00"]


def test_service_known_after_the_cut_off_is_unknown_and_the_partner_owes_it(
    review: Review, partner: Partner, source: Source, manager: User
) -> None:
    month(partner, source, dt.date(2025, 12, 1), tickets=10, known=dt.date(2026, 1, 21))
    safe = shared(make_packet(review, acting_user=manager).document)
    tickets = figure(safe, "tickets")
    assert (tickets["value"], tickets["owed_by"]) == (None, partner.name)


def answer(partner: Partner, source: Source, cause: str, score: int, count: int) -> None:
    SurveyAnswer.objects.bulk_create(
        SurveyAnswer(
            partner=partner, source=source, external_id=f"{cause}-{n}", respondent="customer",
            scale="csat", score=score, cause=cause, comment="SECRETWORDS", answered_on=DAY,
            known_on=DAY,
        )
        for n in range(count)
    )  # fmt: skip


def test_of_what_customers_say_the_partner_reads_what_is_about_it(
    review: Review, partner: Partner, source: Source, manager: User
) -> None:
    answer(partner, source, "partner", 4, 40)
    answer(partner, source, "product", 2, 12)
    document = make_packet(review, acting_user=manager).document
    rows = {
        row["cells"][0]: row["cells"][2:4] + row["cells"][6:]
        for row in section(document, "satisfaction")["tables"][0]["rows"]
    }
    assert rows == {
        "Our product": ["12", "2.00", "too few, under 30"],
        "Working with the partner": ["40", "4.00", "yes"],
    }
    (safe,) = section(shared(document), "satisfaction")["tables"][0]["rows"]
    assert safe["cells"][0] == "Working with the partner"


def test_what_interviews_found_is_for_us_alone(
    review: Review, partner: Partner, manager: User
) -> None:
    alert = Alert.objects.create(
        canary="key-customer-lost", scope="customer", subject=1, direction="down", nature="risk",
        finding_class="lost", severity="critical", baseline=False, evidence={}, first_seen=DAY,
        last_seen=DAY,
    )  # fmt: skip
    interview = Interview.objects.create(
        kind="loss", state="done", customer=Customer.objects.create(name="Greyfriars"),
        alert=alert, happened_on=DAY, opened_on=DAY, due_on=DAY, heard_from="buyer",
        stated="Too dear.", found="SECRETCAUSE", cause="partner",
        finished_at=dt.datetime(2025, 12, 1, tzinfo=dt.UTC), finished_by=manager,
    )  # fmt: skip
    InterviewPartner.objects.create(interview=interview, partner=partner)
    document = make_packet(review, acting_user=manager).document
    (row,) = section(document, "interviews")["tables"][0]["rows"]
    assert row["cells"][2:5] == ["Too dear.", "SECRETCAUSE", "The partner"]
    assert row["link"] == interview.get_absolute_url()
    assert section(shared(document), "interviews")["tables"] == []
