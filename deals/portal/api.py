"""A partner's own registrations, for its CRM: the same verbs and the same rules as on the pages."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import path
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.idempotency import NEEDED_KEY
from accounts.models import User
from accounts.permissions import signed_in
from channelhub.lib.problems import ProblemSerializer, by_field
from deals.actions import appeals, direct, progress, reviewing
from deals.actions.drafts import discard_draft, save_draft, submit_deal
from deals.calls import PROBLEMS, DealsView, VerbView, conflicts, documented
from deals.models import Deal
from deals.portal import serializing
from deals.portal.acting import NOT_NOW, colleagues
from deals.portal.forms import TOLD_STATES, DealsFilter
from deals.portal.lists import SORTS, narrowed, ordered, with_standing
from deals.portal.serializing import DealDetailSerializer, DealSerializer
from deals.rules.states import IllegalStep
from partners.models import Partner


class OwnDeals(DealsView):
    """Registrations that the caller may see."""

    def get_queryset(self) -> Any:
        return with_standing(Deal.objects.visible_to(self.request.user))

    def told(self, deal: Deal, status: int = 200) -> Response:
        now = self.get_queryset().get(pk=deal.pk)
        return Response(self.detail(now), status=status)

    def detail(self, deal: Deal) -> Any:
        """All that is told of one."""
        return DealDetailSerializer(deal, context=self.get_serializer_context()).data


LIST_PARAMETERS = [
    OpenApiParameter("q", description="A part of the number, the customer or the contact."),
    OpenApiParameter("state", enum=[value for value, _ in TOLD_STATES if value]),
    OpenApiParameter("sort", enum=list(SORTS), description="The newest first if not given."),
    OpenApiParameter("page", int),
]


@contextmanager
def as_sent() -> Iterator[None]:
    """What is wrong with a product line's row is under `lines` here."""
    try:
        yield
    except IllegalStep:
        raise
    except ValidationError as error:
        told = by_field(error)
        raise serializers.ValidationError(
            {"lines" if name == "product_line" else name: told[name] for name in told}
        ) from None


class DealList(OwnDeals):
    """Your registrations; POST registers a deal."""

    serializer_class = DealSerializer
    needs_key = True

    @extend_schema(parameters=LIST_PARAMETERS, responses=DealSerializer(many=True))
    def get(self, request: Request) -> Response:
        """Your registrations, the newest first."""
        form = DealsFilter(request.query_params)
        if not form.is_valid():
            raise ValidationError(form.errors.as_data())
        asked = form.cleaned_data
        deals = narrowed(self.get_queryset(), text=asked["q"].strip(), state=asked["state"])
        rows = self.paginate_queryset(ordered(deals, request.query_params.get("sort", "")))
        return self.get_paginated_response(DealSerializer(rows, many=True).data)

    @extend_schema(
        parameters=[NEEDED_KEY],
        request=serializing.NewDealSerializer,
        responses={201: DealDetailSerializer, **PROBLEMS},
    )
    def post(self, request: Request) -> Response | HttpResponse:
        """Register a deal: it is submitted, or with `draft` only kept."""
        return self.once(request)

    def do(self, request: Request, **ids: Any) -> Response:
        sent = serializing.NewDealSerializer(data=request.data)
        sent.is_valid(raise_exception=True)
        partner = get_object_or_404(Partner.objects.visible_to(request.user))
        with as_sent():
            deal = sent.register(partner, signed_in(request))
        return self.told(deal, 201)


class DealDetail(OwnDeals):
    """One registration, with its history."""

    serializer_class = DealDetailSerializer

    def get(self, request: Request, **ids: Any) -> Response:
        """One registration."""
        return Response(self.detail(self.get_object()))

    @extend_schema(
        request=serializing.FactsSerializer(partial=True),
        responses={200: DealDetailSerializer, **PROBLEMS},
    )
    def patch(self, request: Request, **ids: Any) -> Response:
        """Go on with a draft: what is sent is kept. Where `lines` are sent, they are all of them.

        409 once it is submitted.
        """
        deal = self.get_object()
        sent = serializing.FactsSerializer(deal, data=request.data, partial=True)
        sent.is_valid(raise_exception=True)
        with conflicts(), as_sent():
            save_draft(deal, acting_user=signed_in(request), **sent.validated_data)
        return self.told(deal)

    @extend_schema(responses={204: None, 404: ProblemSerializer, 409: ProblemSerializer})
    def delete(self, request: Request, **ids: Any) -> Response:
        """Throw a draft away; 409 once it is submitted."""
        with conflicts():
            discard_draft(self.get_object(), acting_user=signed_in(request))
        return Response(status=204)


class DealVerb(OwnDeals, VerbView):
    """Something that a partner does with a registration."""

    already_protected = NOT_NOW


def _submit(deal: Deal, **sent: Any) -> None:
    with as_sent():
        submit_deal(deal, **sent)


def _comment(deal: Deal, *, text: str, acting_user: User) -> None:
    reviewing.comment(deal, text=text, internal=False, acting_user=acting_user)


def _share(deal: Deal, *, to: str, acting_user: User) -> None:
    colleague = colleagues(deal).filter(email__iexact=to).first()
    if colleague is None:
        message = "No rep of your company who does not see it yet has this address."
        raise serializers.ValidationError({"to": [message]})
    progress.share(deal, to=colleague, acting_user=acting_user)


def _file_breach(deal: Deal, *, acting_user: User, **sent: Any) -> None:
    direct.file_breach(partner=deal.partner, deal=deal, acting_user=acting_user, **sent)


@documented(serializing.RulesSerializer, DealDetailSerializer)
class DealSubmit(DealVerb):
    """Hand a complete draft in."""

    serializer_class = serializing.RulesSerializer
    verb = staticmethod(_submit)


@documented(serializing.AnswerSerializer, DealDetailSerializer)
class DealAnswer(DealVerb):
    """Answer our question."""

    serializer_class = serializing.AnswerSerializer
    verb = staticmethod(reviewing.answer)


@documented(serializing.UpdateSerializer, DealDetailSerializer)
class DealUpdate(DealVerb):
    """Tell how it goes."""

    serializer_class = serializing.UpdateSerializer
    verb = staticmethod(progress.update_progress)


@documented(serializing.ReasonSerializer, DealDetailSerializer)
class DealExtension(DealVerb):
    """Ask for the one extension."""

    serializer_class = serializing.ReasonSerializer
    verb = staticmethod(progress.ask_extension)


@documented(serializing.WonSerializer, DealDetailSerializer)
class DealWon(DealVerb):
    """Report it won."""

    serializer_class = serializing.WonSerializer
    verb = staticmethod(progress.win_deal)


@documented(serializing.LostSerializer, DealDetailSerializer)
class DealLost(DealVerb):
    """Report it lost."""

    serializer_class = serializing.LostSerializer
    verb = staticmethod(progress.lose_deal)


@documented(serializing.AmendSerializer, DealDetailSerializer)
class DealAmend(DealVerb):
    """Change the lines of an approved one."""

    serializer_class = serializing.AmendSerializer
    verb = staticmethod(progress.amend)


@documented(serializing.WithdrawSerializer, DealDetailSerializer)
class DealWithdraw(DealVerb):
    """Take it back."""

    serializer_class = serializing.WithdrawSerializer
    verb = staticmethod(progress.withdraw)


@documented(serializing.AppealSerializer, DealDetailSerializer)
class DealAppeal(DealVerb):
    """Object to a rejection."""

    serializer_class = serializing.AppealSerializer
    verb = staticmethod(appeals.file_appeal)


@documented(serializing.CommentSerializer, DealDetailSerializer)
class DealComment(DealVerb):
    """Say something to us."""

    serializer_class = serializing.CommentSerializer
    verb = staticmethod(_comment)


@documented(serializing.ShareSerializer, DealDetailSerializer)
class DealShare(DealVerb):
    """Let a colleague see it and work on it."""

    serializer_class = serializing.ShareSerializer
    verb = staticmethod(_share)


@documented(serializing.FlagSerializer, DealDetailSerializer)
class DealFlag(DealVerb):
    """Say that it is not clear who leads."""

    serializer_class = serializing.FlagSerializer
    verb = staticmethod(progress.flag_unclear)


@documented(serializing.FileBreachSerializer, DealDetailSerializer)
class DealBreach(DealVerb):
    """Say that our direct sales broke the rules on it."""

    serializer_class = serializing.FileBreachSerializer
    verb = staticmethod(_file_breach)


urlpatterns = [
    path("deals/", DealList.as_view(), name="deal-list"),
    path("deals/<uuid:public_id>/", DealDetail.as_view(), name="deal-detail"),
    path("deals/<uuid:public_id>/submit/", DealSubmit.as_view(), name="deal-submit"),
    path("deals/<uuid:public_id>/answer/", DealAnswer.as_view(), name="deal-answer"),
    path("deals/<uuid:public_id>/update/", DealUpdate.as_view(), name="deal-update"),
    path("deals/<uuid:public_id>/extension/", DealExtension.as_view(), name="deal-extension"),
    path("deals/<uuid:public_id>/won/", DealWon.as_view(), name="deal-won"),
    path("deals/<uuid:public_id>/lost/", DealLost.as_view(), name="deal-lost"),
    path("deals/<uuid:public_id>/amend/", DealAmend.as_view(), name="deal-amend"),
    path("deals/<uuid:public_id>/withdraw/", DealWithdraw.as_view(), name="deal-withdraw"),
    path("deals/<uuid:public_id>/appeal/", DealAppeal.as_view(), name="deal-appeal"),
    path("deals/<uuid:public_id>/comment/", DealComment.as_view(), name="deal-comment"),
    path("deals/<uuid:public_id>/share/", DealShare.as_view(), name="deal-share"),
    path("deals/<uuid:public_id>/flag/", DealFlag.as_view(), name="deal-flag"),
    path("deals/<uuid:public_id>/breach/", DealBreach.as_view(), name="deal-breach"),
]
