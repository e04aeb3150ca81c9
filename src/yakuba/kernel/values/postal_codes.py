"""Postal codes (郵便番号): seven digits."""

from __future__ import annotations

import re

from yakuba.kernel.values.numbers import read_grouped

_WRITTEN = re.compile(r"(?:〒|〠)?\s*[0-9]{3}\s*[-ー]?\s*[0-9]{4}")


def read_postal_code(text: str) -> str:
    """Seven digits; the empty string for nothing. Raises ValueRefused."""
    return read_grouped(text, _WRITTEN, "郵便番号は7けたの数字です。100-0001 のように入力してください。")


def shown_postal_code(value: str) -> str:
    """100-0001; what has not seven digits as it is."""
    return f"{value[:3]}-{value[3:]}" if re.fullmatch(r"[0-9]{7}", value) else value
