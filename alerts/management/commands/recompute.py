from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.models import Organisation
from alerts.actions import RunIsTaken, due_date, recompute
from alerts.models import Finding, Run
from alerts.verdicts import Outcome
from channelhub.lib.commands import day


class Command(BaseCommand):
    help = "Judge the channel as of a day (default: the newest that is due) and publish it."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--as-of", type=day, help="the end of this day, as known then")

    def handle(self, *args: Any, **options: Any) -> None:
        organisation = Organisation.current()
        as_of = options["as_of"] or due_date(organisation.now())
        if as_of >= organisation.today():
            raise CommandError(f"{as_of} is not over yet: only a whole day can be judged.")
        try:
            run = recompute(as_of)
        except RunIsTaken as error:
            raise CommandError(str(error)) from error
        self.stdout.write(self._summary(run))

    def _summary(self, run: Run) -> str:
        judged = Finding.objects.filter(run=run)
        firing = judged.filter(outcome=Outcome.FIRES).count()
        replay = " (a replay: an older date, no alert touched)" if run.replay else ""
        return f"As of {run.as_of}: {judged.count()} judged, {firing} fire{replay}."
