"""The administration pages of this app: accounts and organisation are the editable ones."""

from typing import Any, cast

from django.contrib import admin
from django.http import HttpRequest

from accounts.actions.people import change_address
from accounts.admin_site import EditableAdmin, ViewOnlyAdmin
from accounts.models import FiscalPeriod, Holiday, Organisation, User

__all__ = ["EditableAdmin", "ViewOnlyAdmin"]


@admin.register(User)
class UserAdmin(EditableAdmin):
    """Name, address and time zone; roles and deactivation have rules: see the page People."""

    list_display = ["email", "name", "role", "is_active", "last_login"]
    list_filter = ["role", "is_active"]
    search_fields = ["email", "name"]
    fields = ["email", "name", "time_zone", "role", "is_active", "last_login"]
    readonly_fields = ["role", "is_active", "last_login"]

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:  # noqa: FBT001 - Django's
        """An address is more than its column: what allauth knows of it changes with it."""
        super().save_model(request, obj, form, change)
        if "email" in form.changed_data:
            change_address(obj, email=obj.email, acting_user=cast("User", request.user))


@admin.register(Organisation)
class OrganisationAdmin(EditableAdmin):
    exclude = ["logo", "logo_type"]


@admin.register(Holiday, FiscalPeriod)
class CalendarAdmin(ViewOnlyAdmin):
    pass
