"""Small declines of satisfaction, told apart by cause and by respondent.

The current and the previous quarter are compared with the 8 before: by a one-sided t-test with a
pooled variance (Student, 1908), with partners as blocks where they are pooled (Fisher, 1935); see
`satisfaction.rules.declines`. It fires where the interval at the level of the thresholds leaves out
that nothing fell, either over both quarters or in the current one. The level holds for
all questions of a partner together (Bonferroni), and was chosen so that steady answers raise less
than one false alarm in 20 partner-years though every night looks (`bench/satisfaction.py`).
"""

import dataclasses
from collections import Counter
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any, ClassVar

from alerts.canaries.base import (
    SEVERITY_LABELS,
    SEVERITY_LIMITS,
    Canary,
    Evidence,
    evidence_of,
)
from alerts.explanations import Cell, Explanation, Table, text
from alerts.night import Night
from alerts.satisfaction import Series, Told, pool_name, pooled, series_key, told, with_money
from alerts.verdicts import (
    Direction,
    Limits,
    Nature,
    Outcome,
    Scope,
    Verdict,
    severity_of,
)
from satisfaction.rules.declines import Fall, Scores, enough, fall_of
from satisfaction.rules.quarters import add_quarters, quarter_name, quarter_of
from satisfaction.rules.words import Cause, Respondent, Scale

WHO = {
    Respondent.CUSTOMER: "Customers are",
    Respondent.PARTNER: "Partners are",
    Respondent.PUBLIC: "The public is",
}
ABOUT = {
    Cause.PRODUCT: "our product",
    Cause.SUPPORT: "our support",
    Cause.PARTNER: "working with the partner",
    Cause.NOT_STATED: "what they do not state",
}


class SatisfactionDecline(Canary):
    """Satisfaction fell a little, of customers, partners or the public, for one cause."""

    name: ClassVar[str] = "satisfaction-decline"
    question: ClassVar[str] = (
        "Is there a small decline in satisfaction, of customers or of partners, and does it come"
        " from our product, our support or working with the partner?"
    )
    seed: ClassVar[str] = "channel canaries, customer satisfaction"
    scope: ClassVar[Scope] = Scope.SATISFACTION
    at_once: ClassVar[bool] = True
    asks_both_ways: ClassVar[bool] = False
    # What is ours to mend, or nobody's that is known, says nothing against the partner.
    spares: ClassVar[frozenset[str]] = frozenset(Cause.values) - {Cause.PARTNER}
    limits: ClassVar[dict[str, Decimal]] = {
        "answers": Decimal(30),
        "confidence": Decimal("99.9"),
        "clears_under": Decimal(75),
        **SEVERITY_LIMITS,
    }
    limit_labels: ClassVar[dict[str, str]] = {
        "answers": "Answers needed in the two quarters, and in the 8 before",
        "confidence": "Level of the interval for all questions of a partner together, in percent",
        "clears_under": "Ends under this part of the drop that would fire, in percent",
        **SEVERITY_LABELS,
    }

    def facts(self, night: Night, first: int, last: int) -> Iterator[Series]:
        """What was said at every partner and by every pool."""
        yield from series_of_night(night, least=int(self.limits["answers"]))

    def verdicts(self, night: Night, limits: Limits, first: int, last: int) -> Iterator[Verdict]:
        """Money is asked for only where something fell."""
        found = series_of_night(night, least=int(limits["answers"]))
        fell = [each for each in found if _outcome(_fall(each, limits), limits) in WEIGHED]
        money = {each.subject: each for each in with_money(night, fell)}
        for each in found:
            yield self.judge(money.get(each.subject, each), night, limits)

    def judge(self, facts: Series, night: Night, limits: Limits) -> Verdict:
        """Whether it fell for certain; at stake are the sales of the accounts that answered."""
        fall = _fall(facts, limits)
        return Verdict(
            scope=Scope.POOL if facts.pool else Scope.SATISFACTION,
            subject=facts.subject,
            # A pool is of the whole channel: it is told to those who see it.
            partners=() if facts.pool else facts.partners,
            direction=Direction.DOWN,
            nature=Nature.RISK,
            outcome=_outcome(fall, limits),
            finding_class=facts.question.cause,
            severity=severity_of(facts.money, night.channel, limits),
            value=Decimal(repr(round(fall.drop, 9))) if fall else None,
            money=facts.money,
            partner_size=facts.size,
            evidence=_evidence(facts, fall, night, limits),
        )

    def is_kept(self, verdict: Verdict) -> bool:
        """Of most partners there are too few answers."""
        return verdict.outcome is not Outcome.UNKNOWN

    def judged_partners(self) -> str:
        """Partners of whom enough was said about working with them."""
        return f"{super().judged_partners()} AND finding_class = '{Cause.PARTNER}'"

    def headline(self, finding_class: str, value: Decimal | None, evidence: Evidence) -> str:
        """Whose satisfaction with what fell by how much."""
        about = ABOUT[Cause(finding_class)]
        if value is None:
            return f"Too few answers about {about}"
        turn = "less" if value > 0 else "more"
        who = WHO[evidence["respondent"]]
        return f"{who} {turn} satisfied with {about}, by {_points(abs(value))} points"

    def ends_when(self, finding_class: str, limits: Limits) -> str:
        """Under 75% of the drop that would fire."""
        part = limits["clears_under"].normalize()
        return (
            f"It ends when the drop is under {part:f}% of what would be more than chance with so"
            " many answers. Too few answers end nothing."
        )

    def explain(self, finding_class: str, value: Decimal | None, evidence: Evidence) -> Explanation:
        """The means compared, how many answers they are of, and the interval."""
        rows = tuple(
            (
                text(each["label"]),
                Cell("number", each["count"]),
                text("unknown" if each["mean"] is None else each["mean"]),
            )
            for each in evidence["windows"]
        )
        shown = tuple((label, text(evidence[key])) for label, key in FIGURES if evidence.get(key))
        return Explanation(
            arithmetic=evidence["reason"],
            table=Table(
                caption="Answers compared", head=("Quarters", "Answers", "Mean"), rows=rows
            ),
            figures=shown,
            tags=tuple(evidence["tags"]),
        )


FIGURES = (("Respondent", "who"), ("Cause", "about"), ("Scale", "scale"), ("Fell by", "interval"))
WEIGHED = {Outcome.FIRES, Outcome.HOLDS}


def series_of_night(night: Night, *, least: int) -> list[Series]:
    """Of each partner the questions with enough answers; the others' pooled."""
    alone: list[Told] = []
    few: list[Told] = []
    for row in told(night):
        (alone if row.judged and enough([row.block], least) else few).append(row)
    questions = Counter(row.partner for row in alone)
    own = [
        Series(
            subject=series_key(row.partner, row.question),
            question=row.question,
            scale=row.scale,
            blocks=(row.block,),
            partners=(row.partner,),
            questions=questions[row.partner],
        )
        for row in alone
        if row.partner is not None
    ]
    return [*own, *_counted(pooled(few), least)]


def _counted(pools: Iterable[Series], least: int) -> list[Series]:
    """Pools, each knowing how many questions of it have enough answers."""
    found = [each for each in pools if enough(each.blocks, least)]
    questions = Counter(each.pool for each in found)
    return [dataclasses.replace(each, questions=questions[each.pool]) for each in found]


def _fall(facts: Series, limits: Limits) -> Fall | None:
    return fall_of(
        facts.blocks,
        least=int(limits["answers"]),
        doubt=float((100 - limits["confidence"]) / 100),
        questions=facts.questions,
    )


def _outcome(fall: Fall | None, limits: Limits) -> Outcome:
    """Certain fires, under 75% of the drop that would be clears, too few answers are unknown."""
    if fall is None:
        return Outcome.UNKNOWN
    if fall.certain:
        return Outcome.FIRES
    clears = fall.weight < float(limits["clears_under"]) / 100
    return Outcome.CLEARS if clears else Outcome.HOLDS


def _evidence(facts: Series, fall: Fall | None, night: Night, limits: Limits) -> dict[str, Any]:
    current = quarter_of(night.as_of)
    who = Respondent(facts.question.respondent)
    return evidence_of(
        night,
        limits,
        reason=_reason(facts, fall, limits),
        end_reason="the drop is no more than chance would make it",
        respondent=who,
        who=who.label,
        about=Cause(facts.question.cause).label,
        scale=Scale(facts.scale).label,
        pool=pool_name(facts.pool) if facts.pool else "",
        partners=len(facts.partners),
        questions=facts.questions,
        interval=f"{_points(fall.drop)} (plus or minus {_points(fall.margin)})" if fall else "",
        tags=_tags(facts, fall),
        windows=_windows(facts, current),
    )


def _windows(facts: Series, current: Any) -> list[dict[str, Any]]:
    previous = add_quarters(current, -1)
    eight = (
        f"{quarter_name(add_quarters(current, -9))} to {quarter_name(add_quarters(current, -2))}"
    )
    parts = (
        (eight, [block.before for block in facts.blocks]),
        (quarter_name(previous), [block.previous for block in facts.blocks]),
        (f"{quarter_name(current)} so far", [block.current for block in facts.blocks]),
    )
    return [_window(label, scores) for label, scores in parts]


def _window(label: str, scores: list[Scores]) -> dict[str, Any]:
    count = sum(each.n for each in scores)
    total = sum(each.total for each in scores)
    return {"label": label, "count": count, "mean": f"{total / count:.2f}" if count else None}


def _tags(facts: Series, fall: Fall | None) -> list[str]:
    """Momentum is a label: whether the current quarter is lower still than the previous one."""
    previous = sum((block.previous for block in facts.blocks), Scores()).mean
    current = sum((block.current for block in facts.blocks), Scores()).mean
    falling = fall is not None and previous is not None and current is not None
    tags = {
        "Still falling": falling and (current or 0) < (previous or 0),
        "In this quarter alone": fall is not None and fall.quarters == 1,
        "Pooled": facts.pool is not None,
    }
    return [tag for tag, holds in tags.items() if holds]


def _reason(facts: Series, fall: Fall | None, limits: Limits) -> str:
    if fall is None:
        return f"Under {limits['answers'].normalize():f} answers in one of the windows: too few."
    span = "The current and the previous quarter" if fall.quarters == 2 else "The current quarter"
    pooled_by = f" of {len(facts.blocks)} partners, each against itself," if facts.pool else ""
    turn = "fell" if fall.drop > 0 else "rose"
    asked = f" for all {facts.questions} questions together" if facts.questions > 1 else ""
    return (
        f"{span}{pooled_by} against the 8 before: the mean {turn} by {_points(abs(fall.drop))}"
        f" points, {fall.recent.n} answers against {fall.before.n}. From"
        f" {_points(fall.margin)} on it is more than chance, at"
        f" {limits['confidence'].normalize():f}%{asked} (t-test with a pooled variance)."
    )


def _points(value: float | Decimal) -> str:
    return f"{value:.2f}"
