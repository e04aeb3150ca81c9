"""Individual numbers (個人番号, マイナンバー): eleven digits and one that checks them, and shown to nobody unasked.

The check digit is that of the Ordinance of the Ministry of Internal Affairs and Communications No. 85 of 2014
(平成26年総務省令第85号), article 5: with P the n-th digit from the right of the eleven, and Q = n + 1 for n ≤ 6 and n - 5
for n ≥ 7, it is 11 - (ΣPQ mod 11), and 0 where that remainder is 0 or 1.
"""

from __future__ import annotations

import re

from yakuba.kernel.values.field_type import Example, FieldType, Script
from yakuba.kernel.values.numbers import read_checked

DIGITS = 12
_UNSEEN = (
    "\u00ad\u034f\u200b-\u200f\u2060-\u2064\ufe00-\ufe0f\ufeff"  # signs that nobody sees between two digits
)
# Twelve digits in whatever grouping and width, in a text; whether the last one checks the others is asked apart.
SPELLED = re.compile(rf"(?<!\d)\d(?:[\s\-‐-―−ーｰ－・.．/／{_UNSEEN}]{{0,4}}\d){{{DIGITS - 1}}}(?!\d)")

# One in ten numbers of twelve digits has this check digit by chance: numbers of parcels, contracts and meters are as long.
# Whoever writes a number says what it is; where that is another one, it is taken for what it is said to be.
_OTHERWISE = re.compile(
    r"(?:伝票|荷物|追跡|配送|お?問い?合わ?せ|お客様?(?:さま)?|顧客|契約|会員|受付|受領|注文|予約|製造|製品|商品|機械|車台|証書|証券|保険証|"
    r"口座|領収|納付|使用|供給地点|地点|メーター|診察券?|患者|識別|管理|登録|整理|請求|承認|決済|事業者|法人|施設|図書|カード)"
    r"(?:の|特定)?(?:番号|ナンバー|コード|[IＩ][DＤ]|[NＮ][oｏ][.．]?)[はがを：: 　（(「]{0,3}$"
)
_SAID = re.compile("個人番号|マイ・?ナンバー|ﾏｲﾅﾝﾊﾞｰ", re.IGNORECASE)
_BEFORE = 24  # characters in front of a number that may say what it is


def check_digit(first: str) -> str:
    """The check digit for the eleven digits before it."""
    weighted = sum(
        int(digit) * (n + 1 if n <= 6 else n - 5) for n, digit in enumerate(reversed(first), start=1)
    )
    remainder = weighted % 11
    return "0" if remainder <= 1 else str(11 - remainder)


def likely_in(text: str) -> bool:
    """Whether a 個人番号 stands in words, in any spelling: twelve digits of which the last checks the others, unless the words
    right before them say that they are another number, and nothing in the text speaks of a 個人番号."""
    for found in SPELLED.finditer(text):
        digits = "".join(str(int(one)) for one in found[0] if one.isdecimal())
        if len(digits) != DIGITS or check_digit(digits[:-1]) != digits[-1]:
            continue
        before = text[max(0, found.start() - _BEFORE) : found.start()]
        if _SAID.search(text) or not _OTHERWISE.search(before):
            return True
    return False


def read_my_number(text: str) -> str:
    """Twelve digits of which the last checks the others; the empty string for nothing. Raises ValueRefused, whose
    sentence never says the number."""
    wrong = "検査用数字（最後の1けた）が合いません。用紙と見比べてください。"
    return read_checked(
        text, "個人番号", DIGITS, lambda digits: check_digit(digits[:-1]) == digits[-1], wrong
    )


def _shown(value: str) -> str:
    return f"{value[:4]} {value[4:8]} {value[8:]}" if len(value) == DIGITS else value


MY_NUMBER = FieldType(
    code="my_number",
    label="個人番号",
    help="12けたの数字です。見てよい職員のほかには、＊で隠れます。",
    read=read_my_number,
    show=_shown,
    script=Script.DIGITS,
    check_digits=1,
    masked=True,
    inputmode="numeric",
    pattern="[0-9]{12}",
    examples=(Example("1234 5678 9018", "123456789018", "************"),),
)
