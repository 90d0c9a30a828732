"""Until we decide, nothing that a partner can fetch tells what other partners do.

Everything partner A can fetch is the same, byte for byte, before and after partner B registers
many deals at A's customers and has some approved; where a page draws lots (tokens, new ids) or
tells the time of day, that is masked.
"""

import datetime as dt
import io
import re
import zipfile
from collections.abc import Callable
from decimal import Decimal

import pytest
from django.http import HttpResponseBase
from django.test import Client

from accounts.models import Organisation, Role, User
from deals.actions.drafts import begin_draft, submit_deal
from deals.actions.protecting import AlreadyProtected
from deals.actions.reviewing import approve_deal
from deals.models import Deal
from partners.models import Partner
from sales.models import ProductLine
from tests.site.routes import World
from tests.site.test_role_walk import Doors, content, open_to, sample, send, undone

MANY = 50
NOW = dt.datetime(2026, 3, 2, 9, tzinfo=dt.UTC)
CUSTOMERS = ("Fenwick Mills", "Holm & Sons", "Bank of Ireland")
MASKED = (
    r'name="csrfmiddlewaretoken" value="[^"]+"',
    r'"X-CSRFToken": ?"[^"]+"',
    r'nonce="[^"]+"',
    r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}",
    r"R-[2-9A-Z]{5}-[2-9A-Z]{5}",
    r"\d\d:\d\d(:\d\d)?(\.\d+)?",
)
QUERIES: tuple[dict[str, str], ...] = (
    {},
    {"q": "fenwick"},
    {"name": "Fenwick Mills", "domain": "fenwick.example"},
)
BODIES: tuple[dict[str, str], ...] = (
    {},
    {
        "submit": "1", "account_name": "Fenwick Mills", "account_domain": "fenwick.example",
        "account_country": "GB", "currency": "USD", "expected_close": "2026-06-30",
        "effort": "Two meetings.", "text": "So it is.", "reason": "It is ours.",
    },
)  # fmt: skip


@pytest.fixture(autouse=True)
def still(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Organisation, "now", lambda self: NOW.astimezone(self.zone()))


def register(partner: Partner, user: User, name: str, line: ProductLine) -> Deal:
    domain = f"{name.split()[0].lower()}.example"
    draft = begin_draft(
        partner, acting_user=user, lines={line: Decimal(500)}, account_name=name,
        account_domain=domain, account_country="GB", expected_close=dt.date(2026, 6, 30),
        effort="Two meetings.",
    )  # fmt: skip
    return submit_deal(draft, acting_user=user)


def fetched(user: User, world: World, doors: Doors) -> dict[str, str]:
    """Everything that the routes of this person's role answer, errors included."""
    found = {}
    for route, method in open_to(Role(user.role)):
        if route.name == "readyz":
            # What the servers say of themselves.
            continue
        ids, _ = sample(route, world, user)
        client = doors(user, route.is_api)
        said = QUERIES if method == "GET" else BODIES
        for number, names in enumerate(said):
            with undone():
                answer = send(client, method, route.url(ids), dict(names), {})
                assert answer.status_code < 500, f"{method} {route.path}"
                found[f"{method} {route.name} {number}"] = told(answer)
    return found


def told(answer: HttpResponseBase) -> str:
    text = content(answer)
    raw: bytes = answer.kept if answer.streaming else answer.content  # type: ignore[attr-defined]
    if raw.startswith(b"PK"):
        # A workbook notes when it was written.
        text = unzipped(raw)
    told_headers = sorted(f"{name}: {value}" for name, value in answer.items())
    text = "\n".join([str(answer.status_code), *told_headers, text])
    for pattern in MASKED:
        text = re.sub(pattern, "*", text)
    return re.sub(r"Content-Length: \d+", "", text)


def unzipped(raw: bytes) -> str:
    with zipfile.ZipFile(io.BytesIO(raw)) as book:
        names = [name for name in book.namelist() if name != "docProps/core.xml"]
        return "\n".join(book.read(name).decode(errors="replace") for name in names)


@pytest.mark.parametrize("role", Role.at_partner())
def test_other_partners_deals_change_nothing_that_is_fetched(
    role: Role,
    world: World,
    cast: dict[str, User],
    other_partner_admin: User,
    doors: Doors,
    sign_in: Callable[[User], Client],
) -> None:
    line, user = ProductLine.objects.get(name="Phones"), cast[role]
    for name in CUSTOMERS:
        register(world.partner, cast[Role.PARTNER_REP], name, line)
    fetched(user, world, doors)
    before = fetched(user, world, doors)
    approved = gain(world.other_partner, other_partner_admin, cast[Role.ADMIN], line)
    after = fetched(user, world, doors)
    assert approved == len(CUSTOMERS)
    assert {key: after[key] for key in after if after[key] != before[key]} == {}
    reached = [key for key, text in before.items() if "Fenwick Mills" in text]
    assert len(reached) >= 4
    assert len(before) >= 50


def gain(partner: Partner, user: User, decider: User, line: ProductLine) -> int:
    """Register many deals at the same customers, and approve whatever can be: how many."""
    approved = 0
    for number in range(MANY):
        deal = register(partner, user, CUSTOMERS[number % len(CUSTOMERS)], line)
        try:
            approve_deal(deal, acting_user=decider)
            approved += 1
        except AlreadyProtected:
            pass
    assert Deal.objects.filter(partner=partner).count() >= MANY
    return approved
