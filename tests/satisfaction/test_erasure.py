"""Names and words of answers go, through the history; scores and days stay."""

import datetime as dt
from typing import Any

import pytest
from django.apps import apps

from accounts.models import Organisation, User
from channelhub.erasing.actions import erase, subject_of
from channelhub.lib import months
from imports.models import Source
from partners.models import Partner, Person
from satisfaction.actions.erasure import KEPT_MONTHS, forget_old_words
from satisfaction.models import PulseAnswer, SurveyAnswer


def answer(partner: Partner, **more: Any) -> SurveyAnswer:
    source, _ = Source.objects.get_or_create(name="survey")
    count = SurveyAnswer.objects.count()
    facts = {
        "partner": partner, "respondent": "partner", "scale": "csat", "score": 2,
        "cause": "product", "answered_on": dt.date(2026, 1, 5), "known_on": dt.date(2026, 1, 5),
        "source": source, "external_id": f"A{count}",
    }  # fmt: skip
    made: SurveyAnswer = SurveyAnswer.objects.create(**{**facts, **more})
    return made


def pulse(partner: Partner, **more: Any) -> PulseAnswer:
    facts = {
        "partner": partner, "half": dt.date(2026, 1, 1), "respondent": "ida@alpha.example",
        "respondent_name": "Ida Holm", "overall": 2, "comment": "Slow.",
        "answered_on": dt.date(2026, 2, 1),
    }  # fmt: skip
    made: PulseAnswer = PulseAnswer.objects.create(**{**facts, **more})
    return made


def events() -> set[str]:
    told = apps.get_model("satisfaction.SurveyAnswerEvent").objects
    return {text for row in told.values_list("comment", "respondent_name") for text in row}


def test_a_person_s_erasure_takes_names_and_words_and_leaves_scores(
    partner: Partner, admin: User
) -> None:
    person = Person.objects.create(
        partner=partner, name="Ida Holm", email="ida@alpha.example", known_on=dt.date(2026, 1, 1)
    )
    own = answer(partner, respondent_name="Ida Holm", comment="Too slow.")
    named = answer(partner, respondent="customer", comment="Ida Holm never calls back.")
    other = answer(partner, respondent_name="Bo Lund", comment="Fine, Ida Holmqvist.")
    own.comment = "Much too slow."
    own.save()
    said = pulse(partner)
    erase(subject_of(person), reason="She asked.", notes=[], acting_user=admin)
    for row in (own, named, other, said):
        row.refresh_from_db()
    assert (own.respondent_name, own.comment, own.score) == ("erased", "erased", 2)
    assert named.comment == "erased"
    assert (other.respondent_name, other.comment) == ("Bo Lund", "Fine, Ida Holmqvist.")
    assert (said.respondent_name, said.comment, said.overall) == ("erased", "erased", 2)
    assert "ida" not in said.respondent
    assert events() == {"", "erased", "Bo Lund", "Fine, Ida Holmqvist."}


@pytest.mark.django_db
def test_old_words_go_and_are_not_overwritten_again(partner: Partner) -> None:
    today = Organisation.current().today()
    old = months.months_before(today, KEPT_MONTHS) - dt.timedelta(days=1)
    gone = answer(partner, respondent_name="Bo", comment="Bad.", answered_on=old)
    kept = answer(partner, comment="Good.", answered_on=old + dt.timedelta(days=1))
    past = pulse(partner, answered_on=old)
    forget_old_words()
    count = apps.get_model("satisfaction.SurveyAnswerEvent").objects.count()
    forget_old_words()
    assert apps.get_model("satisfaction.SurveyAnswerEvent").objects.count() == count
    for row in (gone, kept, past):
        row.refresh_from_db()
    assert (gone.comment, gone.respondent_name, gone.score) == ("erased", "erased", 2)
    assert kept.comment == "Good."
    assert past.respondent_name == "erased"
