"""The page on which an admin gives one person's partners to another."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from accounts.permissions import signed_in
from partners.actions.reassign import holdings
from partners.forms.reassign import ChosenForm, ReassignForm


def reassign_page(request: HttpRequest) -> HttpResponse:
    """First from whom to whom, then which partners, then it is done."""
    user = signed_in(request)
    sent = request.POST if request.method == "POST" else None
    who = ReassignForm(sent, initial={"leaving": _person(request.GET.get("from", ""))})
    chosen = ChosenForm(sent) if sent and "confirmed" in sent else None
    if chosen and (count := chosen.apply(user)):
        given, taker = chosen.cleaned_data["leaving"], chosen.cleaned_data["to"]
        messages.success(
            request, f"{count} partner{'' if count == 1 else 's'} of {given} went to {taker}."
        )
        return redirect("partners:list")
    kept = request.POST.getlist("partners") if chosen else None
    context = {**_context(who), "chosen": chosen, "kept": kept}
    return render(request, "partners/reassign.html", context)


def _context(who: ReassignForm) -> dict[str, Any]:
    asked = who.cleaned_data if who.is_bound and who.is_valid() else None
    rows = list(holdings(asked["leaving"], asked["duty"], asked["since"])) if asked else []
    return {
        "title": "Hand partners over",
        "form": who,
        "asked": asked,
        "rows": rows,
        "count": len({row.partner_id for row in rows}),
        "as_manager": sum(row.manager == asked["leaving"] for row in rows) if asked else 0,
        "as_deputy": sum(row.deputy == asked["leaving"] for row in rows) if asked else 0,
    }


def _person(text: str) -> str:
    try:
        return str(UUID(text))
    except ValueError:
        return ""
