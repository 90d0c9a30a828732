"""Addresses of this app; the profile and the organisation's pages have names of their own."""

from django.urls import include, path

from accounts.views import branding, organisation, profile

profile_urls = [
    path("", profile.edit, name="edit"),
    path("tokens/", profile.tokens, name="tokens"),
    path("tokens/<uuid:public_id>/revoke/", profile.revoke, name="revoke"),
]
organisation_urls = [
    path("", organisation.edit, name="edit"),
    path("calendar/", organisation.calendar, name="calendar"),
    path("calendar/holidays/add/", organisation.add_holiday, name="add-holiday"),
    path("calendar/holidays/remove/", organisation.remove_holiday, name="drop-holiday"),
    path("calendar/years/add/", organisation.add_fiscal_year, name="add-year"),
    path("calendar/years/remove/", organisation.remove_fiscal_year, name="remove-year"),
    path("logo/set/", organisation.set_logo, name="set-logo"),
    path("logo/remove/", organisation.remove_logo, name="remove-logo"),
]
urlpatterns = [
    path("profile/", include((profile_urls, "profile"))),
    path("organisation/", include((organisation_urls, "organisation"))),
    path("organisation.css", branding.css, name="organisation_css"),
    path("organisation/logo", branding.logo, name="organisation_logo"),
]
