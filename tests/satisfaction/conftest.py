"""Files sent through the command, as a person at a terminal would."""

from pathlib import Path
from typing import Any

import pytest

from tests.imports.files import Send, import_file


@pytest.fixture
def send(tmp_path: Path, db: None) -> Send:
    """Imports text as a file and answers the counts: `send("survey-answers", text)`."""

    def import_text(kind: str, text: str, *options: str, source: str = "erp") -> Any:
        path = tmp_path / "file.csv"
        path.write_text(text, encoding="utf-8")
        return import_file(kind, path, *options, source=source)

    return import_text
