"""What stops a whole file, as opposed to a row of it."""

from pathlib import Path
from typing import Literal


class Unreadable(Exception):
    """The file cannot be imported as it is; the message says why and what to do.

    Nothing of it was loaded. Kinds may raise it too.
    """

    def told(self, path: Path, name: str) -> str:
        """The message to whoever sent the file under this name; an upload is kept under another."""
        return str(self).replace(path.name, name) if path.name else str(self)


class Ambiguous(Unreadable):
    """The file could mean two things, and a person has to say which.

    `field` is what of `Options` settles it.
    """

    def __init__(self, message: str, *, field: Literal["date_order", "decimal_mark"]) -> None:
        super().__init__(message)
        self.field = field
