"""Who works what is open, as of a day, and why it is unclear: the one place that says so.

`FACTS` is one statement for any number of opportunities, registrations of partners and our own;
it reads only what was known at the end of the day. `why` puts words on the facts of one.
"""
# ruff: noqa: S608 - conditions are literals of this file; a scope is a queryset's own statement

import dataclasses
import datetime as dt
from collections.abc import Iterator
from typing import Any, Literal, Self

from django.db import connection
from django.db.backends.postgresql.psycopg_any import mogrify
from django.db.models import QuerySet
from django.utils import timezone

from accounts.models import Organisation
from deals.rules.states import OPEN, PENDING

# Days without an update, an answer, a meeting or a quote.
SILENCE_DAYS = 20

# What makes an opportunity unclear: a name, and when, over the columns of `facts`.
CONDITIONS = {
    "nobody-leads": "lead_id IS NULL AND lead_name = ''",
    "two-lead": "directs > 0 OR (kind = 'direct' AND registrations > 0)",
    "overlap": "kind = 'registration' AND registrations > 0",
    "late": "waits AND due_at < %(at)s",
    "silent": "active_on <= %(day)s::date - %(silence)s::integer",
    "lead-left": "lead_left",
    "flagged": "flagged_at IS NOT NULL",
}

# The first step after the moment says how a registration stood at it; what the clock was set to
# stands in the steps before. For a question about now nothing is later, and nothing is read.
STATEMENT = """
WITH later AS MATERIALIZED (
  SELECT first.deal_id, first.from_state,
    (SELECT (s.data -> 'set' ->> 'due_at')::timestamptz FROM deals_dealstep s
      WHERE s.deal_id = first.deal_id AND s.at < %(at)s AND s.data -> 'set' ? 'due_at'
      ORDER BY s.at DESC, s.id DESC LIMIT 1) AS due_at,
    (SELECT (s.data -> 'set' ->> 'active_at')::timestamptz FROM deals_dealstep s
      WHERE s.deal_id = first.deal_id AND s.at < %(at)s AND s.data -> 'set' ? 'active_at'
      ORDER BY s.at DESC, s.id DESC LIMIT 1) AS active_at
  FROM (SELECT DISTINCT ON (deal_id) deal_id, from_state FROM deals_dealstep
    WHERE NOT %(now)s AND at >= %(at)s ORDER BY deal_id, at, id) AS first
), claims AS (
  SELECT 'registration' AS kind, s.id, s.state, s.due_at, s.tender, NULL::bigint AS owner_id,
    '' AS owner_name, (s.active_at AT TIME ZONE %(zone)s)::date AS active_on, s.customer_id,
    l.product_line_id
  FROM (
    SELECT d.id, d.customer_id, d.tender, d.state, d.due_at, d.active_at FROM deals_deal d
    WHERE d.state = ANY(%(open)s) AND d.submitted_at < %(at)s
      AND (%(now)s OR d.id NOT IN (SELECT deal_id FROM later))
    UNION ALL
    SELECT d.id, d.customer_id, d.tender, later.from_state, later.due_at, later.active_at
    FROM later JOIN deals_deal d ON d.id = later.deal_id
    WHERE later.from_state = ANY(%(open)s) AND d.submitted_at < %(at)s
  ) AS s LEFT JOIN deals_dealline l ON l.deal_id = s.id AND l.state <> 'rejected'
  UNION ALL
  SELECT 'direct', o.id, 'open', NULL, false, o.owner_id, o.owner_name,
    CASE WHEN o.active_on <= %(day)s THEN o.active_on ELSE coalesce(
      (SELECT e.active_on FROM deals_directopportunityevent e
        WHERE e.pgh_obj_id = o.id AND e.pgh_created_at < %(at)s
        ORDER BY e.pgh_id DESC LIMIT 1), o.opened_on) END, o.customer_id, o.product_line_id
  FROM deals_directopportunity o
  WHERE o.logged_at < %(at)s AND (o.closed_on IS NULL OR o.closed_on > %(day)s)
), counted AS (
  -- Several partners may be approved for a tender. The customer is what
  -- deals_protected_customer says. Windows, and not a join of claims with claims: the planner
  -- cannot know how many match, and a wrong guess costs minutes.
  SELECT claims.*,
    CASE WHEN product_line_id IS NULL THEN 0
      WHEN tender THEN count(*) FILTER (WHERE kind = 'registration' AND NOT tender) OVER same
      ELSE count(*) FILTER (WHERE kind = 'registration') OVER same - (kind = 'registration')::int
    END AS registrations,
    CASE WHEN product_line_id IS NULL THEN 0
      ELSE count(*) FILTER (WHERE kind = 'direct') OVER same - (kind = 'direct')::int
    END AS directs
  FROM claims
  JOIN customers_customer typed ON typed.id = claims.customer_id
  JOIN customers_customer own ON own.id = coalesce(typed.merged_into_id, typed.id)
  LEFT JOIN customers_customer up
    ON up.id = own.parent_id AND own.level = 'site' AND up.level = 'entity'
  WINDOW same AS (PARTITION BY coalesce(up.merged_into_id, up.id, own.id), product_line_id)
), opportunities AS (
  SELECT kind, id, state, due_at, owner_id, owner_name, active_on,
    max(registrations) AS registrations, max(directs) AS directs
  FROM counted GROUP BY kind, id, state, due_at, owner_id, owner_name, active_on
), asked AS (
  -- Apart, so that each scope is joined: behind an OR it would be read anew for every row.
  SELECT * FROM opportunities o WHERE kind = 'registration' AND {registrations}
  UNION ALL
  SELECT * FROM opportunities o WHERE kind = 'direct' AND {directs}
), gone AS MATERIALIZED (
  SELECT u.id FROM accounts_user u
  WHERE CASE WHEN %(now)s THEN NOT u.is_active ELSE NOT coalesce(
    (SELECT e.is_active FROM accounts_userevent e
      WHERE e.pgh_obj_id = u.id AND e.pgh_created_at < %(at)s
      ORDER BY e.pgh_id DESC LIMIT 1), u.is_active) END
  UNION
  SELECT u.id FROM partners_departure x JOIN partners_person p ON p.id = x.person_id
  JOIN accounts_user u ON lower(u.email) = lower(p.email)
  WHERE p.email <> '' AND x.left_on <= %(day)s AND x.known_on <= %(day)s
    AND (x.returned_known_on IS NULL OR x.returned_known_on > %(day)s)
), changed AS MATERIALIZED (
  SELECT DISTINCT deal_id FROM deals_dealline WHERE state = 'under-review'
), facts AS (
  SELECT o.kind, o.id, o.state, coalesce(o.owner_id, role.user_id) AS lead_id,
    o.owner_name AS lead_name,
    coalesce(o.owner_id, role.user_id) IN (SELECT id FROM gone) AS lead_left,
    o.registrations, o.directs, o.due_at, o.kind = 'registration' AND (o.state = ANY(%(pending)s)
      OR (o.state = 'approved' AND o.id IN (SELECT deal_id FROM changed))) AS waits,
    o.active_on, flag.raised_at AS flagged_at, coalesce(flag.text, '') AS flag
  FROM asked o
  LEFT JOIN deals_dealrole role ON o.kind = 'registration' AND role.deal_id = o.id AND role.leads
    AND role.valid @> %(day)s
  LEFT JOIN deals_unclearflag flag ON o.kind = 'registration' AND flag.deal_id = o.id
    AND flag.raised_at < %(at)s AND (flag.settled_at IS NULL OR flag.settled_at >= %(at)s)
), judged AS (
  SELECT facts.*, array_remove(ARRAY[{reasons}], NULL) AS reasons FROM facts
)
"""

REASONS = ", ".join(
    f"CASE WHEN {condition} THEN '{name}' END" for name, condition in CONDITIONS.items()
)
COLUMNS = ("kind", "id", "state", "lead_id", "lead_name", "registrations", "directs", "due_at",
           "active_on", "flagged_at", "flag", "reasons")  # fmt: skip


@dataclasses.dataclass(frozen=True, kw_only=True)
class Facts:
    """What is known of one open opportunity; `reasons` are names of `CONDITIONS` that hold.

    `registrations` and `directs` are other open ones at the same customer for the same line.
    """

    kind: Literal["registration", "direct"]
    id: int
    state: str
    lead_id: int | None
    lead_name: str
    registrations: int
    directs: int
    due_at: dt.datetime | None
    active_on: dt.date | None
    flagged_at: dt.datetime | None
    flag: str
    reasons: tuple[str, ...]


@dataclasses.dataclass(frozen=True, kw_only=True)
class Question:
    """Which opportunities, and as of which moment: the end of a day, or now."""

    at: dt.datetime
    day: dt.date
    zone: str
    now: bool
    registrations: "QuerySet[Any] | None" = None
    directs: "QuerySet[Any] | None" = None
    silence_days: int = SILENCE_DAYS

    @classmethod
    def about_now(cls, **scope: Any) -> Self:
        """How it stands this moment."""
        own = Organisation.current()
        moment = own.now()
        # What happened at this very moment has happened.
        at = moment + dt.timedelta.resolution
        return cls(at=at, day=moment.date(), zone=own.time_zone, now=True, **scope)

    @classmethod
    def as_of(cls, day: dt.date, **scope: Any) -> Self:
        """How it stood at the end of a day, on the organisation's clocks."""
        own = Organisation.current()
        end = dt.datetime.combine(day + dt.timedelta(days=1), dt.time(), tzinfo=own.zone())
        return cls(at=end, day=day, zone=own.time_zone, now=False, **scope)

    def rows(self, ending: str, **params: Any) -> list[tuple[Any, ...]]:
        """The rows of a query that goes on from `judged`."""
        statement = STATEMENT.format(
            registrations=_within("o.id", self.registrations),
            directs=_within("o.id", self.directs),
            reasons=REASONS,
        )
        known = {
            "at": self.at,
            "day": self.day,
            "zone": self.zone,
            "now": self.now,
            "silence": self.silence_days,
            "open": list(OPEN),
            "pending": list(PENDING),
            **params,
        }
        with connection.cursor() as cursor:
            cursor.execute(statement + ending, known)
            return list(cursor.fetchall())


def _within(column: str, scope: "QuerySet[Any] | None") -> str:
    """That a row is in a queryset; without one, every row is."""
    if scope is None:
        return "true"
    query = scope.order_by().values("pk").query
    if query.is_empty():
        return "false"
    text = mogrify(*query.sql_with_params(), connection)
    return f"{column} IN ({text.replace('%', '%%')})"


def facts(question: Question) -> Iterator[Facts]:
    """The facts of every opportunity that is asked about, registrations first."""
    ending = f"SELECT {', '.join(COLUMNS)} FROM judged ORDER BY kind DESC, id"
    return (read(row) for row in question.rows(ending))


def read(row: tuple[Any, ...]) -> Facts:
    """A row of `COLUMNS`."""
    named = dict(zip(COLUMNS, row, strict=False))
    return Facts(**{**named, "reasons": tuple(named["reasons"])})


def why(about: Facts) -> list[str]:
    """Why it is unclear who works it, in words; nothing where it is clear."""
    return [_told(name, about) for name in about.reasons]


def _told(name: str, about: Facts) -> str:
    return {
        "nobody-leads": "Nobody leads.",
        "two-lead": f"Two lead: {_others(about)} for the same customer and product line.",
        "overlap": f"Overlaps with {_counted(about.registrations, 'other registration')} for the"
        " same customer and product line.",
        "late": f"Our decision is late: it was due on {_day(about.due_at)}.",
        "silent": f"Silent since {_day(about.active_on)}.",
        "lead-left": "Whoever leads has left.",
        "flagged": f"Flagged on {_day(about.flagged_at)}: {about.flag}",
    }[name]


def _others(about: Facts) -> str:
    told = []
    if about.directs:
        told.append(_counted(about.directs, "direct opportunit", "y", "ies"))
    if about.kind == "direct" and about.registrations:
        told.append(_counted(about.registrations, "registration"))
    return " and ".join(told)


def _counted(number: int, noun: str, one: str = "", many: str = "s") -> str:
    return f"{number} {noun}{one if number == 1 else many}"


def _day(moment: dt.date | None) -> str:
    if isinstance(moment, dt.datetime):
        moment = timezone.localtime(moment)
    return f"{moment:%-d %b %Y}" if moment else "a day that is not known"
