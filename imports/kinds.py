"""What a kind of import is. Each app declares its kinds; `settings.IMPORT_KINDS` lists them."""

import abc
import dataclasses
import datetime as dt
import functools
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, ClassVar, Literal

from django.conf import settings
from django.utils.module_loading import import_string

from accounts.models import User
from imports import recorded
from imports.counts import Counts
from imports.models import Import, Source
from imports.options import Unknown
from imports.parsing.header import squash
from imports.problems import Unreadable
from imports.staging import Staging

# Rows of an export that are fetched at once.
FETCHED = 2000

__all__ = ["Candidate", "Counts", "Field", "Kind", "NameBook", "Reference", "kinds"]

FieldType = Literal["text", "date", "decimal", "choice"]

# The choices of a field that says yes or no.
YES, NO = "yes", "no"
YES_NO: Mapping[str, tuple[str, ...]] = {
    YES: ("y", "true", "1", "x", "j", "ja", "wahr", "o", "oui", "vrai", "s", "sí", "verdadero"),
    NO: ("n", "false", "0", "nein", "falsch", "non", "faux", "falso"),
}


@dataclasses.dataclass(frozen=True, kw_only=True)
class Field:
    """A column on our side.

    `synonyms` are headers that mean it, compared without case, accents, spaces and punctuation;
    the earlier ones are preferred to the later ones, and the name and the label to all of them,
    unless they stand among them. No header means two fields of a kind.
    `choices` maps each value we keep to other words for it (type "choice" only).
    The staging table holds `<name>` typed: text, date, numeric; choice is the text we keep.
    Text is trimmed; an empty cell is NULL. A decimal is not rounded, but is known to fit
    numeric(18, places) once it is. One of `percent` may be written 15%, which is 0.15;
    one of money names the field that says its `currency`, so that marks of another are refused.
    """

    name: str
    label: str
    type: FieldType = "text"
    required: bool = False
    synonyms: tuple[str, ...] = ()
    choices: Mapping[str, tuple[str, ...]] = dataclasses.field(default_factory=dict)
    max_length: int = 200
    places: int = 4
    percent: bool = False
    currency: str = ""
    help: str = ""

    def headers(self) -> list[str]:
        """Every header that means it, squashed for comparison, the preferred ones first."""
        own = [squash(word) for word in (self.name, self.label)]
        others = [squash(word) for word in self.synonyms]
        return [*(word for word in own if word not in others), *others]

    def words(self) -> dict[str, str]:
        """Every word for a choice, squashed for comparison, with the value we keep."""
        return {
            squash(word): str(value)
            for value, others in self.choices.items()
            for word in (*others, value)
        }


@dataclasses.dataclass(frozen=True, kw_only=True)
class Candidate:
    """A record of ours that a name in a file may mean; `alike` runs from 0 to 1."""

    public_id: str
    label: str
    alike: float = 1.0


class NameBook(abc.ABC):
    """What sources call our partners, our customers or our products."""

    @abc.abstractmethod
    def suggest(self, texts: Sequence[str]) -> dict[str, list[Candidate]]:
        """The records whose names are most like each text, the likeliest first, at most five."""

    @abc.abstractmethod
    def find(self, text: str) -> Candidate | None:
        """The one record that a person means by its number or its whole name."""

    @abc.abstractmethod
    def link(self, source: Source, text: str, public_id: str, *, acting_user: User) -> None:
        """Note that the source calls the record so, from now on.

        Raises:
            ValidationError: there is no such record, or the name means another one already.
        """


@dataclasses.dataclass(frozen=True, kw_only=True)
class Reference:
    """Records that a file names and that may not be known yet.

    `fields` name them; `unknown` is what becomes of rows that name nobody known, where nobody
    chose: the row is rejected, or the record is created. `creates` says what that would be; empty
    where a file of this kind cannot create one.
    """

    name: str
    label: str
    fields: tuple[str, ...]
    book: NameBook
    asks_for: str
    unknown: Unknown = "reject"
    creates: str = ""


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
    references: ClassVar[tuple[Reference, ...]] = ()
    # Whether its files hold what is said of persons: no longer kept than they are needed.
    personal: ClassVar[bool] = False

    def unknown(self, staging: Staging, reference: str) -> Unknown:
        """What becomes of names of a reference that nobody knows: as chosen, or its default."""
        default = next(each.unknown for each in self.references if each.name == reference)
        return staging.options.unknown.get(reference, default)

    def locked_for(self, own_id: str, roles: Collection[str]) -> dict[str, str] | None:
        """What every row of a partner's own file says, whatever the file does: {field: value}.

        Args:
            own_id: what its own source calls the partner.
            roles: what it is to us: distributor, reseller, ...

        Returns:
            None where partners send no files of this kind.
        """
        return None

    def months(self, staging: Staging) -> tuple[dt.date, dt.date] | None:
        """The first days of the months of the first and last live row, of a periodic kind."""
        return None

    def why_not_undo(self, load: Import) -> str:
        """Why what a load wrote cannot be taken back; empty where it can."""
        return recorded.why_not(load)

    def undo(self, load: Import, undo: Import) -> Counts:
        """Take back what a load wrote: by the history of the records that it touched.

        Args:
            load: what is undone; `why_not_undo` has nothing against it.
            undo: the import that undoes it.

        Returns:
            Rows as they were before (`changed`), there again (`new`), and gone (`closed`).
        """
        return recorded.take_back(load)

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


def known_kind(name: str) -> Kind:
    """The kind of that name. Raises Unreadable with those that there are."""
    if name not in kinds():
        raise Unreadable(f"There is no kind {name!r}. There are: {', '.join(kinds())}.")
    return kinds()[name]
