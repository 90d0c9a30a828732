"""What is learnt of a partner, as its page shows it."""

import dataclasses
import datetime as dt

from accounts.models import User
from partners.facts import line_cards, results
from partners.models import Action, Partner, PartnerNote, Person

PEOPLE_SHOWN = 8
NOTES_SHOWN = 3
ACTIONS_SHOWN = 5
YEARS_SHOWN = 4


@dataclasses.dataclass(frozen=True, kw_only=True)
class Facts:
    """People, own results, line cards, notes and open actions of a partner on a day."""

    people: list[Person]
    people_count: int
    told: list[results.Told]
    missing_year: dt.date | None
    places: list[line_cards.Place]
    notes: list[PartnerNote]
    last_contact: PartnerNote | None
    actions: list[Action]
    actions_count: int

    @property
    def last_year(self) -> results.Told | None:
        """The newest figure of its own sales."""
        return self.told[0] if self.told else None


def facts(partner: Partner, on: dt.date, viewer: User) -> Facts:
    """What we know of a partner beside its sales and its record."""
    people = Person.objects.filter(partner=partner).known(on)
    shown = people.prefetch_related("departures").order_by("-key", "name", "pk")
    notes = PartnerNote.objects.filter(partner=partner).select_related("author")
    actions = Action.objects.visible_to(viewer).filter(partner=partner).unfinished()
    return Facts(
        people=list(shown[:PEOPLE_SHOWN]),
        people_count=people.count(),
        told=results.pro_forma(partner, on, limit=YEARS_SHOWN),
        missing_year=results.missing_year(partner, on),
        places=line_cards.places(line_cards.observations(partner, on)),
        notes=list(notes[:NOTES_SHOWN]),
        last_contact=notes.exclude(kind=PartnerNote.Kind.NOTE).first(),
        actions=list(actions.select_related("owner")[:ACTIONS_SHOWN]),
        actions_count=actions.count(),
    )


def my_actions(user: User) -> tuple[list[Action], int]:
    """What a person has to do, the most urgent first, and how much there is in all."""
    mine = Action.objects.filter(owner=user).unfinished()
    return list(mine.select_related("partner")[:ACTIONS_SHOWN]), mine.count()
