import json
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from alerts.report import alerts
from channelhub.lib.commands import day


class Command(BaseCommand):
    help = "Print every open alert; with --as-of those of that night. Writes nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--as-of", type=day, help="the end of this day")
        parser.add_argument("--json", action="store_true", help="as a JSON list")

    def handle(self, *args: Any, **options: Any) -> None:
        listed = alerts(options["as_of"])
        if options["json"]:
            self.stdout.write(json.dumps(listed, indent=1))
            return
        for each in listed:
            money = "unknown" if each["money"] is None else f"{each['money']:,.2f}"
            self.stdout.write(
                f"{each['severity']}\t{each['nature']}\t{each['canary']}\t{each['class']}"
                f"\t{each['partner'] or each['subject']}\t{money} {each['currency']}"
            )
