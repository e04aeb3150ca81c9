"""Telephone numbers of Japan (電話番号): 10 digits, or 11 for mobile and IP telephones and 0800."""

from __future__ import annotations

import re

from yakuba.kernel.values.characters import compose, narrow
from yakuba.kernel.values.field_type import Example, FieldType, Script
from yakuba.kernel.values.refusal import ValueRefused

_HYPHENS = str.maketrans(dict.fromkeys("‐‑‒–—―−ー‧・･", "-"))
_TITLE = re.compile(r"^(?:TEL|電話|℡|☎)[:. ]*|\s*\(代表?\)$", re.IGNORECASE)
_ABROAD = re.compile(r"^(?:\+|010[-. ]*|00)81[-. ]*(?:\(0\)[-. ]*)?0?")
_EXTENSION = re.compile(r"(?:内線?|EXT|#|X)\)?[-.: ]*([0-9]+)\)?$", re.IGNORECASE)
_WRITTEN = re.compile(r"\(?[0-9](?:\)?[-. ]{0,3}\(?[0-9])*")
_ELEVEN = re.compile(r"0[25-9]0")  # 020 050 060 070 080 090, and the free calls of 0800


def read_telephone(text: str) -> str:
    """10 or 11 digits from 0 on; the empty string for nothing. +81 becomes 0; groups may be parted by hyphens, dots,
    blanks and brackets. Raises ValueRefused: also for an extension, which the field cannot hold, for numbers abroad and
    for numbers with a digit too few or too many."""
    plain = narrow(compose(text)).translate(_HYPHENS).strip()
    if not plain:
        return ""
    plain = _ABROAD.sub("0", _TITLE.sub("", plain))
    if extension := _EXTENSION.search(plain):
        raise ValueRefused(
            f"内線番号（{extension[1]}）はこの欄に入りません。電話番号だけを入力してください。"
        )
    if plain.startswith("+"):
        raise ValueRefused("国外の電話番号はこの欄に入りません。国内の番号を申請者に確かめてください。")
    if not _WRITTEN.fullmatch(plain):
        raise ValueRefused("電話番号は数字で、一つだけ入力してください。")
    digits = re.sub(r"[^0-9]", "", plain)
    if not digits.startswith("0"):
        raise ValueRefused("電話番号は0から始まります。市外局番から入力してください。")
    wanted = 11 if _ELEVEN.match(digits) else 10
    if len(digits) != wanted:
        kind = f"{digits[:3]}で始まる電話番号は11けた" if wanted == 11 else "電話番号は市外局番から10けた"
        raise ValueRefused(f"{kind}です（入力は{len(digits)}けた）。")
    return digits


def shown_telephone(value: str) -> str:
    """With hyphens where the length of the first group is certain: mobile, IP, 0800, 0120, 0570 and the two-digit area
    codes. Other area codes differ in length."""
    if len(value) == 11 and value.startswith("0800"):
        return f"{value[:4]}-{value[4:7]}-{value[7:]}"
    if len(value) == 11:
        return f"{value[:3]}-{value[3:7]}-{value[7:]}"
    if len(value) == 10 and value[:2] in ("03", "06"):
        return f"{value[:2]}-{value[2:6]}-{value[6:]}"
    if len(value) == 10 and value.startswith(("0120", "0570")):
        return f"{value[:4]}-{value[4:7]}-{value[7:]}"
    return value


TELEPHONE = FieldType(
    code="phone",
    label="電話番号",
    help="市外局番から入力します。",
    read=read_telephone,
    show=shown_telephone,
    script=Script.DIGITS,
    inputmode="numeric",
    pattern="0[0-9]{9,10}",
    fills="tel",
    examples=(
        Example("03(1234)5678", "0312345678", "03-1234-5678"),
        Example("０９０－１２３４－５６７８", "09012345678", "090-1234-5678"),
    ),
)
