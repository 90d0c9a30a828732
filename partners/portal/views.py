"""The partner's own pages: their people and their results, to keep up to date."""

import uuid
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET

from accounts.models import Organisation
from accounts.permissions import may, signed_in
from channelhub.lib.pages import paginate
from imports.exporting import send, table_of
from partners.facts import results as figures
from partners.facts.forms import ReturnForm
from partners.import_people import PeopleKind
from partners.import_results import OwnResultsKind
from partners.models import Action, OwnResult, Partner, Person, ResultBasis
from partners.portal.forms import OwnDepartureForm, OwnPersonForm, OwnResultForm


def own_partner(request: HttpRequest) -> Partner:
    """The partner that the person works at, or that an admin views as."""
    found: Partner = get_object_or_404(Partner.objects.visible_to(request.user))
    return found


def people(request: HttpRequest) -> HttpResponse:
    """Their people; somebody new is added here."""
    partner, user = own_partner(request), signed_in(request)
    form = OwnPersonForm(request.POST or None)
    if request.method == "POST" and (person := form.add(partner, user)):
        messages.success(request, f"{person.name} is noted.")
        return redirect("portal:people")
    rows = Person.objects.filter(partner=partner).prefetch_related("departures")
    context = {
        "title": "Your people",
        "form": form,
        "page": paginate(request, rows),
        "may_write": may(user, "portal:people", "POST"),
    }
    return render(request, "portal/people.html", context)


@require_GET
def people_export(request: HttpRequest, file_format: str) -> HttpResponseBase:
    """Their people, without what is ours to say of them."""
    rows = Person.objects.filter(partner=own_partner(request))
    table = table_of(PeopleKind(), rows, name="people", without=("key", "where_to"))
    return send(request, table, file_format)


def person(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """One of them: who they are, that they left, that they came back."""
    partner, user = own_partner(request), signed_in(request)
    somebody = get_object_or_404(Person.objects.filter(partner=partner), public_id=public_id)
    sent = request.POST.get("form") if request.method == "POST" else None

    def data(name: str) -> Any:
        return request.POST if sent == name else None

    # The form writes what was typed into its instance: the page keeps its own.
    record = OwnPersonForm(data("record"), instance=Person.objects.get(pk=somebody.pk))
    left, back = OwnDepartureForm(data("departure"), user=user), ReturnForm(data("return"))
    doing: dict[str, Callable[[], Any]] = {
        "record": lambda: record.change(somebody, user),
        "departure": lambda: left.apply(somebody, user),
        "return": lambda: back.apply(somebody, user),
    }
    if sent in doing and doing[sent]():
        messages.success(request, "Saved.")
        return redirect("portal:people")
    away = somebody.departures.filter(returned_on=None).first()
    context = {
        "title": somebody.name,
        "person": somebody,
        "away": away,
        "record": record,
        "move": back if away else left,
        "may_write": may(user, "portal:person", "POST"),
    }
    return render(request, "portal/person.html", context)


def results(request: HttpRequest) -> HttpResponse:
    """Their own total sales, as they reported them."""
    partner, user = own_partner(request), signed_in(request)
    form = OwnResultForm(request.POST or None, partner=partner)
    if request.method == "POST" and (told := form.apply(user)):
        messages.success(request, f"Recorded: {told}.")
        return redirect("portal:results")
    context = {
        "title": "Your results",
        "form": form,
        "results": _reported(partner),
        "missing_year": figures.missing_year(partner, Organisation.current().today()),
        "may_write": may(user, "portal:results", "POST"),
    }
    return render(request, "portal/results.html", context)


def _reported(partner: Partner) -> Any:
    today = Organisation.current().today()
    known = OwnResult.objects.filter(partner=partner, basis=ResultBasis.REPORTED).known(today)
    return known.order_by("-end")


@require_GET
def results_export(request: HttpRequest, file_format: str) -> HttpResponseBase:
    """Their own total sales, as they reported them."""
    reported = _reported(own_partner(request))
    table = table_of(OwnResultsKind(), reported, name="own-results", without=("source",))
    return send(request, table, file_format)


def up_to_date(partner: Partner) -> dict[str, Any]:
    """What the start page says of their people, results and shared actions."""
    today = Organisation.current().today()
    people_ = Person.objects.filter(partner=partner)
    shared = Action.objects.filter(partner=partner, shared=True).unfinished()
    return {
        "people_count": people_.present().count(),
        "missing_year": figures.missing_year(partner, today),
        "actions": shared.select_related("owner").order_by("due_on", "pk")[:10],
        "today": today,
    }
