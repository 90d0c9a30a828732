"""What people fill in to bring a file in."""

import dataclasses
import re
from collections.abc import Iterator
from typing import Any

from django import forms
from django.core.validators import RegexValidator

from imports.columns import assign
from imports.fixed import parse_fixed
from imports.kinds import Candidate, Field, Kind, Reference, kinds
from imports.models import Import, UnknownName
from imports.options import Options, parse_covers
from imports.preview import Column, Preview
from imports.problems import Unreadable

MONTH = forms.DateInput(attrs={"type": "month", "placeholder": "2024-01"})
ACCEPTED = ".csv,.txt,.tsv,.xlsx,.xlsm,.xlsb,.xls,.ods,text/csv,text/plain"
ENCODINGS = [
    ("", "Find out from the file"),
    ("utf-8", "UTF-8"),
    ("cp1252", "Windows, Western Europe (1252)"),
    ("cp1250", "Windows, Central Europe (1250)"),
    ("iso8859-15", "ISO 8859-15"),
    ("utf-16", "UTF-16"),
    ("utf-16-le", "UTF-16 without a mark (little-endian)"),
    ("utf-16-be", "UTF-16 without a mark (big-endian)"),
    ("cp850", "DOS, Western Europe (850)"),
]
PARTED = [
    ("", "Find out from the file"),
    (",", "Commas"),
    (";", "Semicolons"),
    ("\t", "Tabs"),
    ("|", "Bars"),
]
NAMES_SHOWN = 50
NameRow = tuple[UnknownName, forms.BoundField, forms.BoundField]
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
    """A file, and as much as a person wants to say of it."""

    file = forms.FileField(
        label="File",
        help_text="A workbook (XLSX, XLS, ODS) or a text file of rows (CSV, TSV), as it was sent.",
        widget=forms.FileInput(attrs={"accept": ACCEPTED}),
    )
    source = forms.CharField(
        label="Source",
        max_length=50,
        required=False,
        validators=[SOURCE_NAME],
        help_text="The system or company that sent it: our-erp, say. Give a partners' file and its"
        " sales the same source, as external ids are looked up within it. Leave it empty if a file"
        " with the same columns came before.",
        widget=forms.TextInput(attrs={"list": "sources", "autocomplete": "off"}),
    )
    kind = forms.ChoiceField(
        label="What it holds",
        required=False,
        choices=lambda: [("", "Find out from its columns"), *kind_choices()],
    )


class NamesForm(forms.Form):
    """What names mean that nobody knows yet: for each a record that is alike, or one by name."""

    def __init__(self, *args: Any, load: Import, kind: Kind) -> None:
        super().__init__(*args)
        self.references = {each.name: each for each in kind.references}
        self.names = list(load.unknown_names.all()[:NAMES_SHOWN])
        suggested = self._suggested()
        for name in self.names:
            alike = suggested[name.reference, name.text]
            self.fields[f"alike_{name.pk}"] = forms.ChoiceField(
                label=f"What {name.text} is",
                required=False,
                choices=[("", self._left_alone(name, len(alike))), *map(_choice, alike)],
            )
            asks_for = self.references[name.reference].asks_for
            self.fields[f"other_{name.pk}"] = forms.CharField(
                label=f"Another {asks_for} for {name.text}",
                required=False,
                max_length=200,
                widget=forms.TextInput(
                    attrs={"autocomplete": "off", "placeholder": asks_for.capitalize()}
                ),
            )

    def groups(self) -> Iterator[tuple[Reference, list[NameRow]]]:
        """By reference: each name with its two fields."""
        for reference in self.references.values():
            rows = [
                (name, self[f"alike_{name.pk}"], self[f"other_{name.pk}"])
                for name in self.names
                if name.reference == reference.name
            ]
            if rows:
                yield reference, rows

    def clean(self) -> dict[str, Any]:
        """Turns the answers into `cleaned_data["meant"]`: pairs of name and public id."""
        data = super().clean() or self.cleaned_data
        meant = []
        for name in self.names:
            alike, other = data.get(f"alike_{name.pk}"), data.get(f"other_{name.pk}", "").strip()
            if other and (found := self.references[name.reference].book.find(other)):
                meant.append((name, found.public_id))
            elif other:
                self.add_error(f"other_{name.pk}", f"{other} is nobody's, or several have it.")
            elif alike:
                meant.append((name, alike))
        if not meant and not self.errors:
            self.add_error(None, "Say what at least one of them is.")
        return {**data, "meant": meant}

    def _suggested(self) -> dict[tuple[str, str], list[Candidate]]:
        found = {}
        for reference in self.references.values():
            texts = [name.text for name in self.names if name.reference == reference.name]
            for text, alike in (reference.book.suggest(texts) if texts else {}).items():
                found[reference.name, text] = alike
        return found

    def _left_alone(self, name: UnknownName, alike: int) -> str:
        if alike:
            return f"Choose: {alike} of ours {'is' if alike == 1 else 'are'} alike"
        return "None of ours" if self.references[name.reference].creates else "Not known"


def _choice(alike: Candidate) -> tuple[str, str]:
    return alike.public_id, f"{alike.label}: {alike.alike:.0%} alike"


class ReadingForm(forms.Form):
    """What we think a file is; whoever knows better says so, and it is read again."""

    kind = forms.ChoiceField(label="What it holds", choices=kind_choices)
    encoding = forms.ChoiceField(label="Encoding", required=False, choices=ENCODINGS)
    delimiter = forms.ChoiceField(label="Columns are parted by", required=False, choices=PARTED)
    sheet = forms.CharField(
        label="Sheet",
        required=False,
        max_length=100,
        help_text="Of a workbook. Empty: the first that holds anything.",
    )
    header_line = forms.IntegerField(
        label="Line that names the columns",
        required=False,
        min_value=1,
        max_value=1_000,
        help_text="Empty: find out. Rows above it are left out.",
    )

    def __init__(self, *args: Any, with_kind: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not with_kind:
            # What a partner's file holds was said when it was sent: by that its fields are locked.
            del self.fields["kind"]

    def options(self, known: Options) -> Options:
        """The options with these answers; what was said of columns is void."""
        data = self.cleaned_data
        return dataclasses.replace(
            known,
            mapping={},
            match_headers=True,
            fixed={},
            encoding=data["encoding"] or None,
            delimiter=data["delimiter"] or None,
            sheet=data["sheet"] or None,
            header_line=data["header_line"],
        )


class DraftForm(forms.Form):
    """Which column is which field, what holds for every row, and the period."""

    covers_from = forms.CharField(label="First month", required=False, widget=MONTH)
    covers_to = forms.CharField(label="Last month", required=False, widget=MONTH)
    replace = forms.BooleanField(
        label="Nothing else was sold in these months",
        required=False,
        help_text="The file replaces its months: rows that were reported for them before and are"
        " not in it are closed.",
    )
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

    def __init__(
        self, *args: Any, kind: Kind, preview: Preview, options: Options, staff: bool = True
    ) -> None:
        self.kind, self.preview, self.options, self.staff = kind, preview, options, staff
        self.asked = [field for field in kind.fields if field.name not in options.locked]
        super().__init__(*args)
        self.initial = _initial(options)
        self._add_columns()
        self._add_fixed()
        self._add_unknown()
        if not kind.periodic:
            del self.fields["covers_from"], self.fields["covers_to"], self.fields["replace"]
        if not kind.periodic or not staff:
            del self.fields["history"]

    def columns(self) -> Iterator[tuple[Column, forms.BoundField]]:
        """Each column with its field of the form."""
        for column in self.preview.columns:
            yield column, self[f"column_{column.position}"]

    def fixed(self) -> Iterator[forms.BoundField]:
        """The fields of the form for values that hold for every row."""
        for field in self.asked:
            yield self[f"fixed_{field.name}"]

    def unknown(self) -> list[forms.BoundField]:
        """The fields of the form for what becomes of unknown names."""
        return [self[f"unknown_{each.name}"] for each in self._chosen()]

    def _chosen(self) -> list[Reference]:
        """The references of which staff chooses what becomes of unknown names."""
        return [each for each in self.kind.references if each.creates and self.staff]

    def period(self) -> list[forms.BoundField]:
        """The fields of the form about the period."""
        return [
            self[name]
            for name in ("covers_from", "covers_to", "replace", "history")
            if name in self.fields
        ]

    def needed(self) -> list[str]:
        """The labels of fields that no file of this kind can do without."""
        return [field.label for field in self.asked if field.required]

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
        choices = [("", "Leave out"), *((field.name, field.label) for field in self.asked)]
        for column in self.preview.columns:
            self.fields[f"column_{column.position}"] = forms.ChoiceField(
                label=column.name,
                required=False,
                choices=choices,
                initial=column.guess,
                widget=forms.Select(attrs={"aria-label": f"Field for {column.name}"}),
            )

    def _add_unknown(self) -> None:
        for each in self._chosen():
            self.fields[f"unknown_{each.name}"] = forms.ChoiceField(
                label=f"{each.label} that nobody knows yet",
                required=False,
                choices=[("reject", "Reject their rows"), ("create", "Create them")],
                initial=self.options.unknown.get(each.name, each.unknown),
                help_text=each.creates,
            )

    def _add_fixed(self) -> None:
        for field in self.asked:
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
            fixed={f.name: data[f"fixed_{f.name}"] for f in self.asked if data[f"fixed_{f.name}"]},
            locked=self.options.locked,
            unknown={
                **self.options.unknown,
                **{
                    each.name: data[f"unknown_{each.name}"] or each.unknown
                    for each in self._chosen()
                },
            },
            covers=parse_covers(f"{first or last}..{last or first}") if first or last else None,
            history=data.get("history", False),
            replace=data.get("replace", False),
            encoding=self.options.encoding,
            delimiter=self.options.delimiter,
            sheet=self.options.sheet,
            header_line=self.options.header_line,
            date_order=data["date_order"] or None,
            decimal_mark=data["decimal_mark"] or None,
        )

    def _missing(self, data: dict[str, Any]) -> list[Field]:
        chosen = {data.get(f"column_{column.position}") for column in self.preview.columns}
        return [
            field
            for field in self.asked
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
        "replace": options.replace,
        "date_order": options.date_order or "",
        "decimal_mark": options.decimal_mark or "",
    }
