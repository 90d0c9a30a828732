from django.urls import path

from deals.portal import files, views

# In the portal's namespace: channelhub/urls.py.
urlpatterns = [
    path("deals/", views.deal_list, name="deals"),
    path("deals/export.<format:file_format>", views.deal_list_export, name="deals-export"),
    path("deals/new/", views.deal_new, name="deal-new"),
    path("deals/similar/", views.deal_similar, name="deal-similar"),
    path("deals/rules/", views.deal_rules, name="deal-rules"),
    path("deals/rules/<int:version>/", views.deal_rules, name="deal-rules-version"),
    path("deals/<uuid:public_id>/", views.deal_page, name="deal"),
    path("deals/<uuid:public_id>/edit/", views.deal_edit, name="deal-edit"),
    path("deals/<uuid:public_id>/discard/", views.deal_discard, name="deal-discard"),
    path("deals/<uuid:public_id>/receipt/", views.deal_receipt, name="deal-receipt"),
    path("deals/<uuid:public_id>/files/", files.attach, name="deal-attach"),
    path("deals/files/<uuid:public_id>/", files.download, name="deal-file"),
    path("deals/files/<uuid:public_id>/remove/", files.remove, name="deal-file-remove"),
]
