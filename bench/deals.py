"""How long a registration takes among a million: submitted, looked at, listed, worked on.

    python bench/deals.py --customers 1000000 --deals 1000000 --open 100000

Times are those of the server's own work, without the network and the page. Peers, on the same
rows in the same run: what PostgreSQL needs to write the bare rows of a registration without any
check, and to read one row by an index.
"""

import argparse
import datetime as dt
import random
import time
from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import Any

import names
from database import bench_database
from matching import fill

PARTNERS, LINES, PAGE = 5_000, 20, 25

# Every registration is a copy of one that was really submitted, but for these columns.
OTHERWISE = {
    "public_id": "gen_random_uuid()",
    "number": "'R-' || n",
    "partner_id": "(SELECT min(id) FROM partners_partner) + n %% %(partners)s",
    "customer_id": "(SELECT min(id) FROM customers_customer) + n %% %(customers)s",
    "account_name": "'Account ' || n",
    "submitted_at": "now() - n %% 600 * interval '1 hour'",
    "complete_at": "now() - n %% 600 * interval '1 hour'",
    "active_at": "now() - n %% 720 * interval '1 hour'",
    "due_at": "now() + (n %% 200 - 100) * interval '1 hour'",
    "decided_at": "CASE WHEN n > %(open)s OR n %% 5 > 1 THEN now() END",
    "closed_at": "CASE WHEN n > %(open)s THEN now() END",
    "state": """CASE WHEN n > %(open)s
        THEN (ARRAY['won', 'lost', 'expired', 'rejected'])[1 + n %% 4]
        ELSE (ARRAY['submitted', 'under-review', 'approved', 'approved', 'approved'])[1 + n %% 5]
        END""",
}
TABLES = ("deals_deal", "deals_dealline", "deals_dealrole", "deals_protection")
CHILDREN = (
    """INSERT INTO deals_dealline (deal_id, partner_id, product_line_id, amount, state, code)
    SELECT d.id, d.partner_id, (SELECT min(id) FROM sales_productline) + d.id %% %(lines)s, 50000,
      CASE WHEN d.state IN ('submitted', 'under-review') THEN 'under-review'
        ELSE 'approved' END, ''
    FROM deals_deal d WHERE d.number LIKE 'R-_%%' AND d.id > %(template)s""",
    """INSERT INTO deals_dealrole (deal_id, partner_id, kind, user_id, leads, valid)
    SELECT id, partner_id, 'partner-rep', registered_by_id, true, daterange('2026-01-01', NULL)
    FROM deals_deal WHERE id > %(template)s
      AND state IN ('submitted', 'under-review', 'approved')""",
    """INSERT INTO deals_protection (deal_id, line_id, partner_id, root_customer_id,
      product_line_id, during, exclusive, ground)
    SELECT d.id, l.id, d.partner_id, d.customer_id, l.product_line_id,
      daterange(current_date - 20, current_date + 70), true, 'approval'
    FROM deals_deal d JOIN deals_dealline l ON l.deal_id = d.id
    WHERE d.id > %(template)s AND d.state = 'approved'""",
)


def copies(columns: list[str]) -> str:
    """The statement that copies the template from number to number."""
    told = ", ".join(OTHERWISE.get(name, f"t.{name}") for name in columns)
    every = "generate_series(%(first)s::bigint, %(last)s::bigint) AS n"
    return (
        f"INSERT INTO deals_deal ({', '.join(columns)})"  # noqa: S608 - columns of our own model
        f" SELECT {told} FROM deals_deal t, {every} WHERE t.id = %(template)s"
    )


def columns() -> list[str]:
    from deals.models import Deal

    return [f.column for f in Deal._meta.concrete_fields if f.column != "id"]


def stock(wanted: argparse.Namespace, template: int) -> None:
    """All registrations with their lines, roles and protections; with the history switched off."""
    from django.db import connection

    from channelhub.lib.roles import OWNER, acting_as

    params = {
        "partners": PARTNERS, "lines": LINES, "customers": wanted.customers, "open": wanted.open,
        "first": 1, "last": wanted.deals, "template": template,
    }  # fmt: skip
    start = time.perf_counter()
    with connection.cursor() as cursor:
        with acting_as(OWNER):
            for table in TABLES:
                cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
            for statement in (copies(columns()), *CHILDREN):
                cursor.execute(statement, params)
            for table in TABLES:
                cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
        with acting_as(None):
            cursor.execute("VACUUM (ANALYZE)")
    print(f"  registrations written in {time.perf_counter() - start:.0f} s, without their history")


def prepare(partners: int) -> Any:
    """Partners, product lines, and somebody at the first partner."""
    from accounts.models import Role, User
    from partners.models import Membership, Partner
    from sales.models import ProductLine

    rows = [Partner(number=f"P{n}", name=f"Partner {n}") for n in range(partners)]
    Partner.objects.bulk_create(rows)
    ProductLine.objects.bulk_create([ProductLine(name=f"Line {n}") for n in range(LINES)])
    rep = User.objects.create_user("rep@example.com", "x", name="Rep", role=Role.PARTNER_ADMIN)
    first = Partner.objects.order_by("pk").first()
    Membership.objects.create(user=rep, partner=first)
    User.objects.create_user("admin@example.com", "x", name="Admin", role=Role.ADMIN)
    return first, rep


def drafts(partner: Any, rep: Any, accounts: Iterable[str]) -> list[Any]:
    from deals.actions.drafts import begin_draft
    from sales.models import ProductLine

    lines = {ProductLine.objects.order_by("pk")[3]: Decimal(50_000)}
    return [
        begin_draft(
            partner, acting_user=rep, lines=lines, account_name=name,
            account_domain=f"account-{place}.example", account_country="DE",
            expected_close=dt.date(2027, 6, 30), effort="Two meetings.", currency="EUR",
        )
        for place, name in enumerate(accounts)
    ]  # fmt: skip


def accounts(number: int, dice: random.Random) -> list[str]:
    """Customers that we have, half of them written in another way."""
    from customers.models import Customer

    top = Customer.objects.latest("id").pk
    keys = [dice.randint(1, top) for _ in range(number)]
    found = Customer.objects.filter(pk__in=keys).values_list("name", flat=True)
    changed = ("typo", "form dropped", "word order")
    return [
        names.VARIANTS[changed[place % 3]](dice, name) if place % 2 else name
        for place, name in enumerate(found)
    ]


def measure(label: str, act: Callable[[Any], object], cases: list[Any]) -> None:
    took = []
    for case in cases:
        start = time.perf_counter()
        act(case)
        took.append((time.perf_counter() - start) * 1000)
    took = sorted(took[len(took) // 10 :])
    print(
        f"  {label:<58} p50 {took[len(took) // 2]:8.2f}  p95 {took[int(len(took) * 0.95)]:8.2f} ms"
    )


def bare_insert(template: int, partners: int, wanted: argparse.Namespace) -> Callable[[int], None]:
    """The rows of a registration, in a transaction of their own, without asking anything."""
    from django.db import connection, transaction

    statement = copies(columns())
    line = (
        "INSERT INTO deals_dealline (deal_id, partner_id, product_line_id, amount, state, code)"
        " SELECT id, partner_id, (SELECT min(id) FROM sales_productline), 1, 'under-review', ''"
        " FROM deals_deal WHERE number = 'R-' || %s"
    )

    def write(number: int) -> None:
        place = wanted.deals + 1 + number
        params = {
            "partners": partners, "customers": wanted.customers, "open": wanted.open,
            "first": place, "last": place, "template": template,
        }  # fmt: skip
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement, params)
            cursor.execute(line, [place])

    return write


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--customers", type=int, default=1_000_000)
    parser.add_argument("--deals", type=int, default=1_000_000)
    parser.add_argument("--open", type=int, default=100_000)
    parser.add_argument("--runs", type=int, default=200)
    wanted = parser.parse_args()
    dice = random.Random(30)
    with bench_database():
        from accounts.models import User
        from deals.actions.drafts import submit_deal
        from deals.actions.overlaps import review
        from deals.models import Deal
        from deals.review.lists import listed
        from deals.working import Asked, WorkingList, question_of

        print(
            f"{wanted.customers:,} customers, {wanted.deals:,} registrations, {wanted.open:,} open"
        )
        fill(wanted.customers, dice)
        partner, rep = prepare(PARTNERS)
        (first,) = drafts(partner, rep, ["Template"])
        template = submit_deal(first, acting_user=rep).pk
        stock(wanted, template)
        made = drafts(partner, rep, accounts(wanted.runs, dice))
        measure("submit, with the look-up of the customer",
                lambda deal: submit_deal(deal, acting_user=rep), made)  # fmt: skip
        submitted = list(Deal.objects.filter(pk__in=[deal.pk for deal in made]))
        measure("what a reviewer sees of one: matches, overlaps, suggestion", review, submitted)
        admin = User.objects.get(email="admin@example.com")

        def queue(_: int) -> object:
            rows = listed(admin).to_decide().order_by("due_at", "pk")
            return rows.count(), list(rows[:PAGE])

        def work(_: int) -> object:
            asked = question_of(admin, Asked())
            rows = WorkingList(asked, unclear_only=False, likely=slice(0, PAGE))
            return rows.count(), rows[:PAGE]

        measure("review queue: how many, and the 25 due first", queue, list(range(20)))
        measure("who works it: how many, and 25, what is unclear first", work, list(range(20)))
        measure("bare INSERT of a registration and a line, history kept",
                bare_insert(template, PARTNERS, wanted), list(range(wanted.runs)))  # fmt: skip
        by_number = Deal.objects.values_list("id")
        numbers = [f"R-{dice.randint(1, wanted.deals)}" for _ in range(wanted.runs)]
        measure("bare SELECT of a registration by its number",
                lambda number: by_number.get(number=number), numbers)  # fmt: skip


if __name__ == "__main__":
    main()
