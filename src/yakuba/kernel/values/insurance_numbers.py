"""Insured persons' numbers (被保険者番号) of 後期高齢者医療: seven digits and one that checks them.

The check digit (検証番号) is that of the ministry's 「保険者番号等の設定について」 (昭和51年8月7日 保発第45号・庁保発第34号,
設定要領), which insurers' and recipients' numbers share: from the last digit on, the digits are multiplied by 2, 1, 2, 1,
…; of a product with two digits their sum counts; the check digit is what the sum of all lacks to the next ten. Numbers
of 介護保険 and 国民健康保険 have no check digit that all insurers use: their fields are of type `digits`.
"""

from __future__ import annotations

from yakuba.kernel.values.field_type import Example, FieldType, Script
from yakuba.kernel.values.numbers import read_checked

DIGITS = 8


def check_digit(first: str) -> str:
    """The check digit for the digits before it: 3312001 → 5."""
    products = (int(digit) * (2 - place % 2) for place, digit in enumerate(reversed(first)))
    return str(-sum(product // 10 + product % 10 for product in products) % 10)


def read_insurance_number(text: str) -> str:
    """Eight digits of which the last checks the others; the empty string for nothing. Raises ValueRefused."""
    wrong = "検証番号（最後の1けた）が合いません。用紙と見比べてください。"
    return read_checked(
        text, "被保険者番号", DIGITS, lambda digits: check_digit(digits[:-1]) == digits[-1], wrong
    )


INSURANCE_NUMBER = FieldType(
    code="insurance_number",
    label="被保険者番号",
    help="後期高齢者医療の被保険者番号、8けたの数字です。",
    read=read_insurance_number,
    script=Script.DIGITS,
    check_digits=1,
    inputmode="numeric",
    pattern="[0-9]{8}",
    examples=(
        Example("3312 0015", "33120015", "33120015"),
        Example("０１２３４５６６", "01234566", "01234566"),
    ),
)
