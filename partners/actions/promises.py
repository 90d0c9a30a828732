"""What the database refuses, said in words: the same whether a check or a race found it."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

NUMBER_TAKEN = "Another partner has this number. Choose a different one."
EXTERNAL_ID_TAKEN = "This source calls another partner by this id. Remove it there first."
PERIODS_OVERLAP = "This overlaps a fiscal period recorded already. Correct the days."

# Constraint: the field it is about, and what to do.
PROMISES = {
    "partners_partner_number_key": ("number", NUMBER_TAKEN),
    "one_partner_per_external_id": ("external_id", EXTERNAL_ID_TAKEN),
    "partner_years_do_not_overlap": ("start", PERIODS_OVERLAP),
}


@contextmanager
def promises() -> Iterator[None]:
    """Run a write in a savepoint.

    Raises:
        ValidationError: the database keeps a promise that the write would break.
    """
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        field, message = PROMISES.get(_constraint(error), ("", ""))
        if not field:
            raise
        raise ValidationError({field: message}) from error


def _constraint(error: IntegrityError) -> str:
    diagnosis = getattr(error.__cause__, "diag", None)
    return getattr(diagnosis, "constraint_name", None) or ""
