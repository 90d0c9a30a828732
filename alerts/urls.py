"""Addresses of alerts and canaries."""

from django.urls import path

from alerts import views

urlpatterns = [
    path("", views.alert_list, name="list"),
    path("export.<format:file_format>", views.alert_export, name="list-export"),
    path("judge/", views.judge, name="judge"),
    path("canaries/", views.canary_list, name="canaries"),
    path("canaries/<slug:name>/", views.thresholds, name="thresholds"),
]
