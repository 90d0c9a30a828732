"""Files of survey answers: what they make, correct, replace and refuse."""

import csv
import datetime as dt
import io
from collections.abc import Callable
from typing import Any

import pytest
from django.core.management import call_command
from django.db import IntegrityError, transaction

from accounts.models import Organisation
from customers.models import Customer
from imports.exporting import as_csv, table_of
from imports.models import Import, Source
from partners.models import Partner
from satisfaction.imports.answers import SurveyAnswersKind
from satisfaction.models import SurveyAnswer
from tests.imports.files import Send, counts

HEAD = "answer id,respondent,partner,customer,answered,scale,score,cause,comment,name\n"


@pytest.fixture(autouse=True)
def known(partner: Partner) -> None:
    Customer.objects.create(name="Mill")


@pytest.fixture
def on(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    def set_clock(text: str) -> None:
        now = dt.datetime.fromisoformat(f"{text}T12:00:00")
        monkeypatch.setattr(Organisation, "now", lambda self: now.replace(tzinfo=self.zone()))

    return set_clock


def reasons(result: dict[str, Any]) -> list[str]:
    return [row["reason"] for row in result["rejected_rows"]]


def test_answers_are_known_by_their_id_and_an_empty_cell_changes_nothing(send: Send) -> None:
    text = f"{HEAD}A1,customer,P-1,Mill,2026-01-05,,2,working with the partner,Slow.,Bo\n"
    assert counts(send("survey-answers", text)) == (1, 0, 0, 0)
    assert counts(send("survey-answers", text)) == (0, 0, 1, 0)
    assert counts(send("survey-answers", f"{HEAD}A1,,,,2026-01-05,,3,,,\n")) == (0, 1, 0, 0)
    answer: Any = SurveyAnswer.objects.get()
    assert (answer.score, answer.cause, answer.comment, answer.respondent_name) == (
        3, "partner", "Slow.", "Bo",
    )  # fmt: skip
    assert (answer.partner.number, answer.customer.name, answer.scale) == ("P-1", "Mill", "csat")


def test_a_later_correction_keeps_what_was_known_before(
    send: Send, on: Callable[[str], None]
) -> None:
    on("2026-02-01")
    send("survey-answers", f"{HEAD}A1,,P-1,,2026-01-05,,2,product,,\n")
    on("2026-03-01")
    send("survey-answers", f"{HEAD}A1,,P-1,,2026-01-05,,4,product,,\n")
    then = SurveyAnswer.objects.known(dt.date(2026, 2, 28)).get()
    now = SurveyAnswer.objects.known(dt.date(2026, 3, 1)).get()
    assert (then.score, now.score) == (2, 4)
    call_command("undo_import", Import.objects.latest("pk").public_id)
    assert SurveyAnswer.objects.get().score == 2
    assert SurveyAnswer.objects.get().known_until is None


def test_history_is_known_at_the_close_of_its_month(send: Send) -> None:
    send("survey-answers", f"{HEAD}A1,,P-1,,2025-02-05,,2,,,\n", "--history")
    assert SurveyAnswer.objects.get().known_on == dt.date(2025, 2, 28)


def test_a_file_that_replaces_its_months_closes_what_it_does_not_have(
    send: Send, on: Callable[[str], None]
) -> None:
    on("2026-02-01")
    text = f"{HEAD}A1,,P-1,,2026-01-05,,2,,,\nA2,,P-1,,2026-01-06,,2,,,\n"
    send("survey-answers", f"{text}A3,,P-1,,2025-12-06,,2,,,\n")
    on("2026-02-09")
    again = f"{HEAD}A1,,P-1,,2026-01-05,,2,,,\n"
    result = send("survey-answers", again, "--covers", "2026-01", "--replace")
    assert result["closed"] == 1
    told = SurveyAnswer.objects.current().values_list("external_id", flat=True)
    assert set(told) == {"A1", "A3"}


def test_answers_that_cannot_be_are_refused(send: Send) -> None:
    text = (
        f"{HEAD}A1,,P-9,,2026-01-05,,2,,,\n"
        "A2,,P-1,Nobody,2026-01-05,,2,,,\n"
        "A3,,P-1,,2026-01-05,csat,6,,,\n"
        "A4,,P-1,,2026-01-05,nps,11,,,\n"
        "A5,,P-1,,2026-01-05,,2.5,,,\n"
        "A6,,,,2026-01-05,,2,partner,,\n"
        "A7,partner,P-1,,2026-01-05,,2,partner,,\n"
        "A8,,P-1,,2999-01-05,,2,,,\n"
        "A9,,P-1,,2026-01-05,,2,,,\n"
        "A9,,P-1,,2026-01-05,,2,,,\n"
    )
    result = send("survey-answers", text)
    assert counts(result) == (1, 0, 0, 9)
    assert len(set(reasons(result))) == 9


def test_nobody_of_the_public_is_named(send: Send) -> None:
    send("survey-answers", f"{HEAD}A1,public,P-1,,2026-01-05,,2,,Bad.,Bo Lund\n")
    assert SurveyAnswer.objects.get().respondent_name == ""


def test_an_export_imported_again_changes_nothing(send: Send) -> None:
    text = f'{HEAD}A1,customer,P-1,Mill,2026-01-05,nps,0,product,"Slow, ""bad""",Bo\n'
    send("survey-answers", f"{text}A2,public,,,2026-01-07,,5,,,\n")
    for source in (None, Source.objects.get(name="erp")):
        table = table_of(
            SurveyAnswersKind(), SurveyAnswer.objects.current(), name="x", source=source
        )
        told = b"".join(as_csv(table)).decode("utf-8-sig")
        assert len(list(csv.reader(io.StringIO(told)))) == 3
        assert counts(send("survey-answers", told)) == (0, 0, 2, 0)


@pytest.mark.parametrize(
    "wrong",
    [
        {"score": 0},
        {"score": 6},
        {"scale": "nps", "score": 11},
        {"scale": "5"},
        {"respondent": "nobody"},
        {"cause": "weather"},
        {"cause": "partner", "partner": None},
        {"respondent": "public", "respondent_name": "Bo"},
        {"external_id": ""},
    ],
)
def test_the_database_refuses_what_no_answer_can_say(partner: Partner, wrong: Any) -> None:
    source = Source.objects.create(name="erp")
    facts = {
        "partner": partner, "respondent": "customer", "scale": "csat", "score": 3,
        "cause": "product", "answered_on": dt.date(2026, 1, 5), "known_on": dt.date(2026, 1, 5),
        "source": source, "external_id": "A1",
    }  # fmt: skip
    SurveyAnswer.objects.create(**facts)
    with pytest.raises(IntegrityError), transaction.atomic():
        SurveyAnswer.objects.create(**{**facts, "external_id": "A2", **wrong})
