"""An import is a row with a lease: killed, run twice or taken over, it is loaded once or not."""

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError
from django.utils import timezone

from channelhub.lib.work import WorkState
from imports import actions, running, tasks
from imports.kinds import Counts
from imports.models import Import, RejectedRow, Source
from imports.options import Options
from partners.imports import PartnersKind
from partners.models import Partner
from tests.imports.files import Send, Write

TEXT = "id,name\n1,Alpha\n2,\n"


@pytest.fixture
def bell(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Any, ...]]:
    """What was rung for."""
    rung: list[tuple[Any, ...]] = []
    for module in (actions, running):
        monkeypatch.setattr(module, "ring", lambda *call: rung.append(call))
    return rung


@pytest.fixture
def waiting(write: Write, db: None, bell: list[tuple[Any, ...]]) -> Import:
    path = write(TEXT)
    return actions.create_import(
        kind="partners",
        source="erp",
        path=path,
        file_name="file.csv",
        options=Options(),
        confirmed=True,
    )


def explode(*_: object, **__: object) -> None:
    raise RuntimeError("the power went")


def test_a_confirmed_import_is_rung_for_and_run(
    waiting: Import, bell: list[tuple[Any, ...]]
) -> None:
    assert bell == [("imports.run", waiting.pk)]
    tasks.run(waiting.pk)
    waiting.refresh_from_db()
    assert (waiting.state, waiting.new, waiting.rejected) == (WorkState.DONE, 1, 1)


def test_a_second_ring_does_nothing(waiting: Import) -> None:
    running.run_import(waiting.pk)
    running.run_import(waiting.pk)
    assert (Partner.objects.count(), RejectedRow.objects.count()) == (1, 1)


def test_a_draft_is_never_run_nor_rung_for(waiting: Import, bell: list[tuple[Any, ...]]) -> None:
    Import.objects.update(confirmed=False)
    bell.clear()
    running.run_import(waiting.pk)
    running.ring_waiting()
    assert not bell
    assert not Partner.objects.exists()


def test_what_breaks_in_mid_write_leaves_nothing_and_is_tried_again(
    waiting: Import, monkeypatch: pytest.MonkeyPatch, bell: list[tuple[Any, ...]]
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr("partners.import_standing.write", explode)
        running.run_import(waiting.pk)
    waiting.refresh_from_db()
    assert (waiting.state, waiting.new) == (WorkState.QUEUED, 0)
    assert "RuntimeError" in waiting.error
    assert not Partner.objects.exists()
    assert not RejectedRow.objects.exists()
    bell.clear()
    running.ring_waiting()
    assert bell == [("imports.run", waiting.pk)]
    running.run_import(waiting.pk)
    assert Partner.objects.count() == 1


def test_five_failures_end_it(waiting: Import, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("partners.import_standing.write", explode)
    for _ in range(6):
        running.run_import(waiting.pk)
    waiting.refresh_from_db()
    assert (waiting.state, waiting.attempts) == (WorkState.DEAD, 5)


def test_what_a_killed_worker_left_is_rung_for_once_its_lease_is_over(
    waiting: Import, bell: list[tuple[Any, ...]]
) -> None:
    assert waiting.claim()
    bell.clear()
    running.ring_waiting()
    assert not bell
    running.run_import(waiting.pk)
    assert not Partner.objects.exists()
    Import.objects.update(lease_until=timezone.now() - dt.timedelta(seconds=1))
    running.ring_waiting()
    assert len(bell) == 1
    running.run_import(waiting.pk)
    assert Partner.objects.count() == 1


def test_a_worker_that_was_given_up_undoes_its_own_work(
    waiting: Import, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lose_it(kind: PartnersKind, staging: Any) -> Any:
        Import.objects.filter(pk=waiting.pk).update(attempts=2)
        return resolve(kind, staging)

    resolve = PartnersKind.resolve
    monkeypatch.setattr(PartnersKind, "resolve", lose_it)
    running.run_import(waiting.pk)
    assert not Partner.objects.exists()
    waiting.refresh_from_db()
    assert waiting.state == WorkState.RUNNING


def test_counts_that_do_not_add_up_load_nothing(
    send: Send, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(PartnersKind, "write", lambda *_: Counts(new=0, changed=0, unchanged=0))
    with pytest.raises(RuntimeError, match="were counted as"):
        send("partners", TEXT)


def test_ctrl_c_ends_it_for_good(send: Send, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("partners.import_standing.write", interrupt)
    with pytest.raises(CommandError, match="Nothing was loaded"):
        send("partners", TEXT)
    assert Import.objects.get().state == WorkState.DEAD
    assert not Partner.objects.exists()


def test_a_failed_import_can_be_corrected(send: Send, bell: list[tuple[Any, ...]]) -> None:
    with pytest.raises(CommandError):
        send("partners", "key,name\n1,Alpha\n")
    load = Import.objects.get()
    assert actions.reopen_import(load)
    load.refresh_from_db()
    assert load.is_draft
    options = Options(mapping={"external_id": "key", "name": "name"})
    assert actions.confirm_import(load, options=options)
    assert not actions.confirm_import(load, options=options)
    running.run_import(load.pk)
    assert Partner.objects.get().number == "1"


def test_a_draft_is_thrown_away_with_its_upload_and_no_other_file(
    waiting: Import, settings: Any, tmp_path: Path
) -> None:
    assert not actions.discard_import(waiting)
    Import.objects.update(confirmed=False)
    settings.UPLOAD_DIR = tmp_path / "elsewhere"
    assert actions.discard_import(waiting)
    assert Path(waiting.path).exists()
    assert Source.objects.exists()
