"""Partners: who they are, and who may see them."""

import datetime as dt
from typing import TYPE_CHECKING, Any, ClassVar, Self

import pghistory
from django.contrib.postgres.expressions import ArraySubquery
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Exists, F, Func, OuterRef, Q, Subquery, UniqueConstraint
from django.db.models.functions import Upper
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property

from accounts.models import Role, User, check_currency
from channelhub.lib.models import public_id_field, tracked
from imports.models import Source
from partners.models.people import partner_of
from partners.models.standing import (
    PartnerManager,
    PartnerStatus,
    PartnerTerritory,
    PartnerTier,
)

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

TRIGRAM = 3


class PartnerKind(models.TextChoices):
    """What a partner does for us; one may be several."""

    DISTRIBUTOR = "distributor", "Distributor"
    RESELLER = "reseller", "Reseller"
    INTEGRATOR = "integrator", "Integrator"
    SERVICE = "service", "Service provider"
    REFERRAL = "referral", "Referral partner"


def default_kinds() -> list[str]:
    """Most partners are resellers."""
    return [PartnerKind.RESELLER]


class IsAny(Func):
    """`IsAny("pk", ArraySubquery(...))`: whether a value is one of an array's."""

    template = "(%(expressions)s))"
    arg_joiner = " = ANY ("
    output_field = models.BooleanField()


class PartnerQuerySet(models.QuerySet["Partner"]):
    """Sets of partners. Every page, API call, export and search starts at `visible_to`."""

    def visible_to(self, user: "User | AnonymousUser") -> Self:
        """The partners whose data this person may see: the one definition of who sees whom.

        Admins and chiefs see all, channel managers those assigned to them today (as manager or
        deputy), a partner's people their own; direct sales and strangers none.
        """
        if not isinstance(user, User):
            return self.none()
        if user.sees_every_partner:
            return self.all()
        match user.role:
            case Role.MANAGER:
                return self.filter(Exists(PartnerManager.assigned_to(user)))
            case Role.PARTNER_ADMIN | Role.PARTNER_REP:
                return self.filter(pk=partner_of(user))
        return self.none()

    def unmerged(self) -> Self:
        """Those that stand for themselves."""
        return self.filter(merged_into=None)

    def search(self, text: str) -> Self:
        """Those whose name, number or external id contains the text.

        One or two letters are the beginning of a name or number: trigrams need three.
        """
        if len(text) < TRIGRAM:
            return self.filter(Q(name__istartswith=text) | Q(number__istartswith=text))
        named = PartnerExternalId.objects.filter(external_id__icontains=text)
        # An array, computed once, lets the planner join three indexes by a bitmap.
        by_id = IsAny("pk", ArraySubquery(named.order_by().values("partner")))
        return self.filter(Q(name__icontains=text) | Q(number__icontains=text) | by_id)

    def of_kind(self, kind: str) -> Self:
        """Those that are this, among other kinds."""
        return self.filter(kinds__contains=[kind])

    def with_status(self, status: str, day: dt.date) -> Self:
        """Those with this status on a day."""
        return self._with(PartnerStatus, day, status=status)

    def with_tier(self, tier: str, day: dt.date) -> Self:
        """Those with this tier on a day."""
        return self._with(PartnerTier, day, tier=tier)

    def in_territory(self, territory: str, day: dt.date) -> Self:
        """Those with this territory on a day."""
        return self._with(PartnerTerritory, day, territory=territory)

    def managed_by(self, manager: User, day: dt.date) -> Self:
        """Those whose channel manager this is on a day; a deputy is not."""
        return self._with(PartnerManager, day, manager=manager)

    def _with(self, model: Any, day: dt.date, **facts: Any) -> Self:
        rows = model.objects.on(day).filter(partner=OuterRef("pk"), **facts)
        return self.filter(Exists(rows))

    def with_standing(self, day: dt.date) -> Self:
        """Adds what holds on a day: status, tier, territory, people; None where nothing does."""
        return self.annotate(
            status=_on(PartnerStatus, day, "status"),
            tier=_on(PartnerTier, day, "tier"),
            territory=_on(PartnerTerritory, day, "territory"),
            manager_name=_on(PartnerManager, day, "manager__name"),
            manager_email=_on(PartnerManager, day, "manager__email"),
            deputy_email=_on(PartnerManager, day, "deputy__email"),
        )


def _on(model: Any, day: dt.date, field: str) -> Subquery:
    rows = model.objects.on(day).filter(partner=OuterRef("pk"))
    return Subquery(rows.values(field)[:1])


@pghistory.track()
class Partner(models.Model):
    """A company that sells our products, or a branch of one.

    A merged partner points to its root; its sales and alerts count there from `merged_on`.
    """

    public_id = public_id_field()
    number = models.CharField(
        max_length=100, unique=True, help_text="Organisation-wide; commands and the API use it."
    )
    name = models.CharField(max_length=200)
    kinds = ArrayField(models.CharField(max_length=20, choices=PartnerKind), default=default_kinds)
    type = models.CharField(
        max_length=100, blank=True, default="", help_text="What its source calls it."
    )
    company = models.ForeignKey(
        "self",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="branches",
        help_text="For a branch: the company that it belongs to.",
    )
    currency = models.CharField(max_length=3, blank=True, default="", validators=[check_currency])
    website = models.URLField(blank=True, default="")
    merged_into = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="merged_partners"
    )
    merged_on = models.DateField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now, db_default=models.functions.Now())

    objects: ClassVar[Any] = PartnerQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["name", "id"]
        indexes: ClassVar = [
            models.Index(fields=["name", "id"], name="partner_by_name"),
            GinIndex(OpClass(Upper("name"), "gin_trgm_ops"), name="partner_name_search"),
            GinIndex(OpClass(Upper("number"), "gin_trgm_ops"), name="partner_number_search"),
            GinIndex(fields=["kinds"], name="partner_by_kind"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(merged_into=None, merged_on=None)
                | Q(merged_into__isnull=False, merged_on__isnull=False),
                name="merged_partner_has_a_date",
            ),
            models.CheckConstraint(
                condition=~Q(merged_into=F("id")), name="partner_not_merged_into_itself"
            ),
            models.CheckConstraint(
                condition=~Q(company=F("id")), name="partner_not_branch_of_itself"
            ),
            models.CheckConstraint(condition=~Q(kinds=[]), name="partner_has_a_kind"),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.number})"

    def get_absolute_url(self) -> str:
        return reverse("partners:detail", args=[self.public_id])

    def kind_names(self) -> list[str]:
        """What it does for us, in words."""
        return [PartnerKind(kind).label for kind in self.kinds]

    def members(self, on: dt.date) -> list[int]:
        """The keys of the partners that count as this one on a day: merged ones included."""
        return [self.pk, *(key for key, day in self._merged_into_it if day <= on)]

    @cached_property
    def _merged_into_it(self) -> list[tuple[int, dt.date]]:
        """Their keys and days, read once: every panel of a page asks for its members."""
        merged = Partner.objects.filter(merged_into=self).values_list("pk", "merged_on")
        return [(key, day) for key, day in merged if day is not None]

    def clean(self) -> None:
        """Companies and branches are two levels deep.

        Raises:
            ValidationError: the company is this partner or a branch itself, or this partner has
                branches of its own.
        """
        if self.company is None:
            return
        if self.company == self:
            raise ValidationError({"company": "A partner is not a branch of itself."})
        if self.company.company_id:
            head = self.company.company
            raise ValidationError({"company": f"{self.company} is a branch. Name {head} instead."})
        if self.pk and self.branches.exists():
            raise ValidationError(
                {"company": "This partner has branches, so it cannot be a branch itself."}
            )


@tracked()
class PartnerExternalId(models.Model):
    """What a source calls a partner."""

    partner = models.ForeignKey(Partner, on_delete=models.CASCADE, related_name="external_ids")
    source = models.ForeignKey(Source, on_delete=models.PROTECT)
    external_id = models.CharField(max_length=100)

    class Meta:
        ordering: ClassVar = ["source", "external_id"]
        constraints: ClassVar = [
            UniqueConstraint(fields=["source", "external_id"], name="one_partner_per_external_id"),
        ]
        indexes: ClassVar = [
            GinIndex(OpClass(Upper("external_id"), "gin_trgm_ops"), name="partner_id_search"),
        ]

    def __str__(self) -> str:
        return f"{self.source}: {self.external_id}"
