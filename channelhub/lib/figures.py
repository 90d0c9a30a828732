"""Figures as people read them. Percentages are cut toward zero: 19.996 must not read 20.00."""

from decimal import ROUND_DOWN, ROUND_HALF_UP, Context, Decimal

Number = Decimal | int | float

UNKNOWN = "unknown"
MINUS = "\N{MINUS SIGN}"
HUNDREDTH = Decimal("0.01")
SCALES = [
    (Decimal(10) ** 12, "T"),
    (Decimal(10) ** 9, "B"),
    (Decimal(10) ** 6, "M"),
    (Decimal(10) ** 3, "K"),
]
THREE_DIGITS = Context(prec=3, rounding=ROUND_HALF_UP)
# Wider than any figure, so that nothing is rounded before it is cut.
WIDE = Context(prec=400)


def decimal(value: Number | None) -> Decimal | None:
    """The value as a Decimal; None for None, NaN and infinity, which nobody can know."""
    if value is None:
        return None
    exact = value if isinstance(value, Decimal) else Decimal(str(value))
    return exact if exact.is_finite() else None


def _signed(value: Decimal, text: str) -> str:
    return f"{MINUS}{text}" if value < 0 and has_digits(text) else text


def has_digits(text: str) -> bool:
    """Whether a figure shows anything but zero."""
    return any(digit in text for digit in "123456789")


def full(value: Decimal) -> str:
    """Two decimals and thousands separators: 1,234,567.89."""
    return _signed(value, f"{value.copy_abs().quantize(HUNDREDTH, ROUND_HALF_UP, WIDE):,}")


def compact(value: Decimal) -> str:
    """Three significant digits with K, M, B or T: 1.23M. Below 1,000 the amount itself."""
    size = THREE_DIGITS.plus(value.copy_abs())
    for scale, letter in SCALES:
        if size >= scale:
            return _signed(value, f"{_three_digits(size / scale)}{letter}")
    return full(value).removesuffix(".00")


def _three_digits(size: Decimal) -> str:
    return f"{size:,.{max(0, 2 - size.adjusted())}f}"


def whole(value: Decimal) -> str:
    """A count or quantity: thousands separators, decimals only where there are some."""
    return _signed(value, f"{value.copy_abs().normalize(WIDE):,f}")


def percent(value: Decimal) -> str:
    """A percentage, cut after two decimals toward zero: 19.996 is 19.99%."""
    return _signed(value, f"{value.copy_abs().quantize(HUNDREDTH, ROUND_DOWN, WIDE):,}%")


def as_percentage(fraction: Decimal) -> Decimal:
    """0.2 is 20."""
    return WIDE.multiply(fraction, Decimal(100))


def plus(text: str, value: Decimal) -> str:
    """The text with a plus sign where it shows more than zero."""
    return f"+{text}" if value > 0 and has_digits(text) else text
