"""Addresses of feeds and products."""

from django.urls import path

from sales import line_views, views
from sales.disputes import views as disputes

app_name = "sales"

urlpatterns = [
    path("feeds/", views.feed_list, name="feeds"),
    path("feeds/<uuid:public_id>/", views.feed_page, name="feed"),
    path("feeds/<uuid:public_id>/no-sales/", views.no_sales, name="no-sales"),
    path("feeds/export.<format:file_format>", views.feed_export, name="feeds-export"),
    path("rates/export.<format:file_format>", views.rate_export, name="rates-export"),
    path("products/", views.product_list, name="products"),
    path("products/export.<format:file_format>", views.product_export, name="products-export"),
    path("products/<uuid:public_id>/", views.product_page, name="product"),
    path("products/<uuid:public_id>/merge/", views.merge_page, name="merge-product"),
    path("products/<uuid:public_id>/unmerge/", views.unmerge, name="unmerge-product"),
    path("product-lines/", line_views.line_list, name="lines"),
    path("product-lines/<uuid:public_id>/", line_views.line_page, name="line"),
    path("product-lines/<uuid:public_id>/remove/", line_views.remove, name="remove-line"),
    path("disputes/", disputes.dispute_list, name="disputes"),
    path("disputes/new/", disputes.file, name="file-dispute"),
    path("disputes/<uuid:public_id>/", disputes.dispute_page, name="dispute"),
    path("disputes/<uuid:public_id>/decide/", disputes.decide, name="decide-dispute"),
    path("disputes/<uuid:public_id>/take-back/", disputes.take_back, name="take-back-dispute"),
]
