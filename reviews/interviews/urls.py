"""Addresses of interviews."""

from django.urls import path

from reviews.interviews import pages

app_name = "interviews"

urlpatterns = [
    path("", pages.interview_list, name="list"),
    path("export.<format:file_format>", pages.interview_export, name="list-export"),
    path("findings/", pages.findings_page, name="findings"),
    path("findings/export.<format:file_format>", pages.findings_export, name="findings-export"),
    path("guides/", pages.guides, name="guide"),
    path("older/", pages.older, name="older"),
    path("<uuid:public_id>/", pages.detail, name="detail"),
    path("<uuid:public_id>/assign/", pages.assign, name="assign"),
    path("<uuid:public_id>/cancel/", pages.cancel, name="cancel"),
    path("<uuid:public_id>/reopen/", pages.reopen, name="reopen"),
    path("<uuid:public_id>/link/", pages.send_link, name="send-link"),
    path("<uuid:public_id>/link/end/", pages.end_link, name="end-link"),
]
