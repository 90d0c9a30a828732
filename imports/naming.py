"""Noting what a source calls a record of ours."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction

from accounts.models import User
from channelhub.lib.history import decision
from imports.models import Source


def link_name(
    records: "models.QuerySet[Any]",
    public_id: str,
    *,
    names: type[models.Model],
    source: Source,
    text: str,
    acting_user: User,
) -> None:
    """Note that the source calls one of these records so, from now on.

    Args:
        records: those that can be meant.
        public_id: of the one that is meant.
        names: the table of external ids; it refers to the record by the name of its model.
        source: who calls it so.
        text: what it calls it.
        acting_user: who says so.

    Raises:
        ValidationError: there is no such record, or the source calls another one so already.
    """
    what = str(records.model._meta.verbose_name)
    record = records.filter(public_id=public_id).first()
    if record is None:
        raise ValidationError(f"There is no such {what}.")
    known = {str(records.model._meta.model_name): record, "source": source, "external_id": text}
    try:
        with decision(acting_user), transaction.atomic():
            names(**known).save(force_insert=True)
    except IntegrityError as error:
        raise ValidationError(f"{source} calls another {what} {text} already.") from error
