"""Answers to surveys, told one by one."""

import uuid
from collections.abc import Sequence
from typing import Any

from django.core.exceptions import ValidationError

from accounts.models import Organisation, User
from channelhub.lib.history import decision
from imports.models import Source
from satisfaction.models import SurveyAnswer
from satisfaction.rules.words import Respondent


def record_answers(
    told: Sequence[dict[str, Any]], *, source: str, acting_user: User
) -> list[SurveyAnswer]:
    """Note answers that a source reports, all of them or none; known from today on.

    An answer that the source has told before is corrected: what was known of it before today
    stays, for what was known then.

    Raises:
        ValidationError: by the answer's place, then by field.
    """
    today = Organisation.current().today()
    with decision(acting_user):
        named, _ = Source.objects.get_or_create(name=source)
        return [_record(place, each, named, today) for place, each in enumerate(told)]


def _record(place: int, facts: dict[str, Any], source: Source, today: Any) -> SurveyAnswer:
    row = SurveyAnswer(**{"external_id": str(uuid.uuid4()), **facts})
    row.source, row.known_on = source, today
    if row.respondent == Respondent.PUBLIC:
        row.respondent_name = ""
    if row.answered_on > today:
        raise ValidationError({str(place): "answered_on: This day has not come yet."})
    try:
        row.full_clean(validate_unique=False, validate_constraints=False)
    except ValidationError as problem:
        said = [
            f"{field}: {' '.join(map(str, texts))}" for field, texts in problem.message_dict.items()
        ]
        raise ValidationError({str(place): said}) from None
    same = SurveyAnswer.objects.current().select_for_update()
    before = same.filter(source=source, external_id=row.external_id).first()
    if before is None:
        row.save()
        return row
    return _correct(before, row)


TOLD = (
    "respondent", "partner", "customer", "answered_on", "scale", "score", "cause", "comment",
    "respondent_name",
)  # fmt: skip


def _correct(before: SurveyAnswer, row: SurveyAnswer) -> SurveyAnswer:
    if all(getattr(before, name) == getattr(row, name) for name in TOLD):
        return before
    if before.known_on >= row.known_on:
        for name in TOLD:
            setattr(before, name, getattr(row, name))
        before.save()
        return before
    before.known_until = row.known_on
    before.save(update_fields=["known_until"])
    row.save()
    return row
