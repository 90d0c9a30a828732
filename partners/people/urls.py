from django.urls import path

from partners.people import views

app_name = "people"
urlpatterns = [
    path("", views.people, name="list"),
    path("export.<format:file_format>", views.people_export, name="list-export"),
    path("invite/", views.invite, name="invite"),
    path("invitations/", views.invitations, name="invitations"),
    path("invitations/<uuid:public_id>/resend/", views.resend, name="resend"),
    path("invitations/<uuid:public_id>/withdraw/", views.withdraw, name="withdraw"),
    path("<uuid:public_id>/", views.person, name="person"),
    path("<uuid:public_id>/role/", views.change_role, name="role"),
    path("<uuid:public_id>/deactivate/", views.deactivate, name="deactivate"),
    path("<uuid:public_id>/reactivate/", views.reactivate, name="reactivate"),
]
