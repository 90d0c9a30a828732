"""Addresses of imports."""

from django.urls import path

from imports import exporting, views

app_name = "imports"

urlpatterns = [
    path("", views.import_list, name="list"),
    path("export.<format:file_format>", views.import_export, name="list-export"),
    path("new/", views.new_import, name="new"),
    path("<uuid:public_id>/", views.import_detail, name="detail"),
    path("<uuid:public_id>/discard/", views.discard, name="discard"),
    path("<uuid:public_id>/cancel/", views.cancel, name="cancel"),
    path("<uuid:public_id>/undo/", views.undo, name="undo"),
    path("<uuid:public_id>/names/", views.names, name="names"),
    path("<uuid:public_id>/reopen/", views.reopen, name="reopen"),
    path("<uuid:public_id>/rejected.csv", views.rejected_rows, name="rejected"),
    path(
        "<uuid:public_id>/rejected.xlsx",
        views.rejected_rows,
        {"file_format": exporting.XLSX},
        name="rejected-xlsx",
    ),
]
