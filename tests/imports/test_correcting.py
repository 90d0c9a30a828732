"""Rejected rows come back as a file that is corrected and sent again."""

import csv
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from accounts.models import User
from imports import actions, running
from imports.models import Import
from partners.models import Partner
from sales.models import SalesLine

# Two lines of one product on one invoice, without line numbers.
SALES = (
    b"Titles above;;;;\n"
    b"Beleg;Tag;Partner;Artikel;Wert\n"
    b"1;2024-01-05;P-1;A;10,50\n"
    b"1;2024-01-05;P-1;A;x\n"
    b"2;never;P-1;A;=1+1\n"
)
COLUMNS = {"column_0": "invoice", "column_1": "date", "column_2": "reseller",
           "column_3": "product", "column_4": "amount", "fixed_kind": "billing"}  # fmt: skip


@pytest.fixture(autouse=True)
def uploads_here(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.UPLOAD_DIR = tmp_path / "uploads"
    monkeypatch.setattr(actions, "ring", lambda *_: None)


@pytest.fixture
def browser(admin: User, sign_in: Callable[[User], Client], partner: Partner) -> Client:
    return sign_in(admin)


def send(browser: Client, content: bytes) -> Import:
    file = SimpleUploadedFile("sales.csv", content)
    browser.post("/imports/new/", {"source": "erp", "kind": "sales", "file": file})
    load: Import = Import.objects.latest("pk")
    return load


def load_it(browser: Client, load: Import, columns: dict[str, str]) -> Import:
    answer = browser.post(f"/imports/{load.public_id}/", {**columns, "do": "load"})
    assert answer.status_code == 302, answer.content.decode()
    running.run_import(load.pk)
    load.refresh_from_db()
    return load


def rejected(browser: Client, load: Import) -> list[list[str]]:
    answer: Any = browser.get(f"/imports/{load.public_id}/rejected.csv")
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text)))


def test_the_file_has_the_rows_as_they_were_sent_and_what_is_wrong(browser: Client) -> None:
    load = load_it(browser, send(browser, SALES), COLUMNS)
    assert (load.new, load.rejected) == (1, 2)
    header, *rows = rejected(browser, load)
    assert header == ["Beleg", "Tag", "Partner", "Artikel", "Wert", "Line number",
                      "Rejected because", "Column at fault", "Line of the file"]  # fmt: skip
    assert rows[0][:6] == ["1", "2024-01-05", "P-1", "A", "x", "|A|2"]
    assert rows[0][7:] == ["Wert", "4"]
    assert rows[1][:2] == ["2", "never"]
    assert rows[1][4] == "'=1+1"


def test_corrected_and_sent_again_it_adds_what_was_missing_and_changes_nothing_else(
    browser: Client,
) -> None:
    load = load_it(browser, send(browser, SALES), COLUMNS)
    header, first, second = rejected(browser, load)
    first[4], second[1], second[4] = "20.00", "2024-01-06", "30.00"
    text = io.StringIO()
    csv.writer(text).writerows([header, first, second])
    again = send(browser, text.getvalue().encode())
    page = browser.get(f"/imports/{again.public_id}/").content.decode()
    assert '<option value="line" selected>' in page
    columns = {**COLUMNS, "column_5": "line", "decimal_mark": "."}
    load_it(browser, again, columns)
    assert (again.new, again.changed, again.rejected) == (2, 0, 0)
    lines = SalesLine.objects.order_by("invoice", "line").values_list("line", "amount")
    assert [(line, float(amount)) for line, amount in lines] == [
        ("|A|1", 10.5), ("|A|2", 20.0), ("|A|1", 30.0)
    ]  # fmt: skip


def test_without_its_file_it_tells_what_is_known(browser: Client) -> None:
    load = load_it(browser, send(browser, SALES), COLUMNS)
    Path(load.path).unlink()
    header, *rows = rejected(browser, load)
    assert header == ["row", "column", "value", "reason"]
    assert [row[:3] for row in rows] == [["4", "Wert", "x"], ["5", "Tag", "never"]]
