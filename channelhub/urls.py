"""Every address of the site."""

from django.contrib import admin
from django.urls import include, path

from alerts.urls import urlpatterns as alert_records
from channelhub import alert_pages, customer_pages, health, partner_pages, views
from customers.urls import urlpatterns as customer_records
from deals.direct.urls import breach_pages, direct_pages, work_pages
from deals.portal.urls import urlpatterns as portal_deals
from deals.review.urls import urlpatterns as review_pages
from deals.standing import urls as standing
from partners import viewing
from partners.facts.urls import partner_pages as facts_of_partners
from partners.people.views import accept
from partners.portal.urls import urlpatterns as portal_pages
from partners.urls import urlpatterns as record_pages
from reviews.interviews.outside_pages import by_link as interview_by_link
from reviews.portal_urls import urlpatterns as portal_reviews
from sales.disputes.views import own_disputes
from satisfaction.pulse_views import by_link
from satisfaction.urls import partner_pages as satisfaction_of_partners
from satisfaction.urls import portal_pages as satisfaction_in_portal

# Their list and each one's page are composed of every room's panels, in the room's namespace.
partner_urls = [
    *record_pages,
    *facts_of_partners,
    *standing.partner_pages,
    *satisfaction_of_partners,
    *standing.goal_pages,
    path("", partner_pages.partner_list, name="list"),
    path("export.<format:file_format>", partner_pages.partner_list_export, name="list-export"),
    path("<uuid:public_id>/", partner_pages.partner_page, name="detail"),
    path("<uuid:public_id>/view-as/", viewing.start, name="view-as"),
    path("<uuid:public_id>/lines/", partner_pages.partner_lines_page, name="lines"),
    path(
        "<uuid:public_id>/lines/export.<format:file_format>",
        partner_pages.partner_lines_export,
        name="lines-export",
    ),
]

portal_urls = [
    *portal_pages,
    *portal_deals,
    *satisfaction_in_portal,
    *portal_reviews,
    *standing.portal_pages,
    path("disputes/", own_disputes, name="disputes"),
]

alert_urls = [
    *alert_records,
    path("<uuid:public_id>/", alert_pages.alert_page, name="detail"),
]

customer_urls = [
    *customer_records,
    path("<uuid:public_id>/", customer_pages.customer_page, name="detail"),
]

urlpatterns = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("", views.home, name="home"),
    path("alerts/", include((alert_urls, "alerts"))),
    path("actions/", include("partners.facts.urls")),
    path("accounts/", include("allauth.urls")),
    path("api/v1/", include("channelhub.api")),
    path("admin/", admin.site.urls),
    path("", include("accounts.urls")),
    path("imports/", include("imports.urls")),
    path("partners/", include((partner_urls, "partners"))),
    path("customers/", include((customer_urls, "customers"))),
    path("deals/", include((review_pages, "deals"))),
    path("reviews/", include("reviews.urls")),
    path("people/", include("partners.people.urls")),
    path("people/viewings/", viewing.viewings, name="viewings"),
    path("direct/", include((direct_pages, "direct"))),
    path("work/", include((work_pages, "work"))),
    path("breaches/", include((breach_pages, "breaches"))),
    path("erasure/", include("channelhub.erasing.pages")),
    path("satisfaction/", include("satisfaction.urls")),
    path("pulse/<str:token>/", by_link, name="pulse"),
    path("rules/", include((standing.rules_pages, "rules"))),
    path("teams/", include((standing.team_pages, "teams"))),
    path("portal/", include((portal_urls, "portal"))),
    path("view-as/stop/", viewing.stop, name="view-as-stop"),
    path("", include("sales.urls")),
    path("invitation/<str:token>/", accept, name="invitation"),
    path("interviews/", include("reviews.interviews.urls")),
    path("interview/<str:token>/", interview_by_link, name="interview-by-link"),
]
