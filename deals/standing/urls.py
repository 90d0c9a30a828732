"""Addresses of agreements, certifications and targets, of the rules and of review teams."""

from django.urls import path

from deals.standing import authorisations, engagement, goals, teams

# Below /partners/, in its namespace.
partner_pages = [
    path("<uuid:public_id>/authorisations/", authorisations.authorisations, name="authorisations"),
    path(
        "<uuid:public_id>/authorisations/export.<format:file_format>",
        authorisations.export,
        name="authorisations-export",
    ),
    path("authorisations/<uuid:public_id>/end/", authorisations.end, name="end-authorisation"),
    path(
        "authorisations/<uuid:public_id>/remove/",
        authorisations.remove,
        name="remove-authorisation",
    ),
]

goal_pages = [
    path("<uuid:public_id>/certifications/", goals.certifications, name="certifications"),
    path(
        "<uuid:public_id>/certifications/export.<format:file_format>",
        goals.certifications_export,
        name="certifications-export",
    ),
    path("certifications/<uuid:public_id>/expire/", goals.expire, name="expire-certification"),
    path(
        "certifications/<uuid:public_id>/remove/",
        goals.remove_certification,
        name="remove-certification",
    ),
    path("<uuid:public_id>/targets/", goals.targets, name="targets"),
    path(
        "<uuid:public_id>/targets/export.<format:file_format>",
        goals.targets_export,
        name="targets-export",
    ),
    path("targets/<uuid:public_id>/change/", goals.change, name="change-target"),
    path("targets/<uuid:public_id>/remove/", goals.remove_target, name="remove-target"),
]

portal_pages = [path("targets/", goals.own_goals, name="goals")]

rules_pages = [
    path("", engagement.rules_list, name="list"),
    path("new/", engagement.rules_new, name="new"),
    path("<uuid:public_id>/", engagement.rules_detail, name="detail"),
    path("<uuid:public_id>/edit/", engagement.rules_edit, name="edit"),
    path("<uuid:public_id>/remove/", engagement.rules_remove, name="remove"),
]

team_pages = [
    path("", teams.team_list, name="list"),
    path("new/", teams.team_create, name="create"),
    path("<uuid:public_id>/", teams.team_edit, name="edit"),
    path("<uuid:public_id>/remove/", teams.team_remove, name="remove"),
    path("<uuid:public_id>/holidays/add/", teams.add_holiday, name="add-holiday"),
    path("<uuid:public_id>/holidays/remove/", teams.remove_holiday, name="remove-holiday"),
]
