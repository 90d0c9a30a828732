"""docker-compose.yml runs what `make run` runs, and what it runs works in production."""

import os
import re
import secrets
import shlex
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil
import pytest
import yaml

from channelhub import ports, processes
from channelhub.ready import is_ready
from channelhub.run import COMMANDS

ROOT = Path(__file__).resolve().parents[2]
TEXT = (ROOT / "docker-compose.yml").read_text()
SERVICES: dict[str, dict[str, Any]] = yaml.safe_load(TEXT)["services"]
SITE = "channel.example"


@pytest.mark.parametrize("service", COMMANDS, ids=lambda service: service.name)
def test_the_commands_are_those_of_make_run(service: processes.Service) -> None:
    assert SERVICES[service.name]["command"] == f"python {COMMANDS[service]}"


def test_the_image_serves_the_web_by_itself() -> None:
    command = (ROOT / "Dockerfile").read_text().split("\nCMD ")[1]
    assert yaml.safe_load(command) == shlex.split(SERVICES["web"]["command"])


def test_every_secret_must_be_given() -> None:
    named = dict(re.findall(r"\$\{(\w*(?:KEY|PASSWORD)):(.)", TEXT))
    assert {name for name, mark in named.items() if mark == "?"} == {
        "SECRET_KEY",
        "POSTGRES_PASSWORD",
        "POSTGRES_SUPERUSER_PASSWORD",
        "REDIS_PASSWORD",
    }


def test_redis_writes_down_its_work_and_never_evicts_it() -> None:
    command = SERVICES["redis"]["command"]
    assert "--appendonly yes" in command
    assert "--maxmemory-policy noeviction" in command


def test_only_the_web_is_published_and_only_on_this_machine() -> None:
    published = {name: one["ports"] for name, one in SERVICES.items() if "ports" in one}
    assert published == {"web": ["127.0.0.1:${PORT:-8000}:8000"]}


@pytest.fixture
def production(tmp_path: Path) -> dict[str, str]:
    """The environment of a container, with this test's servers in it."""
    given = {
        "SECRET_KEY": secrets.token_urlsafe(64),
        "SITE_URL": f"https://{SITE}",
        "ALLOWED_HOSTS": SITE,
    }
    container = {
        name: re.sub(r"\$\{(\w+)(?::[-?]([^}]*))?\}", lambda m: given.get(m[1], m[2] or ""), value)
        for name, value in SERVICES["web"]["environment"].items()
    }
    return {
        **{name: os.environ[name] for name in ("PATH", "HOME")},
        **container,
        "DATABASE_URL": os.environ["DATABASE_URL"],
        "REDIS_URL": os.environ["REDIS_URL"],
        "CHANNELHUB_LOCAL": "0",
        "DATA_DIR": str(tmp_path),
        "WEB_BIND": f"127.0.0.1:{ports.free()}",
    }


def python(command: str) -> str:
    return re.sub(r"\bpython\b", lambda _: shlex.quote(sys.executable), command)


def run(command: str, environment: dict[str, str]) -> None:
    argv = ["/bin/sh", "-c", python(command)]
    subprocess.run(argv, check=True, cwd=ROOT, env=environment, timeout=120)


@contextmanager
def running(name: str, environment: dict[str, str]) -> Iterator[Path]:
    """One of the three, and the file it writes its log to."""
    log = Path(environment["DATA_DIR"]) / f"{name}.log"
    argv = [sys.executable, *shlex.split(SERVICES[name]["command"])[1:]]
    with (
        log.open("wb") as output,
        subprocess.Popen(argv, cwd=ROOT, env=environment, stdout=output, stderr=output) as process,
    ):
        yield log
        processes.end(psutil.Process(process.pid), processes.Service(name))


@pytest.mark.slow
def test_migrate_prepares_what_web_needs_to_be_healthy(production: dict[str, str]) -> None:
    run(SERVICES["migrate"]["command"], production)
    with running("web", production) as log:
        port = int(production["WEB_BIND"].rpartition(":")[2])
        assert processes.wait_until(lambda: is_ready(port, SITE), 60), log.read_text()
        run(SERVICES["web"]["healthcheck"]["test"], production)


@pytest.mark.slow
def test_the_worker_is_ready_and_healthy(production: dict[str, str]) -> None:
    with running("worker", production) as log:
        assert processes.wait_until(lambda: " ready." in log.read_text(), 60), log.read_text()
        check = SERVICES["worker"]["healthcheck"]["test"].replace(
            "$$HOSTNAME", socket.gethostname()
        )
        run(check, production)


@pytest.mark.slow
def test_beat_ticks_without_a_schedule_file(production: dict[str, str]) -> None:
    with running("beat", production) as log:
        assert processes.wait_until(lambda: "beat: Starting" in log.read_text(), 60)
        assert not list(ROOT.glob("celerybeat-schedule*"))
