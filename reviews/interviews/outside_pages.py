"""The page behind the link of an interviewer from outside: one interview, and nothing else."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache

from accounts.models import User
from reviews.interviews.forms import OutsideForm
from reviews.interviews.outside import LinkUnusable, by_token, shown_to_outsider

DRAFT_SAVED = "saved"


@login_not_required
@never_cache
def by_link(request: HttpRequest, token: str) -> HttpResponse:
    """The questions behind a link; every link that opens nothing looks the same."""
    user = request.user
    if isinstance(user, User) and user.works_at_partner:
        # Partners see no interview, whoever gave them the link.
        return _unusable(request)
    try:
        return _answered(request, token)
    except LinkUnusable:
        return _unusable(request)


def _unusable(request: HttpRequest) -> HttpResponse:
    context = {"title": "This link does not work any more"}
    return render(request, "reviews/interviews/link_unusable.html", context, status=410)


def _answered(request: HttpRequest, token: str) -> HttpResponse:
    shown = shown_to_outsider(by_token(token))
    form = OutsideForm(request.POST or None, answers=shown.answers, initial=shown.draft)
    context = {"title": "Interview", "shown": shown, "form": form}
    if request.method == "POST":
        finish = request.POST.get("finish") == "yes"
        if form.apply(token, finish=finish):
            if not finish:
                return redirect(f"{request.path}?{DRAFT_SAVED}=1")
            return render(request, "reviews/interviews/by_link_done.html", {"title": "Thank you"})
    context["saved"] = DRAFT_SAVED in request.GET
    return render(request, "reviews/interviews/by_link.html", context)
