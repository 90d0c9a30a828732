"""Registrations on their way out: a row for each product line."""

from collections.abc import Iterator
from typing import Any

from accounts.models import Organisation
from deals.portal.lists import Standing, with_standing
from imports.exporting import Table

HEADER = (
    "Number", "Your number", "Customer", "Web domain", "Country", "Product line", "Amount",
    "Currency", "Expected close", "Tender", "Type", "State", "State of the line", "Submitted",
    "Decision by", "Benefit", "Protected until", "Days of protection left", "Asked of you",
    "Closed", "Amount ordered", "Order number", "Registered by",
)  # fmt: skip
FETCHED = 500


def table_of_deals(deals: Any) -> Table:
    """What a partner sees of these registrations, in their order."""
    return Table(name="deals", header=HEADER, rows=_rows(deals))


def _rows(deals: Any) -> Iterator[tuple[Any, ...]]:
    organisation = Organisation.current()
    today, now = organisation.today(), organisation.now()
    for deal in with_standing(deals).iterator(chunk_size=FETCHED):
        yield from _rows_of(Standing(deal, today, now))


def _rows_of(standing: Standing) -> Iterator[tuple[Any, ...]]:
    deal = standing.deal
    before = (deal.number, deal.external_reference, deal.account_name, deal.account_domain,
              deal.account_country)  # fmt: skip
    after = (
        deal.currency, deal.expected_close, deal.tender, deal.get_type_display(), standing.state,
    )  # fmt: skip
    rest = (
        deal.submitted_at,
        standing.due_at,
        ", ".join(standing.benefits),
        standing.protected_until,
        standing.days_left,
        "; ".join(asked.text for asked in standing.asked),
        deal.closed_at,
        deal.closed_amount,
        deal.order_number,
        str(deal.registered_by),
    )
    for line in standing.lines:
        state = line.get_state_display()
        yield (*before, str(line), line.amount, *after, state, *rest)
    if not standing.lines:
        yield (*before, "", None, *after, "", *rest)
