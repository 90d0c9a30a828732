"""`manage.py import_file partners resellers.csv --source erp --map ResellerKey=external_id`."""

import json
import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from imports import actions, running
from imports.models import Import
from imports.options import Join, Options, parse_covers, parse_pairs
from imports.problems import Ambiguous, Unreadable

SHOWN = 20
COUNTED = ("new", "changed", "unchanged", "closed", "rejected")
# How to say here what a file does not tell.
HINTS = {"date_order": "(--date-order dmy or mdy)", "decimal_mark": "(--decimal . or --decimal ,)"}
MARKS = {"point": ".", "comma": ",", "semicolon": ";", "tab": "\t", "\\t": "\t", "bar": "|"}


class Command(BaseCommand):
    """Loads a file in the foreground and says what became of its rows."""

    help = "Import a file (CSV, XLSX, ...) of partners, products, rates, sales, ..."

    def add_arguments(self, parser: ArgumentParser) -> None:
        add = parser.add_argument
        add("kind", help="partners, products, rates or sales")
        add("file", help="a workbook, or a text file of rows")
        add("--source", required=True, help="who sent it; a new name makes a new source")
        add("--map", action="append", default=[], metavar="THEIRS=OURS", help="a column of ours")
        add("--set", action="append", default=[], metavar="FIELD=VALUE", help="for every row")
        add("--join", action="append", default=[], metavar="COLUMN=OTHER.csv",
            help="add another file's columns; the key column has one name in both")  # fmt: skip
        add("--covers", metavar="FROM..TO", help="months it reports: 2024-01..2024-03")
        add("--check", action="store_true", help="say what loading would do; write nothing")
        add("--unknown", action="append", default=[], metavar="WHAT=create",
            help="partner, customer or product: create what nobody knows, or reject")  # fmt: skip
        add("--sheet", help="of a workbook; its first one otherwise")
        add("--header-line", type=int, help="the line that names the columns; found out otherwise")
        add("--history", action="store_true", help="known at the close of each row's month")
        add("--replace", action="store_true", help="nothing else was sold in these months")
        add("--date-order", help="dmy or mdy, where the dates do not tell")
        add("--decimal", help="the decimal mark, . or , where the numbers do not tell")
        add("--encoding", help="such as utf-8 or cp1252; found out otherwise")
        add("--delimiter", help="such as ; or tab; found out otherwise")
        add("--json", action="store_true", help="print one JSON object")

    def handle(self, **given: Any) -> None:
        try:
            load = self._load(given)
        except Ambiguous as problem:
            raise CommandError(f"{problem} {HINTS[problem.field]}") from None
        except (Unreadable, ValueError) as problem:
            raise CommandError(str(problem)) from None
        except KeyboardInterrupt:
            raise CommandError("Stopped. Nothing was loaded.", returncode=130) from None
        if given["json"]:
            self.stdout.write(json.dumps(_as_json(load), indent=2))
        else:
            self._tell(load)

    def _load(self, given: dict[str, Any]) -> Import:
        path = Path(given["file"]).resolve()
        load = actions.create_import(
            kind=given["kind"],
            source=given["source"],
            path=path,
            file_name=path.name,
            options=_options(given, path.parent),
        )
        if given["check"]:
            return running.check_now(load)
        return running.run_now(load, tell=self._progress())

    def _progress(self) -> running.Tell | None:
        """Counts rows on a terminal, ten times a second at most."""
        if not self.stderr.isatty():
            return None
        last = time.monotonic()

        def tell(rows: int) -> None:
            nonlocal last
            if time.monotonic() - last > 0.1:
                last = time.monotonic()
                self.stderr.write(f"\r{rows:,} rows read", ending="")

        return tell

    def _tell(self, load: Import) -> None:
        counts = {name: getattr(load, name) for name in COUNTED}
        told = {name: count for name, count in counts.items() if count or name != "closed"}
        said = ", ".join(f"{count:,} {name}" for name, count in told.items())
        checked = "only checked, " if load.said_by_check else ""
        self.stdout.write(f"{load.file_name}: {load.rows_read:,} rows, {checked}{said}")
        for bad in load.rejected_rows.all()[:SHOWN]:
            self.stdout.write(f"  {bad.row}: {bad.column or 'row'} {bad.value!r}: {bad.reason}")
        if load.rejected > SHOWN:
            self.stdout.write(f"  and {load.rejected - SHOWN:,} more; --json lists all")


def _options(given: dict[str, Any], folder: Path) -> Options:
    mapping = {ours: theirs for theirs, ours in parse_pairs(given["map"], last=True)}
    return Options(
        mapping=mapping,
        fixed=dict(parse_pairs(given["set"])),
        joins=tuple(_join(column, other, folder) for column, other in parse_pairs(given["join"])),
        covers=parse_covers(given["covers"]) if given["covers"] else None,
        history=given["history"],
        unknown=dict(parse_pairs(given["unknown"])),  # type: ignore[arg-type] # Options checks
        sheet=given["sheet"],
        header_line=given["header_line"],
        replace=given["replace"],
        encoding=given["encoding"],
        delimiter=MARKS.get(given["delimiter"], given["delimiter"]),
        date_order=given["date_order"],
        decimal_mark=MARKS.get(given["decimal"], given["decimal"]),
    )


def _join(column: str, other: str, folder: Path) -> Join:
    """The other file, looked for in the working folder and then beside the file."""
    places = [Path(other).resolve(), (folder / other).resolve()]
    found = next((place for place in places if place.is_file()), None)
    if found is None:
        raise Unreadable(f"{other} is neither here nor beside the file.")
    return Join(column=column, path=str(found))


def _as_json(load: Import) -> dict[str, Any]:
    return {
        "kind": load.kind,
        "source": load.source.name,
        "file": load.file_name,
        "import": str(load.public_id),
        "rows": load.rows_read,
        **{name: getattr(load, name) for name in COUNTED},
        "rejected_rows": list(load.rejected_rows.values("row", "column", "value", "reason")),
    }
