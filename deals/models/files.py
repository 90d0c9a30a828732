"""Files that belong to a registration: a tender document, a customer's letter."""

from typing import TYPE_CHECKING, Any, ClassVar, Self

from django.conf import settings
from django.db import models
from django.utils import timezone

from accounts.models import User
from channelhub.lib.models import public_id_field
from deals.models.deals import Deal
from partners.models import Partner

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser


class DealFileQuerySet(models.QuerySet["DealFile"]):
    """Sets of files of registrations."""

    def visible_to(self, user: "User | AnonymousUser") -> Self:
        """Those of registrations that this person sees; those among us to our people only."""
        theirs = self.filter(deal__in=Deal.objects.visible_to(user))
        at_partner = isinstance(user, User) and user.works_at_partner
        return theirs.filter(internal=False) if at_partner else theirs


class DealFile(models.Model):
    """A file of a registration; an `internal` one is ours alone.

    `path` is where its content lies, under a name that nobody can guess; none once it is erased.
    """

    public_id = public_id_field()
    deal = models.ForeignKey(Deal, on_delete=models.CASCADE, related_name="files")
    partner = models.ForeignKey(Partner, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=200)
    size = models.PositiveBigIntegerField()
    path = models.CharField(max_length=500, blank=True)
    internal = models.BooleanField(default=False)
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    uploaded_at = models.DateTimeField(default=timezone.now, editable=False)

    objects: ClassVar[Any] = DealFileQuerySet.as_manager()

    class Meta:
        verbose_name = "file"
        ordering: ClassVar = ["-uploaded_at", "-id"]

    def __str__(self) -> str:
        return self.name
