"""Names in what interviews wrote down are overwritten for ever, in the history too."""

import re
from collections.abc import Collection
from typing import Any

from django.db.models import CharField, F, Func, Q, TextField, Value
from django.db.models.functions import Cast

from channelhub.lib.erasure import ERASED, overwrite_events
from reviews.models import Interview, InterviewAnswer

TEXTS: dict[Any, tuple[str, ...]] = {
    Interview: ("respondent", "stated", "found", "change", "reason", "outsider_name"),
    InterviewAnswer: ("answer",),
}


def forget_in_interviews(terms: Collection[str]) -> int:
    """Overwrite each of the terms where it stands as a word of its own. Call it in a transaction.

    Returns:
        How many rows of the history were overwritten.
    """
    if not terms:
        return 0
    # The longest first: a full name before the first name in it.
    told = "|".join(re.escape(term) for term in sorted(terms, key=len, reverse=True))
    word = rf"(?<!\w)(?:{told})(?!\w)"
    return sum(_forget(model, names, word) for model, names in TEXTS.items())


def _forget(model: Any, names: tuple[str, ...], word: str) -> int:
    which = Q()
    for name in names:
        which |= Q(**{f"{name}__iregex": word})
    values = {name: _without(model, name, word) for name in names}
    model.objects.filter(which).update(**values)
    return overwrite_events(model, which, **values)


def _without(model: Any, name: str, word: str) -> Cast:
    field = model._meta.get_field(name)
    kind: Any = CharField(max_length=field.max_length) if type(field) is CharField else TextField()
    replaced = Func(
        F(name), Value(word), Value(ERASED), Value("gi"), function="regexp_replace",
        output_field=TextField(),
    )  # fmt: skip
    return Cast(replaced, kind)
