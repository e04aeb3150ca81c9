"""A day's till: cash by denominations, what was counted against what was recorded. No card data anywhere."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from yakuba.kernel.refusals import Invalid
from yakuba.kernel.values.characters import narrow

DENOMINATIONS = (10_000, 5_000, 2_000, 1_000, 500, 100, 50, 10, 5, 1)  # yen
MOST_PIECES = 99_999
_BETWEEN = r"[\s\-‐-―−ーｰ・.,/_\u200b-\u200f\u2060\ufeff]{1,4}"  # what people write between groups of digits
# In one piece, with single blanks or hyphens anywhere, and with other signs as cards are printed (4-4-4-4, 4-6-5): other
# signs anywhere would take a day beside a sum for a card.
_CARDS = (
    re.compile(r"(?<!\d)\d{13,19}(?!\d)"),
    re.compile(r"(?<!\d)\d(?:[ -]?\d){12,18}(?!\d)"),
    re.compile(rf"(?<!\d)\d{{4}}(?:{_BETWEEN}\d{{4}}){{2}}{_BETWEEN}\d{{1,4}}(?!\d)"),
    re.compile(rf"(?<!\d)\d{{4}}{_BETWEEN}\d{{6}}{_BETWEEN}\d{{4,5}}(?!\d)"),
)


class Way(StrEnum):
    """How something was paid."""

    CASH = "cash"
    STAMP = "stamp"
    ORDER = "order"
    ACCOUNT = "account"
    CASHLESS = "cashless"


LABELS = {
    Way.CASH: "現金",
    Way.STAMP: "証紙",
    Way.ORDER: "定額小為替",
    Way.ACCOUNT: "口座",
    Way.CASHLESS: "キャッシュレス",
}


@dataclass(frozen=True)
class Line:
    """One way of a day, in yen."""

    way: Way
    recorded: int
    counted: int
    reason: str = ""

    @property
    def difference(self) -> int:
        """Counted less recorded."""
        return self.counted - self.recorded

    @property
    def label(self) -> str:
        """The way in Japanese."""
        return LABELS[self.way]


def cash_of(pieces: Mapping[int, int], fund: int) -> int:
    """Yen of so many coins and notes of each value, less the change that lay in the till in the morning. Raises Invalid."""
    if unknown := sorted(set(pieces) - set(DENOMINATIONS)):
        raise Invalid(f"{unknown[0]:,}円の硬貨や紙幣はありません。")
    if any(not 0 <= one <= MOST_PIECES for one in pieces.values()) or fund < 0:
        raise Invalid("枚数と釣銭準備金は、0以上の数で書いてください。")
    return sum(value * number for value, number in pieces.items()) - fund


def compared(
    recorded: Mapping[Way, int], counted: Mapping[Way, int], reasons: Mapping[Way, str]
) -> tuple[Line, ...]:
    """Each way of the day. Raises Invalid where a difference has no reason."""
    lines = tuple(
        Line(way, recorded.get(way, 0), counted.get(way, 0), reasons.get(way, "").strip()) for way in Way
    )
    for one in lines:
        if one.difference and not one.reason:
            raise Invalid(
                f"{one.label}が{one.difference:+,}円合いません（記録{one.recorded:,}円、数えた額{one.counted:,}円）。"
                "数え直し、それでも合わないときは理由を書いてください。"
            )
    return lines


def holds_card_number(text: str) -> bool:
    """Whether a text holds what passes for the number of a card: 13 to 19 digits whose check digit is right (ISO/IEC 7812-1)."""
    plain = narrow(text)
    return any(_luhn(re.sub(r"\D", "", found.group())) for one in _CARDS for found in one.finditer(plain))


def require_no_card(text: str) -> None:
    """Raises Invalid for what could be the number of a card."""
    if holds_card_number(text):
        raise Invalid(
            "カード番号のような数字があります。カードの番号は残せません。端末の控え（伝票）の番号を書いてください。"
        )


def _luhn(digits: str) -> bool:
    total = 0
    for at, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if at % 2 else 1)
        total += value - 9 if value > 9 else value
    return total % 10 == 0
