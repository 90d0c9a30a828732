"""Pages of satisfaction: a partner's, the channel's, what people said, and the portal's."""

import csv
import datetime as dt
import io
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import Organisation, User
from channelhub.lib import months
from customers.models import Customer
from imports.models import Source
from partners.models import Partner
from satisfaction.models import PulseAnswer, ServiceMonth, SurveyAnswer
from satisfaction.rules.quarters import half_of

SignIn = Callable[[User], Client]


def today() -> dt.date:
    return Organisation.current().today()


def say(partner: Partner | None, count: int = 1, **more: Any) -> None:
    source, _ = Source.objects.get_or_create(name="survey")
    start = SurveyAnswer.objects.count()
    facts = {
        "partner": partner, "respondent": "customer", "scale": "csat", "score": 4,
        "cause": "partner", "answered_on": today(), "known_on": today(), "source": source,
    }  # fmt: skip
    SurveyAnswer.objects.bulk_create(
        SurveyAnswer(**{**facts, **more}, external_id=f"A{start + number}")
        for number in range(count)
    )


def serve(partner: Partner, count: int = 1) -> None:
    source, _ = Source.objects.get_or_create(name="desk")
    last = months.last_closed(today())
    ServiceMonth.objects.bulk_create(
        ServiceMonth(
            partner=partner, month=months.add_months(last, -back), tickets=30,
            first_response_median=3, source=source, known_on=today(),
        )
        for back in range(count)
    )  # fmt: skip


def text(client: Client, url: str) -> str:
    answer = client.get(url)
    assert answer.status_code == 200, url
    return answer.content.decode()


def queries(client: Client, url: str) -> int:
    with CaptureQueriesContext(connection) as asked:
        assert client.get(url).status_code == 200
    return len(asked)


def test_few_answers_have_no_mean_and_are_told_as_too_few(
    partner: Partner, manager: User, sign_in: SignIn
) -> None:
    url = f"/partners/{partner.public_id}/satisfaction/"
    say(partner, 4)
    page = text(sign_in(manager), url)
    assert "too few" in page
    assert "4.00" not in page
    say(partner, 26)
    page = text(sign_in(manager), url)
    assert '<strong>4.00</strong> of 5, <span class="ch-num">30</span> answers' in " ".join(
        page.split()
    )
    assert "Enough answers" in page


def test_another_s_partner_is_not_there(
    other_partner: Partner, manager: User, sign_in: SignIn
) -> None:
    assert (
        sign_in(manager).get(f"/partners/{other_partner.public_id}/satisfaction/").status_code
        == 404
    )


def test_what_people_said_is_searched_and_narrowed(
    partner: Partner, other_partner: Partner, manager: User, sign_in: SignIn
) -> None:
    mill = Customer.objects.create(name="Mill & Sons")
    say(partner, comment="Nobody calls back <b>.", score=1, customer=mill)
    say(partner, comment="Fine.", score=5, cause="product")
    say(other_partner, comment="Nobody calls either.")
    client = sign_in(manager)
    page = text(client, "/satisfaction/said/?q=nobody")
    assert "Nobody calls back &lt;b&gt;." in page
    assert "either" not in page
    assert "Fine." not in page
    assert "Fine." in text(client, "/satisfaction/said/?cause=product")
    assert "Fine." not in text(client, "/satisfaction/said/?score=low")
    assert "Nobody calls back" in text(client, "/satisfaction/said/?q=mill+%26")


def test_what_partners_say_of_us_is_not_read_by_their_manager(
    partner: Partner, manager: User, chief: User, sign_in: SignIn
) -> None:
    say(partner, 6, respondent="partner", cause="support", comment="Ask Ida.", score=2)
    assert "Ask Ida." not in text(sign_in(manager), "/satisfaction/said/")
    assert "Ask Ida." in text(sign_in(chief), "/satisfaction/said/")
    url = f"/partners/{partner.public_id}/satisfaction/?who=partner"
    page = text(sign_in(manager), url)
    assert "<strong>2.00</strong>" in page
    assert "Ask Ida." not in page


def test_what_was_said_leaves_as_a_file_that_can_be_imported(
    partner: Partner, manager: User, sign_in: SignIn
) -> None:
    say(partner, comment="=cmd|' /C calc'!A0")
    answer = sign_in(manager).get("/satisfaction/said/export.csv")
    rows = list(csv.reader(io.StringIO(b"".join(answer).decode("utf-8-sig"))))
    assert len(rows) == 2
    assert rows[1][rows[0].index("Comment")] == "'=cmd|' /C calc'!A0"


def test_a_partner_reads_what_customers_said_of_working_with_it_and_not_who(
    partner: Partner, other_partner: Partner, partner_rep: User, sign_in: SignIn
) -> None:
    mill = Customer.objects.create(name="Mill & Sons")
    say(partner, comment="Calls back.", customer=mill, respondent_name="Bo Lund")
    say(partner, comment="Your switch broke.", cause="product")
    say(partner, comment="We of ours.", respondent="partner", cause="support")
    say(other_partner, comment="Of another.")
    serve(partner)
    client = sign_in(partner_rep)
    page = text(client, "/portal/service/")
    assert "Calls back." in page
    for hidden in ("Bo Lund", "Mill", "switch broke", "We of ours", "Of another"):
        assert hidden not in page
    answer = client.get("/portal/service/export.csv")
    assert len(b"".join(answer).decode().strip().splitlines()) == 2


PULSE = {
    "overall": "4",
    "product": "5",
    "support": "",
    "recommend": "9",
    "comment": "Decide faster.",
}


def test_the_pulse_is_answered_once_and_read_by_the_chief_alone(
    partner: Partner, partner_rep: User, manager: User, admin: User, chief: User, sign_in: SignIn
) -> None:
    client = sign_in(partner_rep)
    assert "noted" in client.post("/portal/pulse/", PULSE).content.decode()
    assert "noted" in client.post("/portal/pulse/", {**PULSE, "overall": "1"}).content.decode()
    said = PulseAnswer.objects.get()
    assert (said.overall, said.support, said.half) == (4, None, half_of(today()))
    assert "Decide faster." in text(sign_in(chief), "/satisfaction/pulse/answers/")
    for other in (manager, admin):
        assert sign_in(other).get("/satisfaction/pulse/answers/").status_code == 404
    figures = text(sign_in(manager), "/satisfaction/pulse/")
    assert "too few" in figures
    assert "4.00" not in figures
    assert partner_rep.name not in figures


def test_a_manager_reads_figures_from_five_answers_on(
    partner: Partner, manager: User, sign_in: SignIn
) -> None:
    for number in range(5):
        PulseAnswer.objects.create(
            partner=partner, half=half_of(today()), respondent=f"{number}@x.example",
            respondent_name="X", overall=3, answered_on=today(),
        )  # fmt: skip
    assert "3.00 of 5" in text(sign_in(manager), "/satisfaction/pulse/")


@pytest.mark.parametrize(
    ("url", "role"),
    [
        ("/satisfaction/said/?per=200", "manager"),
        ("/satisfaction/?who=partner", "chief"),
        ("/satisfaction/pulse/?per=200", "chief"),
        ("/satisfaction/pulse/answers/?per=200", "chief"),
        ("/portal/service/?per=200", "rep"),
        ("partner", "manager"),
    ],
)
def test_the_number_of_queries_does_not_grow_with_the_rows(
    partner: Partner, manager: User, chief: User, partner_rep: User, sign_in: SignIn, url: str,
    role: str,
) -> None:  # fmt: skip
    people = {"manager": manager, "chief": chief, "rep": partner_rep}
    client, counts = sign_in(people[role]), []
    address = f"/partners/{partner.public_id}/satisfaction/" if url == "partner" else url
    client.get(address)
    for rows in (25, 175):
        say(partner, rows, comment="Well.", customer=Customer.objects.create(name=f"C{rows}"))
        start = PulseAnswer.objects.count()
        PulseAnswer.objects.bulk_create(
            PulseAnswer(
                partner=partner, half=half_of(today()), respondent=f"{start + each}@x.example",
                respondent_name="X", overall=3, answered_on=today(),
            )
            for each in range(rows)
        )  # fmt: skip
        if rows == 25:
            serve(partner, 12)
        counts.append(queries(client, address))
    assert counts[0] == counts[1]
    # Session, person and organisation; the wall's own; the page's few.
    assert counts[0] <= 16
