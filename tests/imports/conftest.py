"""Files sent through the command, as a person at a terminal would."""

from pathlib import Path
from typing import Any

import pytest

from tests.imports.files import Send, Write, import_file


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Writes a file: `write("a,b\\n1,2\\n", name="x.csv", encoding="cp1252")`."""

    def to_file(text: str | bytes, name: str = "file.csv", encoding: str = "utf-8") -> Path:
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode(encoding))
        return path

    return to_file


@pytest.fixture
def send(write: Write, db: None) -> Send:
    """Imports text as a file and answers the counts: `send("partners", text, "--set", "…")`."""

    def import_text(kind: str, text: str | bytes, *options: str, source: str = "erp") -> Any:
        path = write(text)
        return import_file(kind, path, *options, source=source)

    return import_text
