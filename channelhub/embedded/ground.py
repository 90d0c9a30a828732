"""What both embedded servers stand on: a port, a password, an account, a start that is ready."""

import os
import pwd
import secrets
from collections.abc import Callable
from functools import partial
from pathlib import Path

import psutil

from channelhub import ports, processes
from channelhub.processes import NotStarted, Service

ATTEMPTS = 3
# After a crash PostgreSQL replays its log before it answers.
READY_SECONDS = 120
# PostgreSQL refuses to run as root: any account without rights of its own will do.
UNPRIVILEGED = ("nobody", "daemon")


def secret(home: Path, name: str) -> str:
    """The checkout's own password of that name, made when first asked for."""
    path = home / "secrets" / name
    if not path.exists():
        processes.write_private(path, secrets.token_urlsafe(24))
    return path.read_text()


def account() -> pwd.struct_passwd | None:
    """Whom a server runs as that must not be root; None: ourselves."""
    if os.geteuid() != 0:
        return None
    known = {entry.pw_name: entry for entry in pwd.getpwall()}
    for name in UNPRIVILEGED:
        if name in known:
            return known[name]
    raise NotStarted(f"PostgreSQL does not run as root; this machine needs a user {UNPRIVILEGED}.")


def must_enter(user: pwd.struct_passwd, path: Path) -> None:
    """Stop with the folder's name if the user cannot come as far as this path."""
    for folder in reversed(path.resolve().parents):
        if not _lets_in(folder, user):
            raise NotStarted(
                f'PostgreSQL does not run as root, so it runs as "{user.pw_name}", and the folder '
                f'"{folder}" does not let that user in. Move the checkout to a folder that does, '
                f'work as an ordinary user, or allow it: chmod o+x "{folder}"'
            )


def _lets_in(folder: Path, user: pwd.struct_passwd) -> bool:
    status = folder.stat()
    if status.st_uid == user.pw_uid:
        return bool(status.st_mode & 0o100)
    return bool(status.st_mode & (0o010 if status.st_gid == user.pw_gid else 0o001))


def start_ready(
    home: Path,
    service: Service,
    launch: Callable[[int], psutil.Process],
    answers: Callable[[int], bool],
) -> int:
    """Launch on a free port and wait until it answers; somebody may be faster to the port."""
    for _ in range(ATTEMPTS):
        port = ports.free(processes.last_port(home, service))
        if _comes_up(launch(port), partial(answers, port)):
            return port
    raise NotStarted(
        f"{service.name} did not start. The end of {processes.log_of(home, service)}:\n"
        + processes.last_lines(home, service)
    )


def _comes_up(process: psutil.Process, answers: Callable[[], bool]) -> bool:
    processes.wait_until(lambda: answers() or not processes.alive(process), READY_SECONDS)
    return processes.alive(process)
