"""The history of a partner in words: who, when, what changed from what to what."""

import dataclasses
import datetime as dt
from collections.abc import Iterable
from itertools import groupby
from typing import Any, NamedTuple

from django.apps import apps
from django.conf import settings
from django.db.models import Q, QuerySet
from django.utils.dateparse import parse_date
from pghistory.models import Events

from accounts.models import User
from imports.models import Import, Source
from partners.models import Partner, PartnerKind

TRACKED = (
    "partners.PartnerEvent",
    "partners.PartnerStatusEvent",
    "partners.PartnerTierEvent",
    "partners.PartnerTerritoryEvent",
    "partners.PartnerManagerEvent",
    "partners.PartnerFiscalPeriodEvent",
    "partners.PartnerExternalIdEvent",
    "partners.PersonEvent",
    "partners.OwnResultEvent",
    "partners.LineCardEvent",
    "partners.PartnerNoteEvent",
    "partners.ActionEvent",
    *(f"{model}Event" for model in settings.PARTNER_HISTORY),
)
# What a row is called, and the column that says it.
FACTS = {
    "partners.PartnerStatus": ("Status", "status"),
    "partners.PartnerTier": ("Tier", "tier"),
    "partners.PartnerTerritory": ("Territory", "territory"),
    "partners.PartnerManager": ("Channel manager", "manager_id"),
    "partners.PartnerFiscalPeriod": ("Fiscal period", "name"),
    "partners.PartnerExternalId": ("External id", "external_id"),
    "partners.Person": ("Person", "name"),
    "partners.OwnResult": ("Own result", "amount"),
    "partners.LineCard": ("Line card", "category"),
    "partners.PartnerNote": ("Note", "text"),
    "partners.Action": ("Action", "title"),
    **settings.PARTNER_HISTORY,
}
VERBS = {"insert": "added", "update": "changed", "delete": "removed"}
# A note is told by its beginning.
LONGEST = 80
SILENT = {"id", "public_id", "partner_id", "created_at"}
COMMAND = "Command line"
NOBODY = "System"


class Change(NamedTuple):
    """One value in words, before and after."""

    what: str
    old: str
    new: str


@dataclasses.dataclass(frozen=True)
class Entry:
    """What one decision, import or command changed, in one transaction."""

    what: str
    who: str
    at: dt.datetime
    changes: list[Change]


def events_of(partner: Partner) -> QuerySet[Any]:
    """Every change of the partner and of its dated rows, newest first."""
    own = Q(pgh_model="partners.PartnerEvent", pgh_obj_id=str(partner.pk))
    dated = ~Q(pgh_model="partners.PartnerEvent")
    objects: Any = Events.objects
    everything: QuerySet[Any] = objects.across(*TRACKED).references(partner)
    return everything.filter(own | dated).order_by("-pgh_created_at", "pgh_model", "-pgh_id")


def entries(events: Iterable[Any]) -> list[Entry]:
    """The events in words; those of one transaction make one entry."""
    rows = list(events)
    names = Names.of(rows)
    groups = groupby(rows, key=lambda row: (row.pgh_created_at, row.pgh_context_id))
    return [_entry(list(group), names) for _, group in groups]


@dataclasses.dataclass(frozen=True)
class Names:
    """What the keys in a page of events stand for."""

    users: dict[int, str]
    partners: dict[int, str]
    sources: dict[int, str]
    loads: dict[int, str]

    @classmethod
    def of(cls, events: list[Any]) -> "Names":
        """The names of everybody and everything that the events mention: a query for each kind."""
        return cls(
            users=_named(
                User,
                {*_values(events, "manager_id", "deputy_id"), *_context(events, "user")},
            ),
            partners=_named(
                Partner,
                _values(events, "company_id", "merged_into_id", "partner_id", "replaced_id"),
            ),
            sources=_named(Source, _values(events, "source_id")),
            loads={
                load.pk: load.file_name
                for load in Import.objects.filter(pk__in=_context(events, "load"))
            },
        )

    def show(self, column: str, value: Any) -> str:
        """A value in words; "" for none."""
        lookups = {
            "manager_id": self.users,
            "deputy_id": self.users,
            "company_id": self.partners,
            "merged_into_id": self.partners,
            "partner_id": self.partners,
            "replaced_id": self.partners,
            "source_id": self.sources,
        }
        if value is None or value == "":
            return "none"
        if column in lookups:
            return lookups[column].get(value, f"no longer known ({value})")
        if column == "kinds":
            return ", ".join(PartnerKind(kind).label for kind in value)
        return str(value)


def _named(model: Any, keys: set[int]) -> dict[int, str]:
    return {row.pk: str(row) for row in model.objects.filter(pk__in=keys)} if keys else {}


def _values(events: list[Any], *columns: str) -> set[int]:
    found: set[Any] = set()
    for event in events:
        for column in columns:
            found.update((event.pgh_diff or {}).get(column, []))
            found.add(event.pgh_data.get(column))
    return found - {None}


def _context(events: list[Any], key: str) -> set[int]:
    found = [(event.pgh_context or {}).get(key) for event in events]
    return {value for value in found if value is not None}


def _entry(events: list[Any], names: Names) -> Entry:
    changes = [change for event in events for change in _changes(event, names)]
    return Entry(
        what=_what(events),
        who=_who(events[0].pgh_context or {}, names),
        at=events[0].pgh_created_at,
        changes=changes,
    )


def _what(events: list[Any]) -> str:
    if any(e.pgh_label == "insert" and e.pgh_obj_model == "partners.Partner" for e in events):
        return "Partner created"
    kinds = dict.fromkeys(_noun(event) for event in events)
    return f"{', '.join(kinds)} changed".capitalize()


def _noun(event: Any) -> str:
    return FACTS.get(event.pgh_obj_model, ("Record", ""))[0].lower()


def _who(context: dict[str, Any], names: Names) -> str:
    """The person; for an import, that it was one, and whose."""
    person = names.users.get(context.get("user") or 0, "")
    if load := context.get("load"):
        file = names.loads.get(load, "")
        return ", ".join(part for part in (f"Import of {file}", person) if part)
    return person or (COMMAND if context else NOBODY)


def _changes(event: Any, names: Names) -> list[Change]:
    if event.pgh_obj_model == "partners.Partner":
        return _record_changes(event, names)
    return [_fact_change(event, names)]


def _record_changes(event: Any, names: Names) -> list[Change]:
    model = apps.get_model(event.pgh_obj_model)
    changed = event.pgh_diff or {}
    if event.pgh_label == "insert":
        changed = {name: (None, value) for name, value in event.pgh_data.items() if value}
    columns = {field.column: str(field.verbose_name) for field in model._meta.fields}
    return [
        Change(columns[column].capitalize(), names.show(column, old), names.show(column, new))
        for column, (old, new) in changed.items()
        if column in columns and column not in SILENT
    ]


def _fact_change(event: Any, names: Names) -> Change:
    """One row of a dated table, as it was and as it is."""
    label = FACTS[event.pgh_obj_model][0]
    now = event.pgh_data
    before = {**now, **{name: pair[0] for name, pair in (event.pgh_diff or {}).items()}}
    old = "none" if event.pgh_label == "insert" else _fact(event, before, names)
    new = "removed" if event.pgh_label == "delete" else _fact(event, now, names)
    return Change(label, old, new)


def _fact(event: Any, data: dict[str, Any], names: Names) -> str:
    column = FACTS[event.pgh_obj_model][1]
    text = _choice(event.pgh_obj_model, column, names.show(column, data[column]))[:LONGEST]
    if data.get("deputy_id"):
        text += f", deputy {names.show('deputy_id', data['deputy_id'])}"
    if data.get("replaced_id"):
        text += f", line {data['line']}, from {names.show('replaced_id', data['replaced_id'])}"
        text += f" to {names.show('partner_id', data['partner_id'])}"
    if data.get("ended_on"):
        text += f", taken back on {_day(data['ended_on'])}"
    if data.get("source_id"):
        text = f"{names.show('source_id', data['source_id'])}: {text}"
    return f"{text} {_days(data)}".strip()


def _choice(model: str, column: str, text: str) -> str:
    field = next(f for f in apps.get_model(model)._meta.fields if f.column == column)
    return str(dict(field.flatchoices).get(text, text))


def _days(data: dict[str, Any]) -> str:
    """The days a row holds, first and last included."""
    if "valid" in data:
        return _range_words(data["valid"])
    if "start" in data:
        return f"from {_day(data['start'])} to {_day(data['end'])}"
    return ""


def _range_words(text: str) -> str:
    """A range as the event keeps it, `[2026-01-01,2026-04-01)`, in words."""
    lower, upper = text.strip("[]()").split(",")
    words = [f"from {_day(lower)}"] if lower else []
    if upper:
        last = parse_date(upper)
        words.append(f"to {_day(str(last - dt.timedelta(days=1)))}" if last else "")
    return " ".join(words)


def _day(text: str) -> str:
    day = parse_date(text)
    return f"{day:%-d %b %Y}" if day else text
