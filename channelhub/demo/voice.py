"""What customers and partners of the demo say, and how first-line service does."""

import datetime as dt
import uuid
from collections.abc import Iterator
from random import Random
from typing import Any

from django.db import connection

from accounts.models import SignIn
from channelhub.demo import stories
from channelhub.demo.cast import PARTNER_OF_ACCOUNTS, SEATS
from channelhub.demo.lines import SEED
from channelhub.lib import months
from imports.models import Source
from partners.models import Membership, Partner, Person
from satisfaction.models import PulseAnswer, ServiceMonth
from satisfaction.rules.quarters import add_quarters, half_of, quarter_of
from satisfaction.rules.words import Cause, Respondent, Scale

QUARTERS = 10
SERVICE_MONTHS = 18
# Who buys this much in a usual year, in thousands, has customers whom we ask.
ASKED_FROM = 700
# {cause: answers a quarter, from and to}
ASKED = {Cause.PRODUCT: (5, 16), Cause.SUPPORT: (3, 9), Cause.PARTNER: (8, 20),
         Cause.NOT_STATED: (0, 4)}  # fmt: skip
# Where service gets worse so many people have something to say.
MANY = (26, 32)
SCORES, USUAL, WORSE = (1, 2, 3, 4, 5), (2, 6, 20, 42, 30), (14, 26, 30, 22, 8)
CUSTOMERS = 6
ACTIVE_DAYS = 300

ANSWER = (
    "public_id", "respondent", "partner_id", "customer_id", "answered_on", "scale", "score",
    "cause", "comment", "respondent_name", "source_id", "external_id", "known_on",
)  # fmt: skip
COLUMNS = ", ".join(ANSWER)
# Tables behind the second wall take no COPY.
TOLD = f"""
CREATE TEMPORARY TABLE told ON COMMIT DROP AS
SELECT {COLUMNS} FROM satisfaction_surveyanswer LIMIT 0
"""  # noqa: S608 - names of our own
ADD = f"INSERT INTO satisfaction_surveyanswer ({COLUMNS}) SELECT {COLUMNS} FROM told"  # noqa: S608
# The customers that bought most through each partner.
TOP = """
SELECT partner_id, array_agg(customer_id ORDER BY amount DESC) FROM (
  SELECT partner_id, customer_id, sum(amount) AS amount,
    row_number() OVER (PARTITION BY partner_id ORDER BY sum(amount) DESC) AS place
  FROM sales_customer_month WHERE customer_id IS NOT NULL AND partner_id IS NOT NULL
  GROUP BY partner_id, customer_id
) AS ranked WHERE place <= %s GROUP BY partner_id
"""


def write_voice(as_of: dt.date) -> None:
    """Write down answers, service by month, last half-year's pulse and who signed in."""
    partners = {partner.number: partner for partner in Partner.objects.all()}
    asked = [seat.number for seat in SEATS if seat.size >= ASKED_FROM]
    _answers([partners[number] for number in asked], as_of)
    _service([partners[number] for number in asked], as_of)
    _pulse(as_of)
    _sign_ins(partners[PARTNER_OF_ACCOUNTS], as_of, until=0)
    for number, days in stories.GONE_QUIET.items():
        _sign_ins(partners[number], as_of, until=days)


def _dice(partner: Partner, what: str) -> Random:
    return Random(f"{SEED} {partner.number} {what}")  # noqa: S311 - the same demo every time


def _answers(partners: list[Partner], as_of: dt.date) -> None:
    source, _ = Source.objects.get_or_create(name="survey")
    with connection.cursor() as cursor:
        cursor.execute(TOP, [CUSTOMERS])
        customers = dict(cursor.fetchall())
        cursor.execute(TOLD)
        with cursor.copy(f"COPY told ({COLUMNS}) FROM STDIN") as copy:
            for partner in partners:
                for row in _answers_of(partner, customers.get(partner.pk, []), source, as_of):
                    copy.write_row([row[name] for name in ANSWER])
        cursor.execute(ADD)


def _answers_of(
    partner: Partner, customers: list[int], source: Source, as_of: dt.date
) -> Iterator[dict[str, Any]]:
    dice, current = _dice(partner, "answers"), quarter_of(as_of)
    for back in range(QUARTERS):
        first = add_quarters(current, -back)
        days = (min(as_of, add_quarters(first, 1) - dt.timedelta(days=1)) - first).days + 1
        for cause, (least, most) in ASKED.items():
            worse = stories.is_worse(partner.number, back) and cause == Cause.PARTNER
            told = partner.number in stories.WORSE_SERVICE and cause == Cause.PARTNER
            count = dice.randint(*(MANY if told else (least, most)))
            for _ in range(count * days // 92 if back == 0 else count):
                score = dice.choices(SCORES, WORSE if worse else USUAL)[0]
                day = first + dt.timedelta(days=dice.randrange(days))
                yield {
                    "public_id": str(uuid.UUID(int=dice.getrandbits(128), version=4)),
                    "respondent": Respondent.CUSTOMER.value,
                    "partner_id": partner.pk,
                    "customer_id": dice.choice(customers) if customers else None,
                    "answered_on": day,
                    "scale": Scale.CSAT.value,
                    "score": score,
                    "cause": cause.value,
                    "comment": _comment(dice, cause, score),
                    "respondent_name": "",
                    "source_id": source.pk,
                    "external_id": f"{partner.number}-{dice.getrandbits(48):012x}",
                    "known_on": day,
                }


def _comment(dice: Random, cause: Cause, score: int) -> str:
    """Every third says why."""
    said = stories.SAID[cause][0 if score <= 2 else 1]
    return dice.choice(said) if score != 3 and dice.random() < 0.34 else ""


def _service(partners: list[Partner], as_of: dt.date) -> None:
    source, _ = Source.objects.get_or_create(name="help desk")
    ServiceMonth.objects.bulk_create(
        row for partner in partners for row in _service_of(partner, source, as_of)
    )


def _service_of(partner: Partner, source: Source, as_of: dt.date) -> Iterator[ServiceMonth]:
    dice, last = _dice(partner, "service"), months.last_closed(as_of)
    for back in range(SERVICE_MONTHS):
        month = months.add_months(last, -back)
        step = stories.service_step(partner.number, back)
        tickets = dice.randint(14, 60)
        response = round(dice.uniform(1.5, 4.5) * (1 + step), 2)
        resolution = round(dice.uniform(14, 34) * (1 + step / 2) + response, 2)
        answers = tickets * dice.randint(20, 45) // 100
        yield ServiceMonth(
            partner=partner,
            month=month,
            tickets=tickets,
            first_response_median=response,
            first_response_p90=round(response * dice.uniform(2.2, 3.4), 2),
            resolution_median=resolution,
            resolution_p90=round(resolution * 3.5, 2),
            reopened=int(tickets * dice.uniform(0.02, 0.08) * (1 + step / 2)),
            escalated=int(tickets * dice.uniform(0.03, 0.1) * (1 + step / 2)),
            csat=round(dice.uniform(3.9, 4.5) - 0.25 * step, 2) if answers else None,
            csat_answers=answers,
            source=source,
            known_on=min(as_of, months.last_day(month) + dt.timedelta(days=5)),
        )


def _pulse(as_of: dt.date) -> None:
    """Last half-year's: one or two at most partners."""
    half = half_of(half_of(as_of) - dt.timedelta(days=1))
    people: dict[int, list[Person]] = {}
    for person in Person.objects.exclude(email="").order_by("pk"):
        people.setdefault(person.partner_id, []).append(person)
    PulseAnswer.objects.bulk_create(
        _pulse_answer(person, half, Random(f"{SEED} {person.email} pulse"))  # noqa: S311 - repeatable
        for found in people.values()
        for person in found[1:3]
    )


def _pulse_answer(person: Person, half: dt.date, dice: Random) -> PulseAnswer:
    overall = dice.choices(SCORES, USUAL)[0]
    return PulseAnswer(
        partner_id=person.partner_id,
        half=half,
        respondent=person.email,
        respondent_name=person.name,
        overall=overall,
        product=dice.choices(SCORES, USUAL)[0],
        support=dice.choices(SCORES, USUAL)[0],
        recommend=min(10, 2 * overall + dice.randint(-1, 1)),
        comment=dice.choice(stories.PULSE) if overall <= 3 else "",
        answered_on=half + dt.timedelta(days=dice.randint(40, 150)),
    )


def _sign_ins(partner: Partner, as_of: dt.date, *, until: int) -> None:
    """Twice a week or so, until so many days ago."""
    SignIn.objects.bulk_create(
        SignIn(user_id=user, day=as_of - dt.timedelta(days=back))
        for user in Membership.objects.filter(partner=partner).values_list("user", flat=True)
        for back in range(until + user % 3, ACTIVE_DAYS, 4)
    )
