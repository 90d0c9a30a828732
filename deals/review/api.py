"""Registrations for programs of our own reviewers: the verbs and the rules of the pages."""

from typing import Any

from django.core.exceptions import ValidationError
from django.urls import path
from django_filters.rest_framework import DjangoFilterBackend
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import User
from customers.models import Customer
from deals.actions import appeals, deciding, progress, reviewing
from deals.actions.overlaps import review
from deals.calls import DealsView, VerbView, documented
from deals.models import Deal, DealLine
from deals.review import lists, serializing
from deals.review.serializing import QueuedSerializer, RegistrationSerializer
from deals.rules.states import IllegalStep
from sales.models import ProductLine


class Registrations(DealsView):
    """Registrations that the caller may review."""

    def get_queryset(self) -> Any:
        rows = lists.listed(self.request.user).select_related(
            "partner", "reviewer", "team", "registered_by", "customer", "rules", "extension"
        )
        return rows.prefetch_related("rules__terms")

    def told(self, deal: Deal, status: int = 200) -> Response:
        """As it is now; of one that was given to somebody else, no more than that it was."""
        now = self.get_queryset().filter(pk=deal.pk).first()
        if now is None:
            return Response(status=204)
        context = {**self.get_serializer_context(), "review": review(now)}
        return Response(RegistrationSerializer(now, context=context).data, status=status)


class RegistrationList(Registrations):
    """The queue: what waits for your decision, the least time left first."""

    serializer_class = QueuedSerializer
    filter_backends = (DjangoFilterBackend,)
    filterset_class = lists.QueueFilter

    def get_queryset(self) -> Any:
        return lists.waiting(self.request.user)

    @extend_schema(responses=QueuedSerializer(many=True))
    def get(self, request: Request) -> Response:
        """What waits for your decision, the least time left first."""
        rows = self.paginate_queryset(self.filter_queryset(self.get_queryset()))
        return self.get_paginated_response(QueuedSerializer(rows, many=True).data)


class RegistrationDetail(Registrations):
    """One registration, what overlaps with it, and what the rules suggest."""

    serializer_class = RegistrationSerializer

    def get(self, request: Request, **ids: Any) -> Response:
        """One registration, what overlaps with it, and what the rules suggest."""
        return self.told(self.get_object())


class RegistrationVerb(Registrations, VerbView):
    """Something that a reviewer does with a registration."""


def _approve(
    deal: Deal, *, acting_user: User, lines: list[ProductLine] | None = None, **sent: str
) -> None:
    chosen = None if lines is None else _lines(deal, lines)
    deciding.approve(deal, lines=chosen, acting_user=acting_user, **sent)


def _lines(deal: Deal, named: list[ProductLine]) -> list[DealLine]:
    own = {line.product_line_id: line for line in deal.lines.select_related("product_line")}
    if strange := [str(line) for line in named if line.pk not in own]:
        message = f"{', '.join(strange)}: not a line of this registration."
        raise ValidationError({"lines": message})
    return [own[line.pk] for line in named]


def _change(deal: Deal, *, line: ProductLine, acting_user: User, **sent: Any) -> None:
    (own,) = _lines(deal, [line])
    reviewing.decide_change(deal, line=own, acting_user=acting_user, **sent)


def _identify(deal: Deal, *, customer: Any, acting_user: User) -> None:
    among = [each.customer for each in review(deal).found.candidates]
    chosen = Customer.objects.filter(pk__in=among, public_id=customer).first()
    if chosen is None:
        raise ValidationError({"customer": "Choose one of its candidates."})
    reviewing.identify(deal, customer=chosen, acting_user=acting_user)


def _extend(deal: Deal, *, acting_user: User, **sent: Any) -> None:
    asked = getattr(deal, "extension", None)
    if asked is None:
        raise IllegalStep("No extension is asked for.")
    progress.decide_extension(asked, acting_user=acting_user, **sent)


def _settle(deal: Deal, *, grant: bool, text: str, acting_user: User) -> None:
    appeal = deal.appeals.first()
    if appeal is None:
        raise IllegalStep("No appeal was filed.")
    appeals.decide_appeal(appeal, uphold=grant, text=text, acting_user=acting_user)


@documented(serializing.NothingSerializer, RegistrationSerializer)
class TakeUp(RegistrationVerb):
    """Begin the review, as its reviewer."""

    serializer_class = serializing.NothingSerializer
    verb = staticmethod(reviewing.take_up)


@documented(serializing.QuestionSerializer, RegistrationSerializer)
class Ask(RegistrationVerb):
    """Ask the partner something; the clock stands still."""

    serializer_class = serializing.QuestionSerializer
    verb = staticmethod(reviewing.ask)


@documented(serializing.ApprovalSerializer, RegistrationSerializer)
class Approve(RegistrationVerb):
    """Approve it, line by line; 409 where another one holds the customer and a line."""

    serializer_class = serializing.ApprovalSerializer
    verb = staticmethod(_approve)


@documented(serializing.RejectionSerializer, RegistrationSerializer)
class Reject(RegistrationVerb):
    """Reject it, with a code and a sentence that the partner reads."""

    serializer_class = serializing.RejectionSerializer
    verb = staticmethod(deciding.reject)


@documented(serializing.LineDecisionSerializer, RegistrationSerializer)
class Change(RegistrationVerb):
    """Decide about a line that was changed after the approval."""

    serializer_class = serializing.LineDecisionSerializer
    verb = staticmethod(_change)


@documented(serializing.ReviewerSerializer, RegistrationSerializer)
class Reassign(RegistrationVerb):
    """Give the review to somebody else; 204 where you do not see it any more."""

    serializer_class = serializing.ReviewerSerializer
    verb = staticmethod(reviewing.reassign)


@documented(serializing.NoteSerializer, RegistrationSerializer)
class Comment(RegistrationVerb):
    """Write a note among us, or a comment to the partner."""

    serializer_class = serializing.NoteSerializer
    verb = staticmethod(reviewing.comment)


@documented(serializing.IdentifySerializer, RegistrationSerializer)
class Identify(RegistrationVerb):
    """Say which customer it is."""

    serializer_class = serializing.IdentifySerializer
    verb = staticmethod(_identify)


@documented(serializing.YesOrNoSerializer, RegistrationSerializer)
class Extension(RegistrationVerb):
    """Grant or refuse the extension that is asked for."""

    serializer_class = serializing.YesOrNoSerializer
    verb = staticmethod(_extend)


@documented(serializing.YesOrNoSerializer, RegistrationSerializer)
class Appeal(RegistrationVerb):
    """Uphold the appeal, so that it is reviewed again, or dismiss it."""

    serializer_class = serializing.YesOrNoSerializer
    verb = staticmethod(_settle)


VERBS = {
    "take-up": TakeUp,
    "ask": Ask,
    "approve": Approve,
    "reject": Reject,
    "change": Change,
    "reassign": Reassign,
    "comment": Comment,
    "identify": Identify,
    "extension": Extension,
    "appeal": Appeal,
}
urlpatterns = [
    path("registrations/", RegistrationList.as_view(), name="registration-list"),
    path(
        "registrations/<uuid:public_id>/", RegistrationDetail.as_view(), name="registration-detail"
    ),
    *(
        path(f"registrations/<uuid:public_id>/{name}/", view.as_view(), name=f"registration-{name}")
        for name, view in VERBS.items()
    ),
]
