"""Pages on which an admin erases a person's data, and sees what was erased."""

import uuid
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path

from accounts.models import Erasure, User
from accounts.permissions import signed_in
from channelhub.erasing.actions import Subject, erase, is_erased, subject_of
from channelhub.erasing.removed import removed_people_named
from channelhub.lib.erasure import removed
from channelhub.lib.pages import paginate
from customers.models import Customer, CustomerContact
from deals.models import Deal
from partners.actions.erasure import notes_mentioning
from partners.forms.fields import Acting
from partners.models import Partner, PartnerNote, Person
from partners.people.queries import people_visible_to

NOTES_SHOWN = 200


class EraseForm(Acting, forms.Form):
    """Why, which notes with it, and that one means it."""

    notes = forms.ModelMultipleChoiceField(
        PartnerNote.objects.none(), to_field_name="public_id", required=False
    )
    reason = forms.CharField(
        label="Why",
        max_length=300,
        help_text="Such as: asked for by letter of 3 March. Kept, so name nobody.",
    )
    sure = forms.BooleanField(label="Erase it for ever. I know that nothing brings it back.")

    def __init__(self, *args: Any, subject: Subject, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.subject = subject
        self.mentions = notes_mentioning(subject.terms)
        self.fields["notes"].queryset = self.mentions  # type: ignore[attr-defined]

    def apply(self, user: User) -> Erasure | None:
        """The trace of it, or None: the errors then say why."""
        done: Erasure | None = self.act(self._erase, acting_user=user)
        return done

    def _erase(self, *, notes: Any, reason: str, sure: bool, acting_user: User) -> Erasure:
        del sure
        return erase(self.subject, reason=reason, notes=list(notes), acting_user=acting_user)


def person(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Somebody at a partner, or who was removed."""
    visible = Person.objects.filter(partner__in=Partner.objects.visible_to(request.user))
    return _page(request, _stored_or_removed(visible, public_id))


def contact(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Somebody at a customer, or who was removed."""
    visible = Customer.objects.visible_to(request.user)
    rows = CustomerContact.objects.filter(customer__in=visible).select_related("customer")
    return _page(request, _stored_or_removed(rows, public_id))


def _stored_or_removed(rows: "QuerySet[Any]", public_id: uuid.UUID) -> Any:
    """The record, or what the history told of it last. Raises Http404 where there is neither."""
    record = rows.filter(public_id=public_id).first() or removed(rows.model, public_id)
    if record is None:
        raise Http404
    return record


def deal(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """The contact at the customer on a registration."""
    rows = Deal.objects.visible_to(request.user)
    return _page(request, get_object_or_404(rows, public_id=public_id))


def account(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Whoever had an account."""
    visible = people_visible_to(signed_in(request))
    return _page(request, get_object_or_404(visible, public_id=public_id))


def erasures(request: HttpRequest) -> HttpResponse:
    """What was erased, by whom, when and why, newest first."""
    rows = Erasure.objects.select_related("erased_by")
    context = {"title": "Erasures", "page": paginate(request, rows)}
    return render(request, "erasure/list.html", context)


def removed_people(request: HttpRequest) -> HttpResponse:
    """Who was removed, by hand or with an import, and stands in the history still."""
    asked = request.GET.get("q", "").replace("\0", "").strip()
    context = {"title": "Removed people", "page": paginate(request, removed_people_named(asked)),
               "asked": asked}  # fmt: skip
    return render(request, "erasure/removed.html", context)


def _page(request: HttpRequest, record: Any) -> HttpResponse:
    try:
        subject = subject_of(record)
    except ValidationError as problem:
        messages.error(request, " ".join(problem.messages))
        return redirect("people:person", record.public_id)
    form = EraseForm(request.POST or None, subject=subject)
    if request.method == "POST" and form.apply(signed_in(request)):
        messages.success(request, "Erased, in the record and in its history.")
        return redirect(subject.back)
    context = {
        "title": f"Erase {subject.who}",
        "subject": subject,
        "form": form,
        "mentions": form.mentions[:NOTES_SHOWN],
        "kept": request.POST.getlist("notes"),
        "done": is_erased(subject),
    }
    return render(request, "erasure/erase.html", context)


app_name = "erasure"
urlpatterns = [
    path("", erasures, name="list"),
    path("removed/", removed_people, name="removed"),
    path("people/<uuid:public_id>/", person, name="person"),
    path("contacts/<uuid:public_id>/", contact, name="contact"),
    path("registrations/<uuid:public_id>/", deal, name="deal"),
    path("accounts/<uuid:public_id>/", account, name="account"),
]
