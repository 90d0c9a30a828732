"""A worker killed with -9 in the middle of an import or an undo: nothing is half done."""

import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from django.db import connection

from channelhub.lib.work import WorkState
from imports import actions, running
from imports.models import Import, RejectedRow
from imports.options import Options
from partners.models import Partner, PartnerStatus
from sales.models import SalesLine, SalesMonth
from tests.sales.files import line, write_csv
from tests.workers import wait_for, worker

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
LINES = 300


@pytest.fixture
def load(tmp_path: Path, partner: Partner) -> Import:
    """A file that waits for a worker; one of its rows is rejected."""
    path = tmp_path / "lines.csv"
    rows = [line(line=str(number), reseller="P-1") for number in range(LINES)]
    write_csv(path, [*rows, line(line="?", amount="?")], [])
    return actions.create_import(
        kind="sales", source="erp", path=path, file_name="lines.csv", options=Options(),
        confirmed=True,
    )  # fmt: skip


@contextmanager
def held_up(table: str) -> Iterator[None]:
    """Whoever writes to this table waits."""
    database = connection.settings_dict
    url = "postgresql://{USER}:{PASSWORD}@{HOST}:{PORT}/{NAME}".format(**database)
    with psycopg.connect(url) as other:
        other.execute(f"LOCK TABLE {table} IN EXCLUSIVE MODE")
        yield


def waits_in(table: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT 1 FROM pg_locks WHERE relation = %s::regclass AND NOT granted", [table]
        )
        return cursor.fetchone() is not None


def state() -> tuple[int, int, int]:
    return SalesLine.objects.count(), SalesMonth.objects.count(), RejectedRow.objects.count()


def kill_in_the_middle() -> None:
    """A worker has written its lines and waits to write the sums when it is killed."""
    with held_up("sales_customer_month"), worker() as first:
        running.ring_waiting()
        wait_for(lambda: waits_in("sales_customer_month"), "the worker wrote nothing")
        os.kill(first.pid, signal.SIGKILL)
        first.wait()
    time.sleep(3)  # the lease of the dead runs out


def finish(load: Import) -> None:
    def done() -> bool:
        load.refresh_from_db()
        return load.state == WorkState.DONE

    with worker():
        running.ring_waiting()
        wait_for(done, f"it was not done: {load.error}")


def test_an_import_and_its_undo_survive_their_workers(load: Import, admin: object) -> None:
    kill_in_the_middle()
    load.refresh_from_db()
    assert (state(), load.state, load.new) == ((0, 0, 0), WorkState.RUNNING, 0)

    finish(load)
    loaded = state()
    assert (loaded[0], load.attempts) == (LINES, 2)

    undo = actions.undo_import(load, acting_user=None)
    kill_in_the_middle()
    undo.refresh_from_db()
    assert (state(), undo.state) == (loaded, WorkState.RUNNING)

    finish(undo)
    assert (state()[:2], undo.closed) == ((0, 0), LINES)
    assert PartnerStatus.objects.exists()
