"""Pages for what goes wrong."""

import re

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import SuspiciousOperation
from django.template.loader import render_to_string
from django.test import Client, RequestFactory
from django.views.defaults import bad_request, server_error

pytestmark = pytest.mark.django_db


def headings(page: str) -> int:
    return len(re.findall(r"<h1[ >]", page))


def test_an_unknown_address_says_so(client: Client) -> None:
    response = client.get("/nothing-here/")
    page = response.content.decode()
    assert response.status_code == 404
    assert "This page does not exist" in page
    assert headings(page) == 1


@pytest.mark.parametrize("name", ["403.html", "404.html", "403_csrf.html"])
def test_an_error_page_has_one_heading_and_a_way_out(name: str) -> None:
    request = RequestFactory().get("/")
    request.user = AnonymousUser()
    page = render_to_string(name, request=request)
    assert headings(page) == 1
    assert 'href="/"' in page


def test_a_bad_request_is_answered_without_context() -> None:
    error = SuspiciousOperation("no")
    page = bad_request(RequestFactory().get("/"), error).content.decode()
    assert "That request was not understood" in page
    assert headings(page) == 1


@pytest.mark.django_db(databases=[])
def test_a_failed_server_needs_neither_database_nor_context() -> None:
    page = server_error(RequestFactory().get("/")).content.decode()
    assert headings(page) == 1
    assert "/static/dist/error.css" in page


def test_a_form_without_its_token_says_that_nothing_was_saved() -> None:
    client = Client(enforce_csrf_checks=True)
    response = client.post("/accounts/login/", {"login": "a@example.com", "password": "x"})
    assert response.status_code == 403
    assert "Nothing was saved" in response.content.decode()
