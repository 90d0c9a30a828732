"""Each of the two walls stands by itself: whichever stone is taken out, a test notices.

The first wall is walked with the second one down, the second without any rule of ours.
"""

import inspect
import sys
from collections.abc import Callable
from typing import Any

import pytest
from django.apps import apps
from django.db import connection, transaction
from django.test import Client

from accounts.models import Role, User
from channelhub import wall
from channelhub.lib import roles
from deals.models import DirectOpportunity
from partners.people import queries
from partners.wall import Wall
from tests.site.routes import World
from tests.site.test_role_walk import Cast, Doors, call, content, open_to, sample
from tests.site.test_second_wall import furnished
from tests.site.walls import rows_shown

__all__ = ["furnished"]
pytestmark = pytest.mark.slow
HELD = (Role.MANAGER, Role.DIRECT, *Role.at_partner())
# What is the same for everybody, and who decides in a transaction, of which a test is one.
SHARED = {each.table for each in wall.OPENINGS if each.rows == "true"} | {"pghistory_context"}


# --- The second wall: policies -----------------------------------------------------------------


def leaking(world: World) -> set[str]:
    """Tables that show both partners a row, people of ours aside."""
    mine, theirs = rows_shown(world.partner), rows_shown(world.other_partner)
    ours = set(User.objects.filter(role__in=Role.at_vendor()).values_list("pk", flat=True))
    both = {table: mine[table] & theirs[table] for table in mine if table not in SHARED}
    both["accounts_user"] -= ours
    return {table for table in both if both[table]}


def test_a_policy_taken_out_is_noticed(
    furnished: World,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert leaking(furnished) == set()
    policies = [
        each.table for each in wall.OPENINGS if "SELECT" in each.grants and each.table not in SHARED
    ]
    noticed = [table for table in policies if table in leaking_without(table, furnished)]
    with capsys.disabled():
        sys.stdout.write(f"\npolicies taken out and noticed: {len(noticed)} of {len(policies)}\n")
    assert noticed == policies


def leaking_without(table: str, world: World) -> set[str]:
    with transaction.atomic():
        with roles.acting_as(roles.OWNER), connection.cursor() as cursor:
            cursor.execute(f"ALTER POLICY {roles.PARTNER} ON {table} USING (true)")
        found = leaking(world)
        transaction.set_rollback(True)
    return found


# --- The first wall: visible_to ----------------------------------------------------------------


def walked(world: World, cast: Cast, doors: Doors) -> list[str]:
    """What the routes tell people of another partner, by its things' ids or in a list."""
    wrong = []
    for role in HELD:
        user = cast[role]
        for route, method in open_to(role):
            mine, foreign = sample(route, world, user)
            client = doors(user, route.is_api)
            if foreign and call(client, method, route.url(foreign)).status_code != 404:
                wrong.append(f"{role} {method} {route.path}")
            if method == "GET" and tells(client, route.url(mine), world):
                wrong.append(f"{role} reads {route.path}")
        # No route of a partner's leads to what we sell ourselves: the rule is asked itself.
        if user.works_at_partner and DirectOpportunity.objects.visible_to(user).exists():
            wrong.append(f"{role} reads direct opportunities")
    return wrong


def tells(client: Client, url: str, world: World) -> bool:
    answer = call(client, "GET", url)
    # A page that expects one partner and finds two fails: that is noticed as well.
    theirs = (world.other_partner.name, f"guest-of-{world.things['person'][1].pk}@")
    text = content(answer)
    return answer.status_code >= 500 or any(words in text for words in theirs)


def rules() -> list[tuple[Any, str, Callable[..., Any]]]:
    """Every definition of who sees what, and what stands in its place when it is taken out."""
    found: list[tuple[Any, str, Callable[..., Any]]] = []
    for model in apps.get_models():
        of = type(model._default_manager.get_queryset())
        if "visible_to" in vars(of):
            found.append((of, "visible_to", lambda self, user: self.all()))
    found.append((queries, "people_visible_to", lambda user: User.objects.all()))
    return found


def test_a_visible_to_taken_out_is_noticed(
    world: World,
    cast: Cast,
    doors: Doors,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(Wall, "raise_for", lambda self, user: None)
    assert walked(world, cast, doors) == []
    taken, noticed = rules(), []
    for place, name, everything in taken:
        with pytest.MonkeyPatch.context() as patch:
            for module in holders(place, name):
                patch.setattr(module, name, everything)
            if walked(world, cast, doors):
                noticed.append(place.__name__)
    with capsys.disabled():
        sys.stdout.write(f"\nvisible_to taken out and noticed: {len(noticed)} of {len(taken)}\n")
    assert noticed == [place.__name__ for place, _, _ in taken]


def holders(place: Any, name: str) -> list[Any]:
    """Where it is looked up: a class by itself, a function in every module that imports it."""
    if inspect.isclass(place):
        return [place]
    real = getattr(place, name)
    return [module for module in list(sys.modules.values()) if vars(module).get(name) is real]
