"""Every address of the API, below /api/v1/."""

from django.urls import path

from alerts.api import AlertDetail, AlertList
from imports import api as imports

app_name = "api"

urlpatterns = [
    path("alerts/", AlertList.as_view(), name="alert-list"),
    path("alerts/<uuid:public_id>/", AlertDetail.as_view(), name="alert-detail"),
    *imports.urlpatterns,
]
