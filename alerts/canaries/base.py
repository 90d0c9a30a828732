"""What a canary is: one early-warning question, its facts and its judgement."""

import abc
from collections.abc import Iterator
from decimal import Decimal
from typing import Any, ClassVar

from alerts.night import Night
from alerts.verdicts import Limits, Scope, Verdict

# Severity is money at stake in percent of the channel's trailing 12 months, for every canary.
SEVERITY_LIMITS = {"warning_share": Decimal("0.1"), "critical_share": Decimal("0.5")}


class Canary(abc.ABC):
    """One question that is asked of every subject, every night.

    A new canary is one file in this folder, one line in `CANARIES` and one test file.
    """

    name: ClassVar[str]
    # The question as its source puts it, and where that stands.
    question: ClassVar[str]
    seed: ClassVar[str]
    scope: ClassVar[Scope]
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
    def headline(self, finding_class: str, value: Decimal | None) -> str:
        """What happened, in a few words."""

    @abc.abstractmethod
    def ends_when(self, finding_class: str, limits: Limits) -> str:
        """What would end an alert of a class, as a sentence for people."""

    def verdicts(self, night: Night, limits: Limits, first: int, last: int) -> Iterator[Verdict]:
        """Everything the canary says of a range of subjects."""
        for facts in self.facts(night, first, last):
            yield self.judge(facts, night, limits)
