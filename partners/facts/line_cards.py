"""Our place on a partner's line cards, over time and now."""

import dataclasses
import datetime as dt

from partners.models import LineCardBasis, LineCardObservation, Partner


@dataclasses.dataclass(frozen=True, kw_only=True)
class Place:
    """Our place by one source and basis in a category: now, and as it was seen before."""

    category: str
    source: str
    basis: str
    seen: LineCardObservation
    before: LineCardObservation | None

    @property
    def rank(self) -> int | None:
        """From 1; None where it is unknown, and in a listing."""
        return rank_of(self.seen)

    @property
    def rank_before(self) -> int | None:
        """The same when it was seen before."""
        return rank_of(self.before) if self.before else None

    @property
    def words(self) -> str:
        """#2, listed, not listed or unknown."""
        return words_of(self.seen)


def rank_of(seen: LineCardObservation) -> int | None:
    """Our rank in an observation whose suppliers are prefetched."""
    return next((supplier.rank for supplier in seen.suppliers.all() if supplier.ours), None)


def words_of(seen: LineCardObservation) -> str:
    """Our place in an observation: #2, listed, not listed or unknown."""
    named = any(supplier.ours for supplier in seen.suppliers.all())
    if seen.basis == LineCardBasis.LISTING:
        return "listed" if named else "not listed"
    rank = rank_of(seen)
    return f"#{rank}" if rank else "unknown"


def observations(partner: Partner, on: dt.date) -> list[LineCardObservation]:
    """What was seen of the partner's line cards, as known on a day, newest first."""
    found = LineCardObservation.objects.known(on).filter(line_card__partner=partner)
    rows = found.select_related("line_card", "observer").prefetch_related("suppliers")
    return list(rows.order_by("-observed_on", "-id"))


def places(seen: list[LineCardObservation]) -> list[Place]:
    """Where we stand by every category, source and basis; `seen` is newest first."""
    groups: dict[tuple[str, str, str], list[LineCardObservation]] = {}
    for each in seen:
        key = (each.line_card.category, each.source.lower(), each.basis)
        groups.setdefault(key, []).append(each)
    return [
        Place(
            category=category,
            source=rows[0].source,
            basis=rows[0].get_basis_display(),
            seen=rows[0],
            before=rows[1] if len(rows) > 1 else None,
        )
        for (category, _, _), rows in sorted(groups.items(), key=lambda item: item[0])
    ]
