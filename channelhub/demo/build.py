"""Makes the demo in an empty database, all of it or nothing."""

import dataclasses
import datetime as dt
from pathlib import Path
from tempfile import TemporaryDirectory

from django.db import connection, transaction
from django.db.models import Count

from accounts.models import Organisation, User
from alerts.actions import due_date, recompute
from alerts.models import AlertChange, Run
from channelhub.demo import people
from channelhub.demo.calendar import nights, reports
from channelhub.demo.cast import ADMIN
from channelhub.demo.facts import write_facts
from channelhub.demo.goals import write_goals
from channelhub.demo.interviews import write_interviews
from channelhub.demo.loading import Loader, load_partners, load_products, load_rates, load_sales
from channelhub.demo.registrations import write_registrations
from channelhub.demo.reviews import write_reviews
from channelhub.demo.voice import write_voice
from channelhub.lib.history import decision
from partners.models import Partner
from sales.models import SalesLine

# Any fixed number: of two who start at once, the second finds the demo made.
DEMO_LOCK = 721_003


class NotEmpty(Exception):
    """The database is in use: the demo would mix invented partners with real ones."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Summary:
    """What was made: how many of each, the newest night, and what that night changed."""

    partners: int
    lines: int
    nights: int
    as_of: dt.date
    changes: dict[str, int]


@transaction.atomic
def build(now: dt.datetime | None = None) -> Summary:
    """Make the organisation, its people, partners, sales and facts, and judge a week of nights.

    One transaction: killed half-way it leaves an empty database, and the next start begins anew.

    Args:
        now: the time on the organisation's clocks that everything counts back from.

    Raises:
        NotEmpty: there are people, partners or judged nights already.
    """
    _take_turn()
    people.describe_organisation()
    as_of = due_date(now or Organisation.current().now())
    with TemporaryDirectory(prefix="channelhub-demo-") as folder:
        _fill(Path(folder), as_of)
    for night in nights(as_of):
        recompute(night)
    write_interviews(as_of, acting_user=User.objects.get(email=ADMIN))
    return _summary(as_of)


def _take_turn() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [DEMO_LOCK])
    if is_in_use():
        raise NotEmpty


def is_in_use() -> bool:
    """Whether there is anybody or anything in the database that a demo would mix with."""
    return any(
        rows.exists()
        for rows in (User.objects.all(), Partner.objects.all(), Run.objects.published())
    )


def _fill(folder: Path, as_of: dt.date) -> None:
    people.write_calendar(as_of)
    users = people.create_people()
    admin = users[ADMIN]
    loader = Loader(folder=folder, acting_user=admin)
    reported = reports(as_of)
    load_partners(loader, since=min(report.first for report in reported))
    with decision(admin):
        people.settle_partners(users, as_of)
    load_products(loader)
    load_rates(loader, as_of)
    for report in reported:
        load_sales(loader, report)
    with decision(admin):
        write_facts(users, as_of)
        write_registrations(users, as_of)
        write_voice(as_of)
        write_reviews(users, as_of)
        write_goals(Organisation.current().reporting_currency, as_of, acting_user=admin)


def _summary(as_of: dt.date) -> Summary:
    changed = AlertChange.objects.filter(run__as_of=as_of).order_by().values("change")
    return Summary(
        partners=Partner.objects.count(),
        lines=SalesLine.objects.count(),
        nights=len(nights(as_of)),
        as_of=as_of,
        changes={row["change"]: row["count"] for row in changed.annotate(count=Count("pk"))},
    )
