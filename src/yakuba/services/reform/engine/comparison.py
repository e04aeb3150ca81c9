"""Processes of several bodies beside one another: their sums, population bands, and which one does it in the least time.

The cases of a process are those of its task with the most in a section, added up over sections: its tasks handle the same
cases. Minutes of a case are the minutes of a year divided by these. Pure Python.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from yakuba.kernel.values.characters import comparable, compose, full_kana, narrow
from yakuba.kernel.values.kanji_forms import FORMS
from yakuba.services.reform.contracts import Medium, TaskRow

LEAST_BODIES = 3  # with fewer nothing is called the best
TEXTS = ("step", "task", "work_class", "staff", "core", "routine", "judgement", "medium", "months")
NUMBERS = ("cases", "minutes", "exceptions")
# The papers say 人口規模ごとに and fix no bounds: these are the house's own. Least and largest, inclusive.
BANDS = (
    ("5千人未満", 0, 4_999),
    ("5千人～1万人", 5_000, 9_999),
    ("1万人～3万人", 10_000, 29_999),
    ("3万人～5万人", 30_000, 49_999),
    ("5万人～10万人", 50_000, 99_999),
    ("10万人～30万人", 100_000, 299_999),
    ("30万人以上", 300_000, None),
)
UNKNOWN_BAND = "人口が分からない"
BETWEEN = r"[\s・･.,_‐-]"  # between the characters of a name
ADDRESSED = "さん|様|氏|先生|職員|主[事査任幹]|係|課長|部長|次長|室長|参事|補佐"


def band(population: int | None) -> str:
    """The name of the population's band."""
    if population is None:
        return UNKNOWN_BAND
    return next(
        name for name, low, high in BANDS if low <= population and (high is None or population <= high)
    )


@dataclass(frozen=True)
class Sums:
    """Of one process of one body. minutes: a year; lacking: tasks without cases or minutes."""

    cases: Decimal | None
    minutes: Decimal | None
    steps: int
    tasks: int
    lacking: int
    medium: str

    @property
    def per_case(self) -> Decimal | None:
        """Minutes of a case; None where they are not known."""
        return self.minutes / self.cases if self.cases and self.minutes is not None else None


@dataclass(frozen=True)
class Compared(Sums):
    """The same with whose it is. origin: `own`, `group` or `table`; source: of the body's figures, where they came as a table."""

    code: str
    body: str
    name: str
    year: int
    population: int | None
    counted_on: date | None
    origin: str
    source: str = ""

    @property
    def band(self) -> str:
        """Of its population."""
        return band(self.population)

    @property
    def medium_label(self) -> str:
        """In words."""
        return Medium(self.medium).label if self.medium else "（未記入）"


def sums(sections: Iterable[Sequence[TaskRow]]) -> Sums:
    """Of a process that one or more sections do."""
    parts = [list(rows) for rows in sections]
    rows = [row for part in parts for row in part]
    most = [max((row.cases for row in part if row.cases is not None), default=None) for part in parts]
    known = [row.minutes_a_year for row in rows if row.minutes_a_year is not None]
    return Sums(
        cases=sum((one for one in most if one is not None), Decimal(0)) if any(one is not None for one in most) else None,
        minutes=sum(known, Decimal(0)) if known else None,
        steps=len({comparable(row.step or row.task) for row in rows}),
        tasks=len(rows),
        lacking=len(rows) - len(known),
        medium=leading((row.medium, row.minutes_a_year) for row in rows),
    )  # fmt: skip


def leading(minutes: Iterable[tuple[str, Decimal | None]]) -> str:
    """The medium with the most minutes; empty where none is known."""
    found: Counter[str] = Counter()
    for medium, one in minutes:
        if medium:
            found[medium] += int((one or Decimal(0)) * 1000)  # type: ignore[operator]  # a count of thousandths
    return max(sorted(found), key=lambda medium: found[medium]) if found else ""


@dataclass(frozen=True)
class Best:
    """The mark of best practice. codes: of the bodies that have it, none where nothing can be marked; why: in a sentence;
    compared: how many bodies were; left: code → why a body was not."""

    codes: frozenset[str]
    why: str
    compared: int
    left: Mapping[str, str]


def best(figures: Sequence[Compared], medium: str, least_cases: int) -> Best:
    """The least minutes a case among the bodies with at least `least_cases` cases, all tasks filled in and the same medium.
    None is marked among fewer than three; bodies that are equal to a tenth of a minute are all marked."""
    left = {one.code: why for one in figures if (why := _left_out(one, medium, least_cases))}
    kept = {one.code: one.per_case for one in figures if one.code not in left and one.per_case is not None}
    if len(kept) < LEAST_BODIES:
        told = f"比べられる団体が{len(kept)}なので、印を付けません（{LEAST_BODIES}団体から）。"
        return Best(frozenset(), told, len(kept), left)
    least = min(kept.values())
    found = frozenset(code for code, value in kept.items() if value - least < Decimal("0.1"))
    label = Medium(medium).label if medium else "媒体の記入なし"
    told = (
        f"件数が{least_cases}件以上で、作業がすべて書かれ、主な媒体が同じ（{label}）{len(kept)}団体のうち、"
        "1件あたりの時間がいちばん短いものです。"
    )
    if len(found) > 1:
        told += f"{len(found)}団体の差は0.1分に満たないので、どれにも印を付けました。"
    return Best(found, told, len(kept), left)


def _left_out(one: Compared, medium: str, least_cases: int) -> str:
    """Why a body is not among those of which one is marked; empty where it is."""
    if one.lacking or not one.tasks:
        return f"件数か時間のない作業が{one.lacking}あります"
    if one.per_case is None:
        return "1件あたりの時間が分かりません"
    if one.cases is None or one.cases < least_cases:
        return f"件数が{least_cases}件に足りません"
    if one.medium != medium:
        return f"主な媒体が違います（{one.medium_label}）"
    return ""


def usual_medium(figures: Sequence[Compared]) -> str:
    """The own town's, else the one that most bodies have."""
    own = next((one.medium for one in figures if one.origin == "own" and one.medium), "")
    counted = Counter(one.medium for one in figures if one.medium)
    return own or (max(sorted(counted), key=lambda medium: counted[medium]) if counted else "")


def as_plain(row: TaskRow) -> dict[str, Any]:
    """A task for a JSON column; numbers as texts, so that nothing of them is lost. Zone and process stay behind."""
    told: dict[str, Any] = {name: getattr(row, name) for name in TEXTS if getattr(row, name)}
    return told | {name: str(value) for name in NUMBERS if (value := getattr(row, name)) is not None}


def row_of(process: str, plain: Mapping[str, Any]) -> TaskRow:
    """The task again."""
    given: dict[str, Any] = {name: str(plain.get(name, "")) for name in TEXTS}
    numbers: dict[str, Any] = {name: Decimal(plain[name]) if name in plain else None for name in NUMBERS}
    return TaskRow(process=process, **given, **numbers)


class Names:
    """The names of a town's sections and staff, taken out of texts in whatever spelling: width, blanks and dots between their
    characters, capitals, and forms of one kanji (高 and 髙) make no difference. A name of one character is taken out where a
    title or a form of address follows (林さん), as it stands in other words too (林業)."""

    def __init__(self, sections: Iterable[str], staff: Iterable[str]) -> None:
        told = {one: "（課）" for name in sections if len(one := _as_found(name)) > 1}
        for name in staff:
            told.setdefault(_as_found(name), "（職員）")
        told.pop("", None)
        self._told = told
        self._by_start: dict[str, list[str]] = {}
        for name in told:
            self._by_start.setdefault(name[:2], []).append(name)

    def without(self, text: str) -> str:
        """The text without them; as it stands where there is none."""
        inside = self._inside(_as_found(text))
        if not inside:
            return text
        plain = full_kana(narrow(compose(text)))
        ways = re.compile("|".join(f"({_way(name)})" for name in inside), re.IGNORECASE)
        parts, end = [], 0
        for one in ways.finditer(plain.translate(FORMS)):  # a form has one character, as what it stands for
            parts += [plain[end : one.start()], self._told[inside[(one.lastindex or 1) - 1]]]
            end = one.end()
        return "".join([*parts, plain[end:]]) if parts else text

    def _inside(self, bare: str) -> list[str]:
        """Which names are in a text without blanks, the longest first. A town has thousands: they are found by how they begin."""
        starts = {bare[at : at + size] for at in range(len(bare)) for size in (1, 2)}
        found = [name for start in starts for name in self._by_start.get(start, ()) if name in bare]
        return sorted(found, key=lambda name: (-len(name), name))


def _as_found(name: str) -> str:
    return re.sub(BETWEEN, "", full_kana(narrow(compose(name)))).translate(FORMS).lower()


def _way(name: str) -> str:
    if len(name) == 1:
        return rf"(?<![一-鿿々]){re.escape(name)}(?={BETWEEN}*(?:{ADDRESSED}))"
    return f"{BETWEEN}*".join(map(re.escape, name))
