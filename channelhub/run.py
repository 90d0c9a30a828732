"""What `make run` does: everything started in order, kept running, and stopped in order."""

import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Never

from channelhub import local, ports, processes
from channelhub.local import BEAT, HOME, WEB, WORKER
from channelhub.processes import NotStarted, Service
from channelhub.ready import is_ready

# docker-compose.yml runs the same, and a test compares them.
COMMANDS = {
    WEB: "-m gunicorn --config python:channelhub.gunicorn channelhub.wsgi:application",
    WORKER: "-m celery --app channelhub worker --loglevel INFO --without-gossip --without-mingle",
    BEAT: "-m celery --app channelhub beat --loglevel INFO --scheduler celery.beat:Scheduler",
}
READY_SECONDS = 60
# What ends sooner than this has a fault that starting it again does not mend.
SHORT_LIFE = 10


def run(
    port: int,
    *,
    prepare: Callable[[], None],
    greet: Callable[[], None],
    say: Callable[[str], None],
) -> None:
    """Prepare, start web, worker and beat, greet, and keep them running until told to stop.

    Raises:
        NotStarted: something does not run; the message says what and why.
    """
    with _stoppable(), local.only_supervisor() as alone:
        if not alone:
            raise NotStarted("make run is running in this checkout already.")
        local.end_application()
        ports.must_be_free(port)
        prepare()
        with _stopping(say):
            application = Application(port, say)
            application.start()
            greet()
            application.keep()


class Application:
    """Web, worker and beat, and since when each of them runs."""

    def __init__(self, port: int, say: Callable[[str], None]) -> None:
        self.port = port
        self.say = say
        self.since: dict[Service, float] = {}

    def start(self) -> None:
        """Start web, and once it answers the other two, which wait for nobody."""
        self._launch(WEB)
        processes.wait_until(lambda: is_ready(self.port) or bool(self._dead()), READY_SECONDS)
        for service in self._dead():
            raise _ended(service)
        if not is_ready(self.port):
            raise NotStarted(f"The site does not answer.\n{processes.last_lines(HOME, WEB)}")
        self._launch(WORKER)
        self._launch(BEAT)

    def keep(self) -> Never:
        """Start again what ends, the embedded servers too."""
        while True:
            time.sleep(0.5)
            local.revive()
            for service in self._dead():
                self._relaunch(service)

    def _relaunch(self, service: Service) -> None:
        if time.monotonic() - self.since[service] < SHORT_LIFE:
            raise _ended(service)
        self.say(f"{service.name} ended and is started again.")
        self._launch(service)

    def _launch(self, service: Service) -> None:
        argv = [sys.executable, *COMMANDS[service].split()]
        env = {**os.environ, "PORT": str(self.port), "PYTHONUNBUFFERED": "1"}
        processes.start(HOME, service, argv, cwd=HOME.parent, env=env)
        self.since[service] = time.monotonic()

    def _dead(self) -> list[Service]:
        return [service for service in self.since if not processes.running(HOME, service)]


def _ended(service: Service) -> NotStarted:
    lines = processes.last_lines(HOME, service)
    return NotStarted(f"{service.name} ended. Its last lines:\n{lines}")


@contextmanager
def _stopping(say: Callable[[str], None]) -> Iterator[None]:
    try:
        yield
    finally:
        with local.uninterrupted():
            say("Stopping.")
            local.end_application()


@contextmanager
def _stoppable() -> Iterator[None]:
    """Take Ctrl-C and SIGTERM as the wish to stop, even where a shell ignores Ctrl-C for us."""
    numbers = (signal.SIGINT, signal.SIGTERM)
    before = {number: signal.signal(number, _stop) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _stop(number: int, frame: FrameType | None) -> Never:
    sys.exit(0)
