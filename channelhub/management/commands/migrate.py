from typing import Any

from django.core.management.commands.migrate import Command as MigrateCommand

from channelhub import wall
from channelhub.lib import roles


class Command(MigrateCommand):
    """Django's migrate, run by the owner role so that the app role owns nothing."""

    def execute(self, *args: Any, **options: Any) -> str | None:
        # Its system checks connect already, and a new server has no roles to take.
        with roles.acting_as(None):
            roles.ensure()
        with roles.acting_as(roles.OWNER):
            said = super().execute(*args, **options)
            # Only a whole schema has everything that the policies name.
            if not options.get("app_label") and not options.get("check_unapplied"):
                wall.build()
            return said
