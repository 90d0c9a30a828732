"""A list of accounts looked up at once: which we know, and which are protected."""

import dataclasses
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt, csrf_protect

from customers.matching import Account, Found, find_many
from deals.actions.direct import Standing, standings
from deals.tabs import tabs
from imports import uploads
from imports.exporting import Table, send
from imports.problems import Unreadable
from imports.reading import Sheet, open_sheet

MOST = 5_000
SHOWN = 200
# Headers, without signs and in lower case, that mean the columns.
NAMES = ("name", "customer", "account", "company", "accountname", "customername", "kunde", "firma")
DOMAINS = ("domain", "website", "web", "webdomain", "url")
COUNTRIES = ("country", "countrycode", "land", "pays", "pais")
HEADER = ("Account", "Known customer", "Country", "Verdict", "Why", "Runner-up", "Standing",
          "Protected", "Under review", "Ask")  # fmt: skip


class ListForm(forms.Form):
    """The file of accounts."""

    file = forms.FileField(
        label="File",
        help_text="A CSV file or a workbook with a column name, and if you have them domain and"
        f" country. At most {MOST:,} rows; nothing of it is kept.",
    )


@dataclasses.dataclass(frozen=True)
class Looked:
    """An account of the list, what it was found to be, and whether that customer is free."""

    account: Account
    found: Found
    standing: Standing | None


@csrf_exempt
def account_list(request: HttpRequest) -> HttpResponseBase:
    """Upload a list of accounts; read the answers, or take them along as a file."""
    uploads.cap(request)
    return _account_list(request)


@csrf_protect
def _account_list(request: HttpRequest) -> HttpResponseBase:
    form = ListForm(request.POST or None, request.FILES or None)
    looked: list[Looked] = []
    if request.method == "POST" and form.is_valid():
        try:
            looked = look_up(_accounts(request, form.cleaned_data["file"]))
        except ValidationError as error:
            form.add_error("file", error)
        if looked and request.POST.get("as") in {"csv", "xlsx"}:
            return send(request, _table(looked), request.POST["as"])
    context = {
        "title": "Look up a list of accounts",
        "tabs": tabs(request, "direct:accounts"),
        "form": form,
        "looked": looked[:SHOWN],
        "count": len(looked),
        "counts": _counts(looked),
    }
    return render(request, "deals/direct/accounts.html", context)


def look_up(accounts: list[Account]) -> list[Looked]:
    """Look accounts up together: a constant number of queries."""
    found = find_many(accounts, limit=2)
    best = [each.best for each in found if each.best]
    known = {each.likeness.customer: each for each in standings(best)}
    return [
        Looked(account, each, known.get(each.best.customer) if each.best else None)
        for account, each in zip(accounts, found, strict=True)
    ]


def _accounts(request: HttpRequest, upload: Any) -> list[Account]:
    if uploads.was_too_large(request):
        raise ValidationError(uploads.too_large_message())
    with tempfile.TemporaryDirectory(prefix="channelhub-accounts-") as folder:
        path = Path(folder) / Path(upload.name).name
        with path.open("xb") as file:
            for chunk in upload.chunks():
                file.write(chunk)
        try:
            return list(_read(open_sheet(path, words=(*NAMES, *DOMAINS, *COUNTRIES))))
        except Unreadable as error:
            raise ValidationError(str(error)) from error


def _read(sheet: Sheet) -> Iterator[Account]:
    places = [_place(sheet, words) for words in (NAMES, DOMAINS, COUNTRIES)]
    if places[0] is None:
        columns = ", ".join(sheet.columns) or "none"
        raise ValidationError(f"No column is called name. The file's columns: {columns}.")
    for number, row in enumerate(sheet.records(), start=1):
        if number > MOST:
            raise ValidationError(f"The file has more than {MOST:,} rows. Split it.")
        if row.problem:
            raise ValidationError(f"Line {row.line}: {row.problem}")
        name, domain, country = (
            row.cells[place].strip() if place is not None else "" for place in places
        )
        if name:
            yield Account(name, domain.lower(), country.upper()[:2])


def _place(sheet: Sheet, words: tuple[str, ...]) -> int | None:
    squashed = ["".join(c for c in name.lower() if c.isalnum()) for name in sheet.columns]
    return next((place for place, name in enumerate(squashed) if name in words), None)


def _counts(looked: list[Looked]) -> dict[str, int]:
    return {
        "known": sum(each.found.verdict == "match" for each in looked),
        "possible": sum(each.found.verdict == "possible" for each in looked),
        "protected": sum(bool(each.standing and each.standing.protected) for each in looked),
    }


def _table(looked: list[Looked]) -> Table:
    return Table(name="accounts", header=HEADER, rows=(_row(each) for each in looked))


def _row(looked: Looked) -> tuple[str, ...]:
    best, next_best, standing = looked.found.best, looked.found.runner_up, looked.standing
    return (
        looked.account.name,
        best.name if best else "",
        best.country if best else "",
        looked.found.verdict,
        best.reason if best else "",
        next_best.name if next_best else "",
        standing.answer if standing else "open",
        "; ".join(f"{line} until {day}" for line, day in standing.protected) if standing else "",
        "; ".join(standing.reviewed) if standing else "",
        "; ".join(standing.ask) if standing else "",
    )
