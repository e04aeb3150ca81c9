"""Numbers as they were before a spreadsheet took them for amounts or days: whatever is told apart by its digits needs this.

What can be undone for certain is undone; what cannot is refused with how to write the file again.
"""

from __future__ import annotations

import re
import unicodedata

from yakuba.kernel.definitions import plain
from yakuba.kernel.tables.reading import BadRow

POWER = re.compile(r"[0-9]+(\.[0-9]+)?[Ee]\+?[0-9]+")
AS_FORMULA = re.compile(r'="(.*)"')
DECIMAL = re.compile(r"[0-9]+\.0+")
# 1-2 as a day, in the ways in which Excel shows one; and grouped as an amount (800,700,178).
DAY = re.compile(
    r"[0-9]{1,2}月[0-9]{1,2}日|[0-9]{4}-[0-9]{2}-[0-9]{2}|[0-9]{4}/[0-9]{1,2}/[0-9]{1,2}|[0-9]{1,2}-[A-Za-z]{3}|[A-Za-z]{3}-[0-9]{2}"
)
GROUPED = re.compile(r"[0-9]{1,3}(,[0-9]{3})+")
# The key beside 0 gives one or another of them in Japanese input; ー counts beside letters and digits alone.
HYPHENS = re.compile(r"[‐‑‒–—―−]|(?<=[0-9A-Za-z])ー(?=[0-9A-Za-z])")
AS_TEXT = "Excelでは、列の表示形式を「文字列」にしてから入れ直し、CSVに書き出してください。"


def folded(text: str) -> str:
    """The number in half-width characters without blanks and with one hyphen for all kinds of it, so that `Ｓ ０００２`
    and `S0002` are the same, and `Ｓ－２`, `S−2` and `Sー2`."""
    return HYPHENS.sub("-", "".join(plain(text).split()))


def without_signs(text: str, heading: str) -> str:
    """The text. Raises BadRow for a sign that stands for a number (², ②, ½): folded it would be another household's."""
    signs = [one for one in text if unicodedata.category(one) == "No"]
    if signs:
        raise BadRow(
            f"{heading}「{text}」の「{signs[0]}」は数字ではありません。ふつうの数字で書いてください。"
        )
    return text


def unspoilt(text: str, heading: str) -> str:
    """The number folded, without what marks it as a text for a spreadsheet (`="0800700178"`, `'0800700178`). Raises
    BadRow where a spreadsheet wrote it as an amount (8.007E+08, 800700178.0, 800,700,178) or as a day (1月2日)."""
    number = folded(without_signs(text, heading)).removeprefix("'")
    number = as_text[1] if (as_text := AS_FORMULA.fullmatch(number)) else number
    if DAY.fullmatch(number):
        raise BadRow(
            f"{heading}「{text}」は、表計算ソフトが日付に書きかえたもので、もとの番号が分かりません。{AS_TEXT}"
        )
    if any(pattern.fullmatch(number) for pattern in (POWER, DECIMAL, GROUPED)):
        raise BadRow(
            f"{heading}「{text}」は、表計算ソフトが数として書きかえたもので、もとの番号が分かりません。{AS_TEXT}"
        )
    return number
