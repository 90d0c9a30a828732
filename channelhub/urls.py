"""Every address of the site."""

from django.contrib import admin
from django.urls import include, path

from channelhub import health, views
from partners.facts.urls import partner_pages as facts_of_partners
from partners.people.views import accept
from partners.urls import urlpatterns as partner_pages

# A partner's own page is composed of every room's panels, in the rooms' namespace of partners.
partner_urls = [
    *partner_pages,
    *facts_of_partners,
    path("<uuid:public_id>/", views.partner_page, name="detail"),
    path("<uuid:public_id>/lines/", views.partner_lines_page, name="lines"),
]

urlpatterns = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("", views.home, name="home"),
    path("alerts/", include("alerts.urls")),
    path("actions/", include("partners.facts.urls")),
    path("accounts/", include("allauth.urls")),
    path("api/v1/", include("channelhub.api")),
    path("admin/", admin.site.urls),
    path("", include("accounts.urls")),
    path("imports/", include("imports.urls")),
    path("partners/", include((partner_urls, "partners"))),
    path("people/", include("partners.people.urls")),
    path("", include("sales.urls")),
    path("invitation/<str:token>/", accept, name="invitation"),
]
