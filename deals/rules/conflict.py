"""Who comes first: the conflict order, as a suggestion with its reasons. A person decides.

Source: the rules of engagement. Eligibility; a live registration; a direct opportunity logged
earlier and active within the look-back; the first complete submission; evidence of effort; a
named arbiter. A renewal goes to whoever serves the customer today.
"""

import dataclasses
import datetime as dt
from collections.abc import Sequence
from typing import Literal

Kind = Literal["protection", "registration", "direct"]


@dataclasses.dataclass(frozen=True)
class Claim:
    """Something else that touches the same customer and product line.

    `since` is when it was complete or logged, `active` whether it lives within the look-back,
    `certain` whether the customers are known to be the same.
    """

    kind: Kind
    who: str
    since: dt.datetime
    active: bool
    certain: bool


@dataclasses.dataclass(frozen=True)
class Eligibility:
    """Whether the partner may sell the line there, by its authorisations, and why not."""

    eligible: bool
    code: str = ""
    reason: str = ""


@dataclasses.dataclass(frozen=True)
class Suggestion:
    """What the rules suggest ("reject" with its code), and why, in order."""

    decision: Literal["approve", "reject", "arbiter"]
    reasons: tuple[str, ...]
    code: str = ""


def suggest(
    *,
    complete_at: dt.datetime,
    effort: str,
    tender: bool,
    renewal_of_another: str,
    eligibility: Eligibility,
    below_minimum: bool,
    claims: Sequence[Claim],
) -> Suggestion:
    """Apply the conflict order to a registration for one product line.

    Args:
        complete_at: when it was complete.
        effort: what the partner has done so far; some words are evidence.
        tender: several partners may be approved.
        renewal_of_another: the partner that serves the customer today, for a renewal by another.
        eligibility: of the partner, for the line and country.
        below_minimum: its amount is known to be below the minimum.
        claims: what else touches the customer and line.
    """
    if not eligibility.eligible:
        return Suggestion("reject", (eligibility.reason,), eligibility.code)
    reasons = [eligibility.reason or "The partner is authorised for this line and country."]
    if below_minimum:
        return Suggestion("reject", (*reasons, "Below the minimum amount."), "below-minimum")
    if tender:
        return Suggestion("approve", (*reasons, "A tender: several partners may be approved."))
    if renewal_of_another:
        told = f"A renewal, and {renewal_of_another} serves this customer today."
        return Suggestion("arbiter", (*reasons, told))
    return _by_claims(complete_at, effort, tuple(reasons), claims)


def _by_claims(
    complete_at: dt.datetime, effort: str, reasons: tuple[str, ...], claims: Sequence[Claim]
) -> Suggestion:
    certain = [claim for claim in claims if claim.certain and claim.active]
    if held := _first(certain, "protection"):
        told = f"{held.who} holds a live registration since {_moment(held.since)}."
        return Suggestion("reject", (*reasons, told), "duplicate")
    reasons = (*reasons, "No live registration.")
    direct = _first(certain, "direct")
    if direct and direct.since < complete_at:
        told = f"{direct.who} logged a direct opportunity earlier, {_moment(direct.since)}."
        return Suggestion("reject", (*reasons, told), "direct-active")
    reasons = (*reasons, "No direct opportunity logged earlier and still active.")
    if unsure := [claim for claim in claims if claim.active and not claim.certain]:
        told = f"It may be the same customer as in {len(unsure)} other record(s): look first."
        return Suggestion("arbiter", (*reasons, told))
    return _by_time(complete_at, effort, reasons, _first(certain, "registration"))


def _by_time(
    complete_at: dt.datetime, effort: str, reasons: tuple[str, ...], other: Claim | None
) -> Suggestion:
    if other is None:
        return Suggestion("approve", (*reasons, "No other registration."))
    if other.since < complete_at:
        told = f"{other.who} was complete first, {_moment(other.since)}: decide that one first."
        return Suggestion("reject", (*reasons, told), "duplicate")
    if other.since > complete_at:
        told = f"Complete first: {other.who} was complete later, {_moment(other.since)}."
        return Suggestion("approve", (*reasons, told))
    if effort.strip():
        told = f"Complete at the same moment as {other.who}: compare the evidence of effort."
        return Suggestion("arbiter", (*reasons, told))
    return Suggestion("arbiter", (*reasons, f"Complete at the same moment as {other.who}."))


def _first(claims: Sequence[Claim], kind: Kind) -> Claim | None:
    return min((c for c in claims if c.kind == kind), key=lambda c: c.since, default=None)


def _moment(at: dt.datetime) -> str:
    return f"{at.astimezone(dt.UTC):%-d %b %Y %H:%M:%S} UTC"
