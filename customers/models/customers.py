"""End customers: groups, their legal entities, and the sites of those."""

import datetime as dt
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Any, ClassVar, Self

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Exists, F, OuterRef, Q, UniqueConstraint
from django.db.models.functions import Upper
from django.urls import reverse
from django.utils import timezone

from accounts.models import Role, User
from channelhub.lib.models import public_id_field, tracked
from imports.models import Source
from partners.models import Partner

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

check_country = RegexValidator(r"^[A-Z]{2}$", "Write the two capital letters of the country: DE.")


class NameKey(models.Func):
    """A name without what tells nothing, in one piece: equal keys are equal names."""

    function = "customer_name_key"
    output_field = models.TextField()


class NameKeys(models.Func):
    """What a name shares with those that differ from it by a slip of the pen."""

    function = "customer_name_keys"
    output_field = ArrayField(models.IntegerField())


class Level(models.TextChoices):
    """What a customer is a part of: a site of a legal entity, an entity of a group."""

    GROUP = "group", "Group"
    ENTITY = "entity", "Legal entity"
    SITE = "site", "Site"


# Of which levels a customer may be a part.
PARENTS = {
    Level.GROUP: (),
    Level.ENTITY: (Level.GROUP,),
    Level.SITE: (Level.ENTITY, Level.GROUP),
}


class CustomerQuerySet(models.QuerySet["Customer"]):
    """Sets of customers. Every page, API call and search starts at `visible_to`."""

    def visible_to(self, user: "User | AnonymousUser") -> Self:
        """Admins and chiefs see all; a channel manager those that bought through their partners.

        With a customer come what it is part of and what it is merged into: alerts name those.
        """
        if not isinstance(user, User):
            return self.none()
        if user.sees_every_partner:
            return self.all()
        if user.role == Role.MANAGER:
            sold = CustomerPartner.objects.filter(partner__in=Partner.objects.visible_to(user))
            bought = Customer.objects.filter(pk__in=sold.values("customer"))
            ways = ("pk", "merged_into", "parent", "parent__parent", "parent__merged_into",
                    "merged_into__parent", "merged_into__parent__parent")  # fmt: skip
            seen = [Q(pk__in=bought.exclude(**{way: None}).values(way)) for way in ways]
            return self.filter(reduce(or_, seen))
        return self.none()

    def unmerged(self) -> Self:
        """Those that stand for themselves."""
        return self.filter(merged_into=None)

    def search(self, text: str) -> Self:
        """Those whose name, alias, domain or external id contains the text."""
        by_alias = CustomerAlias.objects.filter(name__icontains=text)
        by_domain = CustomerDomain.objects.filter(domain__icontains=text)
        by_id = CustomerExternalId.objects.filter(external_id__icontains=text)
        return self.filter(
            Q(name__icontains=text)
            | Q(pk__in=by_alias.values("customer"))
            | Q(pk__in=by_domain.values("customer"))
            | Q(pk__in=by_id.values("customer"))
        )

    def lost(self) -> Self:
        """Those that somebody said are lost, and nobody took back."""
        standing = CustomerLoss.objects.filter(customer=OuterRef("pk"), withdrawn_on=None)
        return self.filter(Exists(standing))


@tracked()
class Customer(models.Model):
    """Somebody who buys our products, through a partner or from us.

    A merged customer points to its root: what it bought counts there from `merged_on`. A
    placeholder, such as CASH SALES, stands for nobody and counts for nothing.
    """

    public_id = public_id_field()
    name = models.CharField(max_length=200)
    level = models.CharField(max_length=10, choices=Level, default=Level.ENTITY)
    parent = models.ForeignKey(
        "self",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="parts",
        verbose_name="part of",
    )
    country = models.CharField(max_length=2, blank=True, default="", validators=[check_country])
    placeholder = models.BooleanField(
        default=False, help_text="Stands for nobody, such as CASH SALES: it counts for nothing."
    )
    merged_into = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="merged_customers"
    )
    merged_on = models.DateField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now, db_default=models.functions.Now())

    objects: ClassVar[Any] = CustomerQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["name", "id"]
        indexes: ClassVar = [
            models.Index(fields=["name", "id"], name="customer_by_name"),
            GinIndex(OpClass(Upper("name"), "gin_trgm_ops"), name="customer_name_search"),
            models.Index(NameKey("name"), name="customer_name_key"),
            GinIndex(NameKeys("name"), name="customer_name_keys", gin_pending_list_limit=256),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(merged_into=None, merged_on=None)
                | Q(merged_into__isnull=False, merged_on__isnull=False),
                name="merged_customer_has_a_date",
            ),
            models.CheckConstraint(
                condition=~Q(merged_into=F("id")), name="customer_not_merged_into_itself"
            ),
            models.CheckConstraint(
                condition=~Q(parent=F("id")), name="customer_not_part_of_itself"
            ),
            models.CheckConstraint(
                condition=~Q(level=Level.GROUP) | Q(parent=None), name="group_is_part_of_nothing"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("customers:detail", args=[self.public_id])

    def clean(self) -> None:
        """Sites are parts of entities or groups, entities of groups.

        Raises:
            ValidationError: the customer is part of something of the wrong level.
        """
        if self.parent is None:
            return
        wanted = PARENTS[Level(self.level)]
        if self.parent == self or self.parent.level not in wanted:
            levels = " or a ".join(level.label.lower() for level in wanted)
            what = f"part of a {levels}" if levels else "part of nothing"
            raise ValidationError({"parent": f"A {self.get_level_display().lower()} is {what}."})


@tracked()
class CustomerExternalId(models.Model):
    """What a source calls a customer."""

    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="external_ids")
    source = models.ForeignKey(Source, on_delete=models.PROTECT)
    external_id = models.CharField(max_length=200)

    class Meta:
        ordering: ClassVar = ["source", "external_id"]
        constraints: ClassVar = [
            UniqueConstraint(fields=["source", "external_id"], name="one_customer_per_external_id"),
        ]
        indexes: ClassVar = [
            GinIndex(OpClass(Upper("external_id"), "gin_trgm_ops"), name="customer_id_search"),
        ]

    def __str__(self) -> str:
        return f"{self.source}: {self.external_id}"


class CustomerPartner(models.Model):
    """That a partner has sold to a customer; the import of sales notes it."""

    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="sold_by")
    partner = models.ForeignKey(Partner, on_delete=models.CASCADE, related_name="sold_to")

    class Meta:
        constraints: ClassVar = [
            UniqueConstraint(fields=["partner", "customer"], name="partner_sells_to_customer_once"),
        ]


@tracked()
class CustomerAlias(models.Model):
    """Another name of a customer."""

    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="aliases")
    name = models.CharField(max_length=200)

    class Meta:
        ordering: ClassVar = ["name"]
        constraints: ClassVar = [
            UniqueConstraint("customer", Upper("name"), name="one_alias_per_customer_and_name"),
        ]
        indexes: ClassVar = [
            GinIndex(OpClass(Upper("name"), "gin_trgm_ops"), name="customer_alias_search"),
            models.Index(NameKey("name"), name="customer_alias_key"),
            GinIndex(NameKeys("name"), name="customer_alias_keys", gin_pending_list_limit=256),
        ]

    def __str__(self) -> str:
        return self.name


@tracked()
class CustomerDomain(models.Model):
    """A web domain of a customer, in lower case; it is nobody else's."""

    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="domains")
    domain = models.CharField(
        max_length=253,
        unique=True,
        validators=[
            RegexValidator(
                r"^(?=.{4,253}$)([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,63}$",
                "Write a domain such as example.com, without www or a path.",
            )
        ],
    )

    class Meta:
        ordering: ClassVar = ["domain"]

    def __str__(self) -> str:
        return self.domain


@tracked()
class CustomerContact(models.Model):
    """A person at a customer."""

    public_id = public_id_field()
    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="contacts")
    name = models.CharField(max_length=150)
    role = models.CharField(max_length=100, blank=True, default="")
    email = models.EmailField("e-mail address", blank=True, default="")
    phone = models.CharField(max_length=50, blank=True, default="")

    class Meta:
        ordering: ClassVar = ["name", "id"]

    def __str__(self) -> str:
        return self.name


class StatementQuerySet(models.QuerySet[Any]):
    """Sets of statements that were learnt on a day."""

    def known(self, as_of: dt.date) -> Self:
        """Those known at the end of a day."""
        return self.filter(known_on__lte=as_of)


@tracked()
class CustomerContract(models.Model):
    """What we knew from a day on of when a customer's contract ends; the newest statement counts.

    Without a day it has no contract that ends.
    """

    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="contracts")
    ends_on = models.DateField("contract ends", null=True, blank=True)
    known_on = models.DateField()

    objects: ClassVar[Any] = StatementQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-known_on"]
        constraints: ClassVar = [
            UniqueConstraint(fields=["customer", "known_on"], name="one_contract_statement_a_day"),
        ]

    def __str__(self) -> str:
        return f"ends on {self.ends_on:%-d %b %Y}" if self.ends_on else "no end known"


class Witness(models.TextChoices):
    """Who says that a customer is lost."""

    BUYER = "buyer", "The buyer"
    PARTNER = "partner", "The partner"
    US = "us", "We ourselves"


@tracked()
class CustomerLoss(models.Model):
    """That somebody said a customer is lost: since when, who says so, and why.

    `withdrawn_on` is the day at whose end we knew that it is not.
    """

    public_id = public_id_field()
    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="losses")
    lost_on = models.DateField("lost")
    said_by = models.CharField("who says so", max_length=10, choices=Witness)
    why = models.TextField("why", max_length=2000, blank=True, default="")
    reporter = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    known_on = models.DateField()
    withdrawn_on = models.DateField(null=True, blank=True)

    objects: ClassVar[Any] = StatementQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-lost_on", "-id"]
        constraints: ClassVar = [
            UniqueConstraint(
                fields=["customer"], condition=Q(withdrawn_on=None), name="customer_is_lost_once"
            ),
        ]

    def __str__(self) -> str:
        return f"lost on {self.lost_on:%-d %b %Y}"
