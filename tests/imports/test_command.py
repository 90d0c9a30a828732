"""`manage.py import_file`: what it prints, what it refuses, what it leaves behind."""

import os
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from channelhub.lib.work import WorkState
from imports.models import Import, Source
from partners.models import Partner
from tests.imports.files import Send, Write, counts, import_file

THREE = "id,name,type\n1,Alpha,MSP\n2,Beta,VAR\n3,Gamma,\n"


def test_a_file_twice_changes_nothing(send: Send) -> None:
    assert counts(send("partners", THREE)) == (3, 0, 0, 0)
    assert counts(send("partners", THREE)) == (0, 0, 3, 0)


def test_json_says_everything_a_program_needs(send: Send) -> None:
    printed = send("partners", "id,name\n1,Alpha\n2,\n")
    load = Import.objects.get()
    assert printed == {
        "kind": "partners",
        "source": "erp",
        "file": "file.csv",
        "import": str(load.public_id),
        "rows": 2,
        "new": 1,
        "changed": 0,
        "unchanged": 0,
        "closed": 0,
        "rejected": 1,
        "rejected_rows": [
            {"row": 3, "column": "name", "value": "", "reason": "This cell must not be empty."}
        ],
    }
    assert (load.state, load.confirmed, load.rows_read) == (WorkState.DONE, True, 2)


def test_people_read_counts_and_the_first_rejected_rows(write: Write, db: None) -> None:
    path = write("id,name\n" + "x,\n" * 25)
    out = StringIO()
    call_command("import_file", "partners", str(path), "--source", "erp", stdout=out)
    lines = out.getvalue().splitlines()
    assert lines[0] == "file.csv: 25 rows, 0 new, 0 changed, 0 unchanged, 25 rejected"
    assert lines[1] == "  2: name '': This cell must not be empty."
    assert len(lines) == 22
    assert lines[-1] == "  and 5 more; --json lists all"


def test_a_relative_path_is_found(write: Write, db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(write(THREE).parent)
    assert import_file("partners", Path("file.csv"))["new"] == 3


def test_fixed_values_hold_for_every_row(send: Send) -> None:
    send("partners", THREE, "--set", "currency=EUR")
    assert set(Partner.objects.values_list("currency", flat=True)) == {"EUR"}


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        (["--map", "nope=name"], "no column 'nope'"),
        (["--map", "name=nope"], "no field 'nope' in partners"),
        (["--map", "name"], "equals sign"),
        (["--set", "status=asleep"], "status=asleep: Use one of: prospect, active"),
        (["--set", "start=31/01/24"], "two digits"),
        (["--covers", "2024-03..2024-01"], "ends before it starts"),
        (["--covers", "spring"], "is not a month"),
        (["--date-order", "dym"], "Unknown date order"),
        (["--decimal", ";"], "Unknown decimal mark"),
        (["--delimiter", "ab"], "one character"),
        (["--encoding", "klingon"], "not an encoding"),
        (["--join", "id=nowhere.csv"], "neither here nor beside"),
        (["--source", "a b"], "cannot name a source"),
    ],
)
def test_what_cannot_be_done_is_one_clear_line(send: Send, options: list[str], reason: str) -> None:
    with pytest.raises(CommandError, match=reason):
        send("partners", THREE, *options)
    assert not Partner.objects.exists()


def test_an_unknown_kind_lists_the_kinds(send: Send) -> None:
    with pytest.raises(CommandError, match=r"no kind 'ships'. There are: partners, customers"):
        send("ships", THREE)
    assert not Source.objects.exists()


def test_a_missing_file_makes_no_source(tmp_path: Path, db: None) -> None:
    with pytest.raises(CommandError, match="cannot be read"):
        import_file("partners", tmp_path / "nowhere.csv")
    assert not Source.objects.exists()


def test_a_file_that_cannot_be_read_is_kept_as_failed(send: Send) -> None:
    with pytest.raises(CommandError, match="never closed"):
        send("partners", 'id,name\n1,A\n2,"B\n')
    load = Import.objects.get()
    assert load.state == WorkState.DEAD
    assert "never closed" in load.error
    assert not Partner.objects.exists()


def test_a_check_says_what_loading_would_do_and_writes_nothing(
    write: Write, capsys: pytest.CaptureFixture[str], db: None
) -> None:
    call_command("import_file", "partners", str(write("external_id,name\n1,A\n")), source="erp",
                 check=True)  # fmt: skip
    assert "1 rows, only checked, 1 new, 0 changed" in capsys.readouterr().out
    assert not Partner.objects.exists()


def test_a_pipe_is_refused_and_not_waited_for(tmp_path: Path, db: None) -> None:
    pipe = tmp_path / "rows.csv"
    os.mkfifo(pipe)

    with pytest.raises(CommandError, match=r"rows.csv is no file that can be read"):
        call_command("import_file", "partners", str(pipe), source="erp")

    assert not Import.objects.exists()
