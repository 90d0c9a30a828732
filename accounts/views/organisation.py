"""The organisation's page, for admins."""

from collections.abc import Callable
from typing import cast

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from accounts.actions import organisation as actions
from accounts.forms import (
    DayForm,
    FiscalYearForm,
    HolidayForm,
    LogoForm,
    OrganisationForm,
    YearNameForm,
)
from accounts.models import FiscalPeriod, Holiday, Organisation, User
from channelhub.lib.history import entries, entries_of_all


def edit(request: HttpRequest) -> HttpResponse:
    """Name, currency, time zone, working days, colour and logo."""
    form = OrganisationForm(request.POST or None, instance=Organisation.current())
    if form.is_valid():
        actions.update_organisation(acting_user=who(request), **form.cleaned_data)
        messages.success(request, "Saved.")
        return redirect("organisation:edit")
    context = {"title": "Organisation", "form": form, "logo_form": LogoForm()}
    context["history"] = entries(Organisation.current(), limit=20)
    return render(request, "accounts/organisation.html", context)


def calendar(request: HttpRequest) -> HttpResponse:
    """Holidays and fiscal periods."""
    return _calendar(request, HolidayForm(), FiscalYearForm())


@require_POST
def add_holiday(request: HttpRequest) -> HttpResponse:
    """One more day off."""
    form = HolidayForm(request.POST)
    if attempt(form, lambda: actions.add_holiday(**form.cleaned_data, acting_user=who(request))):
        messages.success(request, f"{form.cleaned_data['name']} is a holiday.")
        return redirect("organisation:calendar")
    return _calendar(request, form, FiscalYearForm())


@require_POST
def remove_holiday(request: HttpRequest) -> HttpResponse:
    """One day off less."""
    form = DayForm(request.POST)
    if form.is_valid():
        actions.remove_holiday(day=form.cleaned_data["day"], acting_user=who(request))
        messages.success(request, f"{form.cleaned_data['day']} is an ordinary day.")
    return redirect("organisation:calendar")


@require_POST
def add_fiscal_year(request: HttpRequest) -> HttpResponse:
    """Twelve months in four quarters."""
    form = FiscalYearForm(request.POST)
    if attempt(
        form, lambda: actions.add_fiscal_year(**form.cleaned_data, acting_user=who(request))
    ):
        messages.success(request, "The fiscal year and its four quarters are added.")
        return redirect("organisation:calendar")
    return _calendar(request, HolidayForm(), form)


@require_POST
def remove_fiscal_year(request: HttpRequest) -> HttpResponse:
    """A year that was entered wrongly."""
    form = YearNameForm(request.POST)
    if form.is_valid():
        name = form.cleaned_data["name"]
        actions.remove_fiscal_year(name=name, acting_user=who(request))
        messages.success(request, f"{name} and its quarters are removed.")
    return redirect("organisation:calendar")


@require_POST
def set_logo(request: HttpRequest) -> HttpResponse:
    """Take a picture as the logo."""
    form = LogoForm(request.POST, request.FILES)
    if attempt(form, lambda: actions.set_logo(_content(form), acting_user=who(request))):
        messages.success(request, "The new logo is on every page.")
    else:
        messages.error(request, " ".join(str(e) for errors in form.errors.values() for e in errors))
    return redirect("organisation:edit")


@require_POST
def remove_logo(request: HttpRequest) -> HttpResponse:
    """Go back to our sign."""
    actions.remove_logo(acting_user=who(request))
    messages.success(request, "The logo is removed.")
    return redirect("organisation:edit")


def who(request: HttpRequest) -> User:
    """The admin behind the request; the permission table keeps others out."""
    return cast("User", request.user)


def attempt(form: forms.Form, verb: Callable[[], object]) -> bool:
    """Do it if the form is filled in well; what the verb refuses becomes the form's error."""
    if not form.is_valid():
        return False
    try:
        verb()
    except ValidationError as problem:
        form.add_error(None, problem)
        return False
    return True


def _content(form: forms.Form) -> bytes:
    """The uploaded bytes, at most one more than may be."""
    return bytes(form.cleaned_data["logo"].read(actions.LOGO_MAX_BYTES + 1))


def _calendar(request: HttpRequest, holiday: HolidayForm, year: FiscalYearForm) -> HttpResponse:
    context = {
        "title": "Holidays and fiscal periods",
        "holiday_form": holiday,
        "year_form": year,
        "holidays": Holiday.objects.all(),
        "years": FiscalPeriod.objects.filter(length=FiscalPeriod.Length.YEAR).order_by("-start"),
        "quarters": FiscalPeriod.objects.filter(length=FiscalPeriod.Length.QUARTER),
        "history": entries_of_all("accounts.HolidayEvent", "accounts.FiscalPeriodEvent"),
    }
    return render(request, "accounts/calendar.html", context)
