#!/usr/bin/env python3
"""Django's command line; in a checkout that make has set up, its servers come along."""

import os
import sys
from importlib.util import find_spec
from pathlib import Path

CHECKOUT_PYTHON = Path(__file__).resolve().parent / ".venv" / "bin" / "python"


def main() -> None:
    """Run a command of Django's or ours."""
    if find_spec("django") is None and CHECKOUT_PYTHON.exists():
        os.execv(CHECKOUT_PYTHON, [str(CHECKOUT_PYTHON), *sys.argv])
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "channelhub.settings")
    from django.core.management import execute_from_command_line  # noqa: PLC0415 - may be absent

    from channelhub import local  # noqa: PLC0415 - needs what make installs

    with local.environment():
        execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
