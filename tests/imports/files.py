"""What the tests of imports send, and how they read the answer."""

import json
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

Send = Callable[..., dict[str, Any]]
Write = Callable[..., Path]

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data"


def import_file(kind: str, path: Path, *options: str, source: str = "erp") -> dict[str, Any]:
    """What `import_file --json` prints."""
    out = StringIO()
    call_command("import_file", kind, str(path), "--source", source, "--json", *options, stdout=out)
    printed: dict[str, Any] = json.loads(out.getvalue())
    return printed


def counts(result: dict[str, Any]) -> tuple[int, int, int, int]:
    """New, changed, unchanged, rejected."""
    return result["new"], result["changed"], result["unchanged"], result["rejected"]


def shared(name: str) -> Path:
    """A folder of real files that nobody here wrote; skips where it is absent."""
    folder = SHARED / name
    if not folder.exists():
        pytest.skip(f"{folder} is not here")
    return folder
