from django.apps import AppConfig
from django.db.backends.signals import connection_created

from channelhub.lib import roles


class ChannelHubConfig(AppConfig):
    name = "channelhub"

    def ready(self) -> None:
        connection_created.connect(roles.take, dispatch_uid="take-role")
