import json
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from alerts.canaries import CANARIES
from alerts.report import verdicts
from channelhub.lib.commands import day


class Command(BaseCommand):
    help = "Print what a canary says of every subject, alert or not. Writes nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("canary", choices=sorted(CANARIES))
        parser.add_argument("--as-of", type=day, required=True, help="the end of this day")
        parser.add_argument("--json", action="store_true", help="as a JSON list")

    def handle(self, *args: Any, **options: Any) -> None:
        said = list(verdicts(CANARIES[options["canary"]], options["as_of"]))
        if options["json"]:
            self.stdout.write(json.dumps(said, indent=1))
            return
        for each in said:
            value = "" if each["value"] is None else f"{each['value']:+.2f}%"
            self.stdout.write(
                f"{each['partner'] or each['subject']}\t{each['class']}\t{value}\t{each['reason']}"
            )
