import datetime as dt
from collections.abc import Callable
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse

from accounts.models import User
from partners.actions.merges import merge_partners, unmerge_partner
from partners.facts.results import pro_forma
from partners.models import OwnResult, Partner

ON = dt.date(2026, 3, 1)

SignIn = Callable[[User], Client]


def address(partner: Partner, page: str = "merge") -> str:
    return reverse(f"partners:{page}", args=[partner.public_id])


def test_a_merge_is_a_dated_link_that_can_be_undone(
    partner: Partner, other_partner: Partner, admin: User
) -> None:
    merge_partners(other_partner, into=partner, on=ON, acting_user=admin)
    other_partner.refresh_from_db()
    assert (other_partner.merged_into, other_partner.merged_on) == (partner, ON)
    unmerge_partner(other_partner, acting_user=admin)
    other_partner.refresh_from_db()
    assert (other_partner.merged_into, other_partner.merged_on) == (None, None)
    with pytest.raises(ValidationError, match="is not merged"):
        unmerge_partner(other_partner, acting_user=admin)


def test_what_cannot_be_merged(
    partner: Partner, other_partner: Partner, admin: User, make_partner: Callable[..., Partner]
) -> None:
    third = make_partner("P-3", "Gamma")
    merge_partners(other_partner, into=partner, on=ON, acting_user=admin)
    for one, into, why in (
        (third, third, "cannot be merged into itself"),
        (third, other_partner, "Name that partner instead"),
        (other_partner, third, "Undo that merge first"),
        (partner, third, "Undo those merges first"),
    ):
        with pytest.raises(ValidationError, match=why):
            merge_partners(one, into=into, on=ON, acting_user=admin)


def test_the_page_asks_before_it_merges(
    partner: Partner, other_partner: Partner, admin: User, sign_in: SignIn
) -> None:
    client = sign_in(admin)
    asked = {"into": "P-1", "on": "2026-03-01"}
    look = client.post(address(other_partner), asked)
    assert "counts as part of" in look.content.decode()
    assert not Partner.objects.exclude(merged_into=None).exists()
    done = client.post(address(other_partner), {**asked, "confirmed": "1"}, follow=True)
    assert "is merged into Alpha Systems" in done.content.decode()
    assert Partner.objects.get(number="P-2").merged_into == partner
    client.post(address(other_partner, "unmerge"))
    assert Partner.objects.get(number="P-2").merged_into is None


def test_the_page_says_what_is_wrong_and_keeps_what_was_typed(
    partner: Partner, admin: User, sign_in: SignIn
) -> None:
    client = sign_in(admin)
    page = client.post(address(partner), {"into": "P-77", "on": "2026-03-01"}).content.decode()
    assert "No partner has the number P-77" in page
    assert 'value="P-77"' in page
    page = client.post(address(partner), {"into": "P-1", "on": "2026-03-01"}).content.decode()
    assert "cannot be merged into itself" in page


@pytest.mark.parametrize("role", ["manager", "chief", "direct", "partner_admin"])
@pytest.mark.parametrize("page", ["merge", "unmerge", "edit"])
def test_only_admins(
    role: str, page: str, request: pytest.FixtureRequest, sign_in: SignIn, partner: Partner
) -> None:
    client = sign_in(request.getfixturevalue(role))
    assert client.post(address(partner, page), {"into": "P-1"}).status_code == 404
    assert client.get(address(partner, page)).status_code == 404


def test_own_results_of_merged_partners_are_added_from_the_day_of_the_merge(
    partner: Partner, other_partner: Partner, admin: User
) -> None:
    for each, year, amount, currency in (
        (partner, 2022, 100, "USD"),
        (other_partner, 2022, 40, "USD"),
        (partner, 2023, 150, "USD"),
        (other_partner, 2023, 60, "USD"),
        (partner, 2021, 90, "USD"),
        (partner, 2020, 80, "USD"),
        (other_partner, 2020, 30, "EUR"),
    ):
        OwnResult.objects.create(
            partner=each,
            start=dt.date(year, 1, 1),
            end=dt.date(year, 12, 31),
            amount=amount,
            currency=currency,
            known_on=dt.date(2026, 1, 31),
        )
    merge_partners(other_partner, into=partner, on=ON, acting_user=admin)

    def years(on: dt.date) -> list[tuple[int, Decimal, Decimal | None]]:
        return [
            (each.result.end.year, each.result.amount, each.change)
            for each in pro_forma(partner, on)
        ]

    assert years(ON) == [(2023, Decimal(210), Decimal("0.5")), (2022, Decimal(140), None)]
    assert [row[:2] for row in years(ON - dt.timedelta(1))] == [
        (2023, Decimal(150)),
        (2022, Decimal(100)),
        (2021, Decimal(90)),
        (2020, Decimal(80)),
    ]
