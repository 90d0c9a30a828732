"""Every address of the site."""

from django.contrib import admin
from django.urls import include, path

from channelhub import health, views
from partners.people.views import accept

urlpatterns = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("", views.home, name="home"),
    path("alerts/", include("alerts.urls")),
    path("accounts/", include("allauth.urls")),
    path("api/v1/", include("channelhub.api")),
    path("admin/", admin.site.urls),
    path("", include("accounts.urls")),
    path("imports/", include("imports.urls")),
    path("people/", include("partners.people.urls")),
    path("", include("sales.urls")),
    path("invitation/<str:token>/", accept, name="invitation"),
]
