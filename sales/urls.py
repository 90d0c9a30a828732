"""Addresses of feeds and products."""

from django.urls import path

from sales import views

app_name = "sales"

urlpatterns = [
    path("feeds/", views.feed_list, name="feeds"),
    path("feeds/<uuid:public_id>/", views.feed_page, name="feed"),
    path("feeds/<uuid:public_id>/no-sales/", views.no_sales, name="no-sales"),
    path("products/", views.product_list, name="products"),
]
