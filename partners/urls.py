from django.urls import path

from partners import reassigning, views

# The list and a partner's own page are composed of every room's panels: channelhub/urls.py.
app_name = "partners"
urlpatterns = [
    path("new/", views.create, name="create"),
    path("reassign/", reassigning.reassign_page, name="reassign"),
    path("suggest/", views.suggest, name="suggest"),
    path("<uuid:public_id>/edit/", views.edit, name="edit"),
    path("<uuid:public_id>/history/", views.history, name="history"),
    path("<uuid:public_id>/merge/", views.merge, name="merge"),
    path("<uuid:public_id>/unmerge/", views.unmerge, name="unmerge"),
]
