"""Pages of what is learnt of a partner: people, results, line cards, notes."""

import uuid
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from accounts.models import Organisation, Role, User
from accounts.permissions import may, signed_in
from channelhub.lib.history import entries
from channelhub.lib.pages import paginate
from partners import charts
from partners.actions.line_cards import remove_observation
from partners.actions.notes import remove_note
from partners.actions.persons import remove_person
from partners.actions.results import remove_result
from partners.facts import line_cards as cards
from partners.facts import results as figures
from partners.facts.forms import (
    DepartureForm,
    NoteForm,
    ObservationForm,
    PersonForm,
    ResultForm,
    ReturnForm,
)
from partners.models import LineCard, LineCardObservation, OwnResult, Partner, PartnerNote, Person


def _partner(request: HttpRequest, public_id: uuid.UUID) -> Partner:
    return get_object_or_404(Partner.objects.visible_to(request.user), public_id=public_id)


def _of_partner(request: HttpRequest, rows: Any, at: str, public_id: uuid.UUID) -> Any:
    """One row of a partner that the person may see; `at` leads from the row to the partner."""
    visible = {f"{at}__in": Partner.objects.visible_to(request.user)}
    return get_object_or_404(rows.filter(**visible), public_id=public_id)


def _page(
    request: HttpRequest, partner: Partner, template: str, title: str, **context: Any
) -> HttpResponse:
    may_write = may(request.user, "partners:persons", "POST")
    shown = {"title": f"{title} {partner.name}", "partner": partner, "may_write": may_write}
    return render(request, f"partners/facts/{template}.html", {**shown, **context})


def persons(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """The people at a partner; somebody new is added here."""
    user, partner = signed_in(request), _partner(request, public_id)
    form = PersonForm(request.POST or None)
    if request.method == "POST" and (person := form.add(partner, user)):
        messages.success(request, f"{person.name} is noted.")
        return redirect("partners:persons", public_id=public_id)
    people = Person.objects.filter(partner=partner).prefetch_related("departures")
    page = paginate(request, people.order_by("-key", "name", "pk"))
    return _page(request, partner, "persons", "People at", form=form, page=page)


def person(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """One person: who they are, that they left, that they came back."""
    user = signed_in(request)
    somebody = _of_partner(request, Person.objects.select_related("partner"), "partner", public_id)
    sent = request.POST.get("form") if request.method == "POST" else None
    forms = _person_forms(request, somebody, user, sent)
    if sent in forms and forms[sent][1]():
        messages.success(request, "Saved.")
        return redirect("partners:person", public_id=public_id)
    away = somebody.departures.filter(returned_on=None).first()
    context = {
        "person": somebody,
        "away": away,
        "departures": somebody.departures.select_related("to_partner"),
        "record": forms["record"][0],
        "move": forms["return" if away else "departure"][0],
        "may_erase": may(request.user, "erasure:person", "GET"),
        "history": entries(somebody, parts=["partners.DepartureEvent"]),
    }
    return _page(request, somebody.partner, "person", f"{somebody.name},", **context)


Doing = tuple[Any, Callable[[], Any]]


def _person_forms(
    request: HttpRequest, somebody: Person, user: User, sent: str | None
) -> dict[str, Doing]:
    """By name: the form, and what it does when it was sent."""

    def data(name: str) -> Any:
        return request.POST if sent == name else None

    # The form writes what was typed into its instance: the page keeps its own.
    record = PersonForm(data("record"), instance=Person.objects.get(pk=somebody.pk))
    departure = DepartureForm(data("departure"), user=user)
    back = ReturnForm(data("return"))
    return {
        "record": (record, lambda: record.change(somebody, user)),
        "departure": (departure, lambda: departure.apply(somebody, user)),
        "return": (back, lambda: back.apply(somebody, user)),
    }


@require_POST
def forget_person(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Somebody was entered by mistake."""
    somebody = _of_partner(request, Person.objects.select_related("partner"), "partner", public_id)
    remove_person(somebody, acting_user=signed_in(request))
    messages.success(request, f"{somebody.name} is removed.")
    return redirect("partners:persons", public_id=somebody.partner.public_id)


def results(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """A partner's own results; a figure is recorded here."""
    user, partner = signed_in(request), _partner(request, public_id)
    form = ResultForm(request.POST or None, partner=partner)
    if request.method == "POST" and (told := form.apply(user)):
        messages.success(request, f"Recorded: {told}.")
        return redirect("partners:results", public_id=public_id)
    today = Organisation.current().today()
    context = {
        "form": form,
        "told": figures.told(partner, today),
        "missing_year": figures.missing_year(partner, today),
        "history": entries(OwnResult.objects.filter(partner=partner)),
    }
    return _page(request, partner, "results", "Own results of", **context)


@require_POST
def forget_result(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """A figure was entered by mistake."""
    told = _of_partner(request, OwnResult.objects.select_related("partner"), "partner", public_id)
    remove_result(told, acting_user=signed_in(request))
    messages.success(request, f"Removed: {told}.")
    return redirect("partners:results", public_id=told.partner.public_id)


def line_cards(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """A partner's line cards; what somebody sees or hears is written down here."""
    user, partner = signed_in(request), _partner(request, public_id)
    form = ObservationForm(request.POST or None)
    if request.method == "POST" and (seen := form.apply(partner, user)):
        messages.success(request, f"{seen.line_card}: we are {cards.words_of(seen)}.")
        return redirect("partners:line-cards", public_id=public_id)
    found = cards.observations(partner, Organisation.current().today())
    rows = charts.rank_rows(found)
    context = {
        "form": form,
        "places": cards.places(found),
        "page": paginate(request, found),
        "chart": charts.ranks(rows) if rows else None,
        "chart_columns": ("Category", "Source", "Seen on", "Our rank"),
        "chart_rows": rows,
        "suggestions": form.suggestions(),
        "history": entries(
            LineCard.objects.filter(partner=partner), parts=["partners.LineCardObservationEvent"]
        ),
    }
    return _page(request, partner, "line_cards", "Line cards of", **context)


@require_POST
def forget_observation(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """An observation was written down by mistake."""
    rows = LineCardObservation.objects.select_related("line_card__partner")
    seen = _of_partner(request, rows, "line_card__partner", public_id)
    remove_observation(seen, acting_user=signed_in(request))
    messages.success(request, f"Removed: {seen}.")
    return redirect("partners:line-cards", public_id=seen.line_card.partner.public_id)


def notes(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Notes about a partner and contacts with it, newest first."""
    user, partner = signed_in(request), _partner(request, public_id)
    form = NoteForm(request.POST or None)
    if request.method == "POST" and form.apply(partner, user):
        messages.success(request, "Noted.")
        return redirect("partners:notes", public_id=public_id)
    found = PartnerNote.objects.filter(partner=partner).select_related("author")
    query = request.GET.get("q", "").replace("\0", "").strip()
    if query:
        found = found.filter(text__icontains=query)
    context = {"form": form, "page": paginate(request, found), "query": query}
    return _page(request, partner, "notes", "Notes on", **context)


@require_POST
def forget_note(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Take back a note: its author's right, and an admin's."""
    user = signed_in(request)
    rows = PartnerNote.objects.select_related("partner")
    if user.role != Role.ADMIN:
        rows = rows.filter(author=user)
    note = _of_partner(request, rows, "partner", public_id)
    remove_note(note, acting_user=user)
    messages.success(request, "The note is removed.")
    return redirect("partners:notes", public_id=note.partner.public_id)
