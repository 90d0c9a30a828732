from django.urls import path

from partners.portal import views

app_name = "portal"
urlpatterns = [
    path("people/", views.people, name="people"),
    path("people/<uuid:public_id>/", views.person, name="person"),
    path("people/export.<format:file_format>", views.people_export, name="people-export"),
    path("results/export.<format:file_format>", views.results_export, name="results-export"),
    path("results/", views.results, name="results"),
]
