"""Postal codes (郵便番号): seven digits."""

from __future__ import annotations

import re
from collections.abc import Callable

from yakuba.kernel.values.field_type import Example, FieldType, Script
from yakuba.kernel.values.numbers import read_grouped

_WRITTEN = re.compile(r"(?:〒|〠)?\s*[0-9]{3}\s*[-ー]?\s*[0-9]{4}")


def read_postal_code(text: str) -> str:
    """Seven digits; the empty string for nothing. Raises ValueRefused."""
    return read_grouped(text, _WRITTEN, "郵便番号は7けたの数字です。100-0001 のように入力してください。")


def shown_postal_code(value: str) -> str:
    """〒100-0001; what has not seven digits as it is."""
    return f"〒{value[:3]}-{value[3:]}" if re.fullmatch(r"[0-9]{7}", value) else value


def _part(write: Callable[[str], str]) -> Callable[[str], str]:
    def written(value: str) -> str:
        if not re.fullmatch(r"[0-9]{7}", value):
            raise ValueError(f"郵便番号「{value}」が7桁の数字ではありません")
        return write(value)

    return written


POSTAL_CODE = FieldType(
    code="postal_code",
    label="郵便番号",
    help="7けたの数字です。",
    read=read_postal_code,
    show=shown_postal_code,
    formats={
        "ハイフン": _part(lambda value: f"{value[:3]}-{value[3:]}"),
        "前3桁": _part(lambda value: value[:3]),
        "後4桁": _part(lambda value: value[3:]),
    },
    script=Script.DIGITS,
    inputmode="numeric",
    pattern="[0-9]{7}",
    fills="postal-code",
    examples=(Example("〒１００－０００１", "1000001", "〒100-0001"),),
)
