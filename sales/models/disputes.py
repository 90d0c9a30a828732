"""Disputes about whose sale a line was, and what was decided: the line counts for another."""

from typing import TYPE_CHECKING, Any, ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Q, UniqueConstraint

from accounts.models import User
from channelhub.lib.models import public_id_field, tracked
from imports.models import Source
from partners.models import Partner

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser


class DisputeState(models.TextChoices):
    """How far a dispute is."""

    OPEN = "open", "Open"
    ACCEPTED = "accepted", "Accepted"
    REJECTED = "rejected", "Rejected"
    TAKEN_BACK = "taken-back", "Taken back"


class DisputeQuerySet(models.QuerySet["SalesDispute"]):
    """Sets of disputes. Every page starts at `visible_to`."""

    def visible_to(self, user: "User | AnonymousUser") -> Self:
        """Those for partners that this person sees; a partner's people see their own ones."""
        theirs = self.filter(partner__in=Partner.objects.visible_to(user))
        if isinstance(user, User) and user.works_at_partner:
            return theirs.filter(by_partner=True)
        return theirs


@tracked()
class SalesDispute(models.Model):
    """A claim that a sale was `partner`'s, by the number of its invoice."""

    public_id = public_id_field()
    partner = models.ForeignKey(Partner, on_delete=models.PROTECT, related_name="disputes")
    invoice = models.CharField("invoice or order number", max_length=100)
    line = models.CharField(
        "line number", max_length=300, blank=True, default="", help_text="Empty: all its lines."
    )
    reason = models.TextField(max_length=2000, help_text="Why the sale is this partner's.")
    by_partner = models.BooleanField(default=False, help_text="The partner filed it itself.")
    filed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    filed_on = models.DateField()
    state = models.CharField(max_length=12, choices=DisputeState, default=DisputeState.OPEN)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    decided_on = models.DateField(null=True)
    decision = models.TextField("why it was decided so", max_length=2000, blank=True, default="")

    objects: ClassVar[Any] = DisputeQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-filed_on", "-id"]
        indexes: ClassVar = [models.Index(fields=["state", "-filed_on"], name="dispute_by_state")]
        constraints: ClassVar = [
            UniqueConstraint(
                fields=["partner", "invoice", "line", "by_partner"],
                condition=Q(state=DisputeState.OPEN),
                name="one_open_dispute_per_sale",
            ),
            models.CheckConstraint(
                condition=Q(state=DisputeState.OPEN, decided_on=None)
                | (~Q(state=DisputeState.OPEN) & Q(decided_on__isnull=False)),
                name="decided_dispute_has_a_day",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.invoice}, line {self.line}" if self.line else self.invoice


class Seat(models.TextChoices):
    """The place in a line that names who sold it."""

    RESELLER = "reseller", "Reseller"
    DISTRIBUTOR = "distributor", "Distributor"


@tracked()
class Reattribution(models.Model):
    """That a line counts for `partner` in place of `replaced`, whatever its file says.

    It stands from `since` until it is taken back on `ended_on`.
    """

    dispute = models.ForeignKey(
        SalesDispute, on_delete=models.PROTECT, related_name="reattributions"
    )
    source = models.ForeignKey(Source, on_delete=models.PROTECT, related_name="+")
    invoice = models.CharField(max_length=100)
    line = models.CharField(max_length=300)
    seat = models.CharField(max_length=12, choices=Seat)
    partner = models.ForeignKey(Partner, on_delete=models.PROTECT, related_name="+")
    replaced = models.ForeignKey(Partner, on_delete=models.PROTECT, related_name="+")
    since = models.DateField()
    ended_on = models.DateField(null=True)

    objects: ClassVar[Any] = models.Manager()

    class Meta:
        ordering: ClassVar = ["invoice", "line"]
        constraints: ClassVar = [
            UniqueConstraint(
                fields=["source", "invoice", "line"],
                condition=Q(ended_on=None),
                name="one_standing_reattribution_per_line",
            ),
            models.CheckConstraint(
                condition=~Q(partner=models.F("replaced")), name="reattributed_to_somebody_else"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.invoice}, line {self.line}"
