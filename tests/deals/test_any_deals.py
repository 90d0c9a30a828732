"""Whatever happens to registrations in whatever order: one holds a customer, line and day.

To let another verb take part, add a rule to `Deals` and what it does to `known`.
"""

import dataclasses
import datetime as dt
from collections import Counter
from collections.abc import Callable
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from accounts.models import User
from customers.actions.merges import merge_customer, unmerge_customer
from customers.models import Customer
from deals.actions import progress, reviewing, timed
from deals.actions.drafts import begin_draft, submit_deal
from deals.models import Deal, ExtensionRequest, Ground, Protection
from deals.rules.states import LEADS, PENDING, State, Step
from partners.models import Partner
from sales.models import ProductLine
from tests.deals.conftest import Clock

NAMES = ("Fenwick Mills", "Quarrystone Hospital", "Bellwether Airways")
LINES = ("Storage", "Network")
PROTECTED, EXTENDED, RELEASED = (dt.timedelta(days=n) for n in (90, 30, 45))
CHOICE = st.integers(0, 11)


@dataclasses.dataclass
class Known:
    """A registration as the rules of the trade say it stands; `end` is its first free day."""

    deal: Deal
    customer: int
    lines: frozenset[str]
    tender: bool
    active: dt.datetime
    state: State = State.SUBMITTED
    end: dt.date | None = None
    # Where the protection would end without the extension that is asked for.
    before: dt.date | None = None
    asked: bool = False
    waits: bool = False

    def holds(self, today: dt.date) -> bool:
        return self.end is not None and self.end > today


class Deals(RuleBasedStateMachine):
    """Two partners, three customers, two product lines, and days that pass."""

    clock: Clock
    people: tuple[tuple[Partner, User], ...]
    admin: User
    seen: Counter[str] = Counter()

    def __init__(self) -> None:
        super().__init__()
        self.stage = transaction.atomic()
        self.stage.__enter__()
        self.clock.now = dt.datetime(2026, 3, 2, 9, tzinfo=dt.UTC)
        self.clock.tell_database()
        self.lines = {name: ProductLine.objects.create(name=name) for name in LINES}
        made = [Customer.objects.create(name=name, country="GB") for name in NAMES]
        self.customers = [each.pk for each in made]
        self.merged: dict[int, int] = {}
        self.known: list[Known] = []

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.stage.__exit__(None, None, None)

    @property
    def today(self) -> dt.date:
        return self.clock.now.date()

    def entity(self, customer: int) -> int:
        return self.merged.get(customer, customer)

    def held(self, *, without: Known | None = None) -> list[tuple[int, str]]:
        """What is held exclusively today: legal entity and product line, one entry per holder."""
        return [
            (self.entity(each.customer), line)
            for each in self.known
            if each is not without and each.holds(self.today) and not each.tender
            for line in each.lines
        ]

    def pick(self, which: int, *states: State) -> Known | None:
        fitting = [each for each in self.known if not states or each.state in states]
        return fitting[which % len(fitting)] if fitting else None

    @rule(
        side=st.integers(0, 1), customer=st.integers(0, 2), tender=st.booleans(),
        lines=st.sampled_from([LINES, LINES[:1], LINES[1:]]),
    )  # fmt: skip
    def submit(self, side: int, customer: int, lines: tuple[str, ...], *, tender: bool) -> None:
        partner, user = self.people[side]
        name = NAMES[customer]
        draft = begin_draft(
            partner, acting_user=user, lines={self.lines[each]: Decimal(10) for each in lines},
            account_name=name, account_domain=f"{name.split()[0].lower()}.example",
            account_country="GB", expected_close=dt.date(2026, 12, 1), effort="Two meetings.",
            tender=tender and side == 0,
        )  # fmt: skip
        deal = submit_deal(draft, acting_user=user)
        assert deal.customer_id is not None
        known = Known(deal, deal.customer_id, frozenset(lines), deal.tender, self.clock.now)
        self.known.append(known)

    @rule(which=CHOICE)
    def approve(self, which: int) -> None:
        """Of anything that was submitted, whether it may be or not."""
        if (one := self.pick(which)) is None:
            return
        wanted = {(self.entity(one.customer), line) for line in one.lines}
        taken = not one.tender and bool(wanted & set(self.held(without=one)))
        legal = one.state in PENDING and not taken

        def act() -> object:
            return reviewing.approve_deal(one.deal, acting_user=self.admin)

        what = "second approval" if one.state in PENDING and taken else "approve"
        if self.agrees(what, act, legal=legal):
            one.state, one.end, one.active = State.APPROVED, self.today + PROTECTED, self.clock.now

    @rule(which=CHOICE)
    def reject(self, which: int) -> None:
        if (one := self.pick(which)) is None:
            return

        def act() -> object:
            return reviewing.reject_deal(
                one.deal, code="too-early", text="Too early.", acting_user=self.admin
            )

        if self.agrees("reject", act, legal=one.state in PENDING):
            one.state, one.end = State.REJECTED, None

    @rule(which=CHOICE)
    def withdraw(self, which: int) -> None:
        if (one := self.pick(which)) is None:
            return

        def act() -> object:
            return progress.withdraw(one.deal, acting_user=one.deal.registered_by)

        if self.agrees("withdraw", act, legal=one.state in (*PENDING, State.APPROVED)):
            one.state, one.end = State.WITHDRAWN, None

    @rule(which=CHOICE)
    def tell_progress(self, which: int) -> None:
        if one := self.pick(which, State.APPROVED):
            progress.update_progress(
                one.deal, text="A meeting.", acting_user=one.deal.registered_by
            )
            one.active = self.clock.now

    @rule(which=CHOICE)
    def ask_extension(self, which: int) -> None:
        if (one := self.pick(which)) is None:
            return
        legal = one.state == State.APPROVED and one.holds(self.today) and not one.asked

        def act() -> object:
            return progress.ask_extension(
                one.deal, reason="Budget is late.", acting_user=one.deal.registered_by
            )

        if self.agrees("extend", act, legal=legal):
            assert one.end is not None
            one.asked = one.waits = True
            one.before, one.end, one.active = one.end, one.end + EXTENDED, self.clock.now

    @precondition(lambda self: any(each.waits for each in self.known))
    @rule(grant=st.booleans())
    def decide_extension(self, *, grant: bool) -> None:
        one = next(each for each in self.known if each.waits)
        request = ExtensionRequest.objects.get(deal=one.deal)
        progress.decide_extension(request, grant=grant, acting_user=self.admin)
        one.waits = False
        if not grant and one.state == State.APPROVED and one.end is not None:
            assert one.before is not None
            one.end = min(one.end, max(one.before, self.today))

    @rule(one=st.integers(0, 2), other=st.integers(0, 2))
    def merge(self, one: int, other: int) -> None:
        customer, into = self.customers[one], self.customers[other]
        moving = {line for root, line in self.held() if root == customer}
        there = {line for root, line in self.held() if root == into}
        linked = {*self.merged, *self.merged.values()}
        possible = customer != into and customer not in linked and into not in self.merged

        def act() -> object:
            return merge_customer(
                Customer(pk=customer), into=Customer(pk=into), on=self.today,
                acting_user=self.admin,
            )  # fmt: skip

        if self.agrees("merge", act, legal=possible and not moving & there):
            self.merged[customer] = into

    @precondition(lambda self: self.merged)
    @rule()
    def unmerge(self) -> None:
        customer = next(iter(self.merged))
        unmerge_customer(Customer.objects.get(pk=customer), acting_user=self.admin)
        del self.merged[customer]

    @rule(days=st.sampled_from([1, 3, 20, 38, 46, 91]))
    def let_time_pass(self, days: int) -> None:
        """The beat comes twice, after it was away for all these days."""
        self.clock.turn(days=days)
        for _ in range(2):
            timed.keep_the_clock()
            timed.age_protections()
        for one in self.known:
            self.age(one)

    def age(self, one: Known) -> None:
        one.deal.refresh_from_db()
        if one.state == State.APPROVED and one.end is not None:
            over = one.end <= self.today and not one.waits
            assert (one.deal.state == State.EXPIRED) == over
            if one.deal.state == State.RELEASED:
                self.seen["release"] += 1
                assert self.clock.now - one.active >= RELEASED
                one.end = None
            self.seen["expire"] += over
        elif one.state in PENDING and not one.holds(self.today):
            self.protected_provisionally(one)
        one.state = State(one.deal.state)

    def protected_provisionally(self, one: Known) -> None:
        """Where it began to be: only when nobody else holds what it wants."""
        rows = one.deal.protections.on(self.today).filter(ground=Ground.PROVISIONAL)
        if first := rows.first():
            self.seen["provisional"] += 1
            wanted = {(self.entity(one.customer), line) for line in one.lines}
            assert one.tender or not wanted & set(self.held(without=one))
            one.end = first.during.upper

    def agrees(self, what: str, act: Callable[[], object], *, legal: bool) -> bool:
        """Do it; it must work where the model says so, and be refused in words elsewhere."""
        try:
            act()
        except ValidationError:
            assert not legal, f"{what} was refused"
            self.seen[f"{what} refused"] += 1
            return False
        assert legal, f"{what} was not refused"
        self.seen[what] += 1
        return True

    @invariant()
    def one_holds_a_customer_and_line_on_a_day(self) -> None:
        wanted = self.held()
        assert len(wanted) == len(set(wanted))
        live = Protection.objects.on(self.today).filter(exclusive=True)
        stored = [(row.root_customer_id, row.product_line.name) for row in
                  live.select_related("product_line")]  # fmt: skip
        assert sorted(stored) == sorted(wanted)

    @invariant()
    def every_change_of_state_has_its_step(self) -> None:
        for one in self.known:
            state = State.DRAFT
            for row in one.deal.steps.order_by("id"):
                assert row.from_state == state
                if row.step in LEADS:
                    came_from, leads_to = LEADS[Step(row.step)]
                    assert state in came_from
                    state = leads_to
                assert row.to_state == state
            assert Deal.objects.get(pk=one.deal.pk).state == state == one.state


@pytest.fixture(autouse=True)
def stage(
    clock: Clock, partner: Partner, other_partner: Partner, partner_rep: User,
    other_partner_admin: User, admin: User, monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    people = ((partner, partner_rep), (other_partner, other_partner_admin))
    cast = {"clock": clock, "people": people, "admin": admin, "seen": Counter()}
    for name, value in cast.items():
        monkeypatch.setattr(Deals, name, value, raising=False)


def run(examples: int, steps: int) -> None:
    run_state_machine_as_test(
        Deals,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_one_holds_a_customer_and_line_after_any_sequence() -> None:
    run(20, 15)
    # The sequences came where it matters.
    assert {"approve", "second approval refused", "merge", "expire"} <= set(Deals.seen)
