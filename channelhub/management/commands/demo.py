from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from channelhub.demo.build import NotEmpty, Summary, build
from channelhub.demo_accounts import PASSWORD, ROLES


class Command(BaseCommand):
    """Fills an empty database with an invented vendor; one in use is left as it is."""

    help = "Load the demo into an empty database."

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.LOCAL:
            raise CommandError(
                "The password of the demo's accounts is public: it loads only where"
                " CHANNELHUB_LOCAL=1. `manage.py createsuperuser` makes the first admin."
            )
        try:
            self._tell(build())
        except NotEmpty:
            self.stdout.write(
                "The demo was not loaded: there are people, partners or judged nights already."
            )

    def _tell(self, made: Summary) -> None:
        changes = ", ".join(f"{count} {change}" for change, count in sorted(made.changes.items()))
        self.stdout.write(
            f"Demo: {made.partners} partners, {made.lines:,} sales lines, {made.nights} nights"
            f" to {made.as_of}. The last one changed alerts: {changes}."
        )
        self.stdout.write(f"Sign in as {', '.join(ROLES)}; password {PASSWORD}")
