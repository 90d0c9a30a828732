"""Addresses of what is learnt of partners."""

from django.urls import path

from partners.facts import action_views, export_views, views

# Below /partners/, in its namespace.
partner_pages = [
    path("<uuid:public_id>/people/", views.persons, name="persons"),
    path("<uuid:public_id>/results/", views.results, name="results"),
    path("<uuid:public_id>/line-cards/", views.line_cards, name="line-cards"),
    path("<uuid:public_id>/notes/", views.notes, name="notes"),
    path(
        "<uuid:public_id>/people/export.<format:file_format>",
        export_views.persons,
        name="persons-export",
    ),
    path(
        "<uuid:public_id>/results/export.<format:file_format>",
        export_views.results,
        name="results-export",
    ),
    path(
        "<uuid:public_id>/line-cards/export.<format:file_format>",
        export_views.line_cards,
        name="line-cards-export",
    ),
    path("people/<uuid:public_id>/", views.person, name="person"),
    path("people/<uuid:public_id>/remove/", views.forget_person, name="remove-person"),
    path("results/<uuid:public_id>/remove/", views.forget_result, name="remove-result"),
    path(
        "line-cards/<uuid:public_id>/remove/", views.forget_observation, name="remove-observation"
    ),
    path("notes/<uuid:public_id>/remove/", views.forget_note, name="remove-note"),
]

app_name = "actions"
urlpatterns = [
    path("", action_views.action_list, name="list"),
    path("export.<format:file_format>", export_views.actions, name="list-export"),
    path("new/", action_views.create, name="create"),
    path("<uuid:public_id>/", action_views.edit, name="edit"),
    path("<uuid:public_id>/status/", action_views.status, name="status"),
]
