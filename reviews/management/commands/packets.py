"""Writes the packets of a whole quarter as files."""

import argparse
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from reviews.management.commands.packet import add_file_arguments
from reviews.models import Review
from reviews.packets.batches import document_of, house_style, write_files
from reviews.packets.making import make_packet
from reviews.quarterly.quarters import quarter_named


class Command(BaseCommand):
    help = "Make a new version of every packet of a quarter and write the files."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("quarter", help="Such as FY2026-Q3: reviews of quarters ending in it.")
        add_file_arguments(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        quarter = quarter_named(options["quarter"])
        if quarter is None:
            raise CommandError(f"There is no quarter {options['quarter']}. Enter its fiscal year.")
        reviews = Review.objects.ending(quarter.start, quarter.end).select_related("partner")
        style, failed, made = house_style(options["paper"]), 0, 0
        for review in reviews.iterator(chunk_size=200):
            try:
                packet = make_packet(review, acting_user=None)
                document = document_of(packet, partner_safe=options["partner_safe"])
                write_files(document, options["formats"], style, options["out"])
            # One that fails does not keep the others from being made.
            except Exception as error:  # noqa: BLE001
                failed += 1
                self.stderr.write(f"{review}: {type(error).__name__}: {error}")
            else:
                made += 1
        self.stdout.write(f"{made} packets in {options['out']}")
        if failed:
            raise CommandError(f"{failed} packets failed; they are listed above.")
