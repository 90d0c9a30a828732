"""A list of accounts, looked up at once."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from accounts.models import User
from deals.actions.reviewing import approve_deal
from deals.models import Deal
from partners.models import Partner

PAGE = "/direct/accounts/"
SignIn = Callable[[User], Client]


def sent(text: str, **more: str) -> dict[str, Any]:
    return {"file": SimpleUploadedFile("accounts.csv", text.encode()), **more}


@pytest.fixture
def protected(
    submitted: Callable[..., Deal], partner: Partner, partner_rep: User, manager: User
) -> Deal:
    return approve_deal(submitted(partner, partner_rep), acting_user=manager)


def test_it_says_who_is_known_and_what_is_protected_and_never_by_whom(
    protected: Deal, direct: User, sign_in: SignIn
) -> None:
    text = "Customer;Country\nFenwick Mills;GB\nQuarrystone Hospital;GB\n"
    shown = sign_in(direct).post(PAGE, sent(text)).content.decode()
    words = " ".join(re.sub("<[^>]+>", " ", shown).split())
    assert "2 accounts: 1 known, 0 possibly, 1 protected" in words
    assert "Storage until 30 May 2026" in shown
    assert "Mia Manager" in shown
    assert "Alpha Systems" not in shown
    assert "50,000" not in shown


def test_the_answers_come_as_a_file(protected: Deal, direct: User, sign_in: SignIn) -> None:
    answer: Any = sign_in(direct).post(PAGE, sent("name\nFenwick Mills\n", **{"as": "csv"}))
    rows = b"".join(answer.streaming_content).decode("utf-8-sig").splitlines()
    assert rows[1].startswith("Fenwick Mills,Fenwick Mills,GB,match,")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("colour,shape\nred,round\n", "No column is called name"),
        ("", "empty"),
        ("name\n" + "Acme\n" * 5_001, "more than 5,000 rows"),
    ],
)
def test_what_is_wrong_with_a_file_is_said(
    direct: User, sign_in: SignIn, text: str, words: str
) -> None:
    assert words in sign_in(direct).post(PAGE, sent(text)).content.decode()


def test_partners_do_not_find_it(partner_admin: User, sign_in: SignIn) -> None:
    assert sign_in(partner_admin).get(PAGE).status_code == 404
