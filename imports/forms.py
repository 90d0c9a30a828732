"""What people fill in to bring a file in."""

import re
from collections.abc import Iterator
from typing import Any

from django import forms
from django.core.validators import RegexValidator

from imports.columns import assign
from imports.fixed import parse_fixed
from imports.kinds import Field, Kind, kinds
from imports.options import Options, parse_covers
from imports.preview import Column, Preview
from imports.problems import Unreadable

MONTH = forms.DateInput(attrs={"type": "month", "placeholder": "2024-01"})
FIND_OUT = ("", "Find out from the file")
SOURCE_NAME = RegexValidator(
    r"^[-\w]+\Z",
    "Use letters, digits, hyphens and underscores, no spaces: our-erp, say.",
    flags=re.ASCII,
)


def kind_choices() -> list[tuple[str, str]]:
    """Every kind that can be imported."""
    return [(kind.name, kind.label) for kind in kinds().values()]


class UploadForm(forms.Form):
    """A file, what it holds and who sent it."""

    kind = forms.ChoiceField(label="What it holds", choices=kind_choices)
    source = forms.CharField(
        label="Source",
        max_length=50,
        validators=[SOURCE_NAME],
        help_text="The system or company that sent it: our-erp, say. Give a partners' file and its"
        " sales the same source, as external ids are looked up within it.",
        widget=forms.TextInput(attrs={"list": "sources", "autocomplete": "off"}),
    )
    file = forms.FileField(
        label="File",
        help_text="A text file of rows (CSV). Its first line names the columns.",
        widget=forms.FileInput(attrs={"accept": ".csv,.txt,.tsv,text/csv,text/plain"}),
    )


class DraftForm(forms.Form):
    """Which column is which field, what holds for every row, and the period."""

    covers_from = forms.CharField(label="First month", required=False, widget=MONTH)
    covers_to = forms.CharField(label="Last month", required=False, widget=MONTH)
    history = forms.BooleanField(
        label="These are past months (history)",
        required=False,
        help_text="Each row counts as known at the close of its month, not today: for the months"
        " before ChannelHub. Nobody is alerted about them overnight.",
    )
    date_order = forms.ChoiceField(
        label="Dates like 3/4/2024",
        required=False,
        choices=[FIND_OUT, ("dmy", "Day first"), ("mdy", "Month first")],
    )
    decimal_mark = forms.ChoiceField(
        label="Decimal mark",
        required=False,
        choices=[FIND_OUT, (".", "Point: 1,234.50"), (",", "Comma: 1.234,50")],
    )

    def __init__(self, *args: Any, kind: Kind, preview: Preview, options: Options) -> None:
        self.kind, self.preview, self.options = kind, preview, options
        super().__init__(*args)
        self.initial = _initial(options)
        self._add_columns()
        self._add_fixed()
        if not kind.periodic:
            for name in ("covers_from", "covers_to", "history"):
                del self.fields[name]

    def columns(self) -> Iterator[tuple[Column, forms.BoundField]]:
        """Each column with its field of the form."""
        for column in self.preview.columns:
            yield column, self[f"column_{column.position}"]

    def fixed(self) -> Iterator[forms.BoundField]:
        """The fields of the form for values that hold for every row."""
        for field in self.kind.fields:
            yield self[f"fixed_{field.name}"]

    def period(self) -> list[forms.BoundField]:
        """The fields of the form about the period."""
        return [
            self[name] for name in ("covers_from", "covers_to", "history") if name in self.fields
        ]

    def needed(self) -> list[str]:
        """The labels of fields that no file of this kind can do without."""
        return [field.label for field in self.kind.fields if field.required]

    def reading(self) -> list[forms.BoundField]:
        """The fields of the form about how cells are written."""
        return [self["date_order"], self["decimal_mark"]]

    def clean(self) -> dict[str, Any]:
        """Turns the answers into `cleaned_data["options"]`."""
        data = super().clean() or self.cleaned_data
        for field in self._missing(data):
            problem = f"{field.label}: choose its column, or a value for every row."
            self.add_error(None, problem)
        if self.errors:
            return data
        try:
            data["options"] = self._options(data)
            assign(self.kind, self.preview.sheet.columns, data["options"])
            self._check_fixed(data["options"])
        except (Unreadable, ValueError) as problem:
            self.add_error(None, str(problem))
        return data

    def _add_columns(self) -> None:
        choices = [("", "Leave out"), *((field.name, field.label) for field in self.kind.fields)]
        for column in self.preview.columns:
            self.fields[f"column_{column.position}"] = forms.ChoiceField(
                label=column.name,
                required=False,
                choices=choices,
                initial=column.guess,
                widget=forms.Select(attrs={"aria-label": f"Field for {column.name}"}),
            )

    def _add_fixed(self) -> None:
        for field in self.kind.fields:
            self.fields[f"fixed_{field.name}"] = _fixed_field(
                field, self.options.fixed.get(field.name, "")
            )

    def _options(self, data: dict[str, Any]) -> Options:
        mapping: dict[str, str] = {}
        for column in self.preview.columns:
            field = data[f"column_{column.position}"]
            if field in mapping:
                raise ValueError(f"Both {mapping[field]} and {column.name} are to be the {field}.")
            if field:
                mapping[field] = column.name
        first, last = data.get("covers_from"), data.get("covers_to")
        return Options(
            mapping=mapping,
            match_headers=False,
            fixed={
                f.name: data[f"fixed_{f.name}"] for f in self.kind.fields if data[f"fixed_{f.name}"]
            },
            covers=parse_covers(f"{first or last}..{last or first}") if first or last else None,
            history=data.get("history", False),
            encoding=self.options.encoding,
            delimiter=self.options.delimiter,
            date_order=data["date_order"] or None,
            decimal_mark=data["decimal_mark"] or None,
        )

    def _missing(self, data: dict[str, Any]) -> list[Field]:
        chosen = {data.get(f"column_{column.position}") for column in self.preview.columns}
        return [
            field
            for field in self.kind.fields
            if field.required and field.name not in chosen and not data.get(f"fixed_{field.name}")
        ]

    def _check_fixed(self, options: Options) -> None:
        by_name = {field.name: field for field in self.kind.fields}
        for name, text in options.fixed.items():
            parse_fixed(by_name[name], text, options)


def _fixed_field(field: Field, initial: str) -> forms.Field:
    given: dict[str, Any] = {"label": field.label, "required": False, "initial": initial}
    given["help_text"] = field.help
    if field.type == "choice":
        words = [("", "From the file"), *((value, value) for value in field.choices)]
        return forms.ChoiceField(choices=words, **given)
    return forms.CharField(max_length=field.max_length, **given)


def _initial(options: Options) -> dict[str, Any]:
    first, last = options.covers or (None, None)
    return {
        "covers_from": f"{first:%Y-%m}" if first else "",
        "covers_to": f"{last:%Y-%m}" if last else "",
        "history": options.history,
        "date_order": options.date_order or "",
        "decimal_mark": options.decimal_mark or "",
    }
