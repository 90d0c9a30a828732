"""What a canary is: one early-warning question, its facts and its judgement."""

import abc
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any, ClassVar

from alerts.explanations import Explanation
from alerts.night import Night
from alerts.verdicts import Keeps, Limits, Scope, Verdict

# Severity is money at stake in percent of the channel's trailing 12 months, for every canary.
SEVERITY_LIMITS = {"warning_share": Decimal("0.1"), "critical_share": Decimal("0.5")}
SEVERITY_LABELS = {
    "warning_share": "Warning from this money at stake, in percent of the channel",
    "critical_share": "Critical from this money at stake, in percent of the channel",
}

# Partners of whom a canary knew enough to say something.
JUDGED_PARTNERS = """
SELECT DISTINCT unnest(partners) AS partner FROM alerts_finding
WHERE run_id = %(run)s AND canary = '{name}' AND outcome <> 'unknown'
"""

Evidence = Mapping[str, Any]


class Canary(abc.ABC):
    """One question that is asked of every subject, every night.

    A new canary is one file in this folder, one line in `CANARIES` and one test file.
    """

    name: ClassVar[str]
    # The question as its source puts it, and where that stands.
    question: ClassVar[str]
    seed: ClassVar[str]
    # What ranges of subjects are counted in; a verdict may have another scope beside it only
    # where all subjects fit one range.
    scope: ClassVar[Scope]
    # Whether all its subjects are judged in one range, few as they are.
    at_once: ClassVar[bool] = False
    keeps: ClassVar[Keeps] = Keeps.STATE
    # Whether its risks are terms of a partner's health.
    in_health: ClassVar[bool] = True
    # Classes of findings that never are, whoever they concern: not the partner's doing.
    spares: ClassVar[frozenset[str]] = frozenset()
    # Whether a move either way answers its question; else only a risk does.
    asks_both_ways: ClassVar[bool] = True
    # Every threshold with its default and what it means; people may set another value.
    limits: ClassVar[dict[str, Decimal]]
    limit_labels: ClassVar[dict[str, str]]

    @abc.abstractmethod
    def facts(self, night: Night, first: int, last: int) -> Iterator[Any]:
        """What was known of the subjects with keys from `first` to `last`: one statement."""

    @abc.abstractmethod
    def judge(self, facts: Any, night: Night, limits: Limits) -> Verdict:
        """What the facts mean: pure, no clock and no database."""

    @abc.abstractmethod
    def headline(self, finding_class: str, value: Decimal | None, evidence: Evidence) -> str:
        """What happened, in a few words, without the subject's name."""

    @abc.abstractmethod
    def ends_when(self, finding_class: str, limits: Limits) -> str:
        """What would end an alert of a class, as a sentence for people."""

    @abc.abstractmethod
    def explain(self, finding_class: str, value: Decimal | None, evidence: Evidence) -> Explanation:
        """What was seen, from the evidence of a finding alone."""

    def verdicts(self, night: Night, limits: Limits, first: int, last: int) -> Iterator[Verdict]:
        """Everything the canary says of a range of subjects."""
        for facts in self.facts(night, first, last):
            yield self.judge(facts, night, limits)

    def is_kept(self, verdict: Verdict) -> bool:
        """Whether a night stores a verdict; one about nobody of whom anything is known need not."""
        del verdict
        return True

    def judged_partners(self) -> str:
        """SQL for the keys of the partners it could judge in the run `%(run)s`, column `partner`.

        `%(as_of)s` is the run's day.
        """
        return JUDGED_PARTNERS.format(name=self.name)


def evidence_of(night: Night, limits: Limits, *, reason: str, **more: Any) -> dict[str, Any]:
    """The evidence that every verdict carries, with what a canary adds; all of it JSON."""
    return {
        "reason": reason,
        "threshold": {name: str(limits[name]) for name in sorted(limits)},
        **night.told,
        **more,
    }
