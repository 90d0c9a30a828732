"""The worst files at the door: a page that says why, nothing kept, nothing grown."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils.html import escape

from accounts.models import User
from imports import actions
from imports.models import Import
from tests.imports.hostile import HOSTILE, Hostile

WORST = (
    "bomb.xlsx", "nested.xlsx", "many-parts.xlsx", "laughs.xlsx", "outside.xlsx", "far-cell.xlsx",
    "cell-beyond.xlsx", "bomb.ods", "password.xlsx", "no-strings.xlsx", "never-closed.csv",
    "nul-bytes.csv", "page.xls", "only-line-ends.csv",
)  # fmt: skip
GROWTH = 8 << 20


@pytest.fixture
def uploads(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    settings.UPLOAD_DIR = tmp_path / "uploads"
    monkeypatch.setattr(actions, "ring", lambda *_: None)
    return tmp_path / "uploads"


def worst() -> list[Hostile]:
    found = {hostile.name: hostile for hostile in HOSTILE}
    return [found[name] for name in WORST]


def send_all(send: Callable[[SimpleUploadedFile], str], uploads: Path) -> None:
    """Sends each of the worst twice: what the first round loads and compiles stays."""
    process, before = psutil.Process(), 0
    for _ in range(2):
        before = process.memory_info().rss
        for hostile in worst():
            page = send(SimpleUploadedFile(hostile.name, hostile.content()))
            assert escape(hostile.refused) in page, hostile.name
            assert hostile.name in page
            assert list(uploads.iterdir()) == []
    assert not Import.objects.exists()
    assert process.memory_info().rss - before < GROWTH


def test_an_admin_is_told_why(
    admin: User, sign_in: Callable[[User], Client], uploads: Path
) -> None:
    browser = sign_in(admin)

    def send(file: SimpleUploadedFile) -> str:
        given = {"source": "erp", "kind": "sales", "file": file}
        answer = browser.post("/imports/new/", given)
        assert answer.status_code == 200
        return answer.content.decode()

    send_all(send, uploads)


def test_a_partner_is_told_why(
    partner_admin: User, sign_in: Callable[[User], Client], uploads: Path
) -> None:
    browser = sign_in(partner_admin)

    def send(file: SimpleUploadedFile) -> str:
        answer = browser.post("/portal/files/new/", {"kind": "sales", "file": file})
        assert answer.status_code == 200
        return answer.content.decode()

    send_all(send, uploads)
