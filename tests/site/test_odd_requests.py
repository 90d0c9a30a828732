"""Requests that no page of ours sends, and what caches may keep of the answers."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse
from rest_framework.test import APIClient

from accounts.models import User
from partners.models import Partner

NUL = "a\0b"

SignIn = Callable[[User], Client]
Api = Callable[[User], APIClient]


# --- Text that the database cannot hold --------------------------------------------------------


def test_a_search_for_nul_finds_everything(admin: User, sign_in: SignIn) -> None:
    assert sign_in(admin).get(reverse("people:invitations"), {"q": NUL}).status_code == 200


def test_a_fiscal_year_named_nul_is_not_removed(admin: User, sign_in: SignIn) -> None:
    answer = sign_in(admin).post(reverse("organisation:remove-year"), {"name": NUL})
    assert answer.status_code == 302


@pytest.mark.parametrize("name", ["nature", "severity"])
@pytest.mark.parametrize("value", [NUL, "sideways"])
def test_alerts_are_not_filtered_by_what_is_no_choice(
    name: str, value: str, admin: User, api: Api
) -> None:
    answer = api(admin).get(reverse("api:alert-list"), {name: value})
    assert (answer.status_code, list(answer.json()["errors"])) == (400, [name])


@pytest.mark.parametrize("field", ["company", "manager", "deputy"])
def test_nobody_is_called_nul(field: str, admin: User, api: Api, partner: Partner) -> None:
    address = reverse("api:partner-detail", args=[partner.public_id])
    answer = api(admin).patch(address, {field: NUL}, format="json")
    assert (answer.status_code, list(answer.json()["errors"])) == (400, [field])


def test_nothing_is_merged_into_nul(admin: User, api: Api, partner: Partner) -> None:
    address = reverse("api:partner-merge", args=[partner.public_id])
    answer = api(admin).post(address, {"into": NUL, "on": "2026-01-01"}, format="json")
    assert (answer.status_code, list(answer.json()["errors"])) == (400, ["into"])


# --- Caches ------------------------------------------------------------------------------------


@pytest.mark.parametrize("page", ["home", "partners:list", "api:partner-list"])
def test_no_cache_keeps_what_a_person_was_shown(page: str, admin: User, sign_in: SignIn) -> None:
    assert sign_in(admin).get(reverse(page))["Cache-Control"] == "private, no-store"


def test_no_cache_keeps_what_a_token_was_told(admin: User, api: Api) -> None:
    assert api(admin).get(reverse("api:alert-list"))["Cache-Control"] == "private, no-store"


def test_everybodys_colours_may_be_kept(admin: User, sign_in: SignIn) -> None:
    assert "public" in sign_in(admin).get(reverse("organisation_css"))["Cache-Control"]
