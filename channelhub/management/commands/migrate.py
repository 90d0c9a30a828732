from typing import Any

from django.core.management.commands.migrate import Command as MigrateCommand

from channelhub.lib import roles


class Command(MigrateCommand):
    """Django's migrate, run by the owner role so that the app role owns nothing."""

    def handle(self, *args: Any, **options: Any) -> None:
        with roles.acting_as(None):
            roles.ensure()
        with roles.acting_as(roles.OWNER):
            super().handle(*args, **options)
