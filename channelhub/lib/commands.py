"""What our commands share."""

import argparse
import datetime as dt


def day(text: str) -> dt.date:
    """An argument such as 2026-01-31.

    Raises:
        argparse.ArgumentTypeError: it is not a date.
    """
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a date like 2026-01-31.") from None
