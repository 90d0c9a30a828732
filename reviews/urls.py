from django.urls import path

from reviews.packets import pages as packets
from reviews.quarterly import pages

app_name = "reviews"
urlpatterns = [
    path("", pages.review_list, name="list"),
    path("new/", pages.create, name="create"),
    path("rules/", pages.rules, name="rules"),
    path("rules/<uuid:public_id>/remove/", pages.drop_rule, name="remove-rule"),
    path("packets/", packets.make_all, name="make-all"),
    path("packets/<uuid:public_id>/", packets.batch_page, name="batch"),
    path("packets/<uuid:public_id>/retry/", packets.retry, name="batch-retry"),
    path("packets/<uuid:public_id>/packets.zip", packets.batch_zip, name="batch-zip"),
    path("<uuid:public_id>/", pages.review_page, name="detail"),
    path("<uuid:public_id>/meeting/", pages.meeting, name="meeting"),
    path("<uuid:public_id>/review.ics", pages.calendar, name="calendar"),
    path("<uuid:public_id>/comment/", pages.comment, name="comment"),
    path("<uuid:public_id>/commitments/", pages.promise, name="commit"),
    path("<uuid:public_id>/held/", pages.held, name="hold"),
    path("<uuid:public_id>/sign/", pages.sign_off, name="sign"),
    path("<uuid:public_id>/packet/", pages.generate, name="generate"),
    path("<uuid:public_id>/packet/<int:version>/publish/", pages.publish, name="publish"),
    path(
        "<uuid:public_id>/packet/<int:version>/<slug:file_format>", packets.packet_file, name="file"
    ),
]
