"""Answers and service told by programs."""

from collections.abc import Callable
from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from partners.models import Partner
from satisfaction.models import ServiceMonth, SurveyAnswer

Api = Callable[[User], APIClient]
ANSWERS, SERVICE = "/api/v1/survey-answers/", "/api/v1/service-metrics/"


def answer(**more: Any) -> dict[str, Any]:
    return {
        "external_id": "A1", "respondent": "customer", "partner": "P-1",
        "answered_on": "2026-01-05", "scale": "csat", "score": 2, "cause": "partner", **more,
    }  # fmt: skip


def tell(client: APIClient, url: str, body: dict[str, Any], key: str = "k1") -> Any:
    return client.post(url, body, format="json", HTTP_IDEMPOTENCY_KEY=key)


@pytest.mark.django_db
def test_a_call_happens_once_and_many_are_told_at_once(
    admin: User, partner: Partner, api: Api
) -> None:
    body = {"source": "Survey tool", "answers": [answer(), answer(external_id="A2", score=5)]}
    first, again = (tell(api(admin), ANSWERS, body) for _ in range(2))
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    assert SurveyAnswer.objects.count() == 2
    changed = {"source": "Survey tool", "answers": [answer(score=3)]}
    assert tell(api(admin), ANSWERS, changed, "k2").status_code == 201
    assert SurveyAnswer.objects.get(external_id="A1").score == 3


@pytest.mark.django_db
def test_all_or_none(admin: User, partner: Partner, api: Api) -> None:
    body = {"source": "Survey tool", "answers": [answer(), answer(external_id="A2", score=6)]}
    refused = tell(api(admin), ANSWERS, body)
    assert refused.status_code == 400
    assert "1 to 5" in refused.content.decode()
    assert not SurveyAnswer.objects.exists()


@pytest.mark.django_db
def test_who_lists_what(
    admin: User, manager: User, other_manager: User, chief: User, partner: Partner, api: Api
) -> None:
    said = answer(external_id="A2", respondent="partner", cause="product", comment="Ours.")
    tell(api(admin), ANSWERS, {"source": "Survey tool", "answers": [answer(), said]})
    seen = {
        user: api(user).get(ANSWERS).json()["count"] for user in (manager, other_manager, chief)
    }
    assert seen == {manager: 1, other_manager: 0, chief: 2}
    assert api(chief).get(f"{ANSWERS}?q=ours").json()["count"] == 1


@pytest.mark.django_db
def test_a_month_of_service(admin: User, manager: User, partner: Partner, api: Api) -> None:
    month = {"partner": "P-1", "month": "2025-03-01", "tickets": 40, "resolution_median": "3"}
    body = {"source": "Desk", "months": [month]}
    assert tell(api(admin), SERVICE, body).status_code == 201
    worse = {"source": "Desk", "months": [{**month, "first_response_median": "9"}]}
    refused = tell(api(admin), SERVICE, worse, "k2")
    assert refused.status_code == 400
    assert tell(api(manager), SERVICE, body, "k3").status_code == 404
    assert ServiceMonth.objects.get().first_response_median is None
    assert api(manager).get(SERVICE).json()["count"] == 1
