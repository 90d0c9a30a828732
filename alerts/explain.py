"""An alert as a person reads it: what happened, against what, which rows, what would end it."""

import dataclasses
from collections.abc import Iterable
from decimal import Decimal

from accounts.models import User
from alerts.canaries import CANARIES
from alerts.explanations import Explanation
from alerts.models import Alert
from alerts.subjects import Subject, subjects
from alerts.verdicts import Scope
from partners.models import Partner


@dataclasses.dataclass(frozen=True, kw_only=True)
class Concerned:
    """A partner that an alert concerns; `linked` where the viewer may open its page."""

    partner: Partner
    linked: bool


@dataclasses.dataclass(frozen=True, kw_only=True)
class Explained:
    """An alert with its explanation. Money is in `currency`, the reporting currency."""

    alert: Alert
    subject: Subject
    concerned: tuple[Concerned, ...]
    headline: str
    question: str
    seed: str
    explanation: Explanation
    currency: str
    share: Decimal | None
    ends_when: str
    channel_without: tuple[str, ...]

    @property
    def about_partner(self) -> bool:
        """Whether its subject is the one partner it concerns."""
        return self.alert.scope == Scope.PARTNER

    @property
    def rows_partner(self) -> Partner | None:
        """The partner whose sales lines stand behind it, where the viewer may open them."""
        linked = [each.partner for each in self.concerned if each.linked]
        return linked[0] if linked and self.explanation.lines else None


def explain(alerts: Iterable[Alert], viewer: User) -> list[Explained]:
    """The alerts with their explanations for a viewer; their partners should be prefetched.

    Partners that the viewer may not open are named, not linked: only the vendor's staff read
    alerts.
    """
    rows = list(alerts)
    named = subjects(((alert.scope, alert.subject) for alert in rows), viewer)
    seen = _visible(rows, viewer)
    return [_explain(alert, named[alert.scope, alert.subject], seen) for alert in rows]


def _visible(alerts: list[Alert], viewer: User) -> set[int]:
    keys = {partner.pk for alert in alerts for partner in alert.partners.all()}
    if viewer.sees_every_partner or not keys:
        return keys
    own = Partner.objects.visible_to(viewer).filter(pk__in=keys)
    return set(own.values_list("pk", flat=True))


def _explain(alert: Alert, subject: Subject, seen: set[int]) -> Explained:
    canary, evidence = CANARIES[alert.canary], alert.evidence
    limits = {name: Decimal(value) for name, value in evidence["threshold"].items()}
    channel = Decimal(evidence["channel"])
    money = alert.money
    partners = sorted(
        alert.partners.all(), key=lambda partner: (partner.pk not in seen, partner.name)
    )
    return Explained(
        alert=alert,
        subject=subject,
        concerned=tuple(
            Concerned(partner=partner, linked=partner.pk in seen) for partner in partners
        ),
        headline=canary.headline(alert.finding_class, alert.value, evidence),
        question=canary.question,
        seed=canary.seed,
        explanation=canary.explain(alert.finding_class, alert.value, evidence),
        currency=evidence["currency"],
        share=money / channel if money is not None and channel > 0 else None,
        ends_when=canary.ends_when(alert.finding_class, limits),
        channel_without=tuple(evidence["channel_without"]),
    )
