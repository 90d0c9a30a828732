"""The sections of a packet, in their order. A new one is one file here and one line below."""

from reviews.packets.asking import SectionKind
from reviews.packets.sections import (
    actions,
    commitments,
    customers,
    dashboard,
    interviews,
    issues,
    line_cards,
    objectives,
    own_sales,
    people,
    satisfaction,
    service,
)

SECTIONS: tuple[SectionKind, ...] = (
    actions.SECTION,
    dashboard.SECTION,
    objectives.SECTION,
    customers.SECTION,
    satisfaction.SECTION,
    service.SECTION,
    interviews.SECTION,
    issues.SECTION,
    line_cards.SECTION,
    people.SECTION,
    own_sales.SECTION,
    commitments.SECTION,
)
TITLES = {section.key: section.title for section in SECTIONS}
