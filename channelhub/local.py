"""The door to the servers that come with the checkout; `.local/` holds all that they keep.

Everybody who uses them holds a shared lock. Who finds nobody else there ends what a killed
predecessor left behind; who leaves last stops them.
"""

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from fcntl import LOCK_SH, flock
from pathlib import Path
from types import FrameType
from typing import IO, Never

from channelhub import processes
from channelhub.embedded import postgres, redis
from channelhub.lib import env
from channelhub.processes import NotStarted, Service

HOME = Path(__file__).resolve().parent.parent / ".local"
SERVERS = {"DATABASE_URL": postgres, "REDIS_URL": redis}
BEAT, WEB = Service("beat"), Service("web")
# A task that does not end in time is not lost: its work is a row with a lease.
WORKER = Service("worker", patience=10)
APPLICATION = (BEAT, WEB, WORKER)
STOP_ORDER = (redis.SERVICE, postgres.SERVICE)

_provided: list[str] = []


@contextmanager
def environment(home: Path = HOME) -> Iterator[None]:
    """What a command needs here: nothing in production; locally the servers that have no URL."""
    _read(home / "env")
    if not env.flag("CHANNELHUB_LOCAL", default=False):
        yield
        return
    try:
        with servers(home):
            yield
    except NotStarted as problem:
        sys.exit(f"error: {problem}")


@contextmanager
def servers(home: Path = HOME) -> Iterator[None]:
    """Give this process and its children the URLs that the environment does not name."""
    missing = [name for name in SERVERS if not os.environ.get(name)]
    with ExitStack() as stack:
        if missing:
            stack.enter_context(_terminable())
            stack.enter_context(_membership(home))
            stack.callback(_forget)
            _provided.extend(missing)
            revive(home)
        yield


def revive(home: Path = HOME) -> None:
    """Start those of our servers that do not run, where they last ran."""
    with processes.locked(home / "servers.lock"):
        for name in _provided:
            os.environ[name] = SERVERS[name].ensure(home)


def end_application(home: Path = HOME) -> None:
    """Stop beat, web and worker, in this order, if they run."""
    for service in APPLICATION:
        processes.stop(home, service)


@contextmanager
def only_supervisor(home: Path = HOME) -> Iterator[bool]:
    """Hold the right to run the application; False if somebody else does."""
    home.mkdir(parents=True, exist_ok=True)
    with (home / "supervisor.lock").open("a") as file:
        yield processes.take(file)


@contextmanager
def uninterrupted() -> Iterator[None]:
    """Let no second Ctrl-C cut short what stops the servers."""
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = {number: signal.signal(number, signal.SIG_IGN) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def _membership(home: Path) -> Iterator[None]:
    home.mkdir(parents=True, exist_ok=True)
    owner = os.getpid()
    with (home / "users.lock").open("a") as users:
        with processes.locked(home / "servers.lock"):
            if processes.take(users):
                _end_leftovers(home)
            flock(users, LOCK_SH)
        try:
            yield
        finally:
            # A forked child unwinds through here too, and has nothing to stop.
            if os.getpid() == owner:
                _leave(home, users)


def _leave(home: Path, users: IO[str]) -> None:
    with uninterrupted(), processes.locked(home / "servers.lock"):
        if processes.take(users):
            _stop_servers(home)


def _end_leftovers(home: Path) -> None:
    with only_supervisor(home) as alone:
        if alone:
            end_application(home)
    _stop_servers(home)


def _stop_servers(home: Path) -> None:
    for service in STOP_ORDER:
        processes.stop(home, service)


def _read(file: Path) -> None:
    """Take the variables that `make install` wrote for this checkout, unless set already."""
    if file.exists():
        for line in file.read_text().split():
            name, _, value = line.partition("=")
            os.environ.setdefault(name, value)


def _forget() -> None:
    for name in _provided:
        os.environ.pop(name, None)
    _provided.clear()


@contextmanager
def _terminable() -> Iterator[None]:
    """Let SIGTERM and SIGHUP end the block like any exit, so that the servers stop."""
    numbers = (signal.SIGTERM, signal.SIGHUP)
    fatal = [number for number in numbers if signal.getsignal(number) is signal.SIG_DFL]
    before = {number: signal.signal(number, _exit) for number in fatal}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _exit(number: int, frame: FrameType | None) -> Never:
    sys.exit(128 + number)
