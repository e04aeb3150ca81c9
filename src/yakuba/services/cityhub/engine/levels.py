"""警戒レベル: its words (as they were at the time), what is to be done, and which notices stand."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

# 避難情報に関するガイドライン（内閣府）; levels 1 and 2 are 気象庁's. Since when they are called so, the newest first.
WORDS = (
    (
        date.fromisoformat("2021-05-20"),
        {1: "早期注意情報", 2: "注意報", 3: "高齢者等避難", 4: "避難指示", 5: "緊急安全確保"},
    ),
    (
        date.fromisoformat("2019-03-29"),
        {
            1: "早期注意情報",
            2: "注意報",
            3: "避難準備・高齢者等避難開始",
            4: "避難勧告・避難指示（緊急）",
            5: "災害発生情報",
        },
    ),
)
TO_DO = {
    1: "これからの情報に気をつけてください。",
    2: "ハザードマップで、避難する場所と道を確かめてください。",
    3: "高齢の人や時間のかかる人は、危険な場所から避難してください。ほかの人も準備をしてください。",
    4: "危険な場所から、全員避難してください。",
    5: "命が危険です。いまいる場所より安全なところへ、すぐに動いてください。",
}


@dataclass(frozen=True)
class Notice:
    """A notice. kind: issue, lift, correct, cancel; about: the number of the notice that a correction or cancellation is about."""

    number: int
    kind: str
    level: int
    area: str
    at: datetime
    issuer: str
    reason: str = ""
    about: int | None = None


def word(level: int, day: date) -> str:
    """How a level was called on that day."""
    return next((words[level] for since, words in WORDS if day >= since), WORDS[-1][1][level])


def same_area(area: str) -> str:
    """An area however it is written: 本町１丁目, 本町1丁目 and 本町 1丁目 are one."""
    return "".join(unicodedata.normalize("NFKC", area).split())


def cancelled(notices: Iterable[Notice], number: int) -> bool:
    """Whether nothing is left of a notice to be corrected: it was cancelled, or is a cancellation itself."""
    listed = {one.number: one for one in notices}

    def first(one: Notice) -> int:
        while one.about is not None and one.about in listed:
            one = listed[one.about]
        return one.number

    root = first(listed[number])
    return any(one.kind == "cancel" and first(one) == root for one in listed.values())


def standing(notices: Iterable[Notice]) -> list[Notice]:
    """What holds now, area by area, the highest level first. notices: as they were entered.

    A correction takes the place of what it is about, a cancellation makes as if that had never been; then, in the order of
    their moments, an issue holds for its area until the next one or until it is lifted.
    """
    listed = list(notices)
    held: dict[int, Notice] = {}
    root: dict[int, int] = {}  # of a correction: the number of the notice that it corrects in the end
    for one in listed:
        if one.about is None:
            held[one.number] = one
            continue
        first = root.get(one.about, one.about)
        root[one.number] = first
        before = held.get(first)
        if one.kind == "cancel" or before is None:
            held.pop(first, None)
        else:
            held[first] = Notice(first, before.kind, one.level, one.area, one.at, one.issuer, one.reason)
    now: dict[str, Notice] = {}
    for one in sorted(held.values(), key=lambda one: (one.at, one.number)):
        if one.kind == "lift":
            now.pop(same_area(one.area), None)
        else:
            now[same_area(one.area)] = one
    return sorted(now.values(), key=lambda one: (-one.level, one.area))
