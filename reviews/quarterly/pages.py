"""Pages of reviews for our own people."""

import uuid
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.db.models import Max
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from accounts.models import Organisation
from accounts.permissions import may, signed_in
from channelhub.lib.history import entries
from channelhub.lib.pages import paginate
from reviews.models import CommentKind, Review, ReviewRule, ReviewState
from reviews.packets.making import make_packet, publish_packet
from reviews.packets.sections import TITLES
from reviews.quarterly.calendar_files import calendar_file
from reviews.quarterly.forms import (
    FORMAT_NAMES,
    PAPER_NAMES,
    SECTION_CHOICES,
    BatchForm,
    CommentForm,
    CommitmentForm,
    CreateForm,
    HoldForm,
    MeetingForm,
    ReviewFilter,
    RuleForm,
)
from reviews.quarterly.meeting import sign
from reviews.quarterly.promises import carried_into, commitments_of
from reviews.quarterly.quarters import newest_ended, organisation_quarters
from reviews.quarterly.readiness import readiness
from reviews.quarterly.scheduling import remove_rule, tiers_in_use
from reviews.quarterly.verbs import answered

TONES = {
    ReviewState.TO_PREPARE: ("orange", "clock"),
    ReviewState.PREPARED: ("blue", "check"),
    ReviewState.HELD: ("blue", "users"),
    ReviewState.SIGNED: ("green", "circle-check"),
}


def reviews_asked_for(request: HttpRequest) -> ReviewFilter:
    """The reviews of the list; at first those of our newest quarter that is over."""
    query = request.GET.copy()
    newest = newest_ended(Organisation.current().today())
    if newest:
        query.setdefault("quarter", newest.name)
    rows = Review.objects.visible_to(request.user).select_related("partner")
    rows = rows.annotate(version=Max("packets__version")).order_by("-end", "partner__name", "pk")
    return ReviewFilter(query, queryset=rows, request=request, quarters=organisation_quarters())


def review_list(request: HttpRequest) -> HttpResponse:
    """The reviews of a quarter, how far each is; all their packets are made from here."""
    filtered = reviews_asked_for(request)
    page = paginate(request, filtered.qs)
    for review in page.object_list:
        review.tone = TONES[review.state]
    context = {
        "title": "Quarterly reviews",
        "form": filtered.form,
        "page": page,
        "quarter": filtered.form["quarter"].value() or "",
        "batch_form": BatchForm(),
        "may_create": may(request.user, "reviews:create", "GET"),
        "may_make_all": may(request.user, "reviews:make-all", "POST"),
        "narrowed": bool(set(request.GET) - {"page", "per"}),
    }
    return render(request, "reviews/list.html", context)


def create(request: HttpRequest) -> HttpResponse:
    """A review beyond those that the rules schedule."""
    user = signed_in(request)
    form = CreateForm(request.POST or None, user=user, initial=request.GET.dict())
    if request.method == "POST" and (made := form.create(user)):
        return redirect(made)
    context = {"title": "Schedule a review", "form": form, "quarters": form.suggestions()}
    return render(request, "reviews/create.html", context)


def rules(request: HttpRequest) -> HttpResponse:
    """Which tiers are reviewed every quarter."""
    form = RuleForm(request.POST or None)
    if request.method == "POST" and (kept := form.keep(signed_in(request))):
        messages.success(request, f"{kept} is reviewed every quarter from now on.")
        return redirect("reviews:rules")
    context = {
        "title": "Who is reviewed",
        "form": form,
        "rules": ReviewRule.objects.all(),
        "tiers": tiers_in_use(),
        "may_write": may(request.user, "reviews:rules", "POST"),
    }
    return render(request, "reviews/rules.html", context)


@require_POST
def drop_rule(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Schedule no more reviews of a tier."""
    remove_rule(get_object_or_404(ReviewRule, public_id=public_id), acting_user=signed_in(request))
    messages.success(request, "The rule is removed. Reviews that are there stay.")
    return redirect("reviews:rules")


def review_page(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """One review: what it lacks, its packets, what is said and promised, who signed."""
    review = _review(request, public_id)
    return render(request, "reviews/detail.html", _context(request, review))


def meeting(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """When and where it meets, and what about."""
    review = _review(request, public_id)
    form = MeetingForm(request.POST or None, review=review)
    if request.method == "POST" and form.apply(signed_in(request)):
        messages.success(request, "Saved.")
        return redirect(review)
    context = {"title": f"Meeting of {review}", "review": review, "form": form}
    return render(request, "reviews/meeting.html", context)


@require_POST
def comment(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Say something of a section."""
    review = _review(request, public_id)
    form = CommentForm(request.POST)
    return answered(
        request, form.apply(review, signed_in(request)), form, "Saved for the next packet.", review
    )


@require_POST
def promise(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Note what somebody on either side promises."""
    review = _review(request, public_id)
    form = CommitmentForm(request.POST, partner=review.partner)
    if form.commit(review, signed_in(request)):
        messages.success(request, "Noted, for both sides to see.")
        return redirect(review)
    context = _context(request, review, commitment=form)
    return render(request, "reviews/detail.html", context)


@require_POST
def held(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """It took place."""
    review = _review(request, public_id)
    form = HoldForm(request.POST)
    return answered(
        request, form.apply(review, signed_in(request)), form, "Now both sides sign.", review
    )


@require_POST
def sign_off(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Sign for our side."""
    review = _review(request, public_id)
    return answered(
        request, lambda: sign(review, acting_user=signed_in(request)), None, "Signed.", review
    )


@require_POST
def generate(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """A new version of the packet."""
    review = _review(request, public_id)
    made = make_packet(review, acting_user=signed_in(request))
    messages.success(request, f"Version {made.version} is made; the ones before stay.")
    return redirect(review)


@require_POST
def publish(request: HttpRequest, public_id: uuid.UUID, version: int) -> HttpResponse:
    """Let the partner read its part of a version."""
    review = _review(request, public_id)
    packet = get_object_or_404(review.packets.select_related("review"), version=version)
    publish_packet(packet, acting_user=signed_in(request))
    messages.success(request, f"{review.partner.name} can read version {version} now.")
    return redirect(review)


@require_GET
def calendar(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """The meeting for a calendar."""
    return calendar_answer(_review(request, public_id))


def calendar_answer(review: Review, path: str = "") -> HttpResponse:
    """The calendar file of a review; 404 where it has no meeting yet."""
    if review.meets_at is None:
        raise Http404
    organisation = Organisation.current()
    content = calendar_file(
        review,
        organisation=organisation.name,
        url=settings.SITE_URL + (path or review.get_absolute_url()),
        now=organisation.now(),
    )
    answer = HttpResponse(content, content_type="text/calendar; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="review.ics"'
    return answer


def _review(request: HttpRequest, public_id: uuid.UUID) -> Review:
    rows = Review.objects.visible_to(request.user)
    found: Review = get_object_or_404(
        rows.select_related("partner", "signed_by", "partner_signed_by"), public_id=public_id
    )
    return found


def _context(
    request: HttpRequest, review: Review, commitment: CommitmentForm | None = None
) -> dict[str, Any]:
    packets = list(review.packets.defer("document").select_related("made_by", "published"))
    may_write = may(request.user, "reviews:comment", "POST") and not review.is_signed
    today = Organisation.current().today()
    return {
        "title": f"{review.partner.name}, {review.quarter}",
        "review": review,
        "today": today,
        "tone": TONES[review.state],
        "lacks": readiness(review),
        "packets": packets,
        "sections": sections_said(review),
        "commitments": commitments_of(review),
        "carried": carried_into(review),
        "commitment_form": commitment or CommitmentForm(partner=review.partner),
        "hold_form": HoldForm(),
        "papers": PAPER_NAMES.items(),
        "formats": FORMAT_NAMES.items(),
        "may_write": may_write,
        "history": entries(review, parts=["reviews.ReviewCommentEvent"]),
    }


def sections_said(review: Review) -> list[dict[str, Any]]:
    """The sections of the packet and the meeting, with what each side says of them."""
    said: dict[str, dict[str, Any]] = {}
    for row in review.comments.select_related("author"):
        said.setdefault(row.section, {})[row.kind] = row
    return [
        {
            "key": key,
            "title": title,
            "in_packet": key in TITLES,
            **{kind.value: said.get(key, {}).get(kind) for kind in CommentKind},
        }
        for key, title in SECTION_CHOICES
    ]
