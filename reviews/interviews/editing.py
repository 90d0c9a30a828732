"""The guides of interviews, as an admin writes them."""

from accounts.models import User
from channelhub.lib.history import decision
from reviews.interviews.guide import default_text
from reviews.models import Guide


def keep_guide(kind: str, *, text: str, acting_user: User) -> None:
    """Ask these questions in interviews of a kind from now on; without any, the default ones.

    Interviews in which something is written down keep theirs.
    """
    with decision(acting_user):
        if text in {"", default_text(kind)}:
            Guide.objects.filter(kind=kind).delete()
        else:
            Guide.objects.update_or_create(kind=kind, defaults={"text": text})
