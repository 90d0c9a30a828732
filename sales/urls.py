"""Addresses of feeds and products."""

from django.urls import path

from sales import views

app_name = "sales"

urlpatterns = [
    path("feeds/", views.feed_list, name="feeds"),
    path("feeds/<uuid:public_id>/", views.edit_feed, name="feed"),
    path("products/", views.product_list, name="products"),
]
