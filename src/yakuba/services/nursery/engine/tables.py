"""Facilities and applications from CSV files (UTF-8 or CP932), columns found by their Japanese headings.

Facilities: 施設番号, 施設名, 種別, 地区, 0歳 … 5歳 (free seats; empty or `-`: the age is not taken in), 共用枠
(`3-5歳:席10、0-1歳:保育士2`). Applications, one row a child: 受付番号, 世帯番号 (empty: a household of its own),
児童氏名, 生年月日, 地区, きょうだいの希望, 第1希望 …, 今の施設, 今の席を空ける, 入所保留の希望. Every column, known or
not, is also a fact under its heading. A bad row is told with its line and left out; the others are kept.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from yakuba.kernel.definitions import plain
from yakuba.kernel.values.characters import compose
from yakuba.services.nursery.contracts import Child, Facility, Household, Problem, SharedAges
from yakuba.services.nursery.engine.rules.fields import BadValue, read_date

LARGEST = 50_000_000  # bytes
MOST_COLUMNS = 300
LONGEST_CELL = 2_000
MOST_TOLD = 1_000
AGES = range(6)
NOT_TAKEN_IN = ("", "-", "－", "ー", "×")
TRUE = ("はい", "あり", "有", "1", "yes", "true", "○", "〇")
FALSE = ("", "いいえ", "なし", "無", "0", "no", "false", "×", "-")
BIRTH = ("生年月日", "児童生年月日")
WISH = re.compile(r"第([0-9]{1,2})希望")
SHARED = re.compile(r"([0-5])(?:[-~〜]([0-5]))?歳[:=](席|保育士)([0-9]{1,4})")


@dataclass(frozen=True)
class Row:
    """One row: its line in the file and its cells by heading, without blanks around."""

    line: int
    cells: Mapping[str, str]

    def get(self, *names: str) -> str:
        """The first cell of these headings that is not empty."""
        return next((self.cells[name] for name in names if self.cells.get(name)), "")


class _BadRow(ValueError):
    """The row cannot be used; the text says why, in Japanese."""


def read_facilities(data: bytes) -> tuple[list[Facility], list[Problem]]:
    """The facilities of a file, and what is wrong in it."""
    problems: list[Problem] = []
    found: dict[str, Facility] = {}
    for row in _rows(data, ("施設番号", "施設名"), problems):
        place = f"施設 {row.get('施設名', '施設番号')}"
        try:
            facility = _facility(row)
            if facility.id in found:
                raise _BadRow(f"施設番号「{facility.id}」の施設が前の行にもあります。")
            found[facility.id] = facility
        except _BadRow as error:
            problems.append(Problem(row.line, place, str(error)))
    return list(found.values()), _first(problems)


def read_households(data: bytes) -> tuple[list[Household], list[Problem]]:
    """The households of a file with their children, and what is wrong in it."""
    problems: list[Problem] = []
    found: dict[str, Household] = {}
    receipts: dict[str, int] = {}
    for row in _rows(data, ("受付番号", "第1希望"), problems):
        try:
            child = _child(row)
            if child.id in receipts:
                raise _BadRow(
                    f"同じ受付番号が{receipts[child.id]}行目にもあります。番号を直すか、重複を除いてください。"
                )
            receipts[child.id] = row.line
            _join(found, row, child)
        except (_BadRow, BadValue) as error:
            problems.append(Problem(row.line, f"受付 {row.get('受付番号')}", str(error)))
    return list(found.values()), _first(problems)


def _first(problems: list[Problem]) -> list[Problem]:
    return sorted(problems, key=lambda one: one.line)[:MOST_TOLD]


# Files


def _rows(data: bytes, required: tuple[str, ...], problems: list[Problem]) -> Iterator[Row]:
    text = _text(data, problems)
    if text is None:
        return
    reader = csv.reader(io.StringIO(text, newline=""))
    last = 0
    headings: list[str] = []
    try:
        for cells in reader:
            line, last = last + 1, reader.line_num
            if not any(cell.strip() for cell in cells):
                continue
            if not headings:
                headings = [plain(cell) for cell in cells]
                if not _headings_hold(headings, line, required, problems):
                    return
                continue
            row = _row(headings, cells, line, problems)
            if row:
                yield row
    except csv.Error:
        reason = 'CSVとして読めません。引用符（"）の閉じ忘れがないか確かめてください。'
        problems.append(Problem(last + 1, "", reason))
    if not headings:
        problems.append(Problem(1, "", "ファイルが空です。1行目に見出しを書いてください。"))


def _text(data: bytes, problems: list[Problem]) -> str | None:
    if len(data) > LARGEST:
        problems.append(Problem(0, "", f"ファイルが大きすぎます（{LARGEST // 1_000_000}MBまで）。"))
        return None
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        pass
    try:
        return data.decode("cp932")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        reason = "読めない文字があります。UTF-8かShift_JIS（CP932）で保存し直してください。"
        problems.append(Problem(line, "", reason))
        return None


def _headings_hold(
    headings: list[str], line: int, required: tuple[str, ...], problems: list[Problem]
) -> bool:
    before = len(problems)
    for name in required:
        if name not in headings:
            problems.append(
                Problem(line, "見出し", f"「{name}」の列がありません。1行目に見出しを書いてください。")
            )
    for name in sorted({name for name in headings if name and headings.count(name) > 1}):
        problems.append(Problem(line, "見出し", f"「{name}」の列が二つあります。一つにしてください。"))
    if len(headings) > MOST_COLUMNS:
        problems.append(Problem(line, "見出し", f"列が多すぎます（{MOST_COLUMNS}列まで）。"))
    return len(problems) == before


def _row(headings: list[str], cells: list[str], line: int, problems: list[Problem]) -> Row | None:
    if any(cell.strip() for cell in cells[len(headings) :]):
        reason = f"見出しは{len(headings)}列ですが、この行は{len(cells)}列あります。余分なコンマがないか確かめてください。"
        problems.append(Problem(line, "", reason))
        return None
    if any(len(cell) > LONGEST_CELL for cell in cells):
        problems.append(Problem(line, "", f"長すぎる値があります（{LONGEST_CELL:,}文字まで）。"))
        return None
    pairs = zip(headings, cells, strict=False)
    return Row(line, {name: text for name, cell in pairs if name and (text := compose(cell).strip())})


# Facilities


def _facility(row: Row) -> Facility:
    code = row.get("施設番号")
    if not code:
        raise _BadRow("施設番号が空です。")
    vacancies = {}
    for age in AGES:
        text = plain(row.get(f"{age}歳", f"{age}歳の空き"))
        if text in NOT_TAKEN_IN:
            continue
        if not text.isascii() or not text.isdigit() or len(text) > 4:
            raise _BadRow(
                f"「{age}歳」の空き「{text}」は0以上の整数で書いてください。受け入れない年齢は空欄にします。"
            )
        vacancies[age] = int(text)
    return Facility(
        id=code,
        name=row.get("施設名") or code,
        vacancies=vacancies,
        kind=row.get("種別"),
        district=row.get("地区"),
        shared=_shared(plain(row.get("共用枠"))),
        facts=dict(row.cells),
    )


def _shared(text: str) -> tuple[SharedAges, ...]:
    found: dict[tuple[int, ...], SharedAges] = {}
    for part in re.split(r"[、,;]", text):
        part = part.replace(" ", "")
        if not part:
            continue
        match = SHARED.fullmatch(part)
        if not match:
            raise _BadRow(f"共用枠「{part}」は「3-5歳:席10」か「0-1歳:保育士2」のように書いてください。")
        low, high, what, count = match.groups()
        ages = tuple(range(int(low), int(high or low) + 1))
        name = f"{low}-{high}歳" if high else f"{low}歳"
        known = found.get(ages, SharedAges(name, ages))
        if what == "席":
            found[ages] = replace(known, seats=int(count))
        else:
            found[ages] = replace(known, teachers=int(count))
    return tuple(found.values())


# Applications


def _child(row: Row) -> Child:
    code = row.get("受付番号")
    if not code:
        raise _BadRow("受付番号が空です。")
    birth = row.get(*BIRTH)
    if not birth:
        raise _BadRow("生年月日が空です。")
    numbered = sorted(
        (int(match[1]), text) for name, text in row.cells.items() if (match := WISH.fullmatch(name))
    )
    return Child(
        id=code,
        name=row.get("児童氏名"),
        birth=read_date(birth),
        wishes=tuple(text for _, text in numbered),
        current=row.get("今の施設") or None,
        gives_up=_flag(row, "今の席を空ける"),
        wants_hold=_flag(row, "入所保留の希望"),
        facts=dict(row.cells),
    )


def _flag(row: Row, name: str) -> bool:
    text = plain(row.get(name)).lower()
    if text not in TRUE and text not in FALSE:
        raise _BadRow(f"「{name}」の「{text}」は「はい」か「いいえ」で書いてください。")
    return text in TRUE


def _join(found: dict[str, Household], row: Row, child: Child) -> None:
    """Put a child into its household; rows of one household must agree on what holds for all."""
    name = row.get("世帯番号") or child.id
    mode, district = row.get("きょうだいの希望"), row.get("地区")
    known = found.get(name)
    if known is None:
        found[name] = Household(name, (child,), mode, district, row.line)
        return
    for heading, mine, theirs in (
        ("きょうだいの希望", mode, known.sibling_mode),
        ("地区", district, known.district),
    ):
        if mine and theirs and mine != theirs:
            raise _BadRow(f"「{heading}」が同じ世帯の{known.line}行目と違います（{mine} と {theirs}）。")
    found[name] = replace(
        known,
        children=(*known.children, child),
        sibling_mode=known.sibling_mode or mode,
        district=known.district or district,
    )
