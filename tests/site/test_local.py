"""The embedded servers: shared by everybody, stopped by the last, found again after a kill."""

import json
import os
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO

import psutil
import psycopg
import pytest
import redis

from channelhub import ports, processes
from channelhub.embedded import ground, postgres
from channelhub.embedded import redis as redis_server

ROOT = Path(__file__).resolve().parents[2]
USE = """
import os, sys
from pathlib import Path
from channelhub import local
with local.servers(Path(sys.argv[1])):
    print(os.environ["DATABASE_URL"], os.environ["REDIS_URL"], flush=True)
    for line in sys.stdin:
        local.revive(Path(sys.argv[1]))
        print(os.environ["DATABASE_URL"], os.environ["REDIS_URL"], flush=True)
"""


class User:
    """A process that uses the servers until it is told to leave."""

    def __init__(self, home: Path, **environment: str) -> None:
        given = {"DATABASE_URL": "", "REDIS_URL": "", **environment}
        self.process = subprocess.Popen(
            [sys.executable, "-c", USE, str(home)],
            cwd=ROOT,
            env={**os.environ, **given},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def urls(self) -> tuple[str, str]:
        line = _pipe(self.process.stdout).readline()
        assert line, _pipe(self.process.stderr).read()
        database, broker = line.split()
        return database, broker

    def revive(self) -> tuple[str, str]:
        _pipe(self.process.stdin).write("\n")
        _pipe(self.process.stdin).flush()
        return self.urls()

    def leave(self) -> None:
        if not _pipe(self.process.stdin).closed:
            self.process.communicate(timeout=60)

    def kill(self, number: signal.Signals = signal.SIGKILL) -> None:
        self.process.send_signal(number)
        self.leave()


def _pipe(stream: IO[str] | None) -> IO[str]:
    assert stream
    return stream


@pytest.fixture
def home() -> Iterator[Path]:
    """A home with a space in its name that PostgreSQL's user may enter."""
    folder = Path(tempfile.mkdtemp(prefix="channel hub "))
    folder.chmod(0o755)
    yield folder
    for service in (redis_server.SERVICE, postgres.SERVICE):
        processes.stop(folder, service)
    shutil.rmtree(folder)


@pytest.fixture
def user(home: Path) -> Iterator[Callable[..., User]]:
    users: list[User] = []

    def enter(**environment: str) -> User:
        users.append(User(home, **environment))
        return users[-1]

    yield enter
    for one in users:
        one.kill()


@pytest.fixture
def bystander() -> Iterator[psutil.Process]:
    """Somebody else's process, of the user that PostgreSQL runs as."""
    with subprocess.Popen(["/bin/sleep", "60"], **processes.identity(ground.account())) as sleeper:
        yield psutil.Process(sleeper.pid)
        sleeper.kill()


def pids(home: Path) -> list[int]:
    found = [processes.running(home, one) for one in (postgres.SERVICE, redis_server.SERVICE)]
    return [one.process.pid for one in found if one]


def test_users_share_the_servers_and_the_last_one_stops_them(
    home: Path, user: Callable[..., User]
) -> None:
    first = user()
    urls = first.urls()
    second = user()
    assert second.urls() == urls
    first.leave()
    with psycopg.connect(urls[0]) as connection, redis.Redis.from_url(urls[1]) as broker:
        assert connection.execute("SELECT 1").fetchone() == (1,)
        assert broker.ping()
    second.leave()
    assert pids(home) == []
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(urls[0])


def test_two_first_users_at_once_make_one_cluster(user: Callable[..., User]) -> None:
    first, second = user(), user()
    assert first.urls() == second.urls()


def test_the_next_start_ends_what_a_killed_user_left_and_keeps_its_data(
    home: Path, user: Callable[..., User]
) -> None:
    killed = user()
    database, broker_url = killed.urls()
    with psycopg.connect(database) as connection, redis.Redis.from_url(broker_url) as broker:
        connection.execute("CREATE TABLE kept AS SELECT 42 AS answer")
        broker.set("kept", 42)
        broker.execute_command("WAITAOF", 1, 0, 5000)
    killed.kill()
    left = [psutil.Process(pid) for pid in pids(home)]
    assert len(left) == 2
    database, broker_url = user().urls()
    assert not any(processes.alive(process) for process in left)
    with psycopg.connect(database) as connection, redis.Redis.from_url(broker_url) as broker:
        assert connection.execute("SELECT answer FROM kept").fetchone() == (42,)
        assert broker.get("kept") == b"42"


def test_sigterm_stops_the_servers_too(home: Path, user: Callable[..., User]) -> None:
    one = user()
    one.urls()
    one.kill(signal.SIGTERM)
    assert pids(home) == []


@pytest.mark.parametrize("service", ["postgres", "redis"])
def test_a_recorded_pid_that_is_somebody_elses_by_now_is_left_alone(
    home: Path, user: Callable[..., User], bystander: psutil.Process, service: str
) -> None:
    record = {"pid": bystander.pid, "created": bystander.create_time() - 60, "port": 0}
    processes.write_private(home / "run" / f"{service}.json", json.dumps(record))
    user().urls()
    assert bystander.status() == psutil.STATUS_SLEEPING


def test_a_lock_file_with_somebody_elses_pid_does_not_keep_postgresql_from_starting(
    home: Path, user: Callable[..., User], bystander: psutil.Process
) -> None:
    one = user()
    one.urls()
    one.leave()
    lock = home / "postgres" / "data" / "postmaster.pid"
    lock.write_text(f"{bystander.pid}\n{lock.parent}\n1\n1\n\n127.0.0.1\n")
    if account := ground.account():
        shutil.chown(lock, account.pw_uid, account.pw_gid)
    user().urls()
    assert bystander.status() == psutil.STATUS_SLEEPING


def test_servers_killed_under_their_users_come_back_where_they_were(
    home: Path, user: Callable[..., User]
) -> None:
    one = user()
    urls = one.urls()
    for pid in pids(home):
        psutil.Process(pid).kill()
    assert processes.wait_until(lambda: not pids(home), 10)
    assert one.revive() == urls
    with psycopg.connect(urls[0]) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)


def test_an_interrupted_first_start_is_made_anew(home: Path, user: Callable[..., User]) -> None:
    half_made = home / "postgres" / "draft" / "PG_VERSION"
    half_made.parent.mkdir(parents=True)
    half_made.write_text("18\n")
    with psycopg.connect(user().urls()[0]) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)


def test_the_login_role_owns_its_database_and_is_no_superuser(user: Callable[..., User]) -> None:
    with psycopg.connect(user().urls()[0]) as connection:
        role = connection.execute(
            "SELECT rolname, rolsuper, rolcreatedb, rolcreaterole FROM pg_roles"
            " WHERE rolname = current_user"
        ).fetchone()
        database = connection.execute(
            "SELECT pg_get_userbyid(datdba), pg_encoding_to_char(encoding), datcollate,"
            " lower('Ü') FROM pg_database WHERE datname = current_database()"
        ).fetchone()
        assert role == ("channelhub", False, True, True)
        assert database == ("channelhub", "UTF8", "C.UTF-8", "ü")


def test_nobody_signs_in_as_superuser_or_without_a_password(user: Callable[..., User]) -> None:
    database, broker = user().urls()
    for intruder in ("postgres:", "postgres:postgres", "channelhub:"):
        address = database.split("@")[1]
        with pytest.raises(psycopg.OperationalError):
            psycopg.connect(f"postgresql://{intruder}@{address}")
    with (
        redis.Redis.from_url(f"redis://{broker.split('@')[1]}") as client,
        pytest.raises(redis.AuthenticationError),
    ):
        client.ping()


def test_the_broker_writes_down_its_work_and_never_evicts_it(user: Callable[..., User]) -> None:
    with redis.Redis.from_url(user().urls()[1], decode_responses=True) as broker:
        assert broker.config_get("appendonly") == {"appendonly": "yes"}
        assert broker.config_get("maxmemory-policy") == {"maxmemory-policy": "noeviction"}


def test_a_server_that_the_environment_names_is_not_started(
    home: Path, user: Callable[..., User]
) -> None:
    elsewhere = "postgresql://somebody@127.0.0.1:1/elsewhere"
    assert user(DATABASE_URL=elsewhere).urls()[0] == elsewhere
    assert not (home / "postgres").exists()
    assert len(pids(home)) == 1


def test_passwords_are_for_their_owner_only(home: Path, user: Callable[..., User]) -> None:
    user().urls()
    private = [*(home / "secrets").iterdir(), home / "redis" / "redis.conf"]
    assert len(private) == 3
    assert {stat.S_IMODE(path.stat().st_mode) for path in private} == {0o600}


@pytest.mark.skipif(os.geteuid() != 0, reason="only root needs another user for PostgreSQL")
def test_a_folder_that_keeps_postgresql_out_is_named_and_left_as_it_is(
    home: Path, user: Callable[..., User]
) -> None:
    home.chmod(0o700)
    one = user()
    with one.process as process:
        _, error = process.communicate(timeout=60)
    assert f'the folder "{home}" does not let that user in' in error
    assert stat.S_IMODE(home.stat().st_mode) == 0o700


def test_a_taken_port_is_avoided() -> None:
    mine = ports.free()
    assert ports.free(mine) == mine
