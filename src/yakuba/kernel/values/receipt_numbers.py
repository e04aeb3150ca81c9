"""Receipt numbers (受付番号): fiscal year of 令和 (2), serial (6), two check digits after ISO 7064 MOD 97-10."""

from __future__ import annotations

import re

from yakuba.kernel.values.numbers import read_grouped
from yakuba.kernel.values.refusal import ValueRefused

_GROUPED = re.compile(r"[0-9](?:[- ー]?[0-9])*")


def check_digits(first_eight: str) -> str:
    """Two check digits for eight digits."""
    return f"{98 - (int(first_eight) * 100) % 97:02d}"


def read_receipt_number(text: str) -> str:
    """Ten digits with right check digits; the empty string for nothing. Raises ValueRefused."""
    digits = read_grouped(text, _GROUPED, "受付番号は10けたの数字で入力してください。")
    if digits and len(digits) != 10:
        raise ValueRefused(f"受付番号は10けたです（入力は{len(digits)}けた）。")
    if digits and check_digits(digits[:8]) != digits[8:]:
        raise ValueRefused("受付番号の検査数字（最後の2けた）が合いません。")
    return digits
