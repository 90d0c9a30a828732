"""The people who work at partners, as we know them, whether they have an account or not."""

import datetime as dt
from typing import Any, ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Exists, F, OuterRef, Q, UniqueConstraint

from channelhub.lib.models import public_id_field, tracked


class PersonQuerySet(models.QuerySet["Person"]):
    """Sets of people at partners."""

    def known(self, as_of: dt.date) -> Self:
        """Those we had heard of at the end of a day."""
        return self.filter(known_on__lte=as_of)

    def present(self) -> Self:
        """Those who, as far as we know today, still work there."""
        away = Departure.objects.filter(person=OuterRef("pk"), returned_on=None)
        return self.exclude(Exists(away))


@tracked()
class Person(models.Model):
    """Somebody who works, or worked, at a partner.

    `key` marks sales talent whose leaving would hurt; the partner never sees the mark.
    """

    public_id = public_id_field()
    partner = models.ForeignKey(
        "partners.Partner", on_delete=models.CASCADE, related_name="persons"
    )
    name = models.CharField(max_length=150)
    role = models.CharField(max_length=100, blank=True, default="", help_text="Such as Sales lead.")
    email = models.EmailField("e-mail address", blank=True, default="")
    phone = models.CharField(max_length=50, blank=True, default="")
    key = models.BooleanField("key sales talent", default=False)
    certifications = models.CharField(max_length=300, blank=True, default="")
    joined_on = models.DateField("joined", null=True, blank=True)
    known_on = models.DateField(help_text="The day at whose end we knew of this person.")

    objects: ClassVar[Any] = PersonQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["name", "id"]
        indexes: ClassVar = [models.Index(fields=["partner", "name"], name="person_by_partner")]
        constraints: ClassVar = [
            UniqueConstraint(
                "partner",
                models.functions.Lower("email"),
                condition=~Q(email=""),
                name="one_person_per_partner_and_address",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class DepartureQuerySet(models.QuerySet["Departure"]):
    """Sets of departures."""

    def known(self, as_of: dt.date) -> Self:
        """Those we had learnt of at the end of a day."""
        return self.filter(known_on__lte=as_of)

    def standing(self, as_of: dt.date) -> Self:
        """Those that nobody had come back from, as known at the end of a day."""
        back = Q(returned_known_on__lte=as_of)
        return self.known(as_of).exclude(back)


@tracked()
class Departure(models.Model):
    """That a person left a partner: when, when we learnt it, where to, and whether it held.

    Somebody who comes back reverses it: `returned_on`, learnt on `returned_known_on`.
    """

    public_id = public_id_field()
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="departures")
    left_on = models.DateField("left")
    known_on = models.DateField("learnt on", help_text="The day at whose end we knew it.")
    where_to = models.CharField("where to", max_length=200, blank=True, default="")
    to_partner = models.ForeignKey(
        "partners.Partner",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="arrivals",
        verbose_name="to a partner of ours",
    )
    returned_on = models.DateField("came back", null=True, blank=True)
    returned_known_on = models.DateField("return learnt on", null=True, blank=True)

    objects: ClassVar[Any] = DepartureQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-left_on", "-id"]
        constraints: ClassVar = [
            UniqueConstraint(
                fields=["person"], condition=Q(returned_on=None), name="person_is_gone_once"
            ),
            models.CheckConstraint(
                condition=Q(returned_on=None, returned_known_on=None)
                | Q(returned_on__gte=F("left_on"), returned_known_on__gte=F("known_on")),
                name="return_follows_the_departure",
            ),
        ]

    def __str__(self) -> str:
        return f"left on {self.left_on:%-d %b %Y}"


@tracked()
class PartnerNote(models.Model):
    """What somebody of ours wrote down about a partner; a contact with it, or a mere note."""

    class Kind(models.TextChoices):
        NOTE = "note", "Note"
        CALL = "call", "Call"
        VISIT = "visit", "Visit"
        MAIL = "mail", "Mail"

    public_id = public_id_field()
    partner = models.ForeignKey("partners.Partner", on_delete=models.CASCADE, related_name="notes")
    kind = models.CharField(max_length=10, choices=Kind, default=Kind.NOTE)
    day = models.DateField(help_text="The day of the contact, or of the note.")
    text = models.TextField(max_length=5000)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField(db_default=models.functions.Now(), editable=False)

    class Meta:
        ordering: ClassVar = ["-day", "-id"]
        indexes: ClassVar = [models.Index(fields=["partner", "-day"], name="note_by_partner")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} of {self.day:%-d %b %Y}"
