"""How a number is rounded and written for people: half up, as everybody does on paper. Tables and charts ask here, so that
one number never stands in two ways on one page."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal


def rounded(value: Decimal, decimals: int) -> Decimal:
    """Half up, away from zero."""
    return value.quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)


def grouped(number: float | Decimal, decimals: int | None = None) -> str:
    """Write a number with separators: 1,234,567. `decimals` rounds half up; without it nothing is rounded."""
    value = Decimal(str(number))
    return f"{value if decimals is None else rounded(value, decimals):,f}"  # never 2E+1
