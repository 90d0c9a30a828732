"""Addresses of feeds and products."""

from django.urls import path

from sales import views

app_name = "sales"

urlpatterns = [
    path("feeds/", views.feed_list, name="feeds"),
    path("feeds/<uuid:public_id>/", views.edit_feed, name="feed"),
    path("feeds/export.<format:file_format>", views.feed_export, name="feeds-export"),
    path("rates/export.<format:file_format>", views.rate_export, name="rates-export"),
    path("products/", views.product_list, name="products"),
    path("products/export.<format:file_format>", views.product_export, name="products-export"),
]
