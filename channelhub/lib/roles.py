"""The database roles: `channelhub_owner` migrates, `channelhub_app` does everything else.

A connection logs in with the user of DATABASE_URL, a member of the roles it needs, and takes its
role at once. Row-level security judges by the role, so nothing may run as the login itself.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.utils import DatabaseError
from psycopg import sql

OWNER = "channelhub_owner"
APP = "channelhub_app"

_role: ContextVar[str | None] = ContextVar("database_role", default=APP)

ENSURE = """
DO $$
DECLARE wanted text;
BEGIN
  FOREACH wanted IN ARRAY ARRAY['channelhub_owner', 'channelhub_app'] LOOP
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
GRANT USAGE ON SCHEMA public TO channelhub_app;
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
