"""Pages of alerts and of the canaries behind them."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from accounts.permissions import may, signed_in
from alerts.actions import judge_again, limits_of, set_thresholds
from alerts.canaries import CANARIES
from alerts.explain import explain
from alerts.exports import alerts_table
from alerts.forms import AlertFilter, ThresholdsForm
from alerts.models import Alert, Run, Threshold
from channelhub.lib.history import entries
from channelhub.lib.pages import paginate
from imports.exporting import send


def _asked_for(request: HttpRequest) -> AlertFilter:
    query = request.GET.copy()
    query.setdefault("state", "open")
    visible = Alert.objects.visible_to(request.user).ranked().prefetch_related("partners")
    return AlertFilter(query, queryset=visible)


@require_GET
def alert_export(request: HttpRequest, file_format: str) -> HttpResponseBase:
    """The alerts that the list shows."""
    return send(request, alerts_table(_asked_for(request).qs, signed_in(request)), file_format)


def alert_list(request: HttpRequest) -> HttpResponse:
    """Every alert the person may see, most money first."""
    filtered = _asked_for(request)
    page = paginate(request, filtered.qs)
    page.object_list = explain(page.object_list, signed_in(request))
    context = {
        "title": "Alerts",
        "page": page,
        "form": filtered.form,
        "run": Run.objects.newest(),
        "under_way": Run.objects.under_way().first(),
        "can_judge": may(request.user, "alerts:judge", "POST"),
        "narrowed": bool(set(request.GET) - {"page", "per"}),
    }
    return render(request, "alerts/list.html", context)


@require_POST
def judge(request: HttpRequest) -> HttpResponse:
    """Judge the newest night now, for whoever loaded history and will not wait for 02:15."""
    run = judge_again()
    messages.success(request, f"The channel is being judged as of {run.as_of:%-d %B %Y}.")
    return redirect("alerts:list")


def canary_list(request: HttpRequest) -> HttpResponse:
    """The questions asked every night, with their thresholds."""
    rows = [
        (canary, [(canary.limit_labels[key], value) for key, value in limits_of(canary).items()])
        for canary in CANARIES.values()
    ]
    can_edit = may(request.user, "alerts:thresholds", "GET")
    context = {"title": "Canaries", "canaries": rows, "can_edit": can_edit}
    return render(request, "alerts/canaries.html", context)


def thresholds(request: HttpRequest, name: str) -> HttpResponse:
    """Set the thresholds of a canary; the next night judges by them."""
    canary = CANARIES.get(name)
    if canary is None:
        raise Http404
    form = ThresholdsForm(canary, limits_of(canary), request.POST or None)
    if request.method == "POST" and form.is_valid():
        set_thresholds(canary, values=form.cleaned_data, acting_user=signed_in(request))
        messages.success(request, "Saved. The next night judges by these thresholds.")
        return redirect("alerts:canaries")
    context = {"title": f"Thresholds of {canary.name}", "canary": canary, "form": form}
    context["history"] = entries(Threshold.objects.filter(canary=canary.name))
    return render(request, "alerts/thresholds.html", context)
