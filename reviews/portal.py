"""A partner's own pages of its reviews: to prepare, to read what was published, to sign."""

import uuid
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from accounts.models import Organisation
from accounts.permissions import may, signed_in
from channelhub.lib.pages import paginate
from channelhub.lib.roles import acting_as_app
from partners.models import Action
from partners.portal.views import own_partner
from reviews.models import CommentKind, PublishedPacket, Review
from reviews.packets.pages import file_answer
from reviews.quarterly.forms import FORMAT_NAMES, PAPER_NAMES, CommentForm
from reviews.quarterly.meeting import sign
from reviews.quarterly.pages import TONES, calendar_answer, sections_said
from reviews.quarterly.promises import carried_into, commitments_of
from reviews.quarterly.readiness import owed_by_partner, readiness
from reviews.quarterly.verbs import answered


def own_reviews(request: HttpRequest) -> HttpResponse:
    """The partner's reviews, the newest first."""
    page = paginate(request, Review.objects.filter(partner=own_partner(request)))
    for review in page.object_list:
        review.tone = TONES[review.state]
    context = {"title": "Your reviews", "page": page}
    return render(request, "portal/reviews.html", context)


def own_review(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """One of them: what is asked, what they say, the published packet, the promises."""
    review = _own(request, public_id)
    with acting_as_app(review):
        # Reads feeds and months; what comes out names only what they owe themselves.
        lacks = owed_by_partner(readiness(review))
    # An admin who looks at the portal as the partner only reads.
    writes = getattr(request, "viewing", None) is None
    context = {
        "title": f"Review of {review.quarter}",
        "review": review,
        "today": Organisation.current().today(),
        "tone": TONES[review.state],
        "lacks": lacks,
        "sections": sections_said(review),
        "packet": _published(review).first(),
        "commitments": _shared(commitments_of(review)),
        "carried": _shared(carried_into(review)),
        "papers": PAPER_NAMES.items(),
        "formats": FORMAT_NAMES.items(),
        "may_write": writes and may(request.user, "portal:review-comment", "POST"),
        "may_sign": writes
        and review.held_on is not None
        and review.partner_signed_at is None
        and may(request.user, "portal:review-sign", "POST"),
    }
    return render(request, "portal/review.html", context)


@require_POST
def own_comment(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Say something of a section, for the partner."""
    review = _own(request, public_id)
    data = request.POST.copy()
    data["kind"] = CommentKind.PARTNER
    form = CommentForm(data)
    done = form.apply(review, signed_in(request))
    return answered(request, done, form, "Saved. We read it before the meeting.", _page(review))


@require_POST
def own_signature(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Sign for the partner."""
    review, user = _own(request, public_id), signed_in(request)
    return answered(request, lambda: sign(review, acting_user=user), None, "Signed.", _page(review))


@require_GET
def own_file(request: HttpRequest, public_id: uuid.UUID, file_format: str) -> HttpResponse:
    """The newest packet that was published to the partner, as a file."""
    review = _own(request, public_id)
    published = get_object_or_404(_published(review)[:1])
    with acting_as_app(review):
        return file_answer(request, published.document, file_format)


@require_GET
def own_calendar(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """The meeting for a calendar."""
    review = _own(request, public_id)
    return calendar_answer(review, _page(review))


def _own(request: HttpRequest, public_id: uuid.UUID) -> Review:
    rows = Review.objects.filter(partner=own_partner(request)).select_related("partner")
    found: Review = get_object_or_404(rows, public_id=public_id)
    return found


def _page(review: Review) -> str:
    return reverse("portal:review", args=[review.public_id])


def _published(review: Review) -> Any:
    return PublishedPacket.objects.filter(review=review)


def _shared(actions: Any) -> list[Action]:
    return list(actions.filter(shared=True))
