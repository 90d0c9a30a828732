"""Signed links to the pulse: they expire, and a person answers once by whichever way."""

import datetime as dt
import time
from collections.abc import Callable
from typing import Any

import pytest
from django.core import mail, signing
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.test import Client

from accounts.models import Organisation, User
from partners.models import Departure, Partner, Person
from satisfaction.actions.pulse import SALT, Asked, answer_pulse, link_for
from satisfaction.models import PulseAnswer
from satisfaction.rules.quarters import half_of

PULSE: dict[str, Any] = {"overall": 4, "recommend": 9, "comment": ""}


@pytest.fixture
def ida(partner: Partner) -> Person:
    made: Person = Person.objects.create(
        partner=partner, name="Ida Holm", email="Ida@alpha.example", known_on=dt.date(2026, 1, 1)
    )
    return made


def path(person: Person) -> str:
    return "/" + link_for(person).split("/", 3)[3]


def test_a_link_opens_the_form_without_an_account(ida: Person, client: Client) -> None:
    page = client.get(path(ida))
    assert page.status_code == 200
    assert "Ida Holm" in page.content.decode()
    assert "noted" not in client.post(path(ida), {**PULSE, "overall": 9}).content.decode()
    assert not PulseAnswer.objects.exists()
    client.post(path(ida), PULSE)
    assert PulseAnswer.objects.get().respondent == "ida@alpha.example"
    assert "noted" in client.post(path(ida), {**PULSE, "overall": 1}).content.decode()
    assert PulseAnswer.objects.get().overall == 4


def test_whoever_has_an_account_and_a_link_answers_once(
    ida: Person, partner: Partner, partner_rep: User, client: Client
) -> None:
    ida.email = partner_rep.email.upper()
    ida.save()
    client.post(path(ida), PULSE)
    with pytest.raises(ValidationError, match="already"):
        answer_pulse(Asked.of_user(partner_rep, partner), **PULSE)


def test_the_database_keeps_one_answer_of_a_person_and_half_year(partner: Partner) -> None:
    facts: dict[str, Any] = {
        "partner": partner, "half": half_of(Organisation.current().today()), "overall": 4,
        "respondent_name": "Ida", "answered_on": Organisation.current().today(),
    }  # fmt: skip
    PulseAnswer.objects.create(**facts, respondent="ida@alpha.example")
    with pytest.raises(IntegrityError), transaction.atomic():
        PulseAnswer.objects.create(**facts, respondent="Ida@Alpha.example")


def test_links_that_open_nothing_look_alike(
    ida: Person, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    good = path(ida)
    last_half = signing.dumps([ida.public_id.hex, "2020-01-01"], salt=SALT)
    forged = signing.dumps([ida.public_id.hex, "2026-01-01"], salt="another")
    for bad in (f"/pulse/{last_half}/", f"/pulse/{forged}/", "/pulse/x/"):
        assert client.get(bad).status_code == 410
    now = time.time()
    with monkeypatch.context() as later:
        later.setattr(time, "time", lambda: now + 31 * 86400)
        assert client.get(good).status_code == 410
    Departure.objects.create(person=ida, left_on=dt.date(2026, 1, 5), known_on=dt.date(2026, 1, 5))
    assert client.get(good).status_code == 410


def test_a_stranger_s_link_opens_nothing_for_somebody_behind_the_wall(
    ida: Person, other_partner_admin: User, partner_rep: User, sign_in: Callable[[User], Client]
) -> None:
    assert sign_in(other_partner_admin).get(path(ida)).status_code == 410
    assert sign_in(partner_rep).get(path(ida)).status_code == 200


def test_everybody_with_an_address_is_asked_until_they_have_answered(
    ida: Person, partner: Partner, admin: User, sign_in: Callable[[User], Client], client: Client
) -> None:
    Person.objects.create(partner=partner, name="Nils", known_on=dt.date(2026, 1, 1))
    ask = f"/satisfaction/pulse/{partner.public_id}/ask/"
    sign_in(admin).post(ask)
    (sent,) = mail.outbox
    assert sent.to == ["Ida@alpha.example"]
    assert path(ida)[:20] in sent.body
    client.post(path(ida), PULSE)
    sign_in(admin).post(ask)
    assert len(mail.outbox) == 1
