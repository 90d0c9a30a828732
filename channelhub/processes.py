"""Child processes that a later start can find again, whatever happened to this one.

A child runs in the foreground in a session of its own, and only once its pid and creation time
are on record: a parent killed with -9 at any moment leaves nothing that nobody knows of.
"""

import json
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from fcntl import LOCK_EX, LOCK_NB, flock
from pathlib import Path
from pwd import struct_passwd
from typing import IO, Any

import psutil

# The shell waits for a word on its standard input; if the parent dies first, so does the shell.
GATE = ("/bin/sh", "-c", 'read -r go && exec "$@" </dev/null', "channelhub")
# Creation times are counted from the boot time, which a clock adjustment moves a little.
CLOCK_TOLERANCE = 2.0


class _Child(subprocess.Popen[bytes]):
    """A child that may outlive us on purpose, which Python would warn about."""

    def __del__(self, **_: Any) -> None:
        pass


_children: list[_Child] = []


class NotStarted(Exception):
    """Something does not run; the message tells the person at the terminal why."""


@dataclass(frozen=True)
class Service:
    """A long-running process of this checkout, and how it is asked to stop."""

    name: str
    stop_signal: signal.Signals = signal.SIGTERM
    patience: float = 20.0


@dataclass(frozen=True)
class Running:
    """A service that is alive, and the port it was given."""

    process: psutil.Process
    port: int


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold the file's exclusive lock, which the kernel drops when its holder dies."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a") as file:
        flock(file, LOCK_EX)
        yield


def take(file: IO[str]) -> bool:
    """Try to become the only holder of the file's lock."""
    try:
        flock(file, LOCK_EX | LOCK_NB)
    except BlockingIOError:
        return False
    return True


def write_private(path: Path, text: str) -> None:
    """Replace, in one step, a file that only its owner may read."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(path.name + ".new")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
    draft.replace(path)


def start(
    home: Path,
    service: Service,
    argv: list[str],
    *,
    cwd: Path,
    env: Mapping[str, str] | None = None,
    user: struct_passwd | None = None,
    port: int = 0,
) -> psutil.Process:
    """Run a command as a service, its output going to `logs/`."""
    with _open_log(home, service) as output:
        child = _Child(
            [*GATE, *argv],
            cwd=cwd,
            env=env,
            stdin=subprocess.PIPE,
            stdout=output,
            stderr=output,
            start_new_session=True,
            **identity(user),
        )
    _children.append(child)
    process = psutil.Process(child.pid)
    record = {"pid": child.pid, "created": process.create_time(), "port": port}
    write_private(_record(home, service), json.dumps(record))
    _let_go(child)
    return process


def identity(user: struct_passwd | None) -> dict[str, Any]:
    """The arguments that make a child of a root process another user's."""
    if user is None:
        return {}
    return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}


def running(home: Path, service: Service) -> Running | None:
    """The recorded process, if it is that very process and alive."""
    _reap()
    try:
        record = json.loads(_record(home, service).read_text())
        process = psutil.Process(record["pid"])
        same = abs(process.create_time() - record["created"]) < CLOCK_TOLERANCE
    except (FileNotFoundError, psutil.NoSuchProcess):
        return None
    return Running(process, record["port"]) if same and alive(process) else None


def last_port(home: Path, service: Service) -> int:
    """The port that the service had when it last ran, or 0."""
    try:
        return int(json.loads(_record(home, service).read_text())["port"])
    except FileNotFoundError:
        return 0


def alive(process: psutil.Process) -> bool:
    """Whether it runs; what waits to be reaped by its parent does not."""
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def stop(home: Path, service: Service) -> None:
    """Ask the service to end, insist after its patience, and leave none of its children."""
    found = running(home, service)
    if found:
        end(found.process, service)


def end(process: psutil.Process, service: Service) -> None:
    """End one process and what it started."""
    family = [process, *_descendants(process)]
    _send(process, service.stop_signal)
    wait_until(lambda: not alive(process), service.patience)
    for member in family:
        _send(member, signal.SIGKILL)
    wait_until(lambda: not any(map(alive, family)), 5)
    _reap()


def wait_until(condition: Callable[[], bool], seconds: float) -> bool:
    """Ask again and again until it holds or the time is over."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def log_of(home: Path, service: Service) -> Path:
    """Where the service's output goes."""
    return home / "logs" / f"{service.name}.log"


def last_lines(home: Path, service: Service, count: int = 15) -> str:
    """The end of the service's log."""
    return "\n".join(log_of(home, service).read_text(errors="replace").splitlines()[-count:])


def _let_go(child: _Child) -> None:
    if child.stdin:
        with suppress(BrokenPipeError), child.stdin as gate:
            gate.write(b"go\n")


def _open_log(home: Path, service: Service) -> IO[bytes]:
    """A new log; what the service said before this start is kept once, beside it."""
    log = log_of(home, service)
    log.parent.mkdir(parents=True, exist_ok=True)
    if log.exists():
        log.replace(log.with_suffix(".old"))
    return log.open("ab")


def _record(home: Path, service: Service) -> Path:
    return home / "run" / f"{service.name}.json"


def _reap() -> None:
    """Let go of the children that ended, lest their pids look alive to others."""
    _children[:] = [child for child in _children if child.poll() is None]


def _descendants(process: psutil.Process) -> list[psutil.Process]:
    try:
        return process.children(recursive=True)
    except psutil.NoSuchProcess:
        return []


def _send(process: psutil.Process, number: signal.Signals) -> None:
    with suppress(psutil.NoSuchProcess):
        process.send_signal(number)
