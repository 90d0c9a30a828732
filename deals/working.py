"""Who works it: what is open, for those who may see it, what is unclear first."""

import dataclasses
from typing import Any

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet
from django.utils.functional import cached_property

from accounts.models import Organisation, User
from deals.models import Deal, DealLine, DealRole, DirectOpportunity
from deals.unclear import COLUMNS, Facts, Question, read, why
from partners.models import Partner, PartnerManager

PAGE = f"""
SELECT {", ".join(COLUMNS)}, count(*) OVER (), count(*) FILTER (WHERE unclear) OVER ()
FROM (SELECT *, cardinality(reasons) > 0 AS unclear FROM judged) AS asked
WHERE unclear OR NOT %(unclear_only)s
ORDER BY cardinality(reasons) DESC, due_at NULLS LAST, active_on NULLS FIRST, kind DESC, id
LIMIT %(limit)s OFFSET %(offset)s
"""  # noqa: S608 - columns of our own

COUNT = """
SELECT count(*) FILTER (WHERE cardinality(reasons) > 0 OR NOT %(unclear_only)s),
  count(*) FILTER (WHERE cardinality(reasons) > 0) FROM judged
"""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Working:
    """One open opportunity, and why it is unclear who works it, in words."""

    facts: Facts
    record: Any
    why: list[str]
    manager: User | None = None

    @property
    def is_direct(self) -> bool:
        """Our own, not a partner's registration."""
        return self.facts.kind == "direct"

    @property
    def lead(self) -> str:
        """Who leads, by name; empty where nobody does."""
        if self.is_direct:
            return str(self.record.worked_by)
        return next((str(role.user) for role in self.record.roles_now if role.leads), "")


class WorkingList:
    """What may be asked for on one page: a list that a paginator can cut.

    The likely slice brings the counts with it, so that a page is one statement.
    """

    def __init__(self, question: Question, *, unclear_only: bool, likely: slice) -> None:
        self.question, self.unclear_only = question, unclear_only
        self.start, self.stop = int(likely.start), int(likely.stop)

    def count(self) -> int:
        """How many there are."""
        return self.counts[0]

    @property
    def unclear(self) -> int:
        """How many of them are unclear."""
        return self.counts[1]

    def __getitem__(self, part: slice) -> list[Working]:
        start, stop = int(part.start or 0), int(part.stop)
        if start == self.start and stop <= self.stop:
            return self._likely[: stop - start]
        return described([read(row) for row in self._fetch(start, stop)])

    @cached_property
    def counts(self) -> tuple[int, int]:
        """How many there are, and how many of them are unclear."""
        if self._rows:
            every, unclear = self._rows[0][-2:]
        else:
            # Nothing there, or a page behind the last one.
            ((every, unclear),) = self.question.rows(COUNT, unclear_only=self.unclear_only)
        return every, unclear

    @cached_property
    def _rows(self) -> list[tuple[Any, ...]]:
        return self._fetch(self.start, self.stop)

    @cached_property
    def _likely(self) -> list[Working]:
        return described([read(row) for row in self._rows])

    def _fetch(self, start: int, stop: int) -> list[tuple[Any, ...]]:
        return self.question.rows(
            PAGE, unclear_only=self.unclear_only, limit=stop - start, offset=start
        )


def described(every: list[Facts]) -> list[Working]:
    """Facts with their records, roles and managers, in the same order; five queries."""
    day = Organisation.current().today()
    deals = _deals([each.id for each in every if each.kind == "registration"])
    directs = DirectOpportunity.objects.select_related("customer", "product_line", "owner")
    records: dict[str, dict[int, Any]] = {
        "registration": deals,
        "direct": directs.in_bulk([each.id for each in every if each.kind == "direct"]),
    }
    assigned = PartnerManager.objects.on(day).filter(
        partner__in={deal.partner_id for deal in deals.values()}
    )
    managers = {row.partner_id: row.manager for row in assigned.select_related("manager")}
    return [
        Working(
            facts=each,
            record=record,
            why=why(each),
            manager=managers.get(getattr(record, "partner_id", 0)),
        )
        for each in every
        for record in [records[each.kind][each.id]]
    ]


def _deals(keys: list[int]) -> dict[int, Deal]:
    roles = DealRole.objects.on(Organisation.current().today()).select_related("user")
    rows = Deal.objects.select_related("partner", "customer", "reviewer").prefetch_related(
        Prefetch("roles", queryset=roles, to_attr="roles_now"),
        Prefetch("lines", queryset=DealLine.objects.select_related("product_line")),
    )
    found: dict[int, Deal] = rows.in_bulk(keys)
    return found


@dataclasses.dataclass(frozen=True, kw_only=True)
class Asked:
    """What the list is narrowed by."""

    text: str = ""
    mine: bool = False
    unclear_only: bool = False
    partner: Partner | None = None
    manager: User | None = None


def question_of(user: User, asked: Asked) -> Question:
    """What this person may see of what is asked for: registrations, and our own opportunities."""
    return Question.about_now(
        registrations=_registrations(user, asked), directs=_directs(user, asked)
    )


def _registrations(user: User, asked: Asked) -> QuerySet[Deal]:
    day = Organisation.current().today()
    rows: Any = Deal.objects.visible_to(user)
    if asked.text:
        rows = rows.search(asked.text)
    if asked.partner:
        rows = rows.filter(partner=asked.partner)
    if asked.manager:
        rows = rows.filter(partner__in=Partner.objects.managed_by(asked.manager, day))
    if asked.mine:
        role = DealRole.objects.on(day).filter(deal=OuterRef("pk"), user=user)
        rows = rows.filter(Q(reviewer=user) | Exists(role))
    found: QuerySet[Deal] = rows
    return found


def _directs(user: User, asked: Asked) -> QuerySet[DirectOpportunity]:
    """Our own belong to no partner and to no channel manager."""
    if asked.partner or asked.manager:
        return DirectOpportunity.objects.none()
    rows: Any = DirectOpportunity.objects.visible_to(user)
    if asked.text:
        rows = rows.search(asked.text)
    found: QuerySet[DirectOpportunity] = rows.filter(owner=user) if asked.mine else rows
    return found
