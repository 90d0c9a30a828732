"""The database roles: owner migrates, partner answers partners' people, app does everything else.

A connection logs in with the user of DATABASE_URL, a member of the roles it needs, and takes its
role at once. Row-level security judges by the role, so nothing may run as the login itself.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django.db import connection, models, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.utils import DatabaseError
from psycopg import sql

OWNER = "channelhub_owner"
APP = "channelhub_app"
PARTNER = "channelhub_partner"

_role: ContextVar[str | None] = ContextVar("database_role", default=APP)
# The partner behind whose wall we are: its key, "" for nobody's; None where there is no wall.
_wall: ContextVar[str | None] = ContextVar("wall", default=None)

ENSURE = """
DO $$
DECLARE wanted text;
BEGIN
  FOREACH wanted IN ARRAY ARRAY['channelhub_owner', 'channelhub_app', 'channelhub_partner'] LOOP
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = wanted) THEN
      EXECUTE format('CREATE ROLE %I NOLOGIN NOSUPERUSER NOINHERIT', wanted);
    END IF;
    IF NOT EXISTS (
      SELECT FROM pg_auth_members m JOIN pg_roles r ON r.oid = m.roleid
      JOIN pg_roles u ON u.oid = m.member
      WHERE r.rolname = wanted AND u.rolname = session_user
        AND coalesce((to_jsonb(m) ->> 'set_option')::boolean, true)
    ) AND session_user <> wanted THEN
      EXECUTE format('GRANT %I TO %I', wanted, session_user);
    END IF;
  END LOOP;
  EXECUTE format('GRANT CREATE, TEMPORARY ON DATABASE %I TO channelhub_owner', current_database());
  EXECUTE format('GRANT TEMPORARY ON DATABASE %I TO channelhub_app', current_database());
END $$;
GRANT CREATE, USAGE ON SCHEMA public TO channelhub_owner;
GRANT USAGE ON SCHEMA public TO channelhub_app, channelhub_partner;
"""

DEFAULT_PRIVILEGES = """
ALTER DEFAULT PRIVILEGES IN SCHEMA public
  GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO channelhub_app;
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO channelhub_app;
"""


def take(*, connection: BaseDatabaseWrapper, **_: Any) -> None:
    """Receiver of `connection_created`: the new connection takes the current role."""
    if connection.alias == "default" and _role.get():
        _set_role(_role.get())


@contextmanager
def acting_as(role: str | None) -> Iterator[None]:
    """Run with another role; None is the login itself."""
    before = _role.set(role)
    try:
        if connection.connection is not None:
            _set_role(role)
        yield
    finally:
        _role.reset(before)
        if connection.connection is not None:
            _set_role(_role.get())


@contextmanager
def behind_the_wall(partner: int | None) -> Iterator[None]:
    """One transaction in which the database shows rows of this partner only; of none to None."""
    key = "" if partner is None else str(partner)
    with transaction.atomic():
        _become(PARTNER, key)
        with _walled(key):
            yield
        if not transaction.get_rollback():
            _become(APP, "")


@contextmanager
def acting_as_app(row: models.Model) -> Iterator[None]:
    """Within it a verb about `row`, which stands behind the wall, does what its rules need.

    The one door in the wall. Without a wall it changes nothing.

    Raises:
        ObjectDoesNotExist: behind the wall there is no such row.
    """
    key = _wall.get()
    if key is None:
        yield
        return
    models.QuerySet(type(row)).only("pk").get(pk=row.pk)
    # A refusal rolls back to here, and the role with it.
    with transaction.atomic():
        _become(APP, "")
        with _walled(None):
            yield
        if not transaction.get_rollback():
            _become(PARTNER, key)


@contextmanager
def _walled(key: str | None) -> Iterator[None]:
    token = _wall.set(key)
    try:
        yield
    finally:
        _wall.reset(token)


def _become(role: str, partner: str) -> None:
    """Take a role until the transaction, or the savepoint that fails, ends."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT set_config('role', %s, true), set_config('channelhub.partner', %s, true)",
            [role, partner],
        )


def ensure() -> None:
    """Create the roles and what they may do, where missing. Run as the login."""
    for attempt in range(5):
        try:
            with connection.cursor() as cursor:
                cursor.execute(ENSURE)
            break
        except DatabaseError:
            # Roles belong to the whole server: another database may be doing the same right now.
            if attempt == 4:
                raise
    with acting_as(OWNER), connection.cursor() as cursor:
        cursor.execute(DEFAULT_PRIVILEGES)


def _set_role(role: str | None) -> None:
    # The driver's own cursor: the wrapper of pghistory around Django's reads statements as text,
    # and a connection may well open within a POST.
    with connection.connection.cursor() as cursor:
        if role is None:
            cursor.execute("RESET ROLE")
        else:
            cursor.execute(sql.SQL("SET ROLE {}").format(sql.Identifier(role)))
