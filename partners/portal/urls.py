from django.urls import path

from partners.portal import views

app_name = "portal"
urlpatterns = [
    path("people/", views.people, name="people"),
    path("people/<uuid:public_id>/", views.person, name="person"),
    path("results/", views.results, name="results"),
]
