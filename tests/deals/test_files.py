"""Files of a registration: attached within limits, kept from strangers, gone with a draft."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from deals.actions import progress, reviewing
from deals.actions.drafts import submit_deal
from deals.actions.files import attach_file
from deals.models import Deal, DealFile, DealStep, Notice
from deals.rules.files import BEGINS, LONGEST_NAME, check_content, clean_name
from deals.rules.states import Step
from partners.models import Partner

Make = Callable[..., Deal]
SignIn = Callable[[User], Client]
PDF = b"%PDF-1.7 the tender"


@pytest.fixture(autouse=True)
def uploads(settings: Any, tmp_path: Path) -> Path:
    settings.UPLOAD_DIR = tmp_path / "uploads"
    return Path(settings.UPLOAD_DIR)


def kept(folder: Path) -> list[bytes]:
    return sorted(path.read_bytes() for path in folder.iterdir()) if folder.is_dir() else []


def upload(name: str = "tender.pdf", content: bytes = PDF) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, content_type="text/html")


def attach(client: Client, deal: Deal, *, ours: bool = False, **sent: Any) -> str:
    where = "/deals" if ours else "/portal/deals"
    sent.setdefault("file", upload())
    answer = client.post(f"{where}/{deal.public_id}/files/", sent, follow=True)
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.fixture
def deal(submitted: Make, partner: Partner, partner_rep: User) -> Deal:
    return submitted(partner, partner_rep)


@pytest.fixture
def mine(partner_rep: User, sign_in: SignIn) -> Client:
    return sign_in(partner_rep)


def test_a_file_of_a_draft_comes_goes_and_is_handed_in_with_it(
    draft: Make, partner: Partner, partner_rep: User, mine: Client, uploads: Path, manager: User,
    sign_in: SignIn, django_capture_on_commit_callbacks: Any,
) -> None:  # fmt: skip
    deal = draft(partner, partner_rep)
    assert "tender.pdf is attached." in attach(mine, deal)
    attach(mine, deal, file=upload("letter.txt", b"Dear all"))
    letter = DealFile.objects.get(name="letter.txt")
    with django_capture_on_commit_callbacks(execute=True):
        mine.post(f"/portal/deals/files/{letter.public_id}/remove/")
    assert kept(uploads) == [PDF]
    assert not DealStep.objects.exists()
    submit_deal(deal, acting_user=partner_rep)
    (file,) = DealFile.objects.all()
    gone = mine.post(f"/portal/deals/files/{file.public_id}/remove/", follow=True)
    assert "its files stay" in gone.content.decode()
    assert kept(uploads) == [PDF]
    assert "tender.pdf" in sign_in(manager).get(f"/deals/{deal.public_id}/").content.decode()


def test_it_is_handed_out_as_an_attachment_only(deal: Deal, mine: Client, uploads: Path) -> None:
    attach(mine, deal, file=upload("Angebot Müller.pdf"))
    file = DealFile.objects.get()
    answer = mine.get(f"/portal/deals/files/{file.public_id}/")
    assert answer.content == PDF
    assert answer["Content-Type"] == "application/octet-stream"
    assert answer["Content-Disposition"].startswith("attachment; filename*=utf-8''Angebot")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Cache-Control"] == "private, no-store"
    assert Path(file.path).parent == uploads
    assert "Angebot" not in file.path
    Path(file.path).unlink()
    assert mine.get(f"/portal/deals/files/{file.public_id}/").status_code == 404


def test_only_who_sees_the_deal_sees_its_files_and_ours_stay_ours(
    deal: Deal,
    mine: Client,
    manager: User,
    other_manager: User,
    other_partner_admin: User,
    direct: User,
    sign_in: SignIn,
) -> None:
    text = attach(sign_in(manager), deal, ours=True, audience="us", file=upload("ours.pdf"))
    assert "ours.pdf" in text
    attach(sign_in(manager), deal, ours=True, audience="partner", file=upload("told.pdf"))
    ours, told = (DealFile.objects.get(name=name) for name in ("ours.pdf", "told.pdf"))
    page = mine.get(f"/portal/deals/{deal.public_id}/").content.decode()
    assert "told.pdf" in page
    assert "ours.pdf" not in page
    assert mine.get(f"/portal/deals/files/{told.public_id}/").status_code == 200
    assert mine.get(f"/portal/deals/files/{ours.public_id}/").status_code == 404
    assert sign_in(manager).get(f"/deals/files/{ours.public_id}/").status_code == 200
    for stranger in (other_manager, direct):
        assert sign_in(stranger).get(f"/deals/files/{told.public_id}/").status_code == 404
    theirs = sign_in(other_partner_admin)
    assert theirs.get(f"/portal/deals/files/{told.public_id}/").status_code == 404
    sent = theirs.post(f"/portal/deals/{deal.public_id}/files/", {"file": upload()})
    assert sent.status_code == 404
    assert DealFile.objects.count() == 2


def test_history_and_messages_tell_of_it(deal: Deal, mine: Client, manager: User) -> None:
    attach(mine, deal)
    attach_file(deal, upload("ours.pdf"), internal=True, acting_user=manager)
    steps = DealStep.objects.filter(step=Step.ATTACH).order_by("pk")
    assert list(steps.values_list("text", "internal")) == [
        ("tender.pdf", False),
        ("ours.pdf", True),
    ]
    told = Notice.objects.filter(key__startswith="attach")
    assert {notice.to for notice in told} == {manager}


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("page.html", b"<script>", "Files of this kind are not taken. These are: pdf, docx"),
        ("run.exe", b"MZ", "Files of this kind are not taken."),
        ("picture.svg", b"<svg>", "Files of this kind are not taken."),
        ("none", b"x", "Files of this kind are not taken."),
        ("tender.pdf", b"<html>", "tender.pdf is not what its name says."),
        ("notes.txt", b"a\0b", "notes.txt is not what its name says."),
        ("empty.pdf", b"", "The submitted file is empty."),
        (f"{'x' * 250}.pdf", PDF, "at most 200 characters"),
    ],
)
def test_what_is_not_taken_is_told_and_not_kept(
    name: str, content: bytes, words: str, deal: Deal, mine: Client, uploads: Path
) -> None:
    assert words in attach(mine, deal, file=upload(name, content))
    assert not DealFile.objects.exists()
    assert kept(uploads) == []


def test_size_and_number_are_limited(
    deal: Deal, mine: Client, manager: User, settings: Any, uploads: Path
) -> None:
    settings.ATTACHMENT_MAX_BYTES, settings.ATTACHMENT_MAX_COUNT = 1024 * 1024, 2
    big = upload(content=PDF + b"x" * 1024 * 1024)
    assert "The file is larger than 1 MB." in attach(mine, deal, file=big)
    with pytest.raises(ValidationError, match="larger than 1 MB"):
        attach_file(deal, upload(content=PDF + b"x" * 1024 * 1024), acting_user=manager)
    for _ in range(2):
        attach(mine, deal)
    assert "A registration takes 2 files." in attach(mine, deal)
    # Those among us are counted by themselves, so that a partner hears nothing of them.
    attach_file(deal, upload(), internal=True, acting_user=manager)
    assert len(kept(uploads)) == 3


def test_a_closed_registration_takes_none_and_a_rejected_one_does(
    deal: Deal, submitted: Make, partner: Partner, partner_rep: User, manager: User, mine: Client,
    uploads: Path,
) -> None:  # fmt: skip
    rejected = submitted(partner, partner_rep, name="Rejected Mill")
    reviewing.reject_deal(rejected, code="other", text="No.", acting_user=manager)
    assert "is attached." in attach(mine, rejected)
    progress.withdraw(deal, acting_user=partner_rep)
    assert "it takes no files" in attach(mine, deal)
    assert len(kept(uploads)) == 1


def test_a_draft_that_is_thrown_away_takes_its_files_along(
    draft: Make, partner: Partner, partner_rep: User, mine: Client, uploads: Path,
    django_capture_on_commit_callbacks: Any,
) -> None:  # fmt: skip
    deal = draft(partner, partner_rep)
    attach(mine, deal)
    with django_capture_on_commit_callbacks(execute=True):
        mine.post(f"/portal/deals/{deal.public_id}/discard/")
    assert not DealFile.objects.exists()
    assert kept(uploads) == []


def test_the_upload_is_checked_for_its_token(deal: Deal, partner_rep: User, uploads: Path) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(partner_rep)
    answer = client.post(f"/portal/deals/{deal.public_id}/files/", {"file": upload()})
    assert answer.status_code == 403
    assert kept(uploads) == []


@pytest.mark.parametrize(
    ("sent", "name"),
    [
        ("../../etc/passwd.txt", "passwd.txt"),
        ("C:\\tender\\a.PDF", "a.PDF"),
        ("a\nb\u202e.pdf", "a_b_.pdf"),
        ("x" * 300 + ".docx", "x" * (LONGEST_NAME - 5) + ".docx"),
    ],
)
def test_a_name_is_cleaned(sent: str, name: str) -> None:
    assert clean_name(sent) == name


def test_each_kind_is_what_its_beginning_says() -> None:
    for ending, begins in BEGINS.items():
        check_content(f"a{ending}", begins + b"more")
        with pytest.raises(ValueError, match="not what its name says"):
            check_content(f"a{ending}", b"\0" + begins)


def test_pages_cost_the_same_however_many_files(
    deal: Deal, mine: Client, partner_rep: User
) -> None:
    costs = []
    for more in (1, 15):
        for _ in range(more):
            attach_file(deal, upload(), acting_user=partner_rep)
        with CaptureQueriesContext(connection) as queries:
            assert mine.get(f"/portal/deals/{deal.public_id}/").status_code == 200
        costs.append(len(queries))
    # A file more is a step more, which is told with the others.
    assert costs[0] == costs[1]
