"""Addresses of satisfaction, of service and of the pulse."""

from django.urls import path

from satisfaction import portal, pulse_views, views

# Below /partners/, in its namespace.
partner_pages = [
    path("<uuid:public_id>/satisfaction/", views.partner_page, name="satisfaction"),
    path(
        "<uuid:public_id>/satisfaction/service.<format:file_format>",
        views.service_export,
        name="satisfaction-export",
    ),
]

portal_pages = [
    path("service/", portal.service, name="service"),
    path("service/export.<format:file_format>", portal.service_export, name="service-export"),
    path("pulse/", pulse_views.in_portal, name="pulse"),
]

app_name = "satisfaction"
urlpatterns = [
    path("", views.channel, name="channel"),
    path("said/", views.said, name="said"),
    path("said/export.<format:file_format>", views.said_export, name="said-export"),
    path("pulse/", pulse_views.pulse, name="pulse"),
    path("pulse/answers/", pulse_views.answers, name="pulse-answers"),
    path("pulse/<uuid:public_id>/ask/", pulse_views.ask, name="pulse-ask"),
]
