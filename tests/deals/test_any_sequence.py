"""Whatever happens to registrations in whatever order: no day of a customer is promised twice."""

import datetime as dt
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection, transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    rule,
    run_state_machine_as_test,
)

from accounts.models import Organisation, User
from customers.actions.merges import merge_customer, unmerge_customer
from customers.models import Customer
from deals.actions import progress, reviewing, timed
from deals.actions.drafts import begin_draft, submit_deal
from deals.models import Deal, DealStep, Protection
from deals.rules.states import State
from partners.models import Partner
from sales.models import ProductLine

# Names that nobody takes for one another.
CUSTOMERS = ("Fenwick Mills", "Quarrystone Hospital", "Larkhill Ferries")
PLACES = st.integers(0, len(CUSTOMERS) - 1)
ANY = st.integers(0, 5)


class Registrations(RuleBasedStateMachine):
    """Two partners, three customers, two product lines, days that pass."""

    moment = dt.datetime(2026, 3, 2, 9, tzinfo=dt.UTC)
    partners: tuple[tuple[Partner, User], ...]
    admin: User
    lines: tuple[ProductLine, ...]

    def __init__(self) -> None:
        super().__init__()
        Registrations.moment = dt.datetime(2026, 3, 2, 9, tzinfo=dt.UTC)
        self.stage = transaction.atomic()
        self.stage.__enter__()
        self.deals: list[Deal] = []
        # The model: which registration holds a customer and line, and up to which day.
        self.merged: dict[int, int] = {}
        self._tell()

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.stage.__exit__(None, None, None)

    def _tell(self) -> None:
        with connection.cursor() as cursor:
            day = Registrations.moment.date().isoformat()
            cursor.execute("SELECT set_config('channelhub.today', %s, false)", [day])

    def _try(self, verb: Callable[..., Any], *args: Any, **facts: Any) -> bool:
        """Whether the verb was done; what it refuses changes nothing."""
        before = (list(Deal.objects.values()), list(Protection.objects.values()))
        try:
            with transaction.atomic():
                verb(*args, **facts)
        except ValidationError:
            assert before == (list(Deal.objects.values()), list(Protection.objects.values()))
            return False
        return True

    def _deal(self, number: int) -> Deal | None:
        return Deal.objects.get(pk=self.deals[number % len(self.deals)].pk) if self.deals else None

    @rule(who=st.integers(0, 1), where=PLACES, line=st.integers(0, 1), tender=st.booleans())
    def submit(self, *, who: int, where: int, line: int, tender: bool) -> None:
        if len(self.deals) == 6:
            return
        partner, rep = self.partners[who]
        word = CUSTOMERS[where].split()[0].lower()
        draft = begin_draft(
            partner,
            acting_user=rep,
            lines={self.lines[line]: Decimal(100)},
            account_name=CUSTOMERS[where],
            account_domain=f"{word}.example",
            account_country="GB",
            expected_close=dt.date(2027, 1, 1),
            effort="A visit.",
            tender=tender,
        )
        self.deals.append(submit_deal(draft, acting_user=rep))

    @rule(number=ANY)
    def approve(self, number: int) -> None:
        if deal := self._deal(number):
            held = self._holder(deal)
            done = self._try(reviewing.approve_deal, deal, acting_user=self.admin)
            if done and not deal.tender:
                assert held is None

    def _holder(self, deal: Deal) -> Protection | None:
        """Who holds the customer and line of a registration today, as the model sees it."""
        root = self._root(deal.customer_id)
        line = deal.lines.get().product_line_id
        today = Registrations.moment.date()
        rows = Protection.objects.on(today).filter(exclusive=True, product_line=line)
        others = rows.exclude(deal=deal).select_related("deal")
        found: Any = next((row for row in others if self._root(row.deal.customer_id) == root), None)
        return found  # type: ignore[no-any-return]

    def _root(self, customer: int | None) -> int | None:
        return self.merged.get(customer, customer) if customer else None

    @rule(number=ANY)
    def reject(self, number: int) -> None:
        if deal := self._deal(number):
            facts = {"code": "too-early", "text": "No.", "acting_user": self.admin}
            self._try(reviewing.reject_deal, deal, **facts)

    @rule(number=ANY)
    def withdraw(self, number: int) -> None:
        if deal := self._deal(number):
            self._try(progress.withdraw, deal, acting_user=deal.registered_by)

    @rule(number=ANY)
    def win(self, number: int) -> None:
        if deal := self._deal(number):
            user = deal.registered_by
            self._try(progress.win_deal, deal, amount=Decimal(9), acting_user=user)

    @rule(number=ANY)
    def tell_progress(self, number: int) -> None:
        if deal := self._deal(number):
            user = deal.registered_by
            self._try(progress.update_progress, deal, text="Alive.", acting_user=user)

    @rule(number=ANY, grant=st.sampled_from([None, True, False]))
    def extend(self, *, number: int, grant: bool | None) -> None:
        if not (deal := self._deal(number)):
            return
        user = deal.registered_by
        self._try(progress.ask_extension, deal, reason="Later.", acting_user=user)
        request = getattr(Deal.objects.get(pk=deal.pk), "extension", None)
        if request and grant is not None:
            self._try(progress.decide_extension, request, grant=grant, acting_user=self.admin)

    @rule(first=PLACES, second=PLACES)
    def merge(self, first: int, second: int) -> None:
        rows = {name: Customer.objects.filter(name=name).first() for name in CUSTOMERS}
        one, other = rows[CUSTOMERS[first]], rows[CUSTOMERS[second]]
        if not one or not other:
            return
        on = Registrations.moment.date()
        if self._try(merge_customer, one, into=other, on=on, acting_user=self.admin):
            self.merged[one.pk] = other.pk

    @rule(number=PLACES)
    def unmerge(self, number: int) -> None:
        one = Customer.objects.filter(name=CUSTOMERS[number]).first()
        if one and self._try(unmerge_customer, one, acting_user=self.admin):
            del self.merged[one.pk]

    @rule(days=st.sampled_from([1, 3, 7, 20, 45, 90]))
    def let_time_pass(self, days: int) -> None:
        Registrations.moment += dt.timedelta(days)
        self._tell()
        timed.keep_the_clock()
        timed.age_protections()

    @invariant()
    def no_day_is_promised_twice(self) -> None:
        promised: set[tuple[int | None, int, dt.date]] = set()
        today = Registrations.moment.date()
        rows = Protection.objects.not_over(today).filter(exclusive=True).select_related("deal")
        for row in rows:
            day = max(row.during.lower, today)
            while day < row.during.upper:
                key = (self._root(row.deal.customer_id), row.product_line_id, day)
                assert key not in promised
                promised.add(key)
                day += dt.timedelta(1)

    @invariant()
    def only_open_registrations_protect(self) -> None:
        live = Protection.objects.on(Registrations.moment.date()).select_related("deal")
        assert all(row.deal.is_open for row in live)

    @invariant()
    def the_steps_lead_to_the_state(self) -> None:
        for deal in Deal.objects.all():
            state = State.DRAFT
            for step in DealStep.objects.filter(deal=deal).order_by("pk"):
                assert step.from_state == state
                state = State(step.to_state)
            assert state == deal.state


@pytest.fixture(autouse=True)
def stage(
    partner: Partner,
    other_partner: Partner,
    partner_rep: User,
    other_partner_admin: User,
    admin: User,
    storage: ProductLine,
    network: ProductLine,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[None]:
    pairs = ((partner, partner_rep), (other_partner, other_partner_admin))
    monkeypatch.setattr(Registrations, "partners", pairs, raising=False)
    monkeypatch.setattr(Registrations, "admin", admin, raising=False)
    monkeypatch.setattr(Registrations, "lines", (storage, network), raising=False)
    monkeypatch.setattr(
        Organisation, "now", lambda self: Registrations.moment.astimezone(self.zone())
    )
    yield
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('channelhub.today', '', false)")


def run(examples: int, steps: int) -> None:
    run_state_machine_as_test(
        Registrations,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_no_day_is_promised_twice_after_any_sequence() -> None:
    run(10, 12)


@pytest.mark.slow
def test_no_day_is_promised_twice_after_many_long_sequences() -> None:
    run(60, 30)
