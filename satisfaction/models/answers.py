"""Answers to surveys."""

from typing import TYPE_CHECKING, Any, ClassVar, Self

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q, UniqueConstraint

from accounts.models import User
from channelhub.lib.models import public_id_field, tracked
from partners.models import Partner
from satisfaction.models.known import Known, KnownQuerySet, closes_after_it_opens
from satisfaction.rules.words import HIGH, LOW, RANGES, Cause, Respondent, Scale

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

LONGEST_COMMENT = 5000


class SurveyAnswerQuerySet(KnownQuerySet["SurveyAnswer"]):
    """Sets of answers."""

    def visible_to(self, user: "User | AnonymousUser") -> Self:
        """Answers about partners that this person may see.

        What partners say of us is read by those who see the whole channel, never by the partner's
        own channel manager. A partner's people read what customers and the public say of working
        with it.
        """
        if isinstance(user, User) and user.sees_every_partner:
            return self.all()
        mine = self.filter(partner__in=Partner.objects.visible_to(user)).exclude(
            respondent=Respondent.PARTNER
        )
        inside = isinstance(user, User) and not user.works_at_partner
        return mine if inside else mine.filter(cause=Cause.PARTNER)

    def search(self, text: str) -> Self:
        """Those with this text in the comment, or in the name of the partner or the customer."""
        if "\0" in text:
            return self.none()
        return self.filter(
            Q(comment__icontains=text)
            | Q(partner__name__icontains=text)
            | Q(partner__number=text)
            | Q(customer__name__icontains=text)
        )

    def low(self) -> Self:
        """Of people who are not satisfied: 1 to 2 of 5, 0 to 6 of 10."""
        return self.filter(
            Q(scale=Scale.CSAT, score__lte=LOW[Scale.CSAT])
            | Q(scale=Scale.NPS, score__lte=LOW[Scale.NPS])
        )

    def high(self) -> Self:
        """Of people who are: 4 to 5 of 5, 9 to 10 of 10."""
        return self.filter(
            Q(scale=Scale.CSAT, score__gte=HIGH[Scale.CSAT])
            | Q(scale=Scale.NPS, score__gte=HIGH[Scale.NPS])
        )


def _in_range(scale: str) -> Q:
    low, high = RANGES[scale]
    return Q(scale=scale, score__gte=low, score__lte=high)


@tracked()
class SurveyAnswer(Known):
    """One answer of somebody, as its source reported it.

    A correction, known on a later day, closes the row and opens another.
    """

    public_id = public_id_field()
    respondent = models.CharField(max_length=10, choices=Respondent)
    partner = models.ForeignKey(
        "partners.Partner",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="survey_answers",
    )
    customer = models.ForeignKey(
        "customers.Customer",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="survey_answers",
    )
    answered_on = models.DateField("answered")
    scale = models.CharField(max_length=4, choices=Scale)
    score = models.SmallIntegerField()
    cause = models.CharField(max_length=10, choices=Cause, default=Cause.NOT_STATED)
    comment = models.TextField(max_length=LONGEST_COMMENT, blank=True, default="")
    respondent_name = models.CharField(
        max_length=150, blank=True, default="", help_text="Of the public nobody is named."
    )
    source = models.ForeignKey(
        "imports.Source", on_delete=models.PROTECT, related_name="survey_answers"
    )
    external_id = models.CharField(max_length=100, help_text="What the source calls the answer.")

    objects: ClassVar[Any] = SurveyAnswerQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-answered_on", "-id"]
        indexes: ClassVar = [
            models.Index(fields=["partner", "answered_on"], name="answer_by_partner"),
            models.Index(fields=["answered_on"], name="answer_by_day"),
        ]
        constraints: ClassVar = [
            UniqueConstraint(
                fields=["source", "external_id"],
                condition=Q(known_until=None),
                name="one_answer_by_its_id",
            ),
            models.CheckConstraint(
                condition=_in_range(Scale.CSAT) | _in_range(Scale.NPS), name="score_is_on_its_scale"
            ),
            models.CheckConstraint(
                condition=Q(respondent__in=Respondent.values, cause__in=Cause.values),
                name="answer_has_a_respondent_and_a_cause",
            ),
            models.CheckConstraint(
                condition=Q(partner__isnull=False)
                | ~(Q(respondent=Respondent.PARTNER) | Q(cause=Cause.PARTNER)),
                name="answer_about_a_partner_names_it",
            ),
            models.CheckConstraint(
                condition=~Q(respondent=Respondent.PARTNER, cause=Cause.PARTNER),
                name="nobody_rates_working_with_itself",
            ),
            models.CheckConstraint(
                condition=~Q(respondent=Respondent.PUBLIC) | Q(respondent_name=""),
                name="nobody_of_the_public_is_named",
            ),
            models.CheckConstraint(condition=~Q(external_id=""), name="answer_has_an_id"),
            closes_after_it_opens("answer_closes_after_it_opens"),
        ]

    def __str__(self) -> str:
        return f"{self.score} of {RANGES[self.scale][1]} on {self.answered_on:%-d %b %Y}"

    @property
    def best(self) -> int:
        """The best score of its scale."""
        return RANGES[self.scale][1]

    def clean(self) -> None:
        """What the constraints say, by field and in words."""
        low, high = RANGES.get(self.scale, (0, 10))
        if not low <= self.score <= high:
            raise ValidationError({"score": f"On this scale scores run from {low} to {high}."})
        of_partner = self.respondent == Respondent.PARTNER
        if self.partner is None and (of_partner or self.cause == Cause.PARTNER):
            raise ValidationError({"partner": "Name the partner that it is about."})
        if of_partner and self.cause == Cause.PARTNER:
            raise ValidationError({"cause": "A partner does not rate working with itself."})
