"""Partners: who they are, what holds for them on which days, and who may see them."""

import datetime as dt
from typing import TYPE_CHECKING, Any, ClassVar, Self

import pghistory
from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, DateRangeField, RangeOperators
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import Exists, F, Func, OuterRef, Q, Subquery, UniqueConstraint, Value
from django.db.models.functions import Upper
from django.utils import timezone

from accounts.models import Organisation, Role, User, check_currency
from channelhub.lib.models import Dated, DatedQuerySet, no_overlap, public_id_field
from imports.models import Source

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser


class PartnerKind(models.TextChoices):
    """What a partner does for us; one may be several."""

    DISTRIBUTOR = "distributor", "Distributor"
    RESELLER = "reseller", "Reseller"
    INTEGRATOR = "integrator", "Integrator"
    SERVICE = "service", "Service provider"
    REFERRAL = "referral", "Referral partner"


class Status(models.TextChoices):
    """Where a partner stands in the program. Merged is a link, not a status."""

    PROSPECT = "prospect", "Prospect"
    ACTIVE = "active", "Active"
    ON_NOTICE = "on-notice", "On notice"
    ENDED = "ended", "Ended"


def default_kinds() -> list[str]:
    """Most partners are resellers."""
    return [PartnerKind.RESELLER]


class PartnerQuerySet(models.QuerySet["Partner"]):
    """Sets of partners. Every page, API call, export and search starts at `visible_to`."""

    def visible_to(self, user: "User | AnonymousUser") -> Self:
        """The partners whose data this person may see: the one definition of who sees whom.

        Admins and chiefs see all, channel managers those assigned to them today (as manager or
        deputy), a partner's people their own; direct sales and strangers none.
        """
        if not isinstance(user, User):
            return self.none()
        match user.role:
            case Role.ADMIN | Role.CHIEF:
                return self.all()
            case Role.MANAGER:
                return self.filter(Exists(PartnerManager.assigned_to(user)))
            case Role.PARTNER_ADMIN | Role.PARTNER_REP:
                return self.filter(Exists(Membership.objects.filter(user=user, partner=OuterRef("pk"))))
        return self.none()

    def unmerged(self) -> Self:
        """Those that stand for themselves."""
        return self.filter(merged_into=None)

    def search(self, text: str) -> Self:
        """Those whose name, number or external id contains the text."""
        by_id = PartnerExternalId.objects.filter(
            partner=OuterRef("pk"), external_id__istartswith=text
        )
        return self.filter(
            Q(name__icontains=text) | Q(number__istartswith=text) | Exists(by_id)
        )

    def with_standing(self, day: dt.date) -> Self:
        """Adds `status`, `tier`, `territory` and `manager_name` as they hold on a day."""
        return self.annotate(
            status=_on(PartnerStatus, day, "status"),
            tier=_on(PartnerTier, day, "tier"),
            territory=_on(PartnerTerritory, day, "territory"),
            manager_name=_on(PartnerManager, day, "manager__name"),
        )


def _on(model: "type[Dated]", day: dt.date, field: str) -> Subquery:
    rows = model._default_manager.filter(partner=OuterRef("pk"), valid__contains=day)
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
    kinds = ArrayField(
        models.CharField(max_length=20, choices=PartnerKind), default=default_kinds
    )
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
    currency = models.CharField(
        max_length=3, blank=True, default="", validators=[check_currency]
    )
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


class PartnerExternalId(models.Model):
    """What a source calls a partner."""

    partner = models.ForeignKey(Partner, on_delete=models.CASCADE, related_name="external_ids")
    source = models.ForeignKey(Source, on_delete=models.PROTECT)
    external_id = models.CharField(max_length=100)

    class Meta:
        ordering: ClassVar = ["source", "external_id"]
        constraints: ClassVar = [
            UniqueConstraint(
                fields=["source", "external_id"], name="one_partner_per_external_id"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.source}: {self.external_id}"


@pghistory.track()
class PartnerStatus(Dated):
    """A partner's standing in the program over a range of days."""

    partner = models.ForeignKey(Partner, on_delete=models.CASCADE, related_name="statuses")
    status = models.CharField(max_length=20, choices=Status)

    objects: ClassVar[Any] = DatedQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["valid"]
        constraints: ClassVar = [no_overlap("one_status_per_partner", "partner")]


@pghistory.track()
class PartnerTier(Dated):
    """A partner's tier of program membership over a range of days."""

    partner = models.ForeignKey(Partner, on_delete=models.CASCADE, related_name="tiers")
    tier = models.CharField(max_length=50)

    objects: ClassVar[Any] = DatedQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["valid"]
        constraints: ClassVar = [no_overlap("one_tier_per_partner", "partner")]


@pghistory.track()
class PartnerTerritory(Dated):
    """Where a partner sells for us over a range of days."""

    partner = models.ForeignKey(Partner, on_delete=models.CASCADE, related_name="territories")
    territory = models.CharField(max_length=100)

    objects: ClassVar[Any] = DatedQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["valid"]
        constraints: ClassVar = [no_overlap("one_territory_per_partner", "partner")]


@pghistory.track()
class PartnerManager(Dated):
    """The channel manager, and a deputy, who look after a partner over a range of days."""

    partner = models.ForeignKey(Partner, on_delete=models.CASCADE, related_name="managers")
    manager = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="managed_partners"
    )
    deputy = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="deputised_partners",
    )

    objects: ClassVar[Any] = DatedQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["valid"]
        constraints: ClassVar = [
            no_overlap("one_manager_per_partner", "partner"),
            models.CheckConstraint(
                condition=~Q(deputy=F("manager")), name="deputy_is_somebody_else"
            ),
        ]

    @classmethod
    def assigned_to(cls, user: User) -> "models.QuerySet[PartnerManager]":
        """Today's assignments of an outer partner to this person, as manager or deputy."""
        today = Organisation.current().today()
        mine = cls.objects.on(today).filter(Q(manager=user) | Q(deputy=user))
        return mine.filter(partner=OuterRef("pk"))  # type: ignore[no-any-return]


@pghistory.track()
class PartnerFiscalPeriod(models.Model):
    """A fiscal year of a partner, by its own dates; first and last day included."""

    partner = models.ForeignKey(
        Partner, on_delete=models.CASCADE, related_name="fiscal_periods"
    )
    name = models.CharField(max_length=20, help_text="For example FY2026.")
    start = models.DateField("first day")
    end = models.DateField("last day")

    class Meta:
        ordering: ClassVar = ["-start"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(end__gt=F("start")), name="partner_year_ends_after_start"
            ),
            ExclusionConstraint(
                name="partner_years_do_not_overlap",
                expressions=[
                    ("partner", RangeOperators.EQUAL),
                    (
                        Func(
                            "start",
                            "end",
                            Value("[]"),
                            function="daterange",
                            output_field=DateRangeField(),
                        ),
                        RangeOperators.OVERLAPS,
                    ),
                ],
            ),
        ]


class Membership(models.Model):
    """The partner that a person works at."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="membership"
    )
    partner = models.ForeignKey(Partner, on_delete=models.PROTECT, related_name="memberships")


class Invitation(models.Model):
    """An invitation by mail to open an account: a single-use link for 72 hours."""

    public_id = public_id_field()
    email = models.EmailField()
    role = models.CharField(max_length=20, choices=Role)
    partner = models.ForeignKey(
        Partner, null=True, blank=True, on_delete=models.PROTECT, related_name="invitations"
    )
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    invited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="invitations"
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True, editable=False)
    withdrawn_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        ordering: ClassVar = ["-created_at"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(
                    role__in=[Role.PARTNER_ADMIN, Role.PARTNER_REP], partner__isnull=False
                )
                | (~Q(role__in=[Role.PARTNER_ADMIN, Role.PARTNER_REP]) & Q(partner=None)),
                name="invitation_names_a_partner_for_its_people_only",
            ),
        ]
