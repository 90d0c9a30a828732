"""Reviews come into being: by the rule of a tier, or because somebody wants one."""

import datetime as dt
from collections.abc import Iterable
from typing import Any, TypedDict, Unpack

from django.core.exceptions import ValidationError
from django.db.models import Exists, OuterRef

from accounts.models import Holiday, Organisation, User
from channelhub.lib.history import decision
from channelhub.lib.promises import in_words
from partners.models import Partner, PartnerTier, Status
from reviews.models import Review, ReviewRule
from reviews.quarterly.quarters import organisation_quarters, own_quarters
from reviews.quarterly.rules import MEETS_FROM, Quarter, meeting_day

REVIEWED = (Status.ACTIVE, Status.ON_NOTICE)
WORDS = {
    "one_review_per_partner_and_quarter": (
        "quarter",
        "This partner has a review of these days. Open that one.",
    ),
    "one_review_per_quarter_name": ("quarter", "This partner has a review of this quarter."),
    "reviews_reviewrule_tier_key": ("tier", "This tier has a rule. Change that one."),
}


def schedule_reviews() -> None:
    """Schedule what the rules of tiers ask for and is not there yet. Idempotent; for the tick."""
    today = Organisation.current().today()
    rules = {rule.tier: rule for rule in ReviewRule.objects.all()}
    due = [quarter for quarter in organisation_quarters() if quarter.is_due(today)]
    if rules:
        with decision(None):
            _schedule(rules, due, today)


def _schedule(rules: dict[str, ReviewRule], due: list[Quarter], today: dt.date) -> None:
    calendar = _Calendar()
    wanted = [
        calendar.review(partner, quarter, rules[partner.tier])
        for partner, quarter in _wanted(rules, due, today)
    ]
    # Two beats may want the same: the constraint decides, and what is there stays.
    Review.objects.bulk_create(wanted, ignore_conflicts=True)


def _wanted(
    rules: dict[str, ReviewRule], due: list[Quarter], today: dt.date
) -> Iterable[tuple[Any, Quarter]]:
    by_own = [tier for tier, rule in rules.items() if rule.own_quarters]
    # Any: what it is annotated with, its type does not tell.
    standing: Any = Partner.objects.with_standing(today)
    partners = standing.filter(merged_into=None, tier__in=rules, status__in=REVIEWED)
    for quarter in due:
        for partner in partners.exclude(_reviewed(quarter)).exclude(
            tier__in=by_own, pk__in=_with_own_quarters()
        ):
            yield partner, quarter
    own = partners.filter(tier__in=by_own, pk__in=_with_own_quarters())
    for partner in own.prefetch_related("fiscal_periods", "reviews"):
        taken = [review.end for review in partner.reviews.all()]
        for quarter in own_quarters(partner):
            if quarter.is_due(today) and quarter.end not in taken:
                yield partner, quarter


def _with_own_quarters() -> Any:
    return Partner.objects.filter(fiscal_periods__isnull=False).values("pk")


def _reviewed(quarter: Quarter) -> Exists:
    there = Review.objects.filter(partner=OuterRef("pk"), start__lte=quarter.end)
    return Exists(there.filter(end__gte=quarter.start))


class _Calendar:
    """On which days the organisation works."""

    def __init__(self) -> None:
        self.organisation = Organisation.current()
        self.holidays = set(Holiday.objects.values_list("day", flat=True))

    def review(self, partner: Partner, quarter: Quarter, rule: ReviewRule) -> Review:
        """A review that is not stored yet."""
        weekdays = self.organisation.working_days
        day = meeting_day(quarter.end, rule.days_after, weekdays, self.holidays)
        return Review(
            partner=partner,
            quarter=quarter.name,
            start=quarter.start,
            end=quarter.end,
            cut_off=quarter.cut_off,
            meets_at=dt.datetime.combine(day, MEETS_FROM, tzinfo=self.organisation.zone()),
            time_zone=self.organisation.time_zone,
            minutes=rule.minutes,
        )


def review_of(partner: Partner, quarter: Quarter, *, acting_user: User | None) -> Review:
    """The review of a partner's quarter; a new one where there is none.

    Raises:
        ValidationError: another review of the partner covers some of these days, or it is merged.
    """
    if there := Review.objects.filter(
        partner=partner, start=quarter.start, end=quarter.end
    ).first():
        found: Review = there
        return found
    if partner.merged_into_id:
        raise ValidationError({"partner": f"{partner} is merged: review the one it counts with."})
    tier = partner.tiers.on(Organisation.current().today()).values("tier")
    rule = ReviewRule.objects.filter(tier__in=tier).first() or ReviewRule()
    with decision(acting_user), in_words(WORDS):
        made = _Calendar().review(partner, quarter, rule)
        made.save()
    return made


class RuleFacts(TypedDict, total=False):
    """What a rule says."""

    tier: str
    days_after: int
    minutes: int
    own_quarters: bool


def keep_rule(
    rule: ReviewRule | None = None, *, acting_user: User, **facts: Unpack[RuleFacts]
) -> ReviewRule:
    """Review partners of a tier from now on, or change how.

    Raises:
        ValidationError: by field; the tier has a rule already.
    """
    kept = rule or ReviewRule()
    for name, value in facts.items():
        setattr(kept, name, value)
    kept.full_clean(validate_unique=False)
    with decision(acting_user), in_words(WORDS):
        kept.save()
    return kept


def remove_rule(rule: ReviewRule, *, acting_user: User) -> None:
    """Schedule no more reviews of a tier; those that are there stay."""
    with decision(acting_user):
        rule.delete()


def tiers_in_use() -> list[str]:
    """What tiers are called today, as suggestions."""
    rows = PartnerTier.objects.on(Organisation.current().today()).order_by("tier")
    return list(rows.values_list("tier", flat=True).distinct()[:50])
