"""Approvals that race for one customer and product line: processes, each with its connection."""

import datetime as dt
import json
import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from urllib.parse import urlencode

import psutil
import pytest
from django.conf import settings
from django.db import connection
from django.db.models import Count, Q
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.actions.tokens import create_token
from accounts.models import User
from channelhub import ports
from channelhub.processes import wait_until
from channelhub.ready import is_ready
from customers.models import Customer
from deals.models import Deal, DealLine, DealStep, Protection, ReviewTeam, RulesOfEngagement
from deals.rules.states import PENDING, State, Step
from partners.models import Partner
from sales.models import ProductLine
from tests.deals import racing
from tests.deals.test_portal_api import complete

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]

ROOT = Path(__file__).resolve().parents[2]
# `RACE_PAIRS=1500` makes it a long one.
PAIRS = int(os.environ.get("RACE_PAIRS", "200"))
WEB_PAIRS = max(20, PAIRS // 5)
WRITERS = 8
# Of one caller, while a killed web process comes back.
ATTEMPTS = 100
PATIENCE = 1800

Pair = tuple[Deal, Deal]


@pytest.fixture
def pairs(
    partner: Partner, other_partner: Partner, partner_rep: User, other_partner_admin: User
) -> Callable[..., list[Pair]]:
    """Makes registrations of two partners for the same two lines, at one customer or at two."""

    def make(count: int, *, apart: bool = False) -> list[Pair]:
        lines = [ProductLine.objects.create(name=name) for name in ("Storage", "Network")]
        who = [(partner, partner_rep), (other_partner, other_partner_admin)]
        one = _customers("One", count)
        customers = [one, _customers("Other", count) if apart else one]
        sides = [
            _submitted(each, user, at, lines)
            for (each, user), at in zip(who, customers, strict=True)
        ]
        return list(zip(*sides, strict=True))

    return make


def _customers(name: str, count: int) -> list[Customer]:
    rows = [Customer(name=f"{name} {n}", country="GB") for n in range(count)]
    made: list[Customer] = Customer.objects.bulk_create(rows)
    return made


def _submitted(
    partner: Partner, user: User, customers: Iterable[Customer], lines: list[ProductLine]
) -> list[Deal]:
    at, team, rules = timezone.now(), ReviewTeam.objects.get(), RulesOfEngagement.objects.get()
    deals: list[Deal] = Deal.objects.bulk_create(
        Deal(
            partner=partner, registered_by=user, state=State.SUBMITTED, customer=customer,
            account_name=customer.name, account_country="GB", currency="EUR", rules=rules,
            team=team, submitted_at=at, complete_at=at, active_at=at, due_at=at, escalates_at=at,
            misses_at=at,
        )
        for customer in customers
    )  # fmt: skip
    DealLine.objects.bulk_create(
        # In another order at each partner: what waits for one another must not wait in a circle.
        DealLine(deal=deal, partner=partner, product_line=line, amount=10)
        for deal in deals
        for line in (lines if deal.pk % 2 else reversed(lines))
    )
    return deals


Writer = tuple[str, list[str]]


def race(writers: list[Writer], user: User) -> Counter[str]:
    """Let them all go at once; what came of all their jobs together."""
    database = connection.settings_dict
    url = "postgresql://{USER}:{PASSWORD}@{HOST}:{PORT}/{NAME}".format(**database)
    env = {**os.environ, "DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "channelhub.settings"}
    with ExitStack() as stack:
        running = [stack.enter_context(_writer(what, user, env)) for what, _ in writers]
        for each in running:
            assert each.stdout is not None
            assert each.stdout.readline() == "ready\n"
        for each, (_, jobs) in zip(running, writers, strict=True):
            assert each.stdin is not None
            each.stdin.write("\n".join(jobs) + "\n")
            each.stdin.close()
        return sum((_told(each) for each in running), Counter())


@contextmanager
def _writer(what: str, user: User, env: dict[str, str]) -> Iterator["subprocess.Popen[str]"]:
    command = [sys.executable, "-c", racing.START, what, str(user.pk)]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, cwd=ROOT, env=env, text=True, stdin=pipe, stdout=pipe) as one:
        try:
            yield one
        finally:
            one.kill()


def _told(process: "subprocess.Popen[str]") -> Counter[str]:
    assert process.stdout is not None
    told = process.stdout.readline()
    assert process.wait(PATIENCE) == 0
    return Counter(json.loads(told))


def both_sides(made: list[Pair]) -> list[Writer]:
    """Half of the writers approve the one partner's, half the other's, pair by pair."""
    sides = [[str(deal.pk) for deal in side] for side in zip(*made, strict=True)]
    return [("approve", sides[n % 2]) for n in range(WRITERS)]


def held_twice() -> int:
    """How many days, customers and lines two exclusive protections share."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM deals_protection a JOIN deals_protection b ON a.id < b.id"
            " AND a.root_customer_id = b.root_customer_id"
            " AND a.product_line_id = b.product_line_id AND a.during && b.during"
            " WHERE a.exclusive AND b.exclusive"
        )
        return int(cursor.fetchone()[0])


def check_history() -> None:
    """Each approved registration has one step that says so, and protects both of its lines."""
    told = Deal.objects.annotate(
        approvals=Count("steps", filter=Q(steps__step=Step.APPROVE), distinct=True),
        protected=Count("protections__product_line", distinct=True),
    ).values_list("state", "approvals", "protected")
    assert set(told) <= {(State.APPROVED, 1, 2), (State.SUBMITTED, 0, 0)}


def test_of_each_contested_pair_one_is_approved_and_one_stays_under_review(
    pairs: Callable[..., list[Pair]], admin: User
) -> None:
    told = race(both_sides(pairs(PAIRS)), admin)
    # The same approval comes four times at once: one is done, the others are told that it is.
    assert told == {
        "done": PAIRS,
        "IllegalStep": PAIRS * (WRITERS // 2 - 1),
        "AlreadyProtected": PAIRS * (WRITERS // 2),
    }
    approved = Deal.objects.filter(state=State.APPROVED)
    assert approved.values("customer").distinct().count() == approved.count() == PAIRS
    assert Deal.objects.filter(state__in=PENDING).count() == PAIRS
    assert DealStep.objects.count() == PAIRS
    assert Protection.objects.count() == PAIRS * 2
    assert held_twice() == 0
    check_history()


def test_approvals_race_with_a_merge_of_their_customers(
    pairs: Callable[..., list[Pair]], admin: User
) -> None:
    made = pairs(PAIRS, apart=True)
    # Every other merge the other way round.
    merges = [
        f"{pair[n % 2].customer_id} {pair[1 - n % 2].customer_id}" for n, pair in enumerate(made)
    ]
    told = race([*both_sides(made), ("merge", merges)], admin)
    assert set(told) <= {"done", "IllegalStep", "AlreadyProtected", "ValidationError"}
    merged = Customer.objects.exclude(merged_into=None).count()
    approved = Deal.objects.filter(state=State.APPROVED).count()
    # Merged customers have one approval between them, the others one each.
    assert approved == merged + 2 * (PAIRS - merged)
    assert told["done"] == approved + merged
    assert told["ValidationError"] == PAIRS - merged
    assert held_twice() == 0
    check_history()


class Server:
    """The web processes of the product on the test's database, with somebody signed in."""

    def __init__(self, process: psutil.Process, port: int, session: str) -> None:
        self.process, self.port = process, port
        token = "c" * 32
        self.headers = {
            "Cookie": f"{settings.SESSION_COOKIE_NAME}={session};"
            f" {settings.CSRF_COOKIE_NAME}={token}",
            "X-CSRFToken": token,
            "Content-Type": "application/x-www-form-urlencoded",
        }

    def approve(self, deal: Deal, lines: list[int]) -> int:
        """The status of the answer."""
        path = reverse("deals:decide", args=[deal.public_id])
        body = urlencode({"answer": "approve", "lines": lines}, doseq=True)
        status, _ = self.post(path, body, self.headers)
        return status

    def post(self, path: str, body: str, headers: dict[str, str]) -> tuple[int, bytes]:
        """Status and body of the answer; who is cut off asks again, as a person would."""
        for _ in range(ATTEMPTS):
            caller = HTTPConnection("127.0.0.1", self.port, timeout=120)
            try:
                caller.request("POST", path, body, headers)
                answer = caller.getresponse()
                return answer.status, answer.read()
            except (OSError, HTTPException):
                time.sleep(0.2)
            finally:
                caller.close()
        raise AssertionError("the server did not come back")


@pytest.fixture
def server(sign_in: Callable[[User], Client], admin: User) -> Iterator[Server]:
    port, database = ports.free(), connection.settings_dict
    url = "postgresql://{USER}:{PASSWORD}@{HOST}:{PORT}/{NAME}".format(**database)
    env = {**os.environ, "DATABASE_URL": url, "PORT": str(port), "WEB_CONCURRENCY": "3"}
    command = [sys.executable, "-m", "gunicorn", "--config", "python:channelhub.gunicorn"]
    quiet = subprocess.DEVNULL
    with subprocess.Popen(
        [*command, "channelhub.wsgi:application"], cwd=ROOT, env=env, stdout=quiet, stderr=quiet
    ) as web:
        try:
            assert wait_until(lambda: is_ready(port), 120)
            session = sign_in(admin).cookies[settings.SESSION_COOKIE_NAME].value
            yield Server(psutil.Process(web.pid), port, session)
        finally:
            web.terminate()


def test_through_the_web_with_a_worker_killed_in_the_middle(
    pairs: Callable[..., list[Pair]], server: Server
) -> None:
    made = pairs(WEB_PAIRS)
    lines: dict[int, list[int]] = {}
    for deal, line in DealLine.objects.values_list("deal", "pk"):
        lines.setdefault(deal, []).append(line)
    # Each approval comes twice at once, beside two for the other partner.
    jobs = [deal for pair in made for deal in (*pair, *pair)]

    def approve(deal: Deal) -> int:
        return server.approve(deal, lines[deal.pk])

    with ThreadPoolExecutor(WRITERS) as writers:
        answers = writers.map(approve, jobs)
        told = Counter(next(answers) for _ in range(len(jobs) // 2))
        server.process.children()[0].kill()
        told.update(answers)
    # One in four is approved; who was cut off in the middle of it is told that it is done already.
    assert set(told) == {HTTPStatus.FOUND, HTTPStatus.CONFLICT}
    assert WEB_PAIRS - WRITERS <= told[HTTPStatus.FOUND] <= WEB_PAIRS
    assert Deal.objects.filter(state=State.APPROVED).count() == WEB_PAIRS
    assert Deal.objects.filter(state__in=PENDING).count() == WEB_PAIRS
    assert held_twice() == 0
    check_history()


def test_what_eight_send_at_once_under_one_key_is_registered_once(
    server: Server, partner_rep: User
) -> None:
    line = ProductLine.objects.create(name="Storage")
    lines = [{"product_line": line.name, "amount": "50000"}]
    close = timezone.localdate() + dt.timedelta(days=90)
    body = json.dumps(complete(lines=lines, expected_close=close.isoformat()))
    secret = create_token(partner_rep, name="CRM", lifetime=dt.timedelta(days=1))
    headers = {
        "Authorization": f"Token {secret}",
        "Content-Type": "application/json",
        "Idempotency-Key": "one-and-the-same",
    }

    def register(_: int) -> tuple[int, bytes]:
        return server.post(reverse("api:deal-list"), body, headers)

    with ThreadPoolExecutor(WRITERS) as writers:
        told = list(writers.map(register, range(WRITERS)))
    status, answer = register(0)
    assert status == HTTPStatus.CREATED, answer
    # Who comes while the first is still at it is told so; every other hears the same answer.
    assert {each for each, _ in told} <= {HTTPStatus.CREATED, HTTPStatus.CONFLICT}
    assert {text for each, text in told if each == HTTPStatus.CREATED} == {answer}
    assert Deal.objects.count() == 1
