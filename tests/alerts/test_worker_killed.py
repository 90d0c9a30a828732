"""A worker killed with -9 in the middle of a night: the next one completes it, once."""

import datetime as dt
import os
import signal
import time
from decimal import Decimal
from typing import Any

import pytest

from accounts.models import Organisation
from alerts.actions import recompute_due
from alerts.models import Alert, AlertChange, Finding, Run
from channelhub.lib import months
from imports.models import Import, Source
from partners.models import Partner
from sales.models import Feed, FeedMonth, Measure, Route, SalesMonth
from tests.workers import wait_for, worker

PARTNERS = 4000
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
