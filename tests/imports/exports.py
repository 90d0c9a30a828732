"""What the tests of exports ask for, change, and send back."""

import csv
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.test import Client
from django.urls import reverse
from python_calamine import CalamineWorkbook

from tests.imports.files import import_file

Rows = list[list[Any]]
Change = Callable[[dict[str, str]], None]


def export(client: Client, route: str, file_format: str = "csv", **asked: Any) -> bytes:
    """The file behind the button: `export(client, "partners:list-export", q="alpha")`."""
    ids = {"public_id": asked.pop("public_id")} if "public_id" in asked else {}
    url = reverse(route, kwargs={**ids, "file_format": file_format})
    answer = client.get(url, asked)
    assert answer.status_code == 200, answer.status_code
    assert "attachment" in answer["Content-Disposition"]
    return b"".join(answer.streaming_content)  # type: ignore[attr-defined]


def records(data: bytes) -> list[dict[str, str]]:
    """The rows of a CSV by its header."""
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline="")))


def sheet(data: bytes) -> Rows:
    """The rows of a workbook's one sheet, the header first."""
    return CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_index(0).to_python()


def again(folder: Path, kind: str, data: bytes, change: Change | None = None, **by: str) -> Any:
    """Import an export, its first row changed, as anybody would: without a mapping."""
    if change:
        rows = records(data)
        change(rows[0])
        text = io.StringIO()
        writer = csv.DictWriter(text, rows[0])
        writer.writeheader()
        writer.writerows(rows)
        data = text.getvalue().encode("utf-8-sig")
    path = folder / f"{kind}.csv"
    path.write_bytes(data)
    return import_file(kind, path, **by)
