"""Customers that mattered and are gone: the judgement at its edges, and through nights."""

import csv
import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import User
from alerts import actions
from alerts.canaries.key_customer_lost import (
    Class,
    KeyCustomerLost,
    best_of,
    classify,
    reaches,
    silence_of,
)
from alerts.customers import CustomerFacts, Purchase, Said
from alerts.models import Alert, PartnerHealth
from alerts.night import Night
from alerts.verdicts import Outcome, Severity
from channelhub.lib import months
from customers.models import (
    Customer,
    CustomerContract,
    CustomerExternalId,
    CustomerLoss,
    Level,
)
from imports.models import Source
from partners.models import Partner, PartnerStatus

CANARY = KeyCustomerLost()
LAST = dt.date(2025, 12, 1)
SPAN = months.between(dt.date(2023, 1, 1), LAST)
AS_OF = dt.date(2025, 12, 31)
NIGHT = Night(
    as_of=AS_OF, currency="USD", rates={"USD": Decimal(1)}, feeds={},
    channel=Decimal(100_000), channel_to=LAST,
)  # fmt: skip
REVENUE = dict.fromkeys(SPAN, Decimal(1000))
Make = Callable[..., Partner]


def bought(*texts: str, amount: int = 1000, seller: int | None = 7) -> tuple[Purchase, ...]:
    """Purchases in months such as 2024-03."""
    return tuple(
        Purchase(dt.date.fromisoformat(f"{text}-01"), seller, Decimal(amount)) for text in texts
    )


def facts(purchases: Iterable[Purchase], **more: Any) -> CustomerFacts:
    standard: dict[str, Any] = {
        "customer": 1, "purchases": tuple(purchases), "revenue": REVENUE, "covered_to": LAST,
        "stale": False, "through_channel": True, "sellers": {7: "Seven", 8: "Eight"},
        "ended": frozenset(),
    }  # fmt: skip
    return CustomerFacts(**{**standard, **more})


def kind(purchases: Iterable[Purchase], **more: Any) -> Class:
    return classify(facts(purchases, **more), AS_OF, CANARY.limits)


EVERY_QUARTER = ("2024-01", "2024-04", "2024-07", "2024-10")


def test_one_percent_of_the_same_twelve_months_is_enough_and_less_is_not() -> None:
    # 12 months of 1,000 are 12,000: one percent is 120.
    assert reaches(best_of(facts(bought("2024-03", amount=120))), CANARY.limits)
    assert not reaches(best_of(facts(bought("2024-03", amount=119))), CANARY.limits)


def test_the_best_months_are_any_twelve_of_the_last_36() -> None:
    best = best_of(facts(bought("2024-06", "2025-05", amount=10)))
    assert (best.bought, best.to) == (Decimal(20), dt.date(2025, 5, 1))


@pytest.mark.parametrize(
    ("purchases", "limit"),
    [
        # Median gap of quarters: 91 days, twice that.
        (EVERY_QUARTER, Decimal(182)),
        # Monthly: never before 90 days.
        (("2025-01", "2025-02", "2025-03", "2025-04"), Decimal(90)),
        # Yearly: always after 450.
        (("2023-01", "2024-01", "2025-01"), Decimal(450)),
    ],
)
def test_too_long_is_twice_the_median_gap_within_bounds(
    purchases: Sequence[str], limit: Decimal
) -> None:
    silence = silence_of(facts(bought(*purchases)), CANARY.limits)
    assert silence
    assert silence.limit == limit


def test_silence_counts_to_the_last_covered_day_and_must_be_longer() -> None:
    def silent_after(covered_to: str) -> Class:
        # The limit is 182 days after 31 October.
        return kind(bought(*EVERY_QUARTER), covered_to=dt.date.fromisoformat(covered_to))

    assert silent_after("2025-04-01") == Class.BUYS
    assert silent_after("2025-05-01") == Class.LOST


def test_a_seasonal_customer_is_given_its_season() -> None:
    seasonal = ("2023-06", "2024-01", "2024-06", "2025-01")
    assert kind(bought(*seasonal)) == Class.BUYS


def test_fewer_than_three_gaps_is_a_watch_that_asks() -> None:
    seldom = bought("2024-01", "2024-02", "2024-03")
    assert kind(seldom) == Class.ASK
    assert CANARY.judge(facts(seldom), NIGHT, CANARY.limits).severity == Severity.WATCH
    assert kind([*seldom, *bought("2024-04")]) == Class.LOST


def test_a_fifth_of_the_best_is_shrunk_and_more_is_not() -> None:
    best = bought("2024-01", "2024-04", "2024-07", "2024-10", amount=250)
    rest = ("2025-01", "2025-04", "2025-07")
    assert kind([*best, *bought(*rest, "2025-10", amount=50)]) == Class.SHRUNK
    assert kind([*best, *bought(*rest, amount=50), *bought("2025-10", amount=51)]) == Class.BUYS


@pytest.mark.parametrize("elsewhere", [8, None])
def test_buying_on_another_route_or_partner_is_moved(elsewhere: int | None) -> None:
    here = bought(*EVERY_QUARTER, seller=7)
    there = bought("2025-01", "2025-04", "2025-07", "2025-10", seller=elsewhere, amount=900)
    verdict = CANARY.judge(facts([*here, *there]), NIGHT, CANARY.limits)
    assert verdict.finding_class == Class.MOVED
    assert ("Eight" if elsewhere else "us directly") in verdict.evidence["reason"]


def test_who_buys_from_two_partners_all_along_has_not_moved() -> None:
    both = [*bought(*EVERY_QUARTER, "2025-01", "2025-04", "2025-07", "2025-10", seller=7),
            *bought("2025-04", "2025-10", seller=8)]  # fmt: skip
    assert kind(both) == Class.BUYS


def test_somebody_said_so_until_it_buys_again() -> None:
    said = Said(lost_on=dt.date(2025, 10, 20), said_by="buyer", why="Poor support.")
    steady = bought(*EVERY_QUARTER, "2025-01", "2025-04", "2025-07", "2025-10")
    assert kind(steady, said=said) == Class.LOST
    assert kind([*steady, *bought("2025-11")], said=said) == Class.BUYS
    verdict = CANARY.judge(facts(steady, said=said), NIGHT, CANARY.limits)
    assert verdict.evidence["reason"] == (
        "Lost on 20 October 2025. The buyer said so: Poor support."
    )


def test_a_contract_that_ended_60_days_ago_is_a_loss() -> None:
    steady = bought(*EVERY_QUARTER, "2025-01", "2025-04", "2025-07", "2025-10")
    assert kind(steady, contract_ends=dt.date(2025, 11, 1)) == Class.LOST
    assert kind(steady, contract_ends=dt.date(2025, 11, 2)) == Class.BUYS
    assert kind([*steady, *bought("2025-12")], contract_ends=dt.date(2025, 11, 1)) == Class.BUYS


def test_a_late_feed_makes_silence_unknown() -> None:
    verdict = CANARY.judge(facts(bought(*EVERY_QUARTER), stale=True), NIGHT, CANARY.limits)
    assert verdict.outcome == Outcome.UNKNOWN
    assert verdict.money is None


def test_partners_that_have_all_ended_raise_no_loss() -> None:
    def outcome(*ended: int) -> Outcome:
        gone = facts(bought(*EVERY_QUARTER), ended=frozenset(ended))
        return CANARY.judge(gone, NIGHT, CANARY.limits).outcome

    assert outcome(7) == Outcome.FIRES
    assert outcome(7, 8) == Outcome.HOLDS


purchases_of_any_kind = st.lists(
    st.builds(
        Purchase,
        month=st.sampled_from(SPAN),
        seller=st.sampled_from([7, 8, None]),
        amount=st.decimals(-1000, 5000, places=2),
    ),
    min_size=1,
    max_size=30,
)


@given(purchases_of_any_kind, st.sampled_from(SPAN[24:]), st.booleans())
def test_every_history_has_a_verdict_that_explains_itself(
    purchases: list[Purchase],
    covered_to: dt.date,
    stale: bool,  # noqa: FBT001
) -> None:
    found = facts(purchases, covered_to=covered_to, stale=stale)
    if not reaches(best_of(found), CANARY.limits):
        return
    verdict = CANARY.judge(found, NIGHT, CANARY.limits)
    told = CANARY.explain(verdict.finding_class, verdict.value, verdict.evidence)
    assert told.arithmetic
    assert CANARY.headline(verdict.finding_class, verdict.value, verdict.evidence)
    silence = silence_of(found, CANARY.limits)
    assert silence
    assert 90 <= silence.limit <= 450
    if stale:
        assert verdict.outcome == Outcome.UNKNOWN
    elif silence.days > 450:
        assert verdict.finding_class in {Class.LOST, Class.ASK}


# --- Through nights ----------------------------------------------------------------------------

Row = tuple[str, str, str, str, str]  # date, reseller, distributor, customer, amount


@pytest.fixture
def load(tmp_path: Path, db: None) -> Callable[..., None]:
    """Loads lines that name customers, as history of the source `erp`."""
    files = iter(range(100))

    def run(
        rows: Iterable[Row], *, kind: str = "billing", covers: str = "2023-01..2025-12"
    ) -> None:
        path = tmp_path / f"customers{next(files)}.csv"
        with path.open("w", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(
                ["invoice", "line", "date", "reseller", "distributor", "customer", "amount"]
            )
            for number, row in enumerate(rows):
                writer.writerow([f"{path.stem}-{number}", "1", *row])
        call_command(
            "import_file", "sales", str(path), source="erp", covers=covers, history=True,
            set=[f"kind={kind}", "currency=USD"],
        )  # fmt: skip

    return run


def steady(customer: str, first: str, last: str, amount: str = "100", **who: str) -> list[Row]:
    reseller, distributor = who.get("reseller", "R"), who.get("distributor", "")
    start, end = (dt.date.fromisoformat(f"{text}-01") for text in (first, last))
    return [
        (f"{month:%Y-%m}-10", reseller, distributor, customer, amount)
        for month in months.between(start, end)
    ]


@pytest.fixture
def seller(make_known: Make, manager: User) -> Partner:
    return make_known("R", manager)


def alert() -> Alert:
    found: Alert = Alert.objects.get(canary=CANARY.name)
    return found


def judge(day: str = "2025-12-31") -> None:
    actions.recompute(dt.date.fromisoformat(day))


def customer(name: str) -> Customer:
    found: Customer = Customer.objects.get(name=name)
    return found


def test_a_silent_customer_opens_one_alert_for_all_its_partners(
    seller: Partner, make_known: Make, load: Callable[..., None], other_manager: User
) -> None:
    other = make_known("R2", other_manager)
    load([
        *steady("Acme", "2023-01", "2025-09"),
        *steady("Acme", "2024-01", "2024-06", reseller="R2"),
        *steady("Rest", "2023-01", "2025-12", "1000"),
    ])  # fmt: skip
    judge("2025-11-30")
    assert not Alert.objects.filter(canary=CANARY.name).exists()
    judge()
    assert alert().subject == customer("Acme").pk
    assert set(alert().partners.all()) == {seller, other}
    assert alert().money == Decimal(1800)
    assert alert().finding_class == Class.LOST
    for viewer in (seller.managers.get().manager, other_manager):
        assert alert() in Alert.objects.visible_to(viewer)


def test_it_ends_when_the_customer_buys_again_and_ages_when_it_mattered_long_ago(
    seller: Partner, load: Callable[..., None], on: Callable[[str], None]
) -> None:
    load([*steady("Acme", "2023-01", "2025-06"), *steady("Rest", "2023-01", "2025-12", "1000")])
    judge()
    on("2026-02-01")
    load(
        [*steady("Acme", "2026-01", "2026-01", "500"), *steady("Rest", "2026-01", "2026-01", "9")],
        covers="2026-01..2026-01",
    )
    judge("2026-01-31")
    assert alert().end_reason == "it buys again"


def test_a_silence_of_over_two_years_is_a_loss_and_not_unknown(
    seller: Partner, load: Callable[..., None]
) -> None:
    load([*steady("Acme", "2023-01", "2023-09"), *steady("Rest", "2023-01", "2025-12", "1000")])
    judge()
    assert alert().finding_class == Class.LOST


def test_a_manager_opens_the_group_that_an_alert_is_about(
    seller: Partner, load: Callable[..., None], manager: User, other_manager: User,
    sign_in: Callable[[User], Client],
) -> None:  # fmt: skip
    load([*steady("Acme", "2023-01", "2025-06"), *steady("Rest", "2023-01", "2025-12", "1000")])
    group = Customer.objects.create(name="Acme Group", level=Level.GROUP)
    Customer.objects.filter(name="Acme").update(parent=group)
    judge()
    page = sign_in(manager).get(f"/alerts/{alert().public_id}/").content.decode()
    assert f'href="{group.get_absolute_url()}"' in page
    assert sign_in(manager).get(group.get_absolute_url()).status_code == 200
    assert sign_in(other_manager).get(group.get_absolute_url()).status_code == 404


def test_on_another_route_it_has_moved_and_is_not_lost(
    seller: Partner, load: Callable[..., None]
) -> None:
    load([
        *steady("Acme", "2023-01", "2025-03"),
        *steady("Acme", "2025-04", "2025-12", reseller=""),
        *steady("Rest", "2023-01", "2025-12", "1000"),
    ])  # fmt: skip
    judge()
    assert alert().finding_class == Class.MOVED
    assert "us directly" in alert().evidence["reason"]


def test_placeholders_and_small_customers_raise_nothing(
    seller: Partner, load: Callable[..., None]
) -> None:
    load([
        *steady("CASH SALES", "2023-01", "2025-03", "500"),
        *steady("Small", "2023-01", "2025-03", "5"),
        *steady("Rest", "2023-01", "2025-12", "1000"),
    ])  # fmt: skip
    assert customer("CASH SALES").placeholder
    judge()
    assert not Alert.objects.filter(canary=CANARY.name).exists()


def test_a_group_counts_as_one_and_so_does_a_merged_customer(
    seller: Partner, load: Callable[..., None]
) -> None:
    load([
        *steady("Acme North", "2023-01", "2025-03"),
        *steady("Acme South", "2023-01", "2025-12"),
        *steady("Akme", "2023-01", "2025-12", "60"),
        *steady("Gone", "2023-01", "2025-03", "60"),
        *steady("Rest", "2023-01", "2025-12", "1000"),
    ])  # fmt: skip
    group = Customer.objects.create(name="Acme Group", level=Level.GROUP)
    Customer.objects.filter(name__startswith="Acme ").exclude(pk=group.pk).update(parent=group)
    Customer.objects.filter(name="Gone").update(
        merged_into=customer("Akme"), merged_on=dt.date(2025, 1, 1)
    )
    judge()
    assert not Alert.objects.filter(canary=CANARY.name).exists()


def test_what_somebody_said_counts_from_the_day_we_knew_it(
    seller: Partner, load: Callable[..., None]
) -> None:
    load([*steady("Acme", "2023-01", "2025-12"), *steady("Rest", "2023-01", "2025-12", "1000")])
    loss = CustomerLoss.objects.create(
        customer=customer("Acme"), lost_on=dt.date(2025, 12, 5), said_by="partner",
        known_on=dt.date(2026, 1, 2),
    )  # fmt: skip
    judge("2026-01-01")
    assert not Alert.objects.filter(canary=CANARY.name).exists()
    judge("2026-01-02")
    assert alert().finding_class == Class.LOST
    loss.withdrawn_on = dt.date(2026, 1, 3)
    loss.save()
    judge("2026-01-03")
    assert alert().ended_on == dt.date(2026, 1, 3)


def test_a_contract_is_read_as_it_was_known(seller: Partner, load: Callable[..., None]) -> None:
    load([*steady("Acme", "2023-01", "2025-10"), *steady("Rest", "2023-01", "2025-12", "1000")])
    who = customer("Acme")
    end = dt.date(2025, 10, 15)
    CustomerContract.objects.create(customer=who, ends_on=end, known_on=dt.date(2025, 1, 1))
    judge("2025-12-13")
    assert not Alert.objects.filter(canary=CANARY.name).exists()
    judge("2025-12-14")
    assert "Its contract ended on 15 October 2025" in alert().evidence["reason"]


def test_two_tier_billing_and_its_sell_through_are_one_sale(
    seller: Partner, make_known: Make, load: Callable[..., None]
) -> None:
    make_known("D")
    two_tier = steady("Acme", "2023-01", "2025-06", distributor="D")
    load([*two_tier, *steady("Rest", "2023-01", "2025-12", "1000")])
    judge()
    assert alert().money == Decimal(1200)
    load(steady("Acme", "2023-01", "2025-06", "90", distributor="D"), kind="sell-through")
    judge("2026-01-01")
    assert alert().money == Decimal(1080)


def test_ended_partners_alone_lose_nobody(seller: Partner, load: Callable[..., None]) -> None:
    load([*steady("Acme", "2023-01", "2025-06"), *steady("Rest", "2023-01", "2025-12", "1000")])
    PartnerStatus.objects.filter(partner=seller).update(status="ended")
    judge()
    assert not Alert.objects.filter(canary=CANARY.name).exists()


def test_partners_are_judged_where_their_lines_name_customers(
    seller: Partner, make_known: Make, load: Callable[..., None]
) -> None:
    silent = make_known("X")
    load([
        *steady("Acme", "2023-01", "2025-12"),
        *steady("", "2023-01", "2025-12", reseller="X"),
    ])  # fmt: skip
    judge()
    judged = {row.partner: row.judged for row in PartnerHealth.objects.current()}
    assert CANARY.name in judged[seller]
    assert CANARY.name not in judged[silent]


def test_external_ids_of_a_source_name_the_customer(
    seller: Partner, load: Callable[..., None]
) -> None:
    source = Source.objects.get(name="erp")
    named = Customer.objects.create(name="Acme Incorporated")
    CustomerExternalId.objects.create(customer=named, source=source, external_id="C-1")
    load([*steady("C-1", "2023-01", "2025-06"), *steady("Rest", "2023-01", "2025-12", "1000")])
    judge()
    assert alert().subject == named.pk
