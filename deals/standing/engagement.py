"""Pages of the rules of engagement: the versions, what each says, a new one."""

import datetime as dt
import uuid
from collections.abc import Callable
from functools import partial

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from accounts.permissions import may, signed_in
from channelhub.lib.history import entries
from deals.actions.engagement import change_rules, is_to_come, remove_rules, write_rules
from deals.actions.steps import today
from deals.models import RulesOfEngagement
from deals.standing.engagement_forms import VersionForms
from deals.standing.figures import rows_of
from deals.tabs import tabs


def rules_list(request: HttpRequest) -> HttpResponse:
    """Every version, newest first: from when on, and how many deals were made under it."""
    rows = list(RulesOfEngagement.objects.annotate(deals=Count("deal")).order_by("-version"))
    context = {
        "title": "Rules of engagement",
        "rules": rows,
        "current": RulesOfEngagement.objects.on(today()),
        "today": today(),
        "tabs": tabs(request, "rules:list"),
        "may_write": may(request.user, "rules:new", "GET"),
    }
    return render(request, "deals/standing/rules_list.html", context)


def rules_detail(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """One version: its text, its figures, what changed in them, who published it."""
    rules = _rules(public_id)
    before = _before(rules)
    context = {
        "title": f"Rules of engagement, {str(rules).lower()}",
        "rules": rules,
        "before": before,
        "rows": rows_of(rules, before),
        "current": RulesOfEngagement.objects.on(today()),
        "today": today(),
        "changeable": is_to_come(rules) and may(request.user, "rules:edit", "GET"),
        "history": entries(rules, parts=["deals.TermsEvent"]),
    }
    return render(request, "deals/standing/rules_detail.html", context)


def rules_new(request: HttpRequest) -> HttpResponse:
    """A new version, which begins as the newest one stands."""
    newest = RulesOfEngagement.objects.order_by("-version")[:1].get()
    first = max(today(), newest.effective_from) + dt.timedelta(days=1)
    forms = _forms(request, newest, first)
    if written := _keep(request, forms, write_rules):
        messages.success(request, f"{written} is in force from {written.effective_from:%-d %b %Y}.")
        return redirect("rules:detail", written.public_id)
    context = {"title": "New version of the rules", "forms": forms, "of": newest}
    return render(request, "deals/standing/rules_form.html", context)


def rules_edit(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Correct a version that is still to come."""
    rules = _rules(public_id)
    if not is_to_come(rules):
        messages.error(request, f"{rules} has been in force: write a new version.")
        return redirect("rules:detail", public_id)
    forms = _forms(request, rules, rules.effective_from)
    if _keep(request, forms, partial(change_rules, rules)):
        messages.success(request, "Saved.")
        return redirect("rules:detail", public_id)
    context = {"title": f"Change {str(rules).lower()}", "forms": forms, "of": rules, "rules": rules}
    return render(request, "deals/standing/rules_form.html", context)


@require_POST
def rules_remove(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Take back a version that is still to come."""
    rules = _rules(public_id)
    try:
        remove_rules(rules, acting_user=signed_in(request))
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return redirect("rules:detail", public_id)
    messages.success(request, f"{rules} is removed.")
    return redirect("rules:list")


def _rules(public_id: uuid.UUID) -> RulesOfEngagement:
    rows = RulesOfEngagement.objects.annotate(deals=Count("deal")).select_related("published_by")
    found: RulesOfEngagement = get_object_or_404(rows, public_id=public_id)
    return found


def _before(rules: RulesOfEngagement) -> RulesOfEngagement | None:
    earlier = RulesOfEngagement.objects.filter(version__lt=rules.version)
    before: RulesOfEngagement | None = earlier.order_by("-version").first()
    return before


def _forms(request: HttpRequest, of: RulesOfEngagement, first: dt.date) -> VersionForms:
    if "another" in request.POST:
        return VersionForms.with_another_row(request.POST)
    return VersionForms.of(request.POST or None, of, first)


def _keep(
    request: HttpRequest, forms: VersionForms, verb: Callable[..., RulesOfEngagement]
) -> RulesOfEngagement | None:
    """The version that was written, or None: the forms then say why, or have a row more."""
    if request.method != "POST" or "another" in request.POST or not forms.is_valid():
        return None
    try:
        return verb(**forms.facts(), acting_user=signed_in(request))
    except ValidationError as error:
        forms.refuse(error)
        return None
