"""`make run`, in a copy of the checkout in a folder with a space in its name."""

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from channelhub import ports, processes
from channelhub.demo_accounts import PASSWORD, ROLES
from channelhub.ready import is_ready
from channelhub.run import SHORT_LIFE

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[2]
NOT_COPIED = shutil.ignore_patterns(".git", ".venv", ".local", "node_modules", ".*_cache")
GREETING = "ChannelHub runs at"
NAMES = ("beat", "web", "worker", "redis", "postgres")


class Run:
    """A `make run` in a session of its own, as in a terminal."""

    def __init__(self, checkout: Path, port: int) -> None:
        self.checkout, self.port = checkout, port
        self.output = Path(tempfile.mkdtemp(dir=checkout.parent)) / "output.txt"
        given = {"PORT": str(port), "DATABASE_URL": "", "REDIS_URL": ""}
        with self.output.open("wb") as output:
            self.make = subprocess.Popen(
                ["make", "run"],
                cwd=checkout,
                env={**os.environ, **given},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )

    def says(self) -> str:
        return self.output.read_text()

    def is_up(self) -> bool:
        """Wait for its greeting."""
        processes.wait_until(lambda: GREETING in self.says() or self.make.poll() is not None, 120)
        return GREETING in self.says()

    def signal(self, number: signal.Signals) -> int:
        """Send a signal to make and all it runs in the foreground, as the terminal does."""
        os.killpg(self.make.pid, number)
        return self.make.wait(timeout=90)

    def processes(self) -> dict[str, psutil.Process]:
        home = self.checkout / ".local"
        found = {name: processes.running(home, processes.Service(name)) for name in NAMES}
        return {name: running.process for name, running in found.items() if running}


@pytest.fixture(scope="module")
def checkout() -> Iterator[Path]:
    """A copy that shares what make installs with this checkout."""
    parent = Path(tempfile.mkdtemp(prefix="channel hub "))
    parent.chmod(0o755)
    copy = parent / "check out"
    shutil.copytree(ROOT, copy, ignore=NOT_COPIED)
    for installed in (".venv", "node_modules"):
        (copy / installed).symlink_to(ROOT / installed)
    yield copy
    shutil.rmtree(parent)


@pytest.fixture
def run(checkout: Path) -> Iterator[Callable[..., Run]]:
    started: list[Run] = []

    def make_run(port: int = 0) -> Run:
        started.append(Run(checkout, port or ports.free()))
        return started[-1]

    yield make_run
    for one in started:
        if one.make.poll() is None:
            one.signal(signal.SIGTERM)


def test_it_starts_everything_greets_and_ctrl_c_stops_all_of_it(run: Callable[..., Run]) -> None:
    one = run()
    assert one.is_up(), one.says()
    for text in (f"http://127.0.0.1:{one.port}", PASSWORD, *ROLES):
        assert text in one.says()
    assert is_ready(one.port)
    assert processes.wait_until(lambda: set(one.processes()) == set(NAMES), 10)
    everything = one.processes().values()
    one.signal(signal.SIGINT)
    assert not any(processes.alive(process) for process in everything)
    assert not is_ready(one.port)


def test_a_second_start_takes_under_ten_seconds(run: Callable[..., Run]) -> None:
    first = run()
    assert first.is_up(), first.says()
    first.signal(signal.SIGINT)
    # Ten seconds of a machine that has time for us.
    busy = max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1))
    begun = time.monotonic()
    assert run().is_up()
    assert time.monotonic() - begun < 10 * busy


def test_killed_with_minus_nine_and_started_again_it_recovers(run: Callable[..., Run]) -> None:
    killed = run()
    assert killed.is_up(), killed.says()
    left = killed.processes()
    killed.signal(signal.SIGKILL)
    assert any(processes.alive(process) for process in left.values())
    again = run(killed.port)
    assert again.is_up(), again.says()
    assert not any(processes.alive(process) for process in left.values())
    assert processes.wait_until(lambda: set(again.processes()) == set(NAMES), 10)


def test_what_is_killed_under_it_comes_back(run: Callable[..., Run]) -> None:
    one = run()
    assert one.is_up(), one.says()
    time.sleep(SHORT_LIFE + 1)
    before = one.processes()
    for process in before.values():
        process.kill()
    assert processes.wait_until(lambda: _all_new(one.processes(), before), 30), one.says()
    assert processes.wait_until(lambda: is_ready(one.port), 30), one.says()


def _all_new(now: dict[str, psutil.Process], before: dict[str, psutil.Process]) -> bool:
    return set(now) == set(before) and not any(now[name] == before[name] for name in now)


def test_one_is_enough_for_a_checkout(run: Callable[..., Run]) -> None:
    one = run()
    assert one.is_up(), one.says()
    second = run()
    assert second.make.wait(timeout=60) != 0
    assert "running in this checkout already" in second.says()
    assert is_ready(one.port)


def test_a_taken_port_names_who_has_it(run: Callable[..., Run]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as mine:
        port = mine.getsockname()[1]
        refused = run(port)
        assert refused.make.wait(timeout=90) != 0
        assert f"Port {port} is taken by process {os.getpid()} (" in refused.says()
