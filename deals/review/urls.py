from django.urls import path

from deals.review import bulk, files, views

urlpatterns = [
    path("", views.queue, name="queue"),
    path("requests/", views.requests, name="requests"),
    path("all/", views.every, name="list"),
    path("bulk/", bulk.confirm, name="bulk"),
    path("<uuid:public_id>/", views.detail, name="detail"),
    path("<uuid:public_id>/take-up/", views.take_up, name="take-up"),
    path("<uuid:public_id>/ask/", views.ask, name="ask"),
    path("<uuid:public_id>/decide/", views.decide, name="decide"),
    path("<uuid:public_id>/lines/<int:line>/", views.decide_change, name="decide-change"),
    path("<uuid:public_id>/reassign/", views.reassign, name="reassign"),
    path("<uuid:public_id>/comment/", views.comment, name="comment"),
    path("<uuid:public_id>/customer/", views.identify, name="identify"),
    path("<uuid:public_id>/extension/", views.decide_extension, name="extension"),
    path("<uuid:public_id>/appeal/", views.decide_appeal, name="appeal"),
    path("<uuid:public_id>/files/", files.attach, name="attach"),
    path("files/<uuid:public_id>/", files.download, name="file"),
]
