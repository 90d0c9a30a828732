"""Health endpoints for whatever supervises the processes."""

from collections.abc import Callable

import redis
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse


@login_not_required
def healthz(request: HttpRequest) -> HttpResponse:
    """The process answers."""
    return HttpResponse("ok", content_type="text/plain")


@login_not_required
def readyz(request: HttpRequest) -> JsonResponse:
    """PostgreSQL and Redis answer and every migration is applied; 503 names what does not."""
    checks = {"postgresql": _postgresql, "redis": _redis, "migrations": _migrations}
    result = {name: _outcome(check) for name, check in checks.items()}
    ready = all(outcome == "ok" for outcome in result.values())
    return JsonResponse(result, status=200 if ready else 503)


def _outcome(check: Callable[[], bool]) -> str:
    try:
        return "ok" if check() else "pending"
    except Exception:  # noqa: BLE001 - whatever it is, this part is not ready
        return "unreachable"


def _postgresql() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        return bool(cursor.fetchone() == (1,))


def _redis() -> bool:
    with redis.Redis.from_url(settings.REDIS_URL, socket_timeout=2) as client:
        return bool(client.ping())


def _migrations() -> bool:
    executor = MigrationExecutor(connection)
    return not executor.migration_plan(executor.loader.graph.leaf_nodes())
