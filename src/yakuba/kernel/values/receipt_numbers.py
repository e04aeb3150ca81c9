"""Receipt numbers (受付番号): fiscal year of 令和 (2), serial (6), two check digits after ISO 7064 MOD 97-10.

A later decision on the same application is a case of its own: its number is the application's with `-2`, `-3` … `-99`
behind it. Paper only ever carries the ten digits.
"""

from __future__ import annotations

import re

from yakuba.kernel.values.characters import compose, narrow
from yakuba.kernel.values.field_type import Example, FieldType, Script
from yakuba.kernel.values.numbers import read_checked
from yakuba.kernel.values.refusal import ValueRefused

MOST_DECISIONS = 99
_LATER = re.compile(r"([0-9]{10})-([2-9]|[1-9][0-9])")


def check_digits(first_eight: str) -> str:
    """Two check digits for eight digits."""
    return f"{98 - (int(first_eight) * 100) % 97:02d}"


def read_receipt_number(text: str) -> str:
    """An application's number, perhaps with the number of a later decision; the empty string for nothing. Raises
    ValueRefused."""
    if later := _LATER.fullmatch(narrow(compose(text)).strip()):
        return f"{read_application_number(later[1])}-{later[2]}"
    return read_application_number(text)


def read_application_number(text: str) -> str:
    """Ten digits with right check digits; the empty string for nothing. Raises ValueRefused."""
    wrong = "検査数字（最後の2けた）が合いません。"
    return read_checked(text, "受付番号", 10, lambda digits: check_digits(digits[:8]) == digits[8:], wrong)


def later_decision(receipt_number: str, number: int) -> str:
    """The receipt number of an application's decision; `number` counts from 1. Raises ValueRefused beyond the 99th."""
    if number > MOST_DECISIONS:
        raise ValueRefused(f"1つの申請に記録できる決定は{MOST_DECISIONS}回までです。")
    return f"{receipt_number}-{number}" if number > 1 else receipt_number


RECEIPT_NUMBER = FieldType(
    code="receipt_number",
    label="受付番号",
    help="10けたの数字です。",
    read=read_receipt_number,
    script=Script.DIGITS,
    check_digits=2,
    inputmode="numeric",
    pattern="[0-9]{10}(-([2-9]|[1-9][0-9]))?",
    examples=(Example("0800-0001-29", "0800000129", "0800000129"),),
)
