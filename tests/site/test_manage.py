"""`manage.py` as a person at a terminal meets it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def manage(command: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "manage.py", *command.split()],
        cwd=ROOT,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


PRODUCTION = {
    "CHANNELHUB_LOCAL": "0",
    "SECRET_KEY": "0123456789" * 6,
    "SITE_URL": "https://channel.example",
    "ALLOWED_HOSTS": "channel.example",
}


def test_production_passes_its_own_checks() -> None:
    done = manage("check --deploy --fail-level WARNING", **PRODUCTION)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("wrong", "names"),
    [
        ({"SECRET_KEY": ""}, "SECRET_KEY"),
        ({"SECRET_KEY": "short"}, "SECRET_KEY"),
        ({"DATABASE_URL": ""}, "DATABASE_URL"),
        ({"REDIS_URL": ""}, "REDIS_URL"),
        ({"SITE_URL": ""}, "SITE_URL"),
        ({"DEBUG": "1"}, "DEBUG"),
        ({"WORK_LEASE_SECONDS": "soon"}, "WORK_LEASE_SECONDS"),
    ],
    ids=str,
)
def test_production_does_not_start_with_a_setting_that_is_missing_or_wrong(
    wrong: dict[str, str], names: str
) -> None:
    done = manage("check", **{**PRODUCTION, **wrong})
    assert done.returncode != 0
    assert names in done.stderr.splitlines()[-1]


def test_a_python_without_the_packages_hands_over_to_the_checkouts_own() -> None:
    bare = subprocess.run(
        [sys.executable, "-S", "manage.py", "version"],
        cwd=ROOT,
        env=dict(os.environ),
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert bare.stdout.startswith("5.2"), bare.stderr
