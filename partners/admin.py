"""The administration pages of this app, to look at."""

from django.contrib import admin

from accounts.admin_site import ViewOnlyAdmin
from partners.models import Invitation, Partner


@admin.register(Partner)
class PartnerAdmin(ViewOnlyAdmin):
    list_display = ["number", "name", "merged_into"]
    search_fields = ["number", "name"]


@admin.register(Invitation)
class InvitationAdmin(ViewOnlyAdmin):
    list_display = ["email", "role", "partner", "state", "accepted_at", "withdrawn_at"]
    list_select_related = ["partner"]
    search_fields = ["email"]
