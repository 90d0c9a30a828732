"""Who answered, and what they said, is overwritten for ever; scores and days stay."""

import datetime as dt
import re
from collections.abc import Collection
from typing import Any

from django.db.models import CharField, Q
from django.db.models.functions import Cast

from accounts.models import Organisation
from channelhub.lib import months
from channelhub.lib.erasure import ERASED, erased, overwrite, overwrite_events
from channelhub.lib.history import decision
from satisfaction.models import PulseAnswer, SurveyAnswer

# What canaries compare is younger; what was said longer ago is kept without words and names.
KEPT_MONTHS = 36


def forget_respondent(names: Collection[str], addresses: Collection[str]) -> int:
    """Overwrite answers of somebody, and what others said that names them.

    Args:
        names: every name that they were known by.
        addresses: what tells them apart in the pulse.

    Returns:
        How many rows of the history were overwritten.
    """
    own = _any("respondent_name__iexact", names)
    # Whole words: Al is not named by "all".
    naming = _any("comment__iregex", [rf"\y{re.escape(name)}\y" for name in names])
    count = 0
    if names:
        count += overwrite(SurveyAnswer.objects.filter(naming), comment=ERASED)
        count += overwrite_events(SurveyAnswer, naming, comment=ERASED)
        words: dict[str, Any] = {"respondent_name": ERASED, "comment": erased("comment")}
        count += overwrite(SurveyAnswer.objects.filter(own), **words)
        count += overwrite_events(SurveyAnswer, own, **words)
        PulseAnswer.objects.filter(naming).update(comment=ERASED)
    if addresses:
        _forget_pulse(_any("respondent__iexact", addresses))
    return count


def _any(lookup: str, texts: Collection[str]) -> Q:
    found = Q()
    for text in sorted(texts):
        found |= Q(**{lookup: text})
    return found


def _forget_pulse(which: Q) -> None:
    """The answer stays, and so that it stays one of its half-year, under its own id."""
    PulseAnswer.objects.filter(which).update(
        respondent=Cast("public_id", CharField()),
        respondent_name=ERASED,
        comment=erased("comment"),
    )


def forget_old_words() -> None:
    """Overwrite names and comments of answers that nobody compares any more. For the tick."""
    before = _kept_since(Organisation.current().today())
    worded = ~Q(respondent_name__in=("", ERASED)) | ~Q(comment__in=("", ERASED))
    old = SurveyAnswer.objects.filter(worded, answered_on__lt=before)
    if old.exists():
        with decision(None):
            overwrite(old, respondent_name=erased("respondent_name"), comment=erased("comment"))
    _forget_pulse(Q(answered_on__lt=before) & ~Q(respondent_name=ERASED))


def _kept_since(today: dt.date) -> dt.date:
    return months.months_before(today, KEPT_MONTHS)
