from typing import Any

from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connections

from channelhub.demo_accounts import PASSWORD, ROLES
from channelhub.lib import env
from channelhub.processes import NotStarted
from channelhub.run import run


class Command(BaseCommand):
    help = "Migrate, load the demo into an empty database, and run web, worker and beat."

    def handle(self, *args: Any, **options: Any) -> None:
        self.port = env.integer("PORT", default=8000)
        try:
            run(self.port, prepare=self.prepare, greet=self.greet, say=self.say)
        except NotStarted as problem:
            raise CommandError(str(problem)) from None

    def prepare(self) -> None:
        """Bring the database up to date, and to life if nobody is in it."""
        call_command("migrate", interactive=False, verbosity=0)
        users = get_user_model().objects
        if not users.exists():
            self.say("Loading the demo.")
            call_command("demo")
        self.accounts = list(users.filter(email__in=ROLES).values_list("email", flat=True))
        connections.close_all()

    def greet(self) -> None:
        """Say where it runs and who may sign in."""
        self.say(f"\nChannelHub runs at http://127.0.0.1:{self.port}\n")
        for email, role in ROLES.items():
            if email in self.accounts:
                self.say(f"  {email:34} {role}")
        if self.accounts:
            self.say(f"  The password of each of them: {PASSWORD}\n")
        self.say("Logs are in .local/logs. Ctrl-C stops everything.")

    def say(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()
