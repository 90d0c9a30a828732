"""A database of its own for a benchmark, on the server that manage.py uses, dropped afterwards."""

import os
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import psycopg

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
NAME = "channelhub_bench"


@contextmanager
def bench_database() -> Iterator[None]:
    """Set Django up on an empty, migrated database named channelhub_bench."""
    from channelhub import local

    with ExitStack() as stack:
        stack.enter_context(local.environment())
        login = os.environ["DATABASE_URL"]
        os.environ["DATABASE_URL"] = f"{login.rsplit('/', 1)[0]}/{NAME}"
        os.environ["DJANGO_SETTINGS_MODULE"] = "channelhub.settings"
        with psycopg.connect(login, autocommit=True) as server:
            server.execute(f"DROP DATABASE IF EXISTS {NAME} WITH (FORCE)")
            server.execute(f"CREATE DATABASE {NAME}")
            stack.callback(_drop, login)
        _migrate()
        yield


def _drop(login: str) -> None:
    with psycopg.connect(login, autocommit=True) as server:
        server.execute(f"DROP DATABASE {NAME} WITH (FORCE)")


def _migrate() -> None:
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0)
