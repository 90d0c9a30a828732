"""Writes down what the demo's stories say, each fact on the day that it became known."""

import datetime as dt
from decimal import Decimal
from random import Random

from accounts.models import Organisation, User
from channelhub.demo import stories
from channelhub.demo.cast import FISCAL_YEAR_BEGINS, MARA, SEATS, Seat
from channelhub.demo.lines import SEED
from channelhub.lib import months
from customers.models import Customer, CustomerContract, CustomerLoss, Level
from partners.models import (
    Action,
    Departure,
    LineCard,
    LineCardBasis,
    LineCardObservation,
    LineCardSupplier,
    OwnResult,
    Partner,
    PartnerNote,
    Person,
    ResultBasis,
)

# A year's figures are known so many days after its close.
TOLD_AFTER_DAYS = 60
YEARS_TOLD = 3
PEOPLE_AT_MOST = 4
# Who buys this much in a usual year, in thousands, has key talent.
HAS_KEY_TALENT_FROM = 250

Partners = dict[str, Partner]


def write_facts(users: dict[str, User], as_of: dt.date) -> None:
    """Write down people, results, line cards, customers, notes and actions."""
    partners: Partners = {partner.number: partner for partner in Partner.objects.all()}
    _people(partners, as_of)
    _results(partners, as_of)
    _line_cards(partners, users, as_of)
    _customers(users, as_of)
    _notes(partners, users, as_of)
    _actions(partners, users, as_of)


def _people(partners: Partners, as_of: dt.date) -> None:
    for seat in SEATS:
        if seat.number not in stories.NO_PEOPLE:
            first = _people_of(seat, partners[seat.number], as_of)
            if leaver := stories.LEAVERS.get(seat.number):
                _leave(first, leaver, partners, as_of)


def _people_of(seat: Seat, partner: Partner, as_of: dt.date) -> Person:
    dice = Random(f"{SEED} {seat.number} people")  # noqa: S311 - the same demo every time
    count = dice.randint(2, PEOPLE_AT_MOST)
    first_names = dice.sample(stories.FIRST_NAMES, count)
    last_names = dice.sample(stories.LAST_NAMES, count)
    host = partner.website.removeprefix("https://")
    made = [
        Person(
            partner=partner,
            name=f"{first} {last}",
            role=role,
            email=f"{first}.{last}@{host}".lower(),
            key=role == stories.ROLES[0] and seat.size >= HAS_KEY_TALENT_FROM,
            joined_on=as_of - dt.timedelta(days=dice.randint(700, 3000)),
            known_on=as_of - dt.timedelta(days=dice.randint(400, 600)),
        )
        for first, last, role in zip(first_names, last_names, stories.ROLES, strict=False)
    ]
    return Person.objects.bulk_create(made)[0]


def _leave(person: Person, story: stories.Leaver, partners: Partners, as_of: dt.date) -> None:
    back = _ago(as_of, story.back) if story.back is not None else None
    Departure.objects.create(
        person=person,
        left_on=_ago(as_of, story.days),
        known_on=_ago(as_of, story.learnt),
        where_to=story.where_to,
        to_partner=partners.get(story.to_partner),
        returned_on=back,
        returned_known_on=back,
    )


def _results(partners: Partners, as_of: dt.date) -> None:
    told = [seat for seat in SEATS if seat.size and seat.number not in stories.NO_RESULTS]
    OwnResult.objects.bulk_create(
        row for seat in told for row in _results_of(seat, partners[seat.number], as_of)
    )


def _results_of(seat: Seat, partner: Partner, as_of: dt.date) -> list[OwnResult]:
    """Its last closed years whose figures are out, newest first."""
    dice = Random(f"{SEED} {seat.number} results")  # noqa: S311 - the same demo every time
    begins = FISCAL_YEAR_BEGINS.get(seat.number, 1)
    newest = _last_told_year(begins, as_of)
    amount = Decimal(seat.size * 1000 * dice.randint(*stories.TIMES_OURS))
    changes = [stories.OWN_CHANGE.get(seat.number, dice.randint(-12, 14)), dice.randint(-8, 9)]
    rows = []
    for back in range(YEARS_TOLD):
        start = months.add_months(newest, -12 * back)
        end = months.last_day(months.add_months(start, 11))
        rows.append(
            OwnResult(
                partner=partner,
                start=start,
                end=end,
                amount=amount.quantize(Decimal(1000)),
                currency=seat.currency,
                basis=_basis(seat.number, back),
                inorganic=back == 0 and seat.number in stories.INORGANIC,
                source="Annual report",
                known_on=end + dt.timedelta(days=TOLD_AFTER_DAYS),
            )
        )
        if back < len(changes):
            amount = amount * 100 / (100 + changes[back])
    return rows


def _basis(number: str, back: int) -> ResultBasis:
    estimated = number in stories.ESTIMATED or (number in stories.MIXED and back > 0)
    return ResultBasis.ESTIMATED if estimated else ResultBasis.REPORTED


def _last_told_year(begins: int, as_of: dt.date) -> dt.date:
    """The first day of the newest fiscal year whose figures are out."""
    start = dt.date(as_of.year, begins, 1)
    while months.add_months(start, 12) + dt.timedelta(days=TOLD_AFTER_DAYS) > as_of:
        start = months.add_months(start, -12)
    return start


def _line_cards(partners: Partners, users: dict[str, User], as_of: dt.date) -> None:
    for number, category, basis, confidence, source, seen in stories.LINE_CARDS:
        card, _ = LineCard.objects.get_or_create(partner=partners[number], category=category)
        for ago, rank in seen:
            day = months.months_before(as_of, ago)
            observation = LineCardObservation.objects.create(
                line_card=card,
                observed_on=day,
                source=source,
                basis=basis,
                confidence=confidence,
                observer=users[MARA],
                known_on=day,
            )
            LineCardSupplier.objects.bulk_create(_suppliers(observation, rank))


def _suppliers(seen: LineCardObservation, rank: int) -> list[LineCardSupplier]:
    """Rivals with us at a rank, or without us."""
    ours = Organisation.current().name
    names = list(stories.RIVALS[:4])
    if rank:
        names.insert(rank - 1, ours)
    listing = seen.basis == LineCardBasis.LISTING
    return [
        LineCardSupplier(
            observation=seen, rank=None if listing else place, name=name, ours=name == ours
        )
        for place, name in enumerate(names, start=1)
    ]


def _customers(users: dict[str, User], as_of: dt.date) -> None:
    for group, entities in stories.GROUPS.items():
        parent = Customer.objects.create(name=group, level=Level.GROUP)
        Customer.objects.filter(name__in=entities).update(parent=parent)
    by_name = {customer.name: customer for customer in Customer.objects.all()}
    for name, ago, said_by, why in stories.LOSSES:
        CustomerLoss.objects.create(
            customer=by_name[name],
            lost_on=_ago(as_of, ago),
            said_by=said_by,
            why=why,
            reporter=users[MARA],
            known_on=_ago(as_of, ago),
        )
    for name, ahead in stories.CONTRACTS:
        CustomerContract.objects.create(
            customer=by_name[name], ends_on=_ago(as_of, -ahead), known_on=_ago(as_of, 300)
        )


def _notes(partners: Partners, users: dict[str, User], as_of: dt.date) -> None:
    PartnerNote.objects.bulk_create(
        PartnerNote(
            partner=partners[number],
            kind=kind,
            day=_ago(as_of, ago),
            text=text,
            author=users[author],
        )
        for number, ago, kind, author, text in stories.NOTES
    )


def _actions(partners: Partners, users: dict[str, User], as_of: dt.date) -> None:
    Action.objects.bulk_create(
        Action(
            partner=partners[number],
            title=title,
            owner=users[owner],
            due_on=_ago(as_of, -ahead),
            figure=figure,
            shared=shared,
            created_by=users[MARA],
        )
        for number, ahead, owner, title, figure, shared in stories.ACTIONS
    )


def _ago(day: dt.date, days: int) -> dt.date:
    return day - dt.timedelta(days=days)
