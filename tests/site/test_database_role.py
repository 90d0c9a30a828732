"""What the tests prove would be worth nothing if they ran as somebody who may do everything."""

import pghistory
import pytest
from django.db import connection

pytestmark = pytest.mark.django_db


def value(query: str) -> object:
    with connection.cursor() as cursor:
        cursor.execute(query)
        return cursor.fetchone()[0]


def test_the_application_runs_as_its_own_role() -> None:
    assert value("SELECT current_user") == "channelhub_app"


def test_the_role_is_no_superuser_and_bypasses_nothing() -> None:
    query = "SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user"
    assert value(query) is False


def test_the_role_owns_no_table() -> None:
    assert value("SELECT count(*) FROM pg_tables WHERE tableowner = current_user") == 0


def test_the_role_inherits_nothing() -> None:
    assert value("SELECT rolinherit FROM pg_roles WHERE rolname = current_user") is False


@pytest.mark.django_db(transaction=True)
def test_a_connection_that_opens_within_a_decision_takes_the_role() -> None:
    with pghistory.context(user=None):
        connection.close()
        assert value("SELECT current_user") == "channelhub_app"
