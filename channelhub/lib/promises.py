"""What the database refuses, said in words: the same whether a check or a race found it."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction


@contextmanager
def in_words(words: Mapping[str, tuple[str, str]]) -> Iterator[None]:
    """Run a write in a savepoint.

    Args:
        words: by constraint, the field it is about and what to do.

    Raises:
        ValidationError: the database keeps a promise that the write would break.
    """
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        field, message = words.get(_constraint(error), ("", ""))
        if not field:
            raise
        raise ValidationError({field: message}) from error


def _constraint(error: IntegrityError) -> str:
    diagnosis = getattr(error.__cause__, "diag", None)
    return getattr(diagnosis, "constraint_name", None) or ""
