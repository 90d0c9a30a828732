"""What programs read: the verdicts and the alerts of a day as plain dictionaries."""

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from alerts.actions import limits_of
from alerts.canaries import CANARIES, Canary
from alerts.findings import as_row
from alerts.models import Alert, AlertPartner, Finding, Run
from alerts.night import night
from alerts.ranges import ranges
from alerts.subjects import subjects
from alerts.verdicts import Outcome
from partners.models import Partner, PartnerExternalId

PartnerNames = dict[int, dict[str, Any]]
# What concerns no partner is said of the channel.
NOBODY: dict[str, Any] = {"partner": None, "name": None, "external_ids": {}}
# What an alert is known by.
KEY = ("canary", "scope", "subject", "direction")


def verdicts(canary: Canary, as_of: dt.date) -> Iterator[dict[str, Any]]:
    """What a canary says of every subject as of a day, alert or not; writes nothing."""
    facts, limits = night(as_of), limits_of(canary)
    for first, last in list(ranges(canary)):
        rows = [as_row(each) for each in canary.verdicts(facts, limits, first, last)]
        about = _about(rows)
        for row in rows:
            yield {**about(row), "canary": canary.name, **_said(row)}


def alerts(as_of: dt.date | None) -> list[dict[str, Any]]:
    """Every alert as of a day, most money first; without a day, those open now.

    A day with a published run is read from it; for any other the canaries are asked, and nothing
    is written.
    """
    if as_of is None:
        return _open_now()
    run = Run.objects.published().filter(as_of=as_of).first()
    return _listed(_of_run(run) if run else _computed(as_of))


def _open_now() -> list[dict[str, Any]]:
    return _listed(_rows_of(Alert.objects.open()))


def _listed(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    about = _about(rows)
    return sorted(({**about(row), **_alert(row)} for row in rows), key=_by_money)


def _about(rows: list[dict[str, Any]]) -> Callable[[dict[str, Any]], dict[str, Any]]:
    """A function that says of each of the rows what it is about and whom it concerns.

    The first partner concerned is also there by its number, name and external ids.
    """
    names = partner_names(key for row in rows for key in row["partners"])
    named = subjects((row["scope"], row["subject"]) for row in rows)

    def about(row: dict[str, Any]) -> dict[str, Any]:
        partners = [names[key] for key in row["partners"]]
        return {
            **(partners[0] if partners else NOBODY),
            "partners": [partner["partner"] for partner in partners],
            "scope": row["scope"],
            "subject": named[row["scope"], row["subject"]].name,
        }

    return about


def partner_names(keys: Iterable[int]) -> PartnerNames:
    """Number, name and external ids by source of partners, by their keys.

    `external_ids` holds one id per source, or a list where a source knows a partner by several.
    """
    wanted = set(keys)
    names: PartnerNames = {
        pk: {"partner": number, "name": name, "external_ids": {}}
        for pk, number, name in Partner.objects.filter(pk__in=wanted).values_list(
            "pk", "number", "name"
        )
    }
    ids = PartnerExternalId.objects.filter(partner__in=wanted).order_by("external_id")
    for pk, source, external in ids.values_list("partner", "source__name", "external_id"):
        _add(names[pk]["external_ids"], source, external)
    return names


def _add(ids: dict[str, Any], source: str, external: str) -> None:
    before = ids.get(source)
    if before is None:
        ids[source] = external
    else:
        ids[source] = [*(before if isinstance(before, list) else [before]), external]


def _said(row: dict[str, Any]) -> dict[str, Any]:
    evidence = row["evidence"]
    return {
        "class": row["finding_class"],
        "outcome": row["outcome"],
        "direction": row["direction"] or None,
        "value": number(row["value"]),
        "money": number(row["money"]),
        "severity": row["severity"],
        "windows": windows(evidence),
        "stale": evidence.get("stale", False),
        "ramping": evidence.get("ramping", False),
        "reason": evidence["reason"],
    }


def _alert(row: dict[str, Any]) -> dict[str, Any]:
    evidence = row["evidence"]
    return {
        "canary": row["canary"],
        "direction": row["direction"],
        "nature": row["nature"],
        **{key: value for key, value in _said(row).items() if key != "outcome"},
        "threshold": {key: float(value) for key, value in evidence["threshold"].items()},
        "currency": evidence["currency"],
        "ends_when": _ends_when(row),
        "first_seen": _day(row.get("first_seen")),
        "last_seen": _day(row.get("last_seen")),
        "baseline": row.get("baseline"),
        "evidence": evidence,
    }


def _ends_when(row: dict[str, Any]) -> str:
    canary = CANARIES[row["canary"]]
    limits = {key: Decimal(value) for key, value in row["evidence"]["threshold"].items()}
    return canary.ends_when(row["finding_class"], limits)


def _rows_of(found: QuerySet[Alert]) -> list[dict[str, Any]]:
    concerned: dict[int, list[int]] = {}
    links = AlertPartner.objects.filter(alert__in=found).order_by("id")
    for alert, partner in links.values_list("alert_id", "partner_id"):
        concerned.setdefault(alert, []).append(partner)
    return [
        {**row, "outcome": "", "partners": concerned.get(row["id"], [])} for row in found.values()
    ]


def _of_run(run: Run) -> list[dict[str, Any]]:
    """What fired or held in a run, and the alerts that were open without being judged."""
    then: QuerySet[Alert] = Alert.objects.open_on(run.as_of)
    same = then.filter(**{name: OuterRef(name) for name in KEY})
    held = Q(outcome=Outcome.HOLDS) & Exists(same)
    found = run.findings.filter(Q(outcome=Outcome.FIRES) | held).annotate(
        first_seen=same.values("first_seen")[:1], baseline=same.values("baseline")[:1]
    )
    judged = [dict(row) for row in found.values()]
    listed = {_key(row) for row in judged}
    left = [row for row in _rows_of(then) if _key(row) not in listed]
    return [*judged, *_as_last_seen(left, run.as_of)]


def _as_last_seen(rows: list[dict[str, Any]], day: dt.date) -> Iterator[dict[str, Any]]:
    """Rows of alerts as a night up to a day last saw them; later nights may have changed them."""
    changed = [row["subject"] for row in rows if row["last_seen"] > day]
    nights = Finding.objects.filter(
        subject__in=changed,
        outcome__in=(Outcome.FIRES, Outcome.HOLDS),
        run__as_of__lte=day,
        run__replay=False,
    ).exclude(run__published_at=None)
    newest = nights.order_by(*KEY, "-run__as_of").distinct(*KEY)
    seen = {_key(row): row for row in newest.annotate(last_seen=F("run__as_of")).values()}
    for row in rows:
        yield {**row, **(seen.get(_key(row), {}) if row["last_seen"] > day else {})}


def _key(row: Mapping[str, object]) -> tuple[object, ...]:
    return tuple(row[name] for name in KEY)


def _computed(as_of: dt.date) -> list[dict[str, Any]]:
    facts = night(as_of)
    return [
        {**as_row(each), "canary": canary.name}
        for canary in CANARIES.values()
        for first, last in list(ranges(canary))
        for each in canary.verdicts(facts, limits_of(canary), first, last)
        if each.outcome == Outcome.FIRES
    ]


def windows(evidence: dict[str, Any]) -> dict[str, Any] | None:
    """The windows of a piece of evidence with their amounts as numbers."""
    found = evidence.get("windows")
    if not found:
        return None
    return {name: {**window, "amount": number(window["amount"])} for name, window in found.items()}


def number(value: Decimal | str | None) -> float | None:
    """A decimal as a JSON number."""
    return None if value is None else float(value)


def _day(day: dt.date | None) -> str | None:
    return day.isoformat() if day else None


def _by_money(alert: dict[str, Any]) -> tuple[float, str]:
    return -(alert["money"] or 0.0), alert["partner"] or ""
