from django.urls import path

from customers import views

# A customer's own page, `detail`, is composed of every room's panels: channelhub/urls.py adds it.
app_name = "customers"
urlpatterns = [
    path("", views.customer_list, name="list"),
    path("export.<format:file_format>", views.customer_list_export, name="list-export"),
    path("new/", views.create, name="create"),
    path("suggest/", views.suggest, name="suggest"),
    path("<uuid:public_id>/edit/", views.edit, name="edit"),
    path("<uuid:public_id>/merge/", views.merge, name="merge"),
    path("<uuid:public_id>/unmerge/", views.unmerge, name="unmerge"),
    path("<uuid:public_id>/apart/", views.apart, name="apart"),
    path("<uuid:public_id>/remove/", views.remove, name="remove"),
]
