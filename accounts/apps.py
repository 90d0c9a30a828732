from typing import Any

from django.apps import AppConfig, apps
from django.contrib.admin import apps as admin
from django.contrib.auth.signals import user_logged_in


class AccountsConfig(AppConfig):
    default = True
    name = "accounts"

    def ready(self) -> None:
        """Sign-ins are noted, whichever way people come in."""
        user_logged_in.connect(note_sign_in, dispatch_uid="note_sign_in")


def note_sign_in(*, user: Any, **_: Any) -> None:
    """Once for each person and day."""
    # Models are there only once every app is.
    sign_ins = apps.get_model("accounts.SignIn")
    today = apps.get_model("accounts.Organisation").current().today()
    sign_ins.objects.bulk_create([sign_ins(user=user, day=today)], ignore_conflicts=True)


class AdministrationConfig(admin.AdminConfig):
    """Django's admin on our site; named in the settings."""

    default = False
    default_site = "accounts.admin_site.ChannelHubAdminSite"
