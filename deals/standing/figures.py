"""The figures of the rules of engagement, as pages tell them."""

import dataclasses
from decimal import Decimal

from accounts.models import Organisation
from channelhub.lib import figures
from deals.models import RulesOfEngagement, Terms

FIGURES = (
    "benefit",
    "minimum_amount",
    "protection_days",
    "extension_days",
    "escalation_days",
    "decision_days",
    "miss_days",
    "answer_days",
    "appeal_days",
    "look_back_days",
    "taken_direct_days",
    "silence_days",
    "release_days",
    "notice_days",
)
NONE = "none"
LABELS = {field.name: str(field.verbose_name) for field in Terms._meta.fields}


@dataclasses.dataclass(frozen=True)
class Told:
    """One figure, and what it was in the version before where it differs."""

    label: str
    value: str
    was: str = ""


@dataclasses.dataclass(frozen=True)
class Row:
    """The figures for some deals; `new` where the version before had no such row."""

    terms: Terms
    figures: tuple[Told, ...]
    new: bool


def rows_of(rules: RulesOfEngagement, before: RulesOfEngagement | None) -> list[Row]:
    """The figures of a version, compared with those of the one before."""
    currency = Organisation.current().reporting_currency
    earlier = {_key(row): row for row in _terms(before)} if before else {}
    return [
        Row(
            terms=row,
            figures=tuple(_told(row, earlier.get(_key(row)), name, currency) for name in FIGURES),
            new=before is not None and _key(row) not in earlier,
        )
        for row in _terms(rules)
    ]


def _terms(rules: RulesOfEngagement) -> list[Terms]:
    rows = list(rules.terms.select_related("product_line"))
    return sorted(rows, key=lambda row: (bool(row.product_line), bool(row.deal_type), str(row)))


def _key(row: Terms) -> tuple[str, int | None]:
    return row.deal_type, row.product_line_id


def _told(row: Terms, earlier: Terms | None, name: str, currency: str) -> Told:
    label = LABELS[name]
    now = _shown(getattr(row, name), currency)
    then = _shown(getattr(earlier, name), currency) if earlier else now
    return Told(f"{label[:1].upper()}{label[1:]}", now, then if then != now else "")


def _shown(value: str | int | Decimal | None, currency: str) -> str:
    if isinstance(value, Decimal):
        return f"{figures.full(value)} {currency}"
    return NONE if value in {None, ""} else str(value)
