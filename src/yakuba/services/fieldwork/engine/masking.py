"""What a resident writes and nobody here may keep: an individual number (個人番号)."""

from __future__ import annotations

from yakuba.kernel.values.my_numbers import DIGITS, SPELLED, check_digit, likely_in

MASK = "［個人番号のような数字は消しました］"


def without_my_numbers(text: str) -> str:
    """The text with every twelve digits masked whose last one checks the others, in any spelling. A parcel's number that has
    the right check digit by chance goes too, unless the words before it say what it is and nothing speaks of a 個人番号."""
    if not likely_in(text):
        return text
    pieces, end = [], 0
    for found in SPELLED.finditer(text):
        digits = "".join(str(int(one)) for one in found[0] if one.isdecimal())
        if len(digits) == DIGITS and check_digit(digits[:-1]) == digits[-1]:
            pieces += [text[end : found.start()], MASK]
            end = found.end()
    return "".join([*pieces, text[end:]])
