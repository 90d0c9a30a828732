"""The second wall: without any rule of ours, the database shows partners' people their own only."""

import ast
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.db import connection, transaction
from django.db.utils import ProgrammingError
from django.test import Client
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from accounts.models import Role, User
from channelhub import views, wall
from channelhub.lib import roles
from channelhub.lib.roles import acting_as_app, behind_the_wall
from deals.models import Deal, DealFile, DealStep
from deals.portal import api as deals_api
from deals.portal.lists import with_standing
from partners.models import Partner, Person
from partners.portal.views import up_to_date
from partners.wall import Wall
from tests.conftest import LONG_AGO
from tests.site.routes import World
from tests.site.walls import furnish, rows_shown

ROOT = Path(__file__).resolve().parents[2]
SignIn = Callable[[User], Client]

# Which tables partners' people hold something of, and the conditions of their policies.
DOORS = """
SELECT c.relname, c.relrowsecurity,
       (SELECT string_agg(pg_get_expr(p.polqual, p.polrelid), ' | ') FROM pg_policy p
        JOIN pg_roles r ON r.oid = ANY (p.polroles)
        WHERE p.polrelid = c.oid AND r.rolname = 'channelhub_partner')
FROM pg_class c
WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm')
  AND (has_any_column_privilege('channelhub_partner', c.oid, 'SELECT, INSERT, UPDATE, REFERENCES')
       OR has_table_privilege('channelhub_partner', c.oid, 'DELETE, TRUNCATE, TRIGGER'))
"""


def doors() -> dict[str, tuple[bool, str | None]]:
    with connection.cursor() as cursor:
        cursor.execute(DOORS)
        return {table: (guarded, rule) for table, guarded, rule in cursor.fetchall()}


def tables_of_partners() -> set[str]:
    """Every table that refers to a partner, by itself or by what it belongs to."""
    models = apps.get_models(include_auto_created=True)
    found: set[Any] = {Partner}
    grown = True
    while grown:
        more = {
            model
            for model in models
            for field in model._meta.local_concrete_fields
            if field.related_model in found
        }
        grown = not more <= found
        found |= more
    return {model._meta.db_table for model in found}


def unguarded() -> list[str]:
    """Tables with partners' data that the role can open and no condition narrows."""
    return sorted(
        table
        for table, (guarded, rule) in doors().items()
        if table in tables_of_partners() and not (guarded and rule and rule != "true")
    )


@pytest.mark.django_db
def test_every_table_of_partners_has_its_policy_or_is_closed() -> None:
    assert unguarded() == []
    assert len(tables_of_partners()) >= 60
    assert len(tables_of_partners() & set(doors())) >= 25


@pytest.mark.django_db
def test_a_table_opened_without_a_policy_is_noticed() -> None:
    with roles.acting_as(roles.OWNER), connection.cursor() as cursor:
        cursor.execute("GRANT SELECT (text) ON partners_partnernote TO channelhub_partner")
    assert unguarded() == ["partners_partnernote"]


@pytest.mark.django_db
def test_what_is_open_is_what_the_list_says() -> None:
    assert set(doors()) == {opening.table for opening in wall.OPENINGS}
    assert {table for table, (_, rule) in doors().items() if rule == "true"} == {
        "accounts_fiscalperiod", "accounts_holiday", "accounts_organisation",
        "deals_reviewteam", "deals_rulesofengagement", "deals_teamholiday", "deals_terms",
        "sales_productline",
    }  # fmt: skip


@pytest.mark.django_db
def test_building_again_changes_nothing_and_repairs_what_was_lost() -> None:
    with roles.acting_as(roles.OWNER), connection.cursor() as cursor:
        assert wall.build() == []
        cursor.execute("DROP POLICY channelhub_partner ON deals_deal")
        assert wall.build() == ["deals_deal"]
        assert wall.build() == []


@pytest.fixture
def furnished(world: World, cast: dict[str, User], other_partner_admin: User) -> World:
    people = (cast[Role.PARTNER_ADMIN], other_partner_admin)
    for side, partner in enumerate((world.partner, world.other_partner)):
        deal, file = world.things["deal"][side], world.things["file"][side]
        furnish(partner, people[side], deal, file)
    return world


def test_an_unscoped_select_shows_own_rows_only(furnished: World) -> None:
    mine, theirs = rows_shown(furnished.partner), rows_shown(furnished.other_partner)
    # A transaction sees who decides in it: here all is one.
    shared = {each.table for each in wall.OPENINGS if each.rows == "true"} | {"pghistory_context"}
    assert {table for table in mine if not mine[table]} - shared == set()
    assert {table for table in theirs if not theirs[table]} - shared == set()
    both = {table: mine[table] & theirs[table] for table in mine if table not in shared}
    ours = set(User.objects.filter(role__in=Role.at_vendor()).values_list("pk", flat=True))
    assert both.pop("accounts_user") == ours
    assert not any(both.values()), {table for table in both if both[table]}
    assert len(both) >= 25


def test_what_is_ours_of_a_deal_is_not_there(furnished: World) -> None:
    kept: tuple[Any, ...] = (DealStep, DealFile)
    for model in kept:
        internal = model.objects.filter(internal=True)
        assert internal.filter(partner=furnished.partner).exists()
        with behind_the_wall(furnished.partner.pk):
            assert model.objects.exists()
            assert not internal.exists()


@pytest.mark.usefixtures("furnished")
def test_without_a_partner_nothing_is_there() -> None:
    with behind_the_wall(None):
        assert not Partner.objects.exists()
        assert not Deal.objects.exists()


def test_closed_tables_are_refused(world: World) -> None:
    opened = {each.table for each in wall.OPENINGS}
    closed = set(connection.introspection.table_names()) - opened
    for table in closed:
        with (
            behind_the_wall(world.partner.pk),
            pytest.raises(ProgrammingError, match="permission denied"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(f"SELECT 1 FROM {table}")  # noqa: S608 - our own names
    assert len(closed) >= 60


def test_nothing_is_written_at_another_partner(world: World) -> None:
    theirs = Person.objects.get(partner=world.other_partner)
    with behind_the_wall(world.partner.pk):
        assert Person.objects.filter(pk=theirs.pk).update(name="Changed") == 0
        with pytest.raises(ProgrammingError, match="row-level security"), transaction.atomic():
            Person.objects.create(partner=world.other_partner, name="New", known_on=LONG_AGO.lower)
    theirs.refresh_from_db()
    assert theirs.name != "Changed"


# --- The one door in it ------------------------------------------------------------------------


def test_the_door_opens_for_rows_behind_the_wall_only(world: World) -> None:
    mine, theirs = world.things["deal"]
    with behind_the_wall(world.partner.pk):
        with acting_as_app(mine):
            assert Deal.objects.filter(partner=world.other_partner).exists()
        assert not Deal.objects.filter(partner=world.other_partner).exists()
        with pytest.raises(Deal.DoesNotExist), acting_as_app(theirs):
            pass


def test_a_refusal_inside_the_door_shuts_it(world: World) -> None:
    with behind_the_wall(world.partner.pk):
        with pytest.raises(ZeroDivisionError), acting_as_app(world.partner):
            _ = 1 / 0
        assert current_role() == roles.PARTNER
    assert current_role() == roles.APP


def test_the_door_is_used_here_and_nowhere_else() -> None:
    found = set()
    for path in ROOT.glob("*/**/*.py"):
        if path.parts[len(ROOT.parts)] not in {"tests", ".venv", "node_modules", ".local"}:
            for function in ast.walk(ast.parse(path.read_text())):
                if isinstance(function, ast.FunctionDef) and opens_the_door(function):
                    found.add(f"{path.relative_to(ROOT)}:{function.name}")
    assert found == {
        "channelhub/views.py:_partner_home",
        "deals/actions/direct.py:file_breach",
        "deals/actions/drafts.py:begin_draft",
        "deals/actions/steps.py:locked",
        "deals/standing/goals.py:own_goals",
        "partners/people/views.py:person",
        "partners/portal/files.py:cancel",
        "partners/portal/files.py:discard",
        "partners/portal/files.py:file_detail",
        "partners/portal/files.py:reopen",
        "partners/portal/files.py:take_in",
        "satisfaction/pulse_views.py:_form",
        "reviews/portal.py:own_file",
        "reviews/portal.py:own_review",
        "reviews/quarterly/meeting.py:say",
        "reviews/quarterly/meeting.py:sign",
    }


def opens_the_door(function: ast.FunctionDef) -> bool:
    """Whether it, and not a function within it, enters `acting_as_app`."""
    inner = {
        node
        for each in ast.walk(function)
        if isinstance(each, ast.FunctionDef) and each is not function
        for node in ast.walk(each)
    }
    return any(
        isinstance(node, ast.Call) and getattr(node.func, "id", "") == "acting_as_app"
        for node in ast.walk(function)
        if node not in inner
    )


# --- Around a request --------------------------------------------------------------------------


def current_role() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        return str(cursor.fetchone()[0])


@pytest.fixture
def judged(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The roles in which a partner's start page and its list of deals were made."""
    seen: list[str] = []

    def page(partner: Partner) -> dict[str, Any]:
        seen.append(current_role())
        return up_to_date(partner)

    def listed(deals: Any) -> Any:
        seen.append(current_role())
        return with_standing(deals)

    monkeypatch.setattr(views, "up_to_date", page)
    monkeypatch.setattr(deals_api, "with_standing", listed)
    return seen


def test_a_partners_page_is_made_behind_the_wall(
    judged: list[str], partner_rep: User, sign_in: SignIn
) -> None:
    assert sign_in(partner_rep).get("/").status_code == 200
    assert judged == [roles.PARTNER]
    assert current_role() == roles.APP


def test_so_is_what_an_admin_sees_who_views_as_a_partner(
    judged: list[str], admin: User, partner: Partner, sign_in: SignIn
) -> None:
    client = sign_in(admin)
    client.post(f"/partners/{partner.public_id}/view-as/")
    assert client.get("/").status_code == 200
    assert judged == [roles.PARTNER]


def test_so_is_an_answer_of_the_api(
    judged: list[str], partner_rep: User, api: Callable[[User], APIClient]
) -> None:
    assert api(partner_rep).get("/api/v1/deals/").status_code == 200
    assert judged == [roles.PARTNER]
    assert current_role() == roles.APP


def test_what_fails_is_rolled_back(
    monkeypatch: pytest.MonkeyPatch, partner: Partner, partner_rep: User, sign_in: SignIn
) -> None:
    def fail(partner: Partner) -> None:
        Person.objects.create(partner=partner, name="Ida", known_on=LONG_AGO.lower)
        raise ZeroDivisionError

    monkeypatch.setattr(views, "up_to_date", fail)
    client = sign_in(partner_rep)
    client.raise_request_exception = False
    assert client.get("/").status_code == 500
    assert not Person.objects.filter(partner=partner).exists()
    assert current_role() == roles.APP


# Whose it is, SAVEPOINT, role and partner, role again, RELEASE; the start page goes through the
# door once more: the row, SAVEPOINT, role, role again, RELEASE.
@pytest.mark.parametrize(
    ("path", "cost"),
    [("/", 10), ("/portal/people/", 5), ("/portal/results/", 5), ("/portal/deals/", 5)],
)
def test_what_the_wall_costs(
    path: str,
    cost: int,
    partner_admin: User,
    sign_in: SignIn,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    client = sign_in(partner_admin)
    client.get(path)
    with_wall = queries_of(client, path)
    monkeypatch.setattr(Wall, "raise_for", lambda self, user: None)
    assert with_wall - queries_of(client, path) == cost


def queries_of(client: Client, path: str) -> int:
    with CaptureQueriesContext(connection) as queries:
        assert client.get(path).status_code == 200
    return len(queries)
