"""A partner's people, and the invitations by which anybody gets an account."""

import datetime as dt
import hashlib
import secrets
from typing import Any, ClassVar, Self

import pghistory
from django.conf import settings
from django.db import models
from django.db.models import Q, UniqueConstraint
from django.db.models.functions import Lower
from django.utils import timezone

from accounts.models import Role, User
from channelhub.lib.models import public_id_field
from channelhub.lib.work import Work, WorkState

VALID_FOR = dt.timedelta(hours=72)
PARTNER_ROLES = [Role.PARTNER_ADMIN, Role.PARTNER_REP]


def hash_token(token: str) -> str:
    """What is stored of a link's token: whoever reads the database cannot rebuild the link."""
    return hashlib.sha256(token.encode()).hexdigest()


def link_lifetime_end() -> dt.datetime:
    """When a link that is made now stops working."""
    return timezone.now() + VALID_FOR


@pghistory.track()
class Membership(models.Model):
    """The partner that a person works at."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="membership"
    )
    partner = models.ForeignKey(
        "partners.Partner", on_delete=models.PROTECT, related_name="memberships"
    )


def partner_of(user: User) -> int | None:
    """The key of the partner that somebody works at, or that an admin views the portal as."""
    viewed: int | None = getattr(user, "viewed_partner", None)
    if viewed is not None:
        return viewed
    return Membership.objects.filter(user=user).values_list("partner", flat=True).first()


class InvitationQuerySet(models.QuerySet["Invitation"]):
    """Sets of invitations. Every page starts at `visible_to`."""

    def visible_to(self, user: User) -> Self:
        """All for an admin, those to their own partner for a partner admin, else none."""
        match user.role:
            case Role.ADMIN:
                return self.all()
            case Role.PARTNER_ADMIN:
                return self.filter(partner__memberships__user=user)
        return self.none()

    def open(self) -> Self:
        """Neither accepted nor withdrawn; the link may have expired."""
        return self.filter(accepted_at=None, withdrawn_at=None)

    def usable(self, *, at: dt.datetime) -> Self:
        """Those whose link opens an account at this moment."""
        return self.open().filter(expires_at__gt=at)

    def unsent(self) -> Self:
        """Those whose mail waits, or was left by a worker that died."""
        abandoned = Q(state=WorkState.RUNNING, lease_until__lt=timezone.now())
        return self.open().filter(Q(state=WorkState.QUEUED) | abandoned)

    def by_token(self, token: str) -> Self:
        """The one that this link belongs to, if any."""
        return self.filter(token_hash=hash_token(token))

    def search(self, text: str) -> Self:
        """Those whose address, name or partner contains the text."""
        return self.filter(
            Q(email__icontains=text) | Q(name__icontains=text) | Q(partner__name__icontains=text)
        )


@pghistory.track(exclude=["token_hash", "state", "lease_until", "attempts", "error", "finished_at"])
class Invitation(Work):
    """An invitation by mail to open an account: a single-use link for 72 hours.

    The work is to send the mail, so `state` says whether that has happened. The link is made
    when the mail is; nothing but its hash is kept.
    """

    public_id = public_id_field()
    email = models.EmailField("e-mail address")
    name = models.CharField(max_length=150, blank=True, default="")
    role = models.CharField(max_length=20, choices=Role)
    partner = models.ForeignKey(
        "partners.Partner",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="invitations",
    )
    token_hash = models.CharField(max_length=64, unique=True, null=True, editable=False)  # noqa: DJ001 - NULL: no link works
    invited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="invitations"
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    expires_at = models.DateTimeField(default=link_lifetime_end)
    accepted_at = models.DateTimeField(null=True, editable=False)
    withdrawn_at = models.DateTimeField(null=True, editable=False)

    objects: ClassVar[Any] = InvitationQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-created_at", "-id"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(role__in=PARTNER_ROLES, partner__isnull=False)
                | (~Q(role__in=PARTNER_ROLES) & Q(partner=None)),
                name="invitation_names_a_partner_for_its_people_only",
            ),
            # Per partner: one must not learn from a refusal that another one invited somebody.
            UniqueConstraint(
                Lower("email"),
                "partner",
                condition=Q(accepted_at=None, withdrawn_at=None),
                nulls_distinct=False,
                name="one_open_invitation_per_address",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.email} as {self.get_role_display()}"

    @property
    def is_expired(self) -> bool:
        """Its link has stopped working by age."""
        return self.expires_at <= timezone.now()

    @property
    def is_being_sent(self) -> bool:
        """A worker holds it right now."""
        lease = self.lease_until
        return self.state == WorkState.RUNNING and lease is not None and lease > timezone.now()

    def issue_token(self) -> str:
        """A new link's token, valid for 72 hours from now; the one before stops working."""
        token = secrets.token_urlsafe(32)
        self.token_hash, self.expires_at = hash_token(token), link_lifetime_end()
        self.save(update_fields=["token_hash", "expires_at"])
        return token
