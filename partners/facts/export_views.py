"""Exports of what is learnt of a partner, and of actions: what their lists show, to take along."""

import uuid

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_GET

from accounts.models import Organisation
from imports.exporting import Table, send, table_of
from partners.facts.action_views import actions_asked_for
from partners.import_line_cards import LineCardsKind
from partners.import_people import PeopleKind
from partners.import_results import OwnResultsKind
from partners.models import LineCardObservation, OwnResult, Partner, Person

ACTION_COLUMNS = {
    "Action": "title",
    "Partner number": "partner__number",
    "Partner": "partner__name",
    "Owner": "owner__name",
    "Owner's e-mail address": "owner__email",
    "Due": "due_on",
    "State": "status",
    "Asked for by": "origin",
}


def _partner(request: HttpRequest, public_id: uuid.UUID) -> Partner:
    return get_object_or_404(Partner.objects.visible_to(request.user), public_id=public_id)


@require_GET
def persons(request: HttpRequest, public_id: uuid.UUID, file_format: str) -> HttpResponseBase:
    """The people at a partner."""
    partner = _partner(request, public_id)
    people = Person.objects.filter(partner=partner).order_by("-key", "name", "pk")
    return send(request, table_of(PeopleKind(), people, name="people"), file_format)


@require_GET
def results(request: HttpRequest, public_id: uuid.UUID, file_format: str) -> HttpResponseBase:
    """A partner's own results as they are known today."""
    partner = _partner(request, public_id)
    known = OwnResult.objects.filter(partner=partner).known(Organisation.current().today())
    ordered = known.order_by("-end", "basis")
    return send(request, table_of(OwnResultsKind(), ordered, name="own-results"), file_format)


@require_GET
def line_cards(request: HttpRequest, public_id: uuid.UUID, file_format: str) -> HttpResponseBase:
    """What was seen of a partner's line cards."""
    partner = _partner(request, public_id)
    known = LineCardObservation.objects.known(Organisation.current().today())
    seen = known.filter(line_card__partner=partner).order_by("-observed_on", "-id")
    return send(request, table_of(LineCardsKind(), seen, name="line-cards"), file_format)


@require_GET
def actions(request: HttpRequest, file_format: str) -> HttpResponseBase:
    """The actions that the list shows."""
    rows = actions_asked_for(request).qs
    table = Table(
        name="actions",
        header=tuple(ACTION_COLUMNS),
        rows=rows.values_list(*ACTION_COLUMNS.values()).iterator(),
        size=rows.count,
    )
    return send(request, table, file_format)
