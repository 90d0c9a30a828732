"""Files of a registration: attached, taken away while it is a draft."""

from collections.abc import Iterable
from pathlib import Path, PurePath
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from accounts.models import User
from deals.actions.notices import tell_manager, tell_partner
from deals.actions.steps import locked, now, step
from deals.models import Deal, DealFile
from deals.rules.files import check_content, clean_name
from deals.rules.states import OPEN, IllegalStep, State, Step
from imports import uploads

# A rejected one may be appealed, with what speaks for it.
ATTACHED_TO = (State.DRAFT, *OPEN, State.REJECTED)
# So much of a file tells what it is.
BEGINNING = 8192


def attach_file(
    deal: Deal, upload: UploadedFile[Any], *, internal: bool = False, acting_user: User
) -> DealFile:
    """Keep a file with a registration; an internal one stays among us.

    Raises:
        ValidationError: it is too large, of a kind that is not taken, or one too many.
        IllegalStep: the registration is closed.
    """
    name = _checked(upload)
    path = uploads.keep(upload, suffix=PurePath(name).suffix.lower())
    try:
        with locked(deal, acting_user) as mine:
            _check_room(mine, internal=internal)
            row: DealFile = DealFile.objects.create(
                deal=mine,
                partner=mine.partner,
                name=name,
                size=path.stat().st_size,
                path=str(path),
                internal=internal,
                uploaded_by=acting_user,
                uploaded_at=now(),
            )
            if mine.state != State.DRAFT:
                _tell(mine, row, acting_user)
    except BaseException:
        uploads.drop(path)
        raise
    return row


def _checked(upload: UploadedFile[Any]) -> str:
    if (upload.size or 0) > settings.ATTACHMENT_MAX_BYTES:
        raise ValidationError({"file": uploads.too_large_message(settings.ATTACHMENT_MAX_BYTES)})
    try:
        name = clean_name(upload.name or "")
        check_content(name, upload.read(BEGINNING))
    except ValueError as error:
        raise ValidationError({"file": str(error)}) from error
    upload.seek(0)
    return name


def _check_room(deal: Deal, *, internal: bool) -> None:
    if deal.state not in ATTACHED_TO:
        raise IllegalStep(f"This registration is {deal.told_state.lower()}: it takes no files.")
    most = settings.ATTACHMENT_MAX_COUNT
    # Those among us are not counted to a partner, who does not know of them.
    if deal.files.filter(internal=internal).count() >= most:
        raise ValidationError({"file": f"A registration takes {most} files."})


def _tell(deal: Deal, row: DealFile, user: User) -> None:
    step(deal, Step.ATTACH, by=user, at=row.uploaded_at, text=row.name, internal=row.internal)
    if not row.internal:
        tell = tell_manager if user.works_at_partner else tell_partner
        tell(deal, f"attach {row.pk}", "A file was attached", row.name)


def remove_file(file: DealFile, *, acting_user: User) -> None:
    """Take a file away from a draft.

    Raises:
        IllegalStep: it was handed in with the registration, and stays.
    """
    with locked(file.deal, acting_user) as mine:
        if mine.state != State.DRAFT:
            raise IllegalStep("This registration is submitted: its files stay.")
        drop_contents([file])
        DealFile.objects.filter(pk=file.pk).delete()


def drop_contents(files: Iterable[DealFile]) -> None:
    """Delete what files hold once the transaction stands."""
    for path in [Path(file.path) for file in files if file.path]:
        transaction.on_commit(lambda path=path: uploads.drop(path))  # type: ignore[misc]
