"""The list of accounts as a table to take along."""

from collections.abc import Iterator
from typing import Any

from accounts.models import User
from imports.exporting import Table

HEADER = (
    "Name", "E-mail address", "Role", "Partner number", "Partner", "Last sign-in", "Account",
)  # fmt: skip


def people_table(people: Any) -> Table:
    """Accounts with the partner that each works at."""
    return Table(name="accounts", header=HEADER, rows=_rows(people), size=people.count)


def _rows(people: Any) -> Iterator[tuple[Any, ...]]:
    person: User
    for person in people.iterator():
        partner = person.membership.partner if person.works_at_partner else None
        yield (
            person.name,
            person.email,
            person.get_role_display(),
            partner.number if partner else "",
            partner.name if partner else "",
            person.last_login,
            "active" if person.is_active else "deactivated",
        )
