"""`manage.py undo_import 1f0c…`: the state before an import comes back."""

import uuid
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from imports import actions
from imports.models import Import
from imports.undoing import Refused


class Command(BaseCommand):
    """Undoes an import in the foreground."""

    help = "Undo an import: what it wrote goes, what it had replaced is there again."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "public_id", type=uuid.UUID, help="the import, as import_file --json says"
        )

    def handle(self, *, public_id: uuid.UUID, **_: Any) -> None:
        load = Import.objects.filter(public_id=public_id).first()
        if load is None:
            raise CommandError(f"There is no import {public_id}.")
        try:
            undo = actions.undo_now(load)
        except Refused as reason:
            raise CommandError(str(reason)) from None
        self.stdout.write(
            f"{load.file_name}: {undo.closed:,} rows gone, {undo.new:,} there again,"
            f" {undo.changed:,} as they were before"
        )
