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
    line_rows,
    line_undoing,
    line_writing,
    replacing,
    rollups,
)
from sales.imports.names import ProductNames
from sales.models import Basis
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
    fields: ClassVar[tuple[Field, ...]] = (
        Field(
            name="invoice",
            label="Invoice or order number",
            required=True,
            max_length=100,
            synonyms=("invoice number", "invoice no", "invoice id", "order number", "document"),
        ),
        Field(
            name="line",
            label="Line number",
            max_length=300,
            synonyms=("line number", "line no", "invoice line", "order line", "position"),
            help="Without it, lines are told apart by distributor, product and occurrence.",
        ),
        Field(
            name="date",
            label="Date",
            type="date",
            required=True,
            synonyms=("invoice date", "transaction date", "posting date", "sale date"),
            help="The day the line counts for: the invoice date where there is one.",
        ),
        Field(
            name="kind",
            label="Kind",
            type="choice",
            required=True,
            choices={
                LineKind.BILLING: ("sell-in", "invoice", "invoiced", "billed", "bill"),
                LineKind.SELL_THROUGH: ("sell-out", "POS", "point of sale", "sold through"),
                LineKind.BOOKING: ("order", "sales order", "booked", "bookings"),
            },
            synonyms=("sales kind", "record type", "transaction type"),
            help="Billing is sell-in: what we invoice. Sell-through is what a partner sold on.",
        ),
        Field(
            name="reseller",
            label="Reseller",
            max_length=100,
            synonyms=("reseller number", "reseller id", "dealer", "dealer id", "sold to"),
            help="Its external id in this source, or its number here.",
        ),
        Field(
            name="distributor",
            label="Distributor",
            max_length=100,
            synonyms=("distributor number", "distributor id", "disti", "wholesaler"),
            help="Its external id in this source, or its number here.",
        ),
        Field(
            name="customer",
            label="End customer",
            max_length=200,
            synonyms=("end customer", "end user", "customer number", "customer id"),
        ),
        Field(
            name="product",
            label="Product",
            max_length=100,
            synonyms=("product number", "product id", "sku", "item", "part number", "article"),
        ),
        Field(
            name="quantity",
            label="Quantity",
            type="decimal",
            synonyms=("qty", "units", "order quantity", "quantity sold"),
        ),
        Field(
            name="amount",
            label="Amount",
            type="decimal",
            synonyms=("sales amount", "net amount", "line amount", "line total", "total price"),
            help="Returns and credits are negative. Without it: quantity x price x (1 - discount).",
        ),
        Field(
            name="price",
            label="Price of one",
            type="decimal",
            synonyms=("unit price", "net price", "contract price"),
        ),
        Field(
            name="discount",
            label="Discount",
            type="decimal",
            synonyms=("discount rate",),
            help="A fraction: 0.15 is 15%.",
        ),
        Field(
            name="currency",
            label="Currency",
            max_length=3,
            synonyms=("currency code", "iso currency"),
            help="Three letters; without it the organisation's reporting currency.",
        ),
        Field(
            name="basis",
            label="Basis of the amount",
            type="choice",
            choices={
                Basis.VENDOR_NET: ("net", "net to us", "contract"),
                Basis.RESALE: ("resale price", "street"),
                Basis.LIST: ("list price", "MSRP"),
            },
            synonyms=("price basis",),
            help="Vendor net where nothing is said.",
        ),
        Field(
            name="deal",
            label="Deal or special-price number",
            max_length=100,
            synonyms=("deal number", "deal id", "special price number", "registration number"),
        ),
        Field(name="order_date", label="Order date", type="date", synonyms=("ordered on",)),
        Field(name="ship_date", label="Ship date", type="date", synonyms=("shipped on",)),
    )

    def locked_for(self, number: str, roles: Collection[str]) -> dict[str, str]:
        """What they sold on. A distributor names its resellers; a reseller names itself alone."""
        sold_by = (
            {"distributor": number}
            if PartnerKind.DISTRIBUTOR in roles
            else {"reseller": number, "distributor": ""}
        )
        return {"kind": LineKind.SELL_THROUGH, "deal": "", **sold_by}

    def months(self, staging: Staging) -> tuple[dt.date, dt.date] | None:
        """The months of the first and last line."""
        return coverage.period(staging)

    def resolve(self, staging: Staging) -> None:
        """Reject what cannot be; give lines without a number a key; create what is new."""
        line_rows.number(staging)
        line_rows.check(staging)
        for reference in self.references:
            line_rows.note_unknown(staging, reference)
            if self.unknown(staging, reference.name) == "reject":
                line_rows.reject_unknown(staging, reference)
            elif reference.name == "partner":
                line_rows.create_partners(staging, reference)
        line_rows.reject_repeats(staging)
        line_rows.keep_keys(staging)
        line_rows.create_unknown(staging)

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
