"""Text of no other type (文字), and marks among options (選択)."""

from __future__ import annotations

import re

from yakuba.kernel.values.characters import compose
from yakuba.kernel.values.field_type import Example, FieldType, Picks, Script
from yakuba.kernel.values.no_value import says_none

# What a clerk or an applicant writes about a value in the place of the value.
NOTE = re.compile(
    r"不明|判読|読めない|読めず|要確認|わからない|分からない|[?？]|後日|追って|別紙|別添|未定|同上|上に同じ|上記|"
    r"又は|または|若しくは|もしくは|或いは|あるいは"
)
ELSEWHERE = "覚え書きは保留（F4）の理由に書いてください。"
NO_VALUE = "値がないことを表す語のようです。用紙に値がなければ、空のままにしてください。"


def read_text(text: str) -> str:
    """The text composed, without blanks at its ends."""
    return compose(text).strip()


def _odd(value: str) -> str:
    if NOTE.search(value):
        return f"値ではなく覚え書きのようです。{ELSEWHERE}"
    return NO_VALUE if says_none(value) else ""


TEXT = FieldType(
    code="text",
    label="文字",
    read=read_text,
    odd=_odd,
    free=True,
    longest=100,
    examples=(Example(" 緑町　商店 ", "緑町　商店", "緑町　商店"),),
)
# Examples of marks are of a field with the options {a: 甲, b: 乙}.
CHOICE = FieldType(
    code="choice",
    label="選択",
    read=read_text,
    script=Script.MARKS,
    picks=Picks.ONE,
    examples=(Example("乙", "b", "乙"),),
)
CHOICES = FieldType(
    code="choices",
    label="選択（複数）",
    read=read_text,
    script=Script.MARKS,
    picks=Picks.MANY,
    examples=(Example("乙、甲", "a,b", "甲、乙"),),
)
