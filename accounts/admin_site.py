"""The administration site: signs in through allauth, and shows what has no rules to break."""

from typing import Any

from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.http import HttpRequest, HttpResponse

from accounts.models import User


def is_admin(request: HttpRequest) -> bool:
    """An active account with the role of admin, whatever Django's own permissions say."""
    return isinstance(request.user, User) and request.user.is_staff


class ViewOnlyAdmin(admin.ModelAdmin[Any]):
    """Rows to look at: what changes them are the verbs of the pages and the API."""

    def has_module_permission(self, request: HttpRequest) -> bool:
        return is_admin(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return is_admin(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class EditableAdmin(ViewOnlyAdmin):
    """Rows that may be changed here, though neither added nor deleted."""

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return is_admin(request)


class ChannelHubAdminSite(admin.AdminSite):
    """Takes in our own pages only: those of other packages would change what they show."""

    site_header = site_title = "Administration"
    index_title = "Records"

    def register(
        self, model_or_iterable: Any, admin_class: type[Any] | None = None, **options: Any
    ) -> None:
        if admin_class and issubclass(admin_class, ViewOnlyAdmin):
            super().register(model_or_iterable, admin_class, **options)

    def login(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Strangers go to the sign-in page, with its rate limits and second factors."""
        answer: HttpResponse = secure_admin_login(super().login)(request, extra_context)
        return answer
