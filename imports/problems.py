"""What stops a whole file, as opposed to a row of it."""

from typing import Literal


class Unreadable(Exception):
    """The file cannot be imported as it is; the message says why and what to do.

    Nothing of it was loaded. Kinds may raise it too.
    """


class Ambiguous(Unreadable):
    """The file could mean two things, and a person has to say which.

    `field` is what of `Options` settles it.
    """

    def __init__(self, message: str, *, field: Literal["date_order", "decimal_mark"]) -> None:
        super().__init__(message)
        self.field = field
