"""What a review still lacks: which facts are missing or stale, and who owes them."""

import dataclasses
import datetime as dt
from collections.abc import Iterator

from accounts.models import Organisation
from channelhub.lib import months
from partners.facts.results import missing_year
from partners.models import LineCardObservation, Person
from reviews.models import CommentKind, Review, ReviewComment
from reviews.packets.asking import Ask
from reviews.quarterly.promises import carried_into

STALE_AFTER_MONTHS = 12


@dataclasses.dataclass(frozen=True, kw_only=True)
class Lack:
    """Something that is missing or stale; `theirs`: the partner owes it. `link` is its page."""

    what: str
    owed_by: str
    link: str = ""
    theirs: bool = False


def readiness(review: Review) -> list[Lack]:
    """Everything a review lacks today; the same number of queries whatever that is."""
    today = Organisation.current().today()
    ask = Ask(review=review, known_by=min(review.cut_off, today), today=today)
    return [*_facts(ask), *_partner_facts(ask), *_preparation(ask)]


def owed_by_partner(lacks: list[Lack]) -> list[Lack]:
    """What the partner itself can do about it."""
    return [lack for lack in lacks if lack.theirs]


def _facts(ask: Ask) -> Iterator[Lack]:
    partner, cut_off = ask.partner, ask.review.cut_off
    assigned = partner.managers.on(ask.today).select_related("manager").first()
    manager = str(assigned.manager) if assigned else "Admin"
    if ask.today <= cut_off:
        yield Lack(
            what=f"The data cut-off is on {cut_off:%-d %b %Y}: facts may still come in.",
            owed_by=ask.feeds_owe,
        )
    first, last = ask.quarter_months
    lacking = [m for m in months.between(first, last) if m not in ask.sales.complete]
    if lacking:
        named = ", ".join(f"{month:%b %Y}" for month in lacking)
        yield Lack(
            what=f"Our sales of {named} are not covered by the cut-off.",
            owed_by=ask.feeds_owe,
            link=ask.page("partners:lines"),
        )
    if not partner.tiers.on(ask.known_by).exists():
        yield Lack(what="Its tier is not known.", owed_by=manager, link=ask.page("partners:detail"))
    yield from _line_card(ask, manager)
    if ask.review.meets_at is None:
        yield Lack(what="The meeting has no time yet.", owed_by=manager)
    if not ask.review.agenda:
        yield Lack(what="There is no agenda yet.", owed_by=manager)


def _line_card(ask: Ask, manager: str) -> Iterator[Lack]:
    seen = LineCardObservation.objects.known(ask.known_by)
    newest = seen.filter(line_card__partner=ask.partner).order_by("-observed_on").first()
    link = ask.page("partners:line-cards")
    if newest is None:
        yield Lack(what="Nobody has looked at its line cards.", owed_by=manager, link=link)
    elif newest.observed_on < months.months_before(ask.known_by, STALE_AFTER_MONTHS):
        seen_on = f"{newest.observed_on:%-d %b %Y}"
        yield Lack(what=f"Its line card was last seen on {seen_on}.", owed_by=manager, link=link)


def _partner_facts(ask: Ask) -> Iterator[Lack]:
    theirs = ask.partner.name
    year = missing_year(ask.partner, ask.today)
    if year:
        yield Lack(
            what=f"Own total sales of the year to {year:%-d %b %Y} are not known.",
            owed_by=theirs,
            link=ask.page("partners:results"),
            theirs=True,
        )
    people = Person.objects.filter(partner=ask.partner).known(ask.today).present()
    listed = list(people.values_list("certifications", flat=True))
    if not any(listed):
        what = "certified" if listed else "working there"
        yield Lack(
            what=f"Nobody is recorded as {what}.",
            owed_by=theirs,
            link=ask.page("partners:persons"),
            theirs=True,
        )


def _preparation(ask: Ask) -> Iterator[Lack]:
    said = ReviewComment.objects.filter(review=ask.review, kind=CommentKind.PARTNER)
    if not said.exists():
        yield Lack(
            what="The partner has not prepared a comment.", owed_by=ask.partner.name, theirs=True
        )
    for action in carried_into(ask.review):
        if action.closed_on is None and action.due_on < ask.today:
            yield Lack(
                what=f"“{action.title}” was due on {_day(action.due_on)}.",
                owed_by=str(action.owner),
                link=f"/actions/{action.public_id}/",
                theirs=action.shared and action.owner.works_at_partner,
            )


def _day(day: dt.date) -> str:
    return f"{day:%-d %b %Y}"
