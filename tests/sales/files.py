"""Files of sales lines, and the command that loads them."""

import csv
import io
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

Row = Mapping[str, object]
Send = Callable[..., dict[str, Any]]

SHARED_DATA = Path(__file__).resolve().parents[3] / "shared" / "data"


def shared(folder: str) -> Path:
    """A folder of data that nobody here wrote; without it the test is skipped."""
    if not (SHARED_DATA / folder).is_dir():
        pytest.skip(f"{folder} is not beside this checkout, in ../shared/data")
    return SHARED_DATA / folder


def write_csv(path: Path, rows: list[Row], columns: list[str]) -> None:
    names = list(dict.fromkeys([name for row in rows for name in row] or columns))
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, names, restval="")
        writer.writeheader()
        writer.writerows(rows)


def import_file(kind: str, path: Path, *options: str, source: str) -> dict[str, Any]:
    """Runs the command as a program would and reads its answer."""
    out = io.StringIO()
    call_command("import_file", kind, str(path), "--source", source, *options, "--json", stdout=out)
    answer: dict[str, Any] = json.loads(out.getvalue())
    return answer


def line(**cells: object) -> dict[str, object]:
    """A billing line of 100 to reseller R1 in January 2026, unless said otherwise."""
    plain = {
        "invoice": "I1",
        "line": "1",
        "date": "2026-01-15",
        "kind": "billing",
        "reseller": "R1",
        "product": "A-1",
        "quantity": "1",
        "amount": "100",
    }
    return {**plain, **cells}
