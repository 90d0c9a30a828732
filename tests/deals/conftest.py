"""Registrations, and the clock that tests turn."""

import datetime as dt
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection

from accounts.models import Organisation, User
from deals.actions.drafts import begin_draft, submit_deal
from deals.models import Deal, ReviewTeam, RulesOfEngagement, Terms
from partners.models import Partner
from sales.models import ProductLine

# A Monday, in the morning, in the organisation's UTC.
MONDAY = dt.datetime(2026, 3, 2, 9, tzinfo=dt.UTC)


class Clock:
    """The organisation's clock; `turn` it on."""

    def __init__(self, now: dt.datetime) -> None:
        self.now = now

    def turn(self, **by: float) -> dt.datetime:
        self.now += dt.timedelta(**by)
        self.tell_database()
        return self.now

    def tell_database(self) -> None:
        """The session's day, for the trigger that moves what protects from today on."""
        with connection.cursor() as cursor:
            day = Organisation.current().now().date().isoformat()
            cursor.execute("SELECT set_config('channelhub.today', %s, false)", [day])


@pytest.fixture
def clock(db: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Clock]:
    turned = Clock(MONDAY)
    monkeypatch.setattr(Organisation, "now", lambda self: turned.now.astimezone(self.zone()))
    turned.tell_database()
    yield turned
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('channelhub.today', '', false)")


@pytest.fixture
def rules(db: None) -> RulesOfEngagement:
    found: RulesOfEngagement = RulesOfEngagement.objects.get()
    return found


@pytest.fixture
def terms(rules: RulesOfEngagement) -> Terms:
    found: Terms = rules.terms.get()
    return found


@pytest.fixture
def team(db: None) -> ReviewTeam:
    found: ReviewTeam = ReviewTeam.objects.get()
    return found


@pytest.fixture
def storage(db: None) -> ProductLine:
    return ProductLine.objects.create(name="Storage")


@pytest.fixture
def network(db: None) -> ProductLine:
    return ProductLine.objects.create(name="Network")


@pytest.fixture
def draft(clock: Clock, storage: ProductLine) -> Callable[..., Deal]:
    """Makes a complete draft: `draft(partner, user, name="Acme", lines={storage: 10})`."""

    def make(
        partner: Partner,
        user: User,
        *,
        name: str = "Fenwick Mills",
        lines: dict[ProductLine, int] | None = None,
        **fields: Any,
    ) -> Deal:
        words = name.lower().replace(" ", "-")
        complete: dict[str, Any] = {
            "account_name": name,
            "account_domain": f"{words}.example",
            "account_country": "GB",
            "expected_close": dt.date(2026, 6, 30),
            "effort": "Two meetings with their head of operations.",
            **fields,
        }
        amounts = {line: Decimal(amount) for line, amount in (lines or {storage: 50_000}).items()}
        return begin_draft(partner, acting_user=user, lines=amounts, **complete)

    return make


@pytest.fixture
def submitted(draft: Callable[..., Deal]) -> Callable[..., Deal]:
    """Makes a submitted registration, as `draft` does."""

    def make(partner: Partner, user: User, **options: Any) -> Deal:
        return submit_deal(draft(partner, user, **options), acting_user=user)

    return make
