"""Versions of the rules of engagement: written from the newest, in force from a day on."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from django.core.exceptions import ValidationError

from accounts.models import User
from channelhub.lib.history import decision
from channelhub.lib.promises import in_words
from deals.actions.steps import today
from deals.models import Deal, RulesOfEngagement, Terms

Figures = Mapping[str, Any]

PROMISES = {
    "deals_rulesofengagement_version_key": (
        "text",
        "Somebody has just written another version. Look at it first.",
    ),
    "deals_rulesofengagement_effective_from_key": (
        "effective_from",
        "Another version comes into force on this day.",
    ),
    "one_row_of_terms_per_type_and_line": (
        "text",
        "Two rows of figures are for the same type of deal and product line.",
    ),
}


def check_figures(figures: Figures) -> None:
    """Raises ValidationError by field where figures contradict one another."""
    wrong = {}
    if figures["escalation_days"] >= figures["decision_days"]:
        wrong["escalation_days"] = "Escalate before the decision is due."
    if figures["decision_days"] >= figures["miss_days"]:
        wrong["miss_days"] = "A decision is missed only after it was due."
    if figures["release_days"] < figures["silence_days"] + figures["notice_days"]:
        wrong["release_days"] = "Release no sooner than the days until we ask and those of notice."
    if not figures["protection_days"]:
        wrong["protection_days"] = "Protect for a day at least."
    if wrong:
        raise ValidationError(wrong)


def write_rules(
    *, text: str, effective_from: dt.date, terms: Sequence[Figures], acting_user: User
) -> RulesOfEngagement:
    """A new version, in force from a day that is after every other version's.

    Args:
        text: what partners accept when they submit.
        effective_from: today or later.
        terms: figures for all deals, and for types of deals and product lines that differ.
        acting_user: who publishes it.

    Raises:
        ValidationError: the day has passed or is too early, the figures contradict one another,
            none is for all deals, or somebody wrote another version meanwhile.
    """
    _check_terms(terms)
    with decision(acting_user), in_words(PROMISES):
        newest = RulesOfEngagement.objects.order_by("-version").first()
        _check_day(effective_from, newest)
        rules: RulesOfEngagement = RulesOfEngagement.objects.create(
            version=newest.version + 1 if newest else 1,
            effective_from=effective_from,
            text=text,
            published_by=acting_user,
        )
        Terms.objects.bulk_create(Terms(rules=rules, **figures) for figures in terms)
    return rules


def change_rules(
    rules: RulesOfEngagement,
    *,
    text: str,
    effective_from: dt.date,
    terms: Sequence[Figures],
    acting_user: User,
) -> RulesOfEngagement:
    """Correct a version that is still to come.

    Raises:
        ValidationError: it is in force or deals rest on it, or as for a new one.
    """
    _check_terms(terms)
    with decision(acting_user), in_words(PROMISES):
        row = _to_come(rules)
        earlier = RulesOfEngagement.objects.filter(version__lt=row.version)
        _check_day(effective_from, earlier.order_by("-version").first())
        if RulesOfEngagement.objects.filter(
            version__gt=row.version, effective_from__lte=effective_from
        ).exists():
            raise ValidationError({"effective_from": "A later version would be in force before."})
        row.text, row.effective_from = text, effective_from
        row.save(update_fields=["text", "effective_from"])
        row.terms.all().delete()
        Terms.objects.bulk_create(Terms(rules=row, **figures) for figures in terms)
    return row


def remove_rules(rules: RulesOfEngagement, *, acting_user: User) -> None:
    """Take a version back that is still to come.

    Raises:
        ValidationError: it is in force, or deals rest on it.
    """
    with decision(acting_user):
        _to_come(rules).delete()


def is_to_come(rules: RulesOfEngagement) -> bool:
    """Whether it can still be changed: nobody has been held to it yet."""
    return rules.effective_from > today() and not Deal.objects.filter(rules=rules).exists()


def _to_come(rules: RulesOfEngagement) -> RulesOfEngagement:
    row: RulesOfEngagement = RulesOfEngagement.objects.select_for_update().get(pk=rules.pk)
    if not is_to_come(row):
        raise ValidationError(
            f"{row} has been in force, or deals rest on it: it stays. Write a new version."
        )
    return row


def _check_day(effective_from: dt.date, before: RulesOfEngagement | None) -> None:
    if effective_from < today():
        raise ValidationError({"effective_from": "This day has passed."})
    if before is not None and effective_from <= before.effective_from:
        told = f"{before} is in force from {before.effective_from:%-d %b %Y}: choose a later day."
        raise ValidationError({"effective_from": told})


def _check_terms(terms: Sequence[Figures]) -> None:
    if not any(not each.get("deal_type") and not each.get("product_line") for each in terms):
        raise ValidationError("Give the figures for all deals.")
    for each in terms:
        check_figures(each)
