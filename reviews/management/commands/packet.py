"""Writes the packet of one partner's quarter as files."""

import argparse
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from partners.models import Partner
from reviews.packets.batches import document_of, house_style, write_files
from reviews.packets.files import FORMATS, PAPERS
from reviews.packets.making import make_packet
from reviews.quarterly.quarters import quarter_named
from reviews.quarterly.scheduling import review_of


def formats(text: str) -> list[str]:
    """An argument such as pdf,pptx.

    Raises:
        argparse.ArgumentTypeError: one of them is not a format.
    """
    names = [name.strip() for name in text.split(",") if name.strip()]
    if not names or set(names) - set(FORMATS):
        raise argparse.ArgumentTypeError(f"Choose some of {','.join(FORMATS)}.")
    return names


def add_file_arguments(parser: argparse.ArgumentParser) -> None:
    """What `packet` and `packets` have in common."""
    parser.add_argument("--out", type=Path, required=True, metavar="DIR")
    parser.add_argument("--formats", type=formats, default=list(FORMATS), metavar="pdf,pptx,xlsx")
    parser.add_argument("--paper", choices=PAPERS, default=PAPERS[0])
    parser.add_argument("--partner-safe", action="store_true", help="What the partner may read.")


class Command(BaseCommand):
    help = "Make a new version of a partner's packet and write its files."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("partner", help="The partner's number.")
        parser.add_argument("quarter", help="Such as FY2026-Q3; its own quarter, or ours.")
        add_file_arguments(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        partner = Partner.objects.filter(number=options["partner"]).first()
        if partner is None:
            raise CommandError(f"No partner has the number {options['partner']}.")
        quarter = quarter_named(options["quarter"], partner)
        if quarter is None:
            raise CommandError(f"There is no quarter {options['quarter']}. Enter its fiscal year.")
        try:
            packet = make_packet(review_of(partner, quarter, acting_user=None), acting_user=None)
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        document = document_of(packet, partner_safe=options["partner_safe"])
        style = house_style(options["paper"])
        for path in write_files(document, options["formats"], style, options["out"]):
            self.stdout.write(str(path))
        self.stdout.write(f"version {packet.version}, checksum {packet.checksum}")
