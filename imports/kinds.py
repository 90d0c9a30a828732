"""What a kind of import is. Each app declares its kinds; `settings.IMPORT_KINDS` lists them."""

import abc
import dataclasses
import functools
from collections.abc import Iterator, Mapping
from typing import Any, ClassVar, Literal

from django.conf import settings
from django.utils.module_loading import import_string

from imports.cells import squash
from imports.models import Source
from imports.staging import Staging

# Rows of an export that are fetched at once.
FETCHED = 2000

FieldType = Literal["text", "date", "decimal", "choice"]


@dataclasses.dataclass(frozen=True, kw_only=True)
class Field:
    """A column on our side.

    `synonyms` are headers that mean it, compared without case, spaces and punctuation;
    `choices` maps each value we keep to other words for it (type "choice" only).
    The staging table holds `<name>` typed: text, date, numeric; choice is the text we keep.
    Text is trimmed; an empty cell is NULL. A decimal is not rounded, but is known to fit
    numeric(18, places) once it is.
    """

    name: str
    label: str
    type: FieldType = "text"
    required: bool = False
    synonyms: tuple[str, ...] = ()
    choices: Mapping[str, tuple[str, ...]] = dataclasses.field(default_factory=dict)
    max_length: int = 200
    places: int = 4
    help: str = ""

    def words(self) -> dict[str, str]:
        """Every word for a choice, squashed for comparison, with the value we keep."""
        return {
            squash(word): str(value)
            for value, others in self.choices.items()
            for word in (*others, value)
        }


@dataclasses.dataclass(frozen=True, kw_only=True)
class Counts:
    """What writing did, in rows of the file."""

    new: int
    changed: int
    unchanged: int


class Kind(abc.ABC):
    """One kind of file that can be imported.

    The engine fills the staging table with checked, typed cells and then calls `resolve` and
    `write` in one transaction; both work set-wise, in SQL.
    """

    name: ClassVar[str]
    label: ClassVar[str]
    fields: ClassVar[tuple[Field, ...]]
    # Whether the file says for which months it speaks (`--covers`, `--history`).
    periodic: ClassVar[bool] = False

    @abc.abstractmethod
    def resolve(self, staging: Staging) -> None:
        """Turn names into keys (adding columns to the staging table) and reject bad rows."""

    @abc.abstractmethod
    def write(self, staging: Staging) -> Counts:
        """Write what is new or changed among the rows that were not rejected."""

    @abc.abstractmethod
    def kept(self, source: Source | None) -> dict[str, Any]:
        """Where a record keeps each field that an export tells: {field: name or expression}.

        Ids are those of the source. An export imported again under it changes nothing: what
        cannot be told so is empty where an empty cell changes nothing, or else refused.
        """

    def rows(self, records: Any, source: Source | None) -> Iterator[tuple[Any, ...]]:
        """The values of `kept`, a row for each record, fetched as they are asked for."""
        found: Iterator[tuple[Any, ...]] = records.values_list(
            *self.kept(source).values()
        ).iterator(chunk_size=FETCHED)
        return found


@functools.cache
def kinds() -> dict[str, Kind]:
    """Every kind by its name."""
    found = [import_string(path)() for path in settings.IMPORT_KINDS]
    return {kind.name: kind for kind in found}
