from django.apps import AppConfig
from django.contrib.admin import apps as admin


class AccountsConfig(AppConfig):
    default = True
    name = "accounts"


class AdministrationConfig(admin.AdminConfig):
    """Django's admin on our site; named in the settings."""

    default = False
    default_site = "accounts.admin_site.ChannelHubAdminSite"
