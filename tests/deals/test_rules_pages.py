"""Versions of the rules of engagement: written from the newest, kept once in force."""

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client

from accounts.models import User
from deals.actions.engagement import change_rules, remove_rules, write_rules
from deals.models import Deal, RulesOfEngagement
from deals.standing.figures import FIGURES
from partners.models import Partner
from sales.models import ProductLine

from .conftest import Clock

SignIn = Callable[[User], Client]
TODAY = dt.date(2026, 3, 2)


def figures(rules: RulesOfEngagement, **changed: Any) -> dict[str, Any]:
    base = rules.terms.get(deal_type="", product_line=None)
    return {**{name: getattr(base, name) for name in FIGURES}, **changed}


def version(admin: User, day: dt.date, *more: dict[str, Any], **changed: Any) -> RulesOfEngagement:
    first = RulesOfEngagement.objects.get(version=1)
    terms = [figures(first, **changed), *(figures(first, **each) for each in more)]
    return write_rules(text="New words", effective_from=day, terms=terms, acting_user=admin)


def typed(rules: RulesOfEngagement, day: str, **more: Any) -> dict[str, Any]:
    base = {
        f"base-{name}": "" if value is None else value for name, value in figures(rules).items()
    }
    counts = {"terms-TOTAL_FORMS": 0, "terms-INITIAL_FORMS": 0}
    return {"text": "Words", "effective_from": day, **base, **counts, **more}


@pytest.fixture
def desk(admin: User, sign_in: SignIn, clock: Clock) -> Client:
    return sign_in(admin)


def test_a_version_begins_as_the_newest_and_deals_follow_their_day(
    desk: Client, rules: RulesOfEngagement, storage: ProductLine, clock: Clock,
    submitted: Callable[..., Deal], partner: Partner, partner_rep: User,
) -> None:  # fmt: skip
    before = submitted(partner, partner_rep)
    page = desk.get("/rules/new/").content.decode()
    assert 'value="90"' in page
    row = {f"terms-0-{name}": value or "" for name, value in figures(rules).items()}
    desk.post(
        "/rules/new/",
        typed(rules, "2026-03-03", **{**row, "base-protection_days": 60, "terms-TOTAL_FORMS": 1,
              "terms-0-deal_type": "renewal", "terms-0-product_line": storage.pk,
              "terms-0-protection_days": 30}),
    )  # fmt: skip
    new = RulesOfEngagement.objects.get(version=2)
    assert new.terms_for("renewal", storage).protection_days == 30
    assert new.terms_for("new", storage).protection_days == 60
    clock.turn(days=1)
    after = submitted(partner, partner_rep, name="Another")
    assert (before.rules, after.rules) == (rules, new)
    detail = desk.get(f"/rules/{new.public_id}/").content.decode()
    assert "deal made under it" in detail
    listed = desk.get("/rules/").context["rules"]
    assert [(each.version, each.deals) for each in listed] == [(2, 1), (1, 1)]
    assert "was 90 in version 1" in detail
    assert "New" in detail


def test_another_row_is_asked_for_without_losing_what_was_typed(
    desk: Client, rules: RulesOfEngagement
) -> None:
    sent = typed(rules, "2026-03-03", another="1", **{"base-protection_days": 61})
    page = desk.post("/rules/new/", sent).content.decode()
    assert page.count('value="61"') == 2
    assert "is-invalid" not in page
    assert RulesOfEngagement.objects.count() == 1
    odd = desk.post("/rules/new/", {**sent, "terms-TOTAL_FORMS": "many"})
    assert odd.status_code == 200


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ({"effective_from": "2026-03-01"}, "This day has passed."),
        ({"base-decision_days": 1}, "Escalate before the decision is due."),
        ({"base-miss_days": 2}, "A decision is missed only after it was due."),
        ({"base-release_days": 26}, "Release no sooner than"),
        ({"base-protection_days": 0}, "Protect for a day at least."),
        ({"text": ""}, "This field is required."),
    ],
)
def test_what_cannot_be_is_refused_in_words(
    more: dict[str, Any], told: str, desk: Client, rules: RulesOfEngagement
) -> None:
    answer = desk.post("/rules/new/", {**typed(rules, "2026-03-02"), **more})
    assert told in answer.content.decode()
    assert RulesOfEngagement.objects.count() == 1


def test_rows_that_differ_are_for_some_deals_and_each_once(
    desk: Client, rules: RulesOfEngagement
) -> None:
    def rows(*types: str) -> dict[str, Any]:
        every = {
            f"terms-{place}-{name}": value or ""
            for place in range(len(types))
            for name, value in figures(rules).items()
        }
        kinds = {f"terms-{place}-deal_type": kind for place, kind in enumerate(types)}
        return {**every, **kinds, "terms-TOTAL_FORMS": len(types)}

    twice = desk.post("/rules/new/", typed(rules, "2026-03-03", **rows("new", "new")))
    assert "Two rows are for the same type of deal" in twice.content.decode()
    nobody = desk.post("/rules/new/", typed(rules, "2026-03-03", **rows("")))
    assert "Choose a type of deal or a product line" in nobody.content.decode()
    assert RulesOfEngagement.objects.count() == 1


def test_versions_follow_one_another(admin: User, clock: Clock) -> None:
    version(admin, dt.date(2026, 4, 1))
    for day in (TODAY, dt.date(2026, 4, 1)):
        with pytest.raises(ValidationError) as refused:
            version(admin, day)
        assert "Version 2 is in force from 1 Apr 2026" in str(refused.value)
    assert version(admin, dt.date(2026, 4, 2)).version == 3


def test_a_version_to_come_is_changed_and_removed_and_one_in_force_is_not(
    desk: Client, admin: User, rules: RulesOfEngagement, clock: Clock
) -> None:
    new = version(admin, dt.date(2026, 3, 3), {"deal_type": "renewal", "protection_days": 30})
    address = f"/rules/{new.public_id}/"
    assert "Change" in desk.get(address).content.decode()
    desk.post(f"{address}edit/", typed(rules, "2026-03-05", **{"base-minimum_amount": "500"}))
    new.refresh_from_db()
    assert (new.text, new.effective_from) == ("Words", dt.date(2026, 3, 5))
    assert new.terms.get().minimum_amount == Decimal(500)
    clock.turn(days=3)
    for refused in (
        lambda: change_rules(
            new, text="x", effective_from=dt.date(2026, 4, 1), terms=[figures(rules)],
            acting_user=admin,
        ),
        lambda: remove_rules(new, acting_user=admin),
    ):  # fmt: skip
        with pytest.raises(ValidationError, match="it stays"):
            refused()
    assert "write a new version" in desk.post(f"{address}edit/", follow=True).content.decode()
    later = version(admin, dt.date(2026, 3, 6))
    desk.post(f"/rules/{later.public_id}/remove/")
    assert not RulesOfEngagement.objects.filter(pk=later.pk).exists()


def test_a_version_stays_before_the_later_ones(admin: User, clock: Clock) -> None:
    second = version(admin, dt.date(2026, 4, 1))
    version(admin, dt.date(2026, 5, 1))
    with pytest.raises(ValidationError, match="A later version"):
        change_rules(
            second, text="x", effective_from=dt.date(2026, 5, 1), terms=[figures(second)],
            acting_user=admin,
        )  # fmt: skip


def test_a_version_on_which_deals_rest_stays(
    admin: User, rules: RulesOfEngagement, clock: Clock, submitted: Callable[..., Deal],
    partner: Partner, partner_rep: User,
) -> None:  # fmt: skip
    """The first one holds for deals before its own day, too."""
    RulesOfEngagement.objects.update(effective_from=dt.date(2026, 4, 1))
    assert submitted(partner, partner_rep).rules == rules
    rules.refresh_from_db()
    with pytest.raises(ValidationError, match="deals rest on it"):
        remove_rules(rules, acting_user=admin)


def test_everybody_of_ours_reads_and_admins_write(
    sign_in: SignIn, manager: User, chief: User, direct: User, partner_admin: User,
    rules: RulesOfEngagement,
) -> None:  # fmt: skip
    for reader in (manager, chief, direct):
        client = sign_in(reader)
        assert "In force" in client.get("/rules/").content.decode()
        assert (
            "We decide within two working days"
            in client.get(f"/rules/{rules.public_id}/").content.decode()
        )
        assert client.get("/rules/new/").status_code == 404
    assert sign_in(partner_admin).get("/rules/").status_code == 404
