"""The five questions: when they are answered yes, no, or not at all."""

from collections.abc import Callable
from decimal import Decimal

import pytest
from django.test import Client

from accounts.models import User
from alerts.panels import band_of
from alerts.scan import Reply, reply_of


@pytest.mark.parametrize(
    ("moving", "judged", "reply"),
    [
        ("0.05", "1", Reply.YES),
        ("0.0499", "1", Reply.NO),
        # A yes needs little data, a no at least half.
        ("0.05", "0.05", Reply.YES),
        ("0", "0.5", Reply.NO),
        ("0", "0.4999", Reply.NOT_KNOWN),
        ("0.04", "0.04", Reply.NOT_KNOWN),
        (None, None, Reply.NOT_KNOWN),
    ],
)
def test_without_data_it_is_never_a_no(
    moving: str | None, judged: str | None, reply: Reply
) -> None:
    shares = [Decimal(share) if share else None for share in (moving, judged)]
    assert reply_of(*shares) == reply


@pytest.mark.parametrize(
    ("score", "words"),
    [(100, "Good"), (80, "Good"), (79, "Strained"), (50, "Strained"), (49, "Poor"), (0, "Poor"),
     (None, "Unknown")],
)  # fmt: skip
def test_a_score_has_a_word(score: int | None, words: str) -> None:
    assert band_of(score)[0] == words


def test_before_the_first_night_nothing_is_answered(
    chief: User, manager: User, partner: object, sign_in: Callable[[User], Client]
) -> None:
    assert "Five questions" not in sign_in(chief).get("/").content.decode()
    assert "Five questions" not in sign_in(manager).get("/").content.decode()
