"""People who sign in, and the organisation they work for."""

import datetime as dt
import zoneinfo
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, ClassVar, Self

import pghistory
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, DateRangeField, RangeOperators
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Func, Q, UniqueConstraint
from django.db.models.functions import Lower
from django.utils import timezone
from knox.models import AuthToken

from channelhub.lib.models import public_id_field, tracked


class Role(models.TextChoices):
    """What a person is to the channel; the permission table has one column for each."""

    ADMIN = "admin", "Admin"
    MANAGER = "manager", "Channel manager"
    CHIEF = "chief", "Channel chief"
    DIRECT = "direct", "Direct sales rep"
    PARTNER_ADMIN = "partner-admin", "Partner admin"
    PARTNER_REP = "partner-rep", "Partner rep"

    @property
    def is_partner(self) -> bool:
        """Works at a partner, not at the vendor."""
        return self in {Role.PARTNER_ADMIN, Role.PARTNER_REP}

    @classmethod
    def at_partner(cls) -> "list[Role]":
        """The roles of a partner's people."""
        return [role for role in cls if role.is_partner]

    @classmethod
    def at_vendor(cls) -> "list[Role]":
        """The roles of the vendor's own people."""
        return [role for role in cls if not role.is_partner]


def check_time_zone(name: str) -> None:
    """Raises ValidationError unless the name is an IANA time zone."""
    if name not in zoneinfo.available_timezones():
        raise ValidationError(f"{name!r} is not a time zone. Use a name like Europe/Berlin.")


check_currency = RegexValidator(r"^[A-Z]{3}$", "Use a three-letter currency code such as USD.")


class UserQuerySet(models.QuerySet["User"]):
    """Sets of people."""

    def active(self) -> Self:
        """Those who may sign in."""
        return self.filter(is_active=True)

    def admins(self) -> Self:
        return self.filter(role=Role.ADMIN)

    def with_address(self, email: str) -> Self:
        """The account of an e-mail address, however it is written."""
        return self.filter(email__iexact=email)

    def search(self, text: str) -> Self:
        """Those whose name or e-mail address contains the text."""
        return self.filter(Q(name__icontains=text) | Q(email__icontains=text))


class UserManager(BaseUserManager["User"]):
    """Creates accounts."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """A new account; without a password it cannot sign in by password."""
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """The first admin of an installation."""
        return self.create_user(email, password, role=Role.ADMIN, is_superuser=True, **fields)

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email__iexact=username)


@pghistory.track(exclude=["password", "last_login"])
class User(AbstractBaseUser, PermissionsMixin):
    """Somebody who signs in, by e-mail address."""

    public_id = public_id_field()
    email = models.EmailField("e-mail address")
    name = models.CharField(max_length=150)
    role = models.CharField(max_length=20, choices=Role)
    time_zone = models.CharField(
        max_length=64,
        blank=True,
        validators=[check_time_zone],
        help_text="Times are shown in it; empty means the organisation's.",
    )
    is_active = models.BooleanField(
        "active", default=True, help_text="Cleared instead of deleting an account."
    )
    joined_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = UserManager.from_queryset(UserQuerySet)()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    class Meta:
        verbose_name = "account"
        ordering: ClassVar = ["name", "id"]
        constraints: ClassVar = [UniqueConstraint(Lower("email"), name="one_account_per_email")]

    def __str__(self) -> str:
        return self.name or self.email

    @property
    def is_staff(self) -> bool:
        """May open the administration pages."""
        return self.is_active and self.role == Role.ADMIN

    @property
    def sees_every_partner(self) -> bool:
        """Reads the whole channel."""
        return self.role in {Role.ADMIN, Role.CHIEF}

    @property
    def works_at_partner(self) -> bool:
        """A partner's person, who only ever sees that partner."""
        return Role(self.role).is_partner

    def get_full_name(self) -> str:
        return self.name

    def get_short_name(self) -> str:
        return self.name.split(" ")[0]


class ApiToken(models.Model):
    """The name under which a person keeps an API token; the token itself is knox's, hashed."""

    public_id = public_id_field()
    name = models.CharField(max_length=100, help_text="What will use it.")
    secret = models.OneToOneField(AuthToken, on_delete=models.CASCADE, related_name="label")

    class Meta:
        ordering: ClassVar = ["-secret__created"]

    def __str__(self) -> str:
        return self.name


class IdempotentCall(models.Model):
    """A call of the API that its caller may repeat, and the answer that every repetition gets.

    Without an answer it is under way, or its process died: whoever holds the row's lock does it.
    """

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=200)
    request_hash = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(null=True)
    content_type = models.CharField(max_length=100, blank=True, default="")
    body = models.BinaryField(null=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["created_at"], name="idempotent_call_by_age")]
        constraints: ClassVar = [
            UniqueConstraint(fields=["user", "key"], name="one_call_per_user_and_key"),
            models.CheckConstraint(
                condition=Q(status=None, body=None) | Q(status__isnull=False, body__isnull=False),
                name="answered_call_has_a_body",
            ),
        ]

    def __str__(self) -> str:
        return self.key


def monday_to_friday() -> list[int]:
    """ISO weekdays 1 to 5."""
    return [1, 2, 3, 4, 5]


# What `Organisation.current` has found while a request is answered: nothing yet, or one.
_kept: "ContextVar[list[Organisation] | None]" = ContextVar("organisation", default=None)


@pghistory.track(exclude=["logo"])
class Organisation(models.Model):
    """The vendor that runs this installation: one row, made by the first migration."""

    name = models.CharField(max_length=150, default="Your organisation")
    reporting_currency = models.CharField(
        max_length=3,
        default="USD",
        validators=[check_currency],
        help_text="Sums and thresholds are in it.",
    )
    time_zone = models.CharField(
        max_length=64,
        default="UTC",
        validators=[check_time_zone],
        help_text="Days begin and end in it; the nightly run starts at 02:15 in it.",
    )
    working_days = ArrayField(
        models.PositiveSmallIntegerField(),
        default=monday_to_friday,
        help_text="ISO weekdays, 1 is Monday.",
    )
    colour = models.CharField(
        max_length=7,
        default="#0b6e6e",
        validators=[RegexValidator(r"^#[0-9a-fA-F]{6}$", "Use a colour such as #0b6e6e.")],
    )
    logo = models.BinaryField(null=True, blank=True)
    logo_type = models.CharField(max_length=20, blank=True, default="")

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(id=1), name="one_organisation"),
        ]

    def __str__(self) -> str:
        return self.name

    @classmethod
    def current(cls) -> "Organisation":
        """The one organisation; asked for once while a request is answered."""
        kept = _kept.get()
        if kept is None:
            return cls.objects.defer("logo").get()
        if not kept:
            kept.append(cls.objects.defer("logo").get())
        return kept[0]

    @classmethod
    @contextmanager
    def asked_once(cls) -> Iterator[None]:
        """Within it `current` asks the database at most once, and forgets it at the end."""
        token = _kept.set([])
        try:
            yield
        finally:
            _kept.reset(token)

    def zone(self) -> zoneinfo.ZoneInfo:
        """Its time zone."""
        return zoneinfo.ZoneInfo(self.time_zone)

    def now(self) -> dt.datetime:
        """The time on its clocks."""
        return timezone.now().astimezone(self.zone())

    def today(self) -> dt.date:
        """The day on its calendar: every business date is judged by it."""
        return self.now().date()


@tracked()
class Holiday(models.Model):
    """A day on which the organisation does not work."""

    day = models.DateField(unique=True)
    name = models.CharField(max_length=100)

    class Meta:
        ordering: ClassVar = ["day"]

    def __str__(self) -> str:
        return f"{self.day}: {self.name}"


@tracked()
class FiscalPeriod(models.Model):
    """A fiscal quarter or year of the organisation, first and last day included."""

    class Length(models.TextChoices):
        YEAR = "year", "Year"
        QUARTER = "quarter", "Quarter"

    length = models.CharField(max_length=10, choices=Length)
    name = models.CharField(max_length=20, help_text="For example FY2026 or 2026-Q3.")
    start = models.DateField("first day")
    end = models.DateField("last day")

    class Meta:
        ordering: ClassVar = ["start", "length"]
        constraints: ClassVar = [
            UniqueConstraint(fields=["length", "name"], name="one_fiscal_period_per_name"),
            models.CheckConstraint(
                condition=Q(end__gt=models.F("start")), name="fiscal_period_ends_after_start"
            ),
            ExclusionConstraint(
                name="fiscal_periods_do_not_overlap",
                expressions=[
                    ("length", RangeOperators.EQUAL),
                    (
                        Func(
                            "start",
                            "end",
                            models.Value("[]"),
                            function="daterange",
                            output_field=DateRangeField(),
                        ),
                        RangeOperators.OVERLAPS,
                    ),
                ],
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Erasure(models.Model):
    """That a person's data was erased: who did it, when and why, and never what it was."""

    class Kind(models.TextChoices):
        PERSON = "person", "Person at a partner"
        CONTACT = "contact", "Contact at a customer"
        ACCOUNT = "account", "Account of a partner's person"
        DEAL = "deal", "Contact on a registration"

    kind = models.CharField(max_length=10, choices=Kind)
    subject = models.UUIDField(help_text="The public id of the record that was erased.")
    reason = models.CharField(max_length=300)
    events = models.PositiveIntegerField(help_text="Rows of the history that were overwritten.")
    notes = models.PositiveIntegerField(help_text="Notes that were erased with it.")
    erased_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    erased_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering: ClassVar = ["-erased_at", "-id"]
        constraints: ClassVar = [
            UniqueConstraint(fields=["kind", "subject"], name="a_person_is_erased_once"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}, {self.subject}"


class SignIn(models.Model):
    """That somebody signed in on a day of the organisation's calendar; added to, never changed."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="sign_ins")
    day = models.DateField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["user", "day"], name="one_sign_in_a_day"),
        ]
