"""Whatever is sent ends in rows or in a reason that names the file, and in nothing else."""

import os
import sys
from pathlib import Path
from typing import Any

import pytest

from imports import reading
from imports.parsing.__main__ import LONGEST_REASON
from imports.problems import Unreadable
from imports.reading import Row, open_sheet
from tests.imports.files import Write
from tests.imports.hostile import HOSTILE, Hostile, archive, parts


def read(path: Path, **how: Any) -> list[Row]:
    return list(open_sheet(path, **how).records())


@pytest.mark.parametrize("hostile", HOSTILE, ids=lambda hostile: hostile.name)
def test_it_ends_in_rows_or_in_a_reason(write: Write, hostile: Hostile) -> None:
    path = write(hostile.content(), name=hostile.name)
    if hostile.refused:
        with pytest.raises(Unreadable) as raised:
            read(path)
        assert_clear(str(raised.value), hostile)
        return
    rows = read(path)
    problems = [row.problem for row in rows if row.problem]
    assert len(rows) - len(problems) == hostile.rows
    assert len(problems) == len(hostile.problems)
    for told, expected in zip(problems, hostile.problems, strict=True):
        assert expected in told


def assert_clear(reason: str, hostile: Hostile) -> None:
    assert hostile.refused in reason
    assert reason.startswith(hostile.name)
    assert "Traceback" not in reason
    assert len(reason) < 400
    assert reason.isprintable()


def test_they_are_many_and_each_has_a_name_of_its_own() -> None:
    assert len({hostile.name for hostile in HOSTILE}) == len(HOSTILE) >= 60


def test_more_rows_than_may_be_are_refused(write: Write, settings: Any) -> None:
    settings.IMPORT_MAX_ROWS = 4_000
    path = write("id,name\n" + "1,A\n" * 5_000)
    with pytest.raises(Unreadable, match=r"file\.csv has more than 4,000 rows"):
        read(path)


@pytest.mark.slow
def test_a_line_of_a_gigabyte_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "long.csv"
    with path.open("wb") as file:
        file.write(b"id,name\n" + b"x" * (1 << 20))
        file.truncate(1 << 30)
    with pytest.raises(Unreadable, match=r"long\.csv, line 2 is longer than a million"):
        read(path)


def test_a_pipe_that_nobody_writes_to_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "pipe.csv"
    os.mkfifo(path)
    with pytest.raises(Unreadable, match=r"pipe\.csv is no file that can be read"):
        read(path)


def test_a_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "folder.csv").mkdir()
    with pytest.raises(Unreadable, match=r"folder\.csv is no file that can be read"):
        read(tmp_path / "folder.csv")


def test_a_device_without_end_is_refused() -> None:
    with pytest.raises(Unreadable, match="zero is no file that can be read"):
        read(Path("/dev/zero"))


def test_a_link_counts_as_what_it_leads_to(write: Write, tmp_path: Path) -> None:
    for name, target in (("good", write("id,name\n1,A\n")), ("round", tmp_path / "round")):
        (tmp_path / name).symlink_to(target)
    assert len(read(tmp_path / "good")) == 1
    with pytest.raises(Unreadable, match="round cannot be read"):
        read(tmp_path / "round")


def test_a_child_that_falls_silent_is_ended(
    write: Write, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """As one does that waits for a disk: it uses no processor time, which is limited too."""
    waiting = tmp_path / "python"
    waiting.write_text("#!/bin/sh\nexec sleep 600\n")
    waiting.chmod(0o700)
    monkeypatch.setattr(sys, "executable", str(waiting))
    monkeypatch.setattr(reading, "SILENT_SECONDS", 0.2)
    with pytest.raises(Unreadable, match=r"file\.csv takes too long to read"):
        open_sheet(write("id,name\n1,A\n"))


def test_a_reason_longer_than_a_pipe_is_cut(write: Write) -> None:
    """A child that nobody listens to would wait for ever, and its parent for the child."""
    many = b"".join(
        b'<sheet name="%s" sheetId="%d" r:id="rId1"/>' % (b"s%d" % n * 20, n) for n in range(2_000)
    )
    made = parts()
    book = made["xl/workbook.xml"]
    made["xl/workbook.xml"] = book.replace(b"<sheets>", b"<sheets>" + many)
    path = write(archive(made), name="many.xlsx")
    with pytest.raises(Unreadable, match=r"^many\.xlsx has no sheet 'None'") as raised:
        open_sheet(path, sheet="None")
    assert len(str(raised.value)) == LONGEST_REASON


@pytest.mark.parametrize("encoding", ["utf-7", "unicode_escape", "raw-unicode-escape", "punycode"])
def test_ways_of_escaping_are_no_encodings(write: Write, encoding: str) -> None:
    """They let half a character through, which no database stores."""
    with pytest.raises(Unreadable, match="is not an encoding"):
        open_sheet(write("id,name\n1,+2AA-\\ud800\n"), encoding=encoding)


def test_a_link_to_outside_in_a_workbook_is_not_followed(write: Write) -> None:
    """Its message tells which part; nothing of the file it points at."""
    hostile = next(each for each in HOSTILE if each.name == "outside.xlsx")
    with pytest.raises(Unreadable) as raised:
        read(write(hostile.content(), name=hostile.name))
    assert "sheet1.xml" in str(raised.value)
    assert "root:" not in str(raised.value)
