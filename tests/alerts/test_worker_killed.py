"""A worker killed with -9 in the middle of a night: the next one completes it, once."""

import datetime as dt
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from accounts.models import Organisation
from alerts.actions import recompute_due
from alerts.models import Alert, AlertChange, Finding, Run
from channelhub.lib import months
from imports.models import Import, Source
from partners.models import Partner
from sales.models import Feed, FeedMonth, Measure, Route, SalesMonth

ROOT = Path(__file__).resolve().parents[2]
PARTNERS = 4000
PATIENCE = 120
pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def channel() -> None:
    """4,000 partners, each with sales in one month of either window, the second one half."""
    source = Source.objects.create(name="erp")
    load = Import.objects.create(kind="sales", source=source, file_name="x", path="x", size=0)
    feed = Feed.objects.create(source=source, route=Route.CHANNEL)
    last = months.last_closed(Organisation.current().today() - dt.timedelta(days=1))
    covered = months.between(months.add_months(last, -23), last)
    FeedMonth.objects.bulk_create(
        FeedMonth(feed=feed, month=month, known_on=month, load=load) for month in covered
    )
    partners = Partner.objects.bulk_create(
        Partner(number=f"P{index}", name=f"Partner {index}") for index in range(PARTNERS)
    )
    SalesMonth.objects.bulk_create(
        SalesMonth(
            partner=partner, feed=feed, measure=Measure.BILLED, currency="USD", month=month,
            known_on=month, amount=amount, returns=Decimal(0), lines=1, load=load,
        )
        for partner in partners
        for month, amount in ((covered[0], Decimal(2000)), (covered[-1], Decimal(1000)))
    )  # fmt: skip


@contextmanager
def worker() -> Iterator["subprocess.Popen[bytes]"]:
    """A Celery worker on the test's own database and doorbell."""
    database = connection.settings_dict
    url = "postgresql://{USER}:{PASSWORD}@{HOST}:{PORT}/{NAME}".format(**database)
    env = {**os.environ, "DATABASE_URL": url, "WORK_LEASE_SECONDS": "3", "NIGHT_RANGE_SIZE": "500"}
    command = [sys.executable, "-m", "celery", "--app", "channelhub", "worker", "--pool", "solo"]
    process = subprocess.Popen(
        [*command, "--without-gossip", "--without-mingle"],
        cwd=ROOT, env=env, start_new_session=True,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def wait_for(condition: Callable[[], bool], why: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, why
        time.sleep(0.01)


def test_a_night_survives_its_worker(channel: None, settings: Any) -> None:
    recompute_due()
    run = Run.objects.get()
    with worker() as first:
        wait_for(Finding.objects.exists, "the first worker judged nothing")
        os.kill(first.pid, signal.SIGKILL)
        first.wait()
    run.refresh_from_db()
    judged = Finding.objects.count()
    assert run.published_at is None
    assert 0 < judged < PARTNERS
    assert not Alert.objects.exists()

    time.sleep(3)  # the lease of the dead runs out
    with worker():
        recompute_due()
        wait_for(lambda: Run.objects.published().exists(), "the second worker did not publish")
        wait_for(lambda: Run.objects.filter(state="done").exists(), "the run did not finish")
    run.refresh_from_db()
    findings = Finding.objects.filter(canary="our-sales-shift")
    assert (findings.count(), Alert.objects.count()) == (PARTNERS, PARTNERS)
    assert AlertChange.objects.count() == PARTNERS
    assert run.attempts == 2
