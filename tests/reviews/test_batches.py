"""The packets of a whole quarter: rows of work that survive, files, one zip."""

import io
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from accounts.models import User
from channelhub.lib.work import MAX_ATTEMPTS, WorkState
from partners.models import Partner
from reviews.models import BatchItem, Packet, PacketBatch, Review
from reviews.packets import batches
from reviews.packets.batches import begin_batch, delete_old_batches, retry_failed, run_item
from reviews.packets.making import make_packet
from tests.reviews.conftest import a_review


@pytest.fixture(autouse=True)
def folder(settings: Any, tmp_path: Path) -> Path:
    settings.PACKET_DIR = tmp_path / "packets"
    return tmp_path


@pytest.fixture
def batch(review: Review, other_partner: Partner, admin: User) -> PacketBatch:
    both = [review, a_review(other_partner, "FY2025-Q4")]
    return begin_batch(
        both, quarter="FY2025-Q4", formats=["pdf", "xlsx"], paper="a4", partner_safe=False,
        acting_user=admin,
    )  # fmt: skip


def run(batch: PacketBatch) -> None:
    for pk in batch.items.values_list("pk", flat=True):
        run_item(pk)


def test_one_click_makes_every_packet_and_one_file(
    batch: PacketBatch, admin: User, sign_in: Callable[[User], Client]
) -> None:
    run(batch)
    # A second ring changes nothing.
    run(batch)
    assert batch.counts() == {"total": 2, "done": 2, "dead": 0}
    assert Packet.objects.count() == 2
    answer = sign_in(admin).get(f"/reviews/packets/{batch.public_id}/packets.zip")
    content = b"".join(answer.streaming_content)  # type: ignore[attr-defined]
    assert sorted(zipfile.ZipFile(io.BytesIO(content)).namelist()) == [
        "qbr-FY2025-Q4-P-1-v1.pdf", "qbr-FY2025-Q4-P-1-v1.xlsx",
        "qbr-FY2025-Q4-P-2-v1.pdf", "qbr-FY2025-Q4-P-2-v1.xlsx",
    ]  # fmt: skip


def test_one_that_fails_is_listed_retried_and_does_not_stop_the_others(
    batch: PacketBatch, admin: User, monkeypatch: pytest.MonkeyPatch,
    sign_in: Callable[[User], Client],
) -> None:  # fmt: skip
    bad = batch.items.get(review__partner__number="P-2")
    make = make_packet

    def fails(review: Review, **facts: Any) -> Packet:
        if review.pk == bad.review_id:
            raise RuntimeError("no ink")
        return make(review, **facts)

    monkeypatch.setattr(batches, "make_packet", fails)
    for _ in range(MAX_ATTEMPTS + 1):
        run(batch)
    assert batch.counts() == {"total": 2, "done": 1, "dead": 1}
    page = sign_in(admin).get(batch.get_absolute_url()).content.decode()
    assert "no ink" in page
    monkeypatch.setattr(batches, "make_packet", make)
    assert retry_failed(batch) == 1
    run(batch)
    assert batch.counts()["done"] == 2


def test_work_of_a_dead_worker_is_done_by_the_next_without_a_second_packet(
    batch: PacketBatch, monkeypatch: pytest.MonkeyPatch
) -> None:
    item = batch.items.first()
    assert item
    write = batches.write_files

    def dies(*_: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(batches, "write_files", dies)
    with pytest.raises(KeyboardInterrupt):
        run_item(item.pk)
    monkeypatch.setattr(batches, "write_files", write)
    run_item(item.pk)
    assert BatchItem.objects.get(pk=item.pk).state == WorkState.RUNNING
    BatchItem.objects.filter(pk=item.pk).update(lease_until=timezone.now())
    run_item(item.pk)
    assert BatchItem.objects.get(pk=item.pk).state == WorkState.DONE
    assert Packet.objects.filter(review=item.review_id).count() == 1


def test_files_go_after_a_week_and_packets_stay(batch: PacketBatch) -> None:
    run(batch)
    PacketBatch.objects.update(created_at=timezone.now() - batches.KEPT * 2)
    delete_old_batches()
    assert not batches.folder_of(batch).exists()
    assert Packet.objects.count() == 2


@pytest.mark.parametrize("wrong", [{"formats": ["doc"]}, {"paper": "a5"}])
def test_what_cannot_be_made_is_refused(wrong: dict[str, Any], review: Review, admin: User) -> None:
    asked = {"formats": ["pdf"], "paper": "a4", **wrong}
    with pytest.raises(ValidationError):
        begin_batch([review], quarter="Q", partner_safe=False, acting_user=admin, **asked)
    assert not PacketBatch.objects.exists()


def test_the_commands_write_files(
    review: Review, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = folder / "one"
    call_command("packet", "P-1", "FY2025-Q4", out=out, formats=["pdf"], partner_safe=True)
    assert [path.name for path in out.iterdir()] == ["qbr-FY2025-Q4-P-1-v1-partner.pdf"]
    packet = Packet.objects.get()
    assert packet.checksum in capsys.readouterr().out
    call_command("packets", "FY2025-Q4", out=folder / "all")
    assert len(list((folder / "all").iterdir())) == 3
    with pytest.raises(CommandError, match="No partner"):
        call_command("packet", "P-9", "FY2025-Q4", out=out)
    with pytest.raises(CommandError, match="no quarter"):
        call_command("packets", "FY1999-Q4", out=out)
