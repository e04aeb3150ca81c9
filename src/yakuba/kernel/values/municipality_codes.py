"""全国地方公共団体コード: five digits of a body, the first two of its prefecture, and a check digit."""

from __future__ import annotations


def check_digit(code: str) -> str:
    """The sixth digit for five: 11 minus the sum of the digits weighted 6 to 2, modulo 11, its last digit."""
    total = sum(int(digit) * weight for digit, weight in zip(code, (6, 5, 4, 3, 2), strict=True))
    return str((11 - total % 11) % 10)


def is_code(text: str) -> bool:
    """Whether it is six digits of which the last one is the check digit."""
    return len(text) == 6 and text.isascii() and text.isdigit() and check_digit(text[:5]) == text[5]
