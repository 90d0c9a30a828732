"""Rejected rows quote their files: after an erasure they do so no more."""

import functools
import operator
from collections.abc import Collection

from django.db.models import Q

from channelhub.lib.erasure import ERASED
from imports.models import RejectedRow


def forget_cells(terms: Collection[str], *, kind: str) -> None:
    """Overwrite the rejected cells of files of a kind that hold one of these texts."""
    if terms:
        said = functools.reduce(operator.or_, (Q(value__icontains=term) for term in terms))
        RejectedRow.objects.filter(said, load__kind=kind).update(value=ERASED)
