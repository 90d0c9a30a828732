"""The import of sales lines."""

import dataclasses
import datetime as dt
from collections.abc import Collection, Iterator, Sequence
from typing import Any, ClassVar

from django.db.models import QuerySet

from customers.import_names import CustomerNames
from imports.exporting import Table, table_of
from imports.kinds import FETCHED, Counts, Field, Kind, Reference
from imports.models import Import, Source
from imports.staging import Staging
from partners.import_names import PartnerNames
from partners.models import PartnerKind
from sales import exports
from sales.imports import (
    coverage,
    line_fields,
    line_rows,
    line_undoing,
    line_writing,
    replacing,
    rollups,
)
from sales.imports.names import ProductNames
from sales.models import SalesKind as LineKind


class SalesKind(Kind):
    """Lines of invoices, orders and sell-through reports.

    A line is known by its source, invoice and line number; sent again it is unchanged, or it
    replaces the row that was known before. Amounts are kept with four decimals, rounded once,
    half away from zero, whether the file tells them or quantity x price x (1 - discount) does.
    """

    name = "sales"
    label = "Sales lines"
    periodic = True
    references = (
        Reference(
            name="partner",
            label="Partners",
            fields=("reseller", "distributor"),
            book=PartnerNames(),
            asks_for="number or whole name",
            creates="A prospect with this id as its number and name.",
        ),
        Reference(
            name="customer",
            label="End customers",
            fields=("customer",),
            book=CustomerNames(),
            asks_for="whole name",
            unknown="create",
            creates="A customer that is called by this id until somebody says its name.",
        ),
        Reference(
            name="product",
            label="Products",
            fields=("product",),
            book=ProductNames(),
            asks_for="stock-keeping number or whole name",
            unknown="create",
            creates="A product with this id as its stock-keeping number and name.",
        ),
    )
    fields: ClassVar[tuple[Field, ...]] = line_fields.FIELDS

    def locked_for(self, own_id: str, roles: Collection[str]) -> dict[str, str]:
        """What they sold on. A distributor names its resellers; a reseller names itself alone."""
        sold_by = (
            {"distributor": own_id}
            if PartnerKind.DISTRIBUTOR in roles
            else {"reseller": own_id, "distributor": ""}
        )
        return {"kind": LineKind.SELL_THROUGH, "deal": "", **sold_by}

    def months(self, staging: Staging) -> tuple[dt.date, dt.date] | None:
        """The months of the first and last line."""
        return coverage.period(staging)

    def resolve(self, staging: Staging) -> None:
        """Reject what cannot be; give lines without a number a key; create what is new."""
        line_rows.number(staging)
        line_rows.turn_returns(staging)
        line_rows.check(staging)
        created = {each.name for each in self.references if self._takes_in(staging, each)}
        line_rows.reject_repeats(staging)
        line_rows.keep_keys(staging)
        line_rows.create_feeds(staging)
        line_rows.name_articles(staging)
        if "customer" in created:
            line_rows.create_customers(staging)

    def _takes_in(self, staging: Staging, reference: Reference) -> bool:
        """Note who is unknown; whether they are created. Partners are at once."""
        if not line_rows.note_unknown(staging, reference):
            return False
        if self.unknown(staging, reference.name) == "reject":
            line_rows.reject_unknown(staging, reference)
            return False
        if reference.name == "partner":
            line_rows.create_partners(staging, reference)
        return True

    def write(self, staging: Staging) -> Counts:
        """Write the new and changed lines, what they add to the months, and the months covered."""
        counts = line_writing.write(staging)
        if staging.options.replace:
            counts = dataclasses.replace(counts, closed=replacing.close_missing(staging))
        if counts.new or counts.changed or counts.closed:
            rollups.add(staging)
        coverage.cover(staging)
        return counts

    def why_not_undo(self, load: Import) -> str:
        """A later load changed its rows, or wrote the keys again that it had closed."""
        return line_undoing.why_not(load)

    def undo(self, load: Import, undo: Import) -> Counts:
        """Close the rows that the load wrote, and open those again that it had closed."""
        return line_undoing.undo(load, Staging(load=undo))

    def kept(self, source: Source | None) -> dict[str, Any]:
        """Lines of the source. Prices and discounts are not kept: they made the amount."""
        return exports.of_lines()

    def rows(self, records: Any, source: Source | None) -> Iterator[tuple[Any, ...]]:
        """The lines of one or two querysets, newest first."""
        kept = self.kept(source).values()
        first, *others = (lines.order_by().values_list(*kept) for lines in records)
        lines = first.union(*others, all=True) if others else first
        ordered = lines.order_by("-date", "invoice", "line")
        return exports.named(ordered.iterator(chunk_size=FETCHED), source)


def lines_table(sets: Sequence[QuerySet[Any]], source: Source | None) -> Table:
    """Lines that the source reported, as a file that can be imported under it again."""
    of_source = [lines.filter(source=source) for lines in sets]
    table = table_of(SalesKind(), of_source, name="sales-lines", source=source)
    return dataclasses.replace(table, size=lambda: sum(lines.count() for lines in of_source))
