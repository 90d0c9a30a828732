"""Addresses of direct sales, of who works what, and of the breach ledger."""

from django.urls import path

from deals.direct import account_lists, breaches, opportunities, work

direct_pages = [
    path("", opportunities.opportunity_list, name="list"),
    path("export.<format:file_format>", opportunities.opportunity_export, name="list-export"),
    path("accounts/", account_lists.account_list, name="accounts"),
    path("may-call/", opportunities.may_call, name="may-call"),
    path("new/", opportunities.create, name="create"),
    path("<uuid:public_id>/", opportunities.opportunity, name="detail"),
]

work_pages = [
    path("", work.work_list, name="list"),
    path("calls/", work.call_list, name="call-list"),
    path("<uuid:public_id>/", work.work_page, name="detail"),
]

breach_pages = [
    path("", breaches.breach_list, name="list"),
    path("export.<format:file_format>", breaches.breach_export, name="list-export"),
    path("new/", breaches.file, name="file"),
    path("<uuid:public_id>/", breaches.breach_page, name="detail"),
    path("<uuid:public_id>/decide/", breaches.decide, name="decide"),
    path("<uuid:public_id>/take-back/", breaches.take_back, name="take-back"),
]
