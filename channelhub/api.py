"""Every address of the API, below /api/v1/."""

from django.urls import path
from drf_spectacular.views import SpectacularAPIView

from accounts.permissions import TablePermission
from alerts.api import AlertDetail, AlertList
from customers import api as customers
from deals.direct import api as direct
from deals.portal import api as portal_deals
from deals.review import api as review
from deals.standing import api as standing
from deals.standing import goals_api as goals
from imports import api as imports
from partners import api as partners
from partners.facts import api as facts
from reviews import api as reviews
from reviews.interviews import api as interviews
from satisfaction import api as satisfaction

app_name = "api"

urlpatterns = [
    path("alerts/", AlertList.as_view(), name="alert-list"),
    path("alerts/<uuid:public_id>/", AlertDetail.as_view(), name="alert-detail"),
    *imports.urlpatterns,
    *partners.urlpatterns,
    *facts.urlpatterns,
    *customers.urlpatterns,
    *direct.urlpatterns,
    *portal_deals.urlpatterns,
    *review.urlpatterns,
    *standing.urlpatterns,
    *satisfaction.urlpatterns,
    *reviews.urlpatterns,
    *goals.urlpatterns,
    *interviews.urlpatterns,
    path(
        "schema/", SpectacularAPIView.as_view(permission_classes=[TablePermission]), name="schema"
    ),
]
