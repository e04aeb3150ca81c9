"""Home blood pressure: readings checked, means of mornings and evenings, thresholds with their source. Never a diagnosis: who is above is
told to a nurse.

Measured as the guideline says: two readings an occasion and their mean (one alone counts), in the morning and before bed, on at least
five days; all values are kept. Risk scores for onset have no coefficients here: a town that has them from the article and has cleared
with the ministry that it is no medical device may not find them in this file.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from yakuba.kernel.definitions import Problem
from yakuba.kernel.definitions import values as read_values
from yakuba.kernel.tables.reading import Row
from yakuba.kernel.values import ValueRefused, calendar
from yakuba.kernel.values.characters import narrow
from yakuba.services.outreach.engine.columns import read_number

DAYS = 5  # of mornings, or of evenings, on which their mean stands
FIRST_TWO = 2  # readings of an occasion
MORNING, EVENING = (4, 12), (17, 28)  # hours; 28 is four in the morning of the next day
SYSTOLIC, DIASTOLIC, PULSE = (60, 260), (30, 160), (30, 200)
SAME_IN_A_ROW = 6  # equal readings that no cuff gives
NUMBER, DAY, TIME, HIGH, LOW, BEATS = "宛名番号", "測定日", "時刻", "収縮期", "拡張期", "脈拍"
WORDS = {"朝": "morning", "晩": "evening", "夜": "evening", "就寝前": "evening"}


@dataclass(frozen=True)
class Reading:
    """occasion: morning, evening, or empty for another time."""

    number: str
    day: date
    occasion: str
    at: str
    systolic: float
    diastolic: float


@dataclass(frozen=True)
class Standard:
    """Thresholds that hold from a day on; of home readings: systolic and diastolic."""

    name: str
    since: date
    home: tuple[float, float]
    target: tuple[float, float]
    source: str
    checked: str


@dataclass
class Means:
    """Of one person. days: with any morning or evening; morning, evening: mean systolic and diastolic, None for none; high: a mean of
    mornings or of evenings of five days is at or above the threshold, None where neither has so many; notes: what looks strange."""

    number: str
    days: int
    first: date
    last: date
    morning: tuple[float, float] | None
    evening: tuple[float, float] | None
    mornings: int
    evenings: int
    high: bool | None
    notes: list[str] = field(default_factory=list)


def standards() -> list[Standard]:
    """All, the oldest first."""
    given = _data()["基準"]
    return [
        Standard(
            one["名前"], date.fromisoformat(str(one["適用"])), _pair(one["家庭血圧の高血圧"]), _pair(one["家庭血圧の目標"]),
            f"{one['出典']}", f"{one['確かめた日']}　{one['確かめた人']}",
        )
        for one in given
    ]  # fmt: skip


def _pair(given: Sequence[Any]) -> tuple[float, float]:
    return float(given[0]), float(given[1])


def scores() -> list[dict[str, str]]:
    """Published risk scores, for whom they are, and that none is calculated here."""
    return [dict(one) for one in _data()["発症リスクの点数"]]


def _data() -> dict[str, Any]:
    return dict(read_values((Path(__file__).parent / "data/pressure.yaml").read_text(encoding="utf-8")))


def standard_on(day: date) -> Standard:
    """The one that holds on a day; before the first one the first."""
    found = standards()
    return next((one for one in reversed(found) if one.since <= day), found[0])


def readings(found: Iterable[Row], problems: list[Problem], today: date) -> list[Reading]:
    """The readings; a row that cannot be is told and left out."""
    kept: list[Reading] = []
    seen: set[tuple[str, date, str, float, float]] = set()
    for row in found:
        try:
            one = _reading(row, today)
        except (ValueError, ValueRefused) as error:
            problems.append(
                Problem(row.line, "", str(error).replace("空にしました。", "この行は使いません。"))
            )
            continue
        key = (one.number, one.day, one.at, one.systolic, one.diastolic)
        if one.at and key in seen:
            problems.append(Problem(row.line, "", "同じ時刻の同じ値が前にあります。一度だけ数えます。"))
            continue
        seen.add(key)
        kept.append(one)
    return kept


def _reading(row: Row, today: date) -> Reading:
    number = narrow(row.get(NUMBER)).strip()[:20]
    if not number:
        raise ValueError("宛名番号がありません。")
    day = calendar.read_date(row.get(DAY))
    if day > today:
        raise ValueError(f"測定日 {day.isoformat()} は先の日です。")
    high, low = read_number(row.get(HIGH) or "（空）"), read_number(row.get(LOW) or "（空）")
    for what, value, (least, most) in (("収縮期", high, SYSTOLIC), ("拡張期", low, DIASTOLIC)):
        if not least <= value <= most:
            raise ValueError(
                f"{what} {value:g} は {least}〜{most} の外です。測り直すか、書き間違いを直してください。"
            )
    if high <= low:
        raise ValueError(
            f"収縮期 {high:g} が拡張期 {low:g} より高くありません。列が逆でないか確かめてください。"
        )
    beats = row.get(BEATS)
    if beats and not PULSE[0] <= read_number(beats) <= PULSE[1]:
        raise ValueError(f"脈拍 {beats[:10]} は {PULSE[0]}〜{PULSE[1]} の外です。")
    occasion, at = _occasion(row.get(TIME))
    if (
        occasion == "evening" and at and at < f"{MORNING[0]:02}"
    ):  # after midnight: the evening of the day before
        day, at = day - timedelta(days=1), f"{int(at[:2]) + 24}{at[2:]}"
    return Reading(number, day, occasion, at, high, low)


def _occasion(text: str) -> tuple[str, str]:
    plain = narrow(text).strip()
    if plain in WORDS:
        return WORDS[plain], ""
    if not plain:
        raise ValueError("時刻（朝、晩、7:30 など）がありません。")
    for form in ("%H:%M", "%H:%M:%S", "%H時%M分"):
        try:
            at = datetime.strptime(plain, form).time()
        except ValueError:
            continue
        return _of_clock(at), at.isoformat("minutes")
    raise ValueError(f"時刻「{plain[:10]}」が読めません。朝、晩、7:30 のように書いてください。")


def _of_clock(at: time) -> str:
    hour = at.hour + (24 if at.hour < MORNING[0] else 0)
    return (
        "morning" if MORNING[0] <= hour < MORNING[1] else "evening" if EVENING[0] <= hour < EVENING[1] else ""
    )


def means(found: Sequence[Reading], standard: Standard) -> list[Means]:
    """Of each person, those at or above the threshold first."""
    people: dict[str, list[Reading]] = {}
    for one in found:
        people.setdefault(one.number, []).append(one)
    made = [_of_person(number, given, standard) for number, given in people.items()]
    return sorted(
        made,
        key=lambda one: (
            not one.high,
            -max((pair[0] for pair in (one.morning, one.evening) if pair), default=0),
            one.number,
        ),
    )


def _of_person(number: str, given: list[Reading], standard: Standard) -> Means:
    days = [one.day for one in given]
    both = {
        name: _of_occasions([one for one in given if one.occasion == name]) for name in ("morning", "evening")
    }
    used = len({one.day for one in given if one.occasion})
    stands = [pair for pair, count in both.values() if pair is not None and count >= DAYS]
    high = (
        any(pair[0] >= standard.home[0] or pair[1] >= standard.home[1] for pair in stands) if stands else None
    )
    return Means(
        number, used, min(days), max(days), both["morning"][0], both["evening"][0], both["morning"][1], both["evening"][1], high, _notes(given)
    )  # fmt: skip


def _of_occasions(given: Sequence[Reading]) -> tuple[tuple[float, float] | None, int]:
    """Mean over days of the mean of an occasion's first two readings, and how many days."""
    from statistics import fmean

    days: dict[date, list[Reading]] = {}
    for one in sorted(given, key=lambda one: (one.day, one.at)):
        days.setdefault(one.day, []).append(one)
    if not days:
        return None, 0
    each = [
        (fmean(one.systolic for one in part[:FIRST_TWO]), fmean(one.diastolic for one in part[:FIRST_TWO]))
        for part in days.values()
    ]
    return (fmean(one for one, _ in each), fmean(other for _, other in each)), len(each)


def _notes(given: Sequence[Reading]) -> list[str]:
    """What looks as if it had not been measured."""
    found, row = [], 1
    for before, after in itertools.pairwise(given):
        row = row + 1 if (before.systolic, before.diastolic) == (after.systolic, after.diastolic) else 1
        if row == SAME_IN_A_ROW:
            found.append(f"同じ値が{SAME_IN_A_ROW}回続いています。")
    ends = [int(one.systolic) % 10 for one in given]
    if len(ends) >= 10 and max(ends.count(digit) for digit in (0, 5)) > 0.6 * len(ends):
        found.append("終わりの数字が0か5に偏っています（丸めて書いたかもしれません）。")
    if other := sum(not one.occasion for one in given):
        found.append(f"朝でも晩でもない値が{other}回あります（平均に入れません）。")
    return found
