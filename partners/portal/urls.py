from django.urls import path

from partners.portal import files, views

app_name = "portal"
urlpatterns = [
    path("people/", views.people, name="people"),
    path("people/<uuid:public_id>/", views.person, name="person"),
    path("people/export.<format:file_format>", views.people_export, name="people-export"),
    path("results/export.<format:file_format>", views.results_export, name="results-export"),
    path("results/", views.results, name="results"),
    path("files/", files.file_list, name="file-list"),
    path("files/new/", files.new_file, name="file-new"),
    path("files/<uuid:public_id>/", files.file_detail, name="file-detail"),
    path("files/<uuid:public_id>/discard/", files.discard, name="file-discard"),
    path("files/<uuid:public_id>/cancel/", files.cancel, name="file-cancel"),
    path("files/<uuid:public_id>/reopen/", files.reopen, name="file-reopen"),
    path("files/<uuid:public_id>/rejected.csv", files.rejected, name="file-rejected"),
    path(
        "files/<uuid:public_id>/rejected.xlsx",
        files.rejected,
        {"file_format": "xlsx"},
        name="file-rejected-xlsx",
    ),
]
