"""`manage.py match_accounts leads.csv --against register.csv --out known.csv`."""

import csv
from argparse import ArgumentParser
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from customers.matching import Account, Verdict
from customers.matching.registry import Hit, Registry
from customers.rules import looks_like_placeholder

COLUMNS = ("query", "best match", "score", "verdict", "runner-up", "reason")


class Command(BaseCommand):
    """Looks accounts up in a list; no customer of the database takes part."""

    help = "Say which accounts of a CSV (name, and maybe domain, country) stand in another CSV."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("queries", help="a CSV with the column name, and maybe domain, country")
        parser.add_argument("--against", required=True, help="the list: a CSV of the same columns")
        parser.add_argument("--out", required=True, help="where the answers go, as CSV")

    def handle(self, *args: Any, **options: Any) -> None:
        queries = _read(options["queries"])
        listed = [each for each in _read(options["against"]) if _somebody(each)]
        registry = Registry(listed)
        with Path(options["out"]).open("w", encoding="utf-8", newline="") as file:
            out = csv.writer(file)
            out.writerow(COLUMNS)
            for account in queries:
                hits = registry.look_up(account) if _somebody(account) else []
                out.writerow(_answer(account, hits, listed))
        self.stdout.write(f"{len(queries)} accounts looked up among {len(listed)}.")


def _somebody(account: Account) -> bool:
    return not looks_like_placeholder(account.name)


def _answer(account: Account, hits: list[Hit], listed: list[Account]) -> list[str]:
    if not hits:
        return [account.name, "", "0.000", Verdict.NEW, "", "nothing in the list is like it"]
    best, runner_up = hits[0], listed[hits[1].place].name if len(hits) > 1 else ""
    name = listed[best.place].name
    return [account.name, name, f"{best.score:.3f}", best.verdict, runner_up, best.reason]


def _read(path: str) -> list[Account]:
    try:
        with Path(path).open(encoding="utf-8-sig", newline="") as file:
            return list(_accounts(csv.DictReader(file), path))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise CommandError(f"{path} cannot be read as a CSV in UTF-8: {error}") from error


def _accounts(rows: "csv.DictReader[str]", path: str) -> Iterable[Account]:
    columns = {str(column).strip().lower(): column for column in rows.fieldnames or ()}
    if "name" not in columns:
        raise CommandError(f"{path} has no column called name.")
    for row in rows:
        said = {known: (row.get(column) or "").strip() for known, column in columns.items()}
        country = said.get("country", "").upper()
        yield Account(said["name"], said.get("domain", ""), country)
