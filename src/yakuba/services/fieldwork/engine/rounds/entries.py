"""Crews and stops as somebody enters them, by hand, by program or by table: what is wrong with them, by column."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from yakuba.kernel.refusals import Invalid, Problem
from yakuba.kernel.tables.reading import Row
from yakuba.kernel.values import ValueRefused
from yakuba.kernel.values.calendar import read_date
from yakuba.services.fieldwork.contracts import StopKind
from yakuba.services.fieldwork.engine.rounds import words

MOST_LOAD, MOST_MINUTES = 1_000_000, 600
CREW_HEAD = ("班", "課", "技能", "積める量", "基地", "緯度", "経度", *words.WEEKDAYS, "休憩", "使う")
CREW_REQUIRED = ("班", "緯度", "経度")
STOP_HEAD = ("種類", "番号", "件名", "緯度", "経度", "作業の分", "量", "技能", "優先", "時間帯", "日")
STOP_REQUIRED = ("件名", "緯度", "経度")
PRIORITIES = {1: "急ぐ", 2: "ふつう", 3: "後でもよい"}
YES, NO = ("", "はい", "○", "1", "使う"), ("いいえ", "×", "0", "使わない")
CREW_LONGEST = {"place": ("基地", 60), "skills": ("技能", 400), "breaks": ("休憩", 120)}
STOP_LONGEST = {"ref": ("番号", 40), "skills": ("技能", 400), "windows": ("時間帯", 200), "days": ("日", 120)}
IN_JAPAN = ((20.0, 46.0), (122.0, 154.0))  # latitudes and longitudes


@dataclass(frozen=True)
class GivenCrew:
    """latitude, longitude: of its base, degrees; load: None without limit; hours: seven texts, Monday first; texts as
    `words` reads them."""

    name: str
    latitude: float
    longitude: float
    section: str = ""
    skills: str = ""
    load: int | None = None
    place: str = ""
    hours: tuple[str, ...] = ("8:30-17:15",) * 5 + ("", "")
    breaks: str = "12:00-12:30 60分"
    active: bool = True
    line: int = field(default=0, compare=False)


@dataclass(frozen=True)
class GivenStop:
    """ref: its number where it comes from; minutes of work; windows, skills, days: texts as `words` reads them."""

    title: str
    latitude: float
    longitude: float
    kind: StopKind = StopKind.HAND
    ref: str = ""
    minutes: int = 15
    load: int = 0
    skills: str = ""
    priority: int = 2
    windows: str = ""
    days: str = ""
    line: int = field(default=0, compare=False)


def crew_faults(
    given: GivenCrew, skills: Collection[str], sections: Collection[str]
) -> tuple[GivenCrew, list[Problem]]:
    """The crew with its texts as they are kept, and all that is wrong. skills: those that the town keeps."""
    faults = _Faults(given.line)
    name = given.name.strip()
    if not name or len(name) > 40:
        faults.add("班", "班の名前を40字までで書いてください。")
    if given.section and given.section not in sections:
        faults.add("課", f"課「{given.section}」はありません。管理の「課」にある名前を書いてください。")
    _place(given, faults)
    if given.load is not None and not 0 <= given.load <= MOST_LOAD:
        faults.add("積める量", f"0〜{MOST_LOAD:,}の整数で書いてください。空なら限りなしです。")
    hours = tuple(
        faults.read(day, text, _hours) for day, text in zip(words.WEEKDAYS, given.hours, strict=True)
    )
    if not any(hours) and not faults.found:
        faults.add(
            "月", "働く時間が一日もありません。少なくとも一つの曜日に「8:30-17:15」のように書いてください。"
        )
    breaks = faults.read("休憩", given.breaks, lambda text: words.breaks_shown(words.breaks_of(text)))
    known = _skills(given.skills, skills, faults)
    crew = replace(given, name=name, hours=hours, breaks=breaks, skills=known)
    _lengths(crew, CREW_LONGEST, faults)
    return crew, faults.found


def _hours(text: str) -> str:
    span = words.hours_of(text)
    return words.spans_shown([span]) if span else ""


def stop_faults(
    given: GivenStop, skills: Collection[str], days: Collection[date]
) -> tuple[GivenStop, list[Problem]]:
    """The stop with its texts as they are kept, and all that is wrong. days: those of the plan."""
    faults = _Faults(given.line)
    title = given.title.strip()
    if not title or len(title) > 100:
        faults.add("件名", "件名を100字までで書いてください。")
    _place(given, faults)
    if not 0 <= given.minutes <= MOST_MINUTES:
        faults.add("作業の分", f"0〜{MOST_MINUTES}の整数で書いてください。")
    if not 0 <= given.load <= MOST_LOAD:
        faults.add("量", f"0〜{MOST_LOAD:,}の整数で書いてください。")
    if given.priority not in PRIORITIES:
        faults.add("優先", "1（急ぐ）、2（ふつう）、3（後でもよい）のどれかにしてください。")
    windows = faults.read("時間帯", given.windows, lambda text: words.spans_shown(words.spans_of(text)))
    chosen = faults.read("日", given.days, lambda text: _days(text, days))
    known = _skills(given.skills, skills, faults)
    stop = replace(given, title=title, windows=windows, days=chosen, skills=known, ref=given.ref.strip())
    _lengths(stop, STOP_LONGEST, faults)
    return stop, faults.found


def _days(text: str, days: Collection[date]) -> str:
    found = []
    for part in words.names_of(text):
        try:
            day = read_date(part)
        except ValueRefused as error:
            raise Invalid(str(error)) from error
        if day not in days:
            raise Invalid(f"「{part}」は、この計画の日ではありません。")
        found.append(day)
    return words.joined([day.isoformat() for day in sorted(set(found))])


def _lengths(given: GivenCrew | GivenStop, longest: Mapping[str, tuple[str, int]], faults: _Faults) -> None:
    """Texts that are kept as they are written, as long as their columns let them be."""
    for name, (place, most) in longest.items():
        if len(getattr(given, name)) > most:
            faults.add(place, f"{place}は{most}字までです。短くするか、分けてください。")


class _Faults:
    def __init__(self, line: int) -> None:
        self.line = line
        self.found: list[Problem] = []

    def add(self, place: str, reason: str) -> None:
        self.found.append(Problem(self.line, place, reason))

    def read(self, place: str, text: str, reader: Callable[[str], str]) -> str:
        """What the reader makes of it, or the text and its fault."""
        try:
            return reader(text)
        except Invalid as refusal:
            self.add(place, refusal.sentence)
            return text


def _place(given: GivenCrew | GivenStop, faults: _Faults) -> None:
    (south, north), (west, east) = IN_JAPAN
    if not (math.isfinite(given.latitude) and math.isfinite(given.longitude)):
        faults.add("緯度", "緯度と経度を数で書いてください。")
    elif south <= given.longitude <= north and west <= given.latitude <= east:
        faults.add("緯度", "緯度と経度が逆です。緯度は20〜46、経度は122〜154です。")
    elif not (south <= given.latitude <= north and west <= given.longitude <= east):
        faults.add("緯度", f"緯度{given.latitude:g}、経度{given.longitude:g}は日本の中にありません。")


def _skills(text: str, known: Collection[str], faults: _Faults) -> str:
    names = words.names_of(text)
    unknown = [name for name in names if name not in known]
    if unknown:
        kept = words.joined(list(known)) or "まだありません。「自治体の設定」の「巡回の技能」に書いてください"
        faults.add("技能", f"技能「{words.joined(unknown)}」は一覧にありません（一覧：{kept}）。")
    return words.joined(names)


def read_crews(
    rows: Iterable[Row], skills: Collection[str], sections: Collection[str]
) -> tuple[list[GivenCrew], list[Problem]]:
    """Crews of a table and every fault by line and column. A crew named twice is one."""
    found: list[GivenCrew] = []
    problems: list[Problem] = []
    for row in rows:
        try:
            given = _crew_of(row)
        except _Cells as faults:
            problems += faults.problems
            continue
        crew, wrong = crew_faults(given, skills, sections)
        if any(one.name == crew.name for one in found):
            wrong.append(Problem(row.line, "班", f"班「{crew.name}」が前の行にもあります。"))
        problems += wrong
        found.append(crew)
    return found, problems


def read_stops(
    rows: Iterable[Row], skills: Collection[str], days: Collection[date], there: Iterable[GivenStop] = ()
) -> tuple[list[GivenStop], list[Problem]]:
    """Stops of a table and every fault by line and column. there: what the plan has already."""
    twice = _Twice(there)
    found: list[GivenStop] = []
    problems: list[Problem] = []
    for row in rows:
        try:
            given = _stop_of(row)
        except _Cells as faults:
            problems += faults.problems
            continue
        stop, wrong = stop_faults(given, skills, days)
        problems += wrong or twice.told(stop)
        found.append(stop)
    return found, problems


class _Twice:
    """Stops that are there already: of the same kind and number, or the same in everything (a table that is taken twice)."""

    def __init__(self, there: Iterable[GivenStop]) -> None:
        self.rows: dict[GivenStop, str] = {}
        self.numbers: dict[tuple[StopKind, str], str] = {}
        for one in there:
            self._note(one, "この計画")

    def _note(self, stop: GivenStop, where: str) -> None:
        self.rows.setdefault(stop, where)
        if stop.ref:
            self.numbers.setdefault((stop.kind, stop.ref), where)

    def told(self, stop: GivenStop) -> list[Problem]:
        """What is said of it; from now on it is there."""
        by_number = self.numbers.get((stop.kind, stop.ref)) if stop.ref else None
        by_row = self.rows.get(stop)
        self._note(stop, f"{stop.line}行目")
        if by_number:
            return [
                Problem(
                    stop.line,
                    "番号",
                    f"{stop.kind.label}の{stop.ref}は、{by_number}にもあります。どちらかを消してください。",
                )
            ]
        if by_row:
            return [
                Problem(
                    stop.line,
                    "件名",
                    f"「{stop.title}」は、{by_row}に同じものがあります。二度行くときは、件名に「2回目」などを付けてください。",
                )
            ]
        return []


class _Cells(Exception):
    def __init__(self, problems: list[Problem]) -> None:
        super().__init__()
        self.problems = problems


class _Reader:
    """Numbers of one row, with all faults at once."""

    def __init__(self, row: Row) -> None:
        self.row = row
        self.problems: list[Problem] = []

    def number(self, name: str, usual: float | None = None) -> float:
        text = words.plain(self.row.get(name)).replace(",", "")
        if not text and usual is not None:
            return usual
        try:
            return float(text)
        except ValueError:
            self.problems.append(
                Problem(self.row.line, name, f"「{self.row.get(name)}」は数ではありません。")
            )
            return 0.0

    def whole(self, name: str, usual: int) -> int:
        number = self.number(name, usual)
        if not math.isfinite(number) or number != int(number):
            self.problems.append(
                Problem(self.row.line, name, f"「{self.row.get(name)}」は整数ではありません。")
            )
            return usual
        return int(number)

    def one_of(self, name: str, words_of: dict[str, object]) -> object:
        text = self.row.get(name)
        if text not in words_of:
            listed = "、".join(word for word in words_of if word)
            self.problems.append(
                Problem(self.row.line, name, f"「{text}」は読めません。{listed}のどれかにしてください。")
            )
            return next(iter(words_of.values()))
        return words_of[text]

    def close(self) -> None:
        if self.problems:
            raise _Cells(self.problems)


def _crew_of(row: Row) -> GivenCrew:
    cells = _Reader(row)
    used = cells.one_of("使う", {**dict.fromkeys(YES, True), **dict.fromkeys(NO, False)})
    given = GivenCrew(
        row.get("班"),
        cells.number("緯度"),
        cells.number("経度"),
        row.get("課"),
        row.get("技能"),
        cells.whole("積める量", 0) if row.get("積める量") else None,
        row.get("基地"),
        tuple(row.get(day) for day in words.WEEKDAYS),
        row.get("休憩"),
        bool(used),
        row.line,
    )
    cells.close()
    return given


def _stop_of(row: Row) -> GivenStop:
    cells = _Reader(row)
    kinds: dict[str, object] = {"": StopKind.TABLE, **{kind.label: kind for kind in StopKind}}
    ranks: dict[str, object] = {"": 2}
    for rank, word in PRIORITIES.items():
        ranks |= {word: rank, str(rank): rank}
    kind, priority = cells.one_of("種類", kinds), cells.one_of("優先", ranks)
    given = GivenStop(
        row.get("件名"),
        cells.number("緯度"),
        cells.number("経度"),
        StopKind(str(kind)),
        row.get("番号"),
        cells.whole("作業の分", 15),
        cells.whole("量", 0),
        row.get("技能"),
        int(str(priority)),
        row.get("時間帯"),
        row.get("日"),
        row.line,
    )
    cells.close()
    return given


def table_of_stops(stops: Iterable[GivenStop]) -> Iterator[list[str | int | float]]:
    """The rows of a table that `read_stops` reads."""
    for one in stops:
        yield [
            one.kind.label, one.ref, one.title, one.latitude, one.longitude, one.minutes, one.load, one.skills,
            PRIORITIES[one.priority], one.windows, one.days,
        ]  # fmt: skip
