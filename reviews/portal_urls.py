"""Addresses of a partner's own reviews, below /portal/ in its namespace."""

from django.urls import path

from reviews import portal

urlpatterns = [
    path("reviews/", portal.own_reviews, name="reviews"),
    path("reviews/<uuid:public_id>/", portal.own_review, name="review"),
    path("reviews/<uuid:public_id>/comment/", portal.own_comment, name="review-comment"),
    path("reviews/<uuid:public_id>/sign/", portal.own_signature, name="review-sign"),
    path("reviews/<uuid:public_id>/review.ics", portal.own_calendar, name="review-calendar"),
    path("reviews/<uuid:public_id>/packet/<slug:file_format>", portal.own_file, name="review-file"),
]
