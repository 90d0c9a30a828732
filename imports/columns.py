"""Which of their columns becomes which of our fields."""

from collections.abc import Iterable, Sequence

from imports.kinds import Kind, kinds
from imports.options import Options
from imports.parsing.header import squash
from imports.problems import Unreadable


def assign(kind: Kind, columns: Sequence[str], options: Options) -> dict[str, str]:
    """Their column for each of our fields that the file fills: {our field: their column}.

    What a person said wins; columns left over are matched by their header. Locked fields take no
    column.

    Raises:
        Unreadable: a column or field is unknown, or a required field has no column.
    """
    check_fields(kind, [*options.mapping, *options.fixed])
    said = {
        field: find_column(name, columns)
        for field, name in options.mapping.items()
        if field not in options.locked
    }
    if twice := said.keys() & options.fixed.keys():
        raise Unreadable(f"Both a column and a fixed value for: {', '.join(sorted(twice))}.")
    if options.match_headers:
        left = [name for name in columns if name not in said.values()]
        said |= match_headers(kind, left, taken={*said, *options.fixed, *options.locked})
    _check_required(kind, columns, filled={*said, *options.fixed, *options.locked})
    return said


def match_headers(
    kind: Kind, columns: Sequence[str], *, taken: Iterable[str] = ()
) -> dict[str, str]:
    """The fields that a header means: {our field: their column}.

    Of several columns that mean one field, the header that the field prefers is taken, so that
    an end customer goes before a customer, and a net price before a price. Each is used once.
    """
    found: dict[str, str] = {}
    by_word = {squash(name): name for name in reversed(columns)}
    taken = set(taken)
    for field in kind.fields:
        word = next((word for word in field.headers() if word in by_word), None)
        if word and field.name not in taken:
            found[field.name] = by_word.pop(word)
    return found


def header_words() -> frozenset[str]:
    """Every squashed header that means a field of any kind: they tell a header from other rows."""
    return frozenset(
        word for kind in kinds().values() for field in kind.fields for word in field.headers()
    )


def check_fields(kind: Kind, names: Iterable[str]) -> None:
    """Raises Unreadable for a name that is no field of the kind."""
    known = [field.name for field in kind.fields]
    for name in names:
        if name not in known:
            raise Unreadable(
                f"There is no field {name!r} in {kind.name}. There are: {', '.join(known)}."
            )


def check_references(kind: Kind, names: Iterable[str]) -> None:
    """Raises Unreadable for a name that is none of what a file of the kind refers to."""
    known = [reference.name for reference in kind.references]
    for name in names:
        if name not in known:
            raise Unreadable(
                f"A file of {kind.name} names no {name!r} that could be unknown."
                f" It names: {', '.join(known) or 'nothing of the kind'}."
            )


def find_column(name: str, columns: Sequence[str]) -> str:
    """The column of that name; case, spaces and punctuation may differ where only one fits.

    Raises:
        Unreadable: there is none.
    """
    if name in columns:
        return name
    alike = [column for column in columns if squash(column) == squash(name)]
    if len(alike) != 1:
        raise Unreadable(f"There is no column {name!r}. The file has: {', '.join(columns)}.")
    return alike[0]


def _check_required(kind: Kind, columns: Sequence[str], *, filled: set[str]) -> None:
    missing = [field.name for field in kind.fields if field.required and field.name not in filled]
    if missing:
        raise Unreadable(
            f"No column for: {', '.join(missing)}. Say which it is (--map theirs=ours)."
            f" The file has: {', '.join(columns)}."
        )
