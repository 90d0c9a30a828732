"""What an import did, in numbers."""

import dataclasses


@dataclasses.dataclass(frozen=True, kw_only=True)
class Counts:
    """What writing did, in rows of the file; `closed` are stored rows that it does not have."""

    new: int
    changed: int
    unchanged: int
    closed: int = 0
