"""Tables that are loaded for the comparison: processes of bodies outside the installation, and the register of bodies.

Faults stand at their line and column, and cost no other row. Pure Python.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import TypeVar

from yakuba.kernel.definitions import Problem
from yakuba.kernel.maps.places import place
from yakuba.kernel.tables.columns import Column
from yakuba.kernel.tables.reading import Row
from yakuba.kernel.values import ValueRefused, calendar
from yakuba.kernel.values.characters import comparable
from yakuba.kernel.values.municipality_codes import is_code
from yakuba.services.reform.engine import cells
from yakuba.services.reform.engine.bodies import CODE, NAME, lost_zeros
from yakuba.services.reform.engine.inventory import CLASS, HOURS, NUMBER, PROCESS, TASK, Table, read_table
from yakuba.services.reform.engine.inventory import COLUMNS as INVENTORY

POPULATION, COUNTED_ON, SOURCE, YEAR = "人口", "いつの人口", "出典", "年度"
OF_BODY = (
    Column(CODE, ("全国地方公共団体コード", "自治体コード", "市区町村コード"), required=True),
    Column(NAME, ("自治体名", "市区町村名", "名称", "団体")),
)
BODIES = (
    *OF_BODY,
    Column(POPULATION, ("総人口", "住民基本台帳人口", "人口（人）"), required=True),
    Column(COUNTED_ON, ("人口の日", "基準日", "時点"), required=True),
    Column(SOURCE, ("根拠", "資料"), required=True),
)
# Totals of one body would be compared with those of all: a table of several bodies has none.
PROCESSES = (*OF_BODY, *(one for one in INVENTORY if one.name not in (CLASS, HOURS, NUMBER)))
MOST_BODIES = 2_000
T = TypeVar("T")


@dataclass(frozen=True)
class BodyRow:
    """A line of the register."""

    code: str
    name: str
    population: int
    counted_on: date
    source: str


@dataclass
class Register:
    """What a table of bodies says. rows: by code."""

    rows: dict[str, BodyRow] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)


@dataclass
class ProcessTables:
    """What a table of processes says. tables: code → its tasks; names: code → the body's."""

    tables: dict[str, Table] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    @property
    def notes(self) -> list[Problem]:
        """How cells were understood, in the order of lines."""
        return sorted((note for one in self.tables.values() for note in one.notes), key=lambda one: one.line)


def register_of(rows: Iterable[Row]) -> Register:
    """The bodies of a table."""
    every, found = list(rows), Register()
    reader = _codes(every)
    for row in every:
        faults: list[Problem] = []
        code = _cell(row, CODE, reader, faults)
        name = row.get(NAME)[:60] or _known_name(code)
        population = _cell(row, POPULATION, _people, faults)
        counted_on = _cell(row, COUNTED_ON, calendar.read_date, faults)
        source = _cell(row, SOURCE, lambda text: _filled(text, SOURCE), faults)
        faults += _name_faults(row, code, name)
        if code in found.rows:
            told = "この団体の行が前にもあります。どちらが正しいか確かめてください。"
            faults.append(Problem(row.line, CODE, told))
        found.problems += faults
        if not faults and code and population and counted_on and source:
            found.rows[code] = BodyRow(code, name, population, counted_on, source)
    if len(found.rows) > MOST_BODIES:
        found.problems.append(Problem(0, CODE, f"団体が{len(found.rows):,}あります（{MOST_BODIES:,}まで）。"))
        found.rows = {}
    return found


def processes_of(rows: Iterable[Row]) -> ProcessTables:
    """The tasks of each body. A code that stands only in the first of several rows (merged cells) holds for those below."""
    every, found = list(rows), ProcessTables()
    reader, of = _codes(every), ""
    parts: dict[str, list[Row]] = {}
    for row in every:
        if row.get(CODE):
            faults: list[Problem] = []
            of = _cell(row, CODE, reader, faults) or ""
            faults += _name_faults(row, of, row.get(NAME)[:60] or found.names.get(of) or _known_name(of))
            of = "" if faults else of
            found.problems += faults
        elif not of and row.get(PROCESS, TASK):
            found.problems.append(Problem(row.line, CODE, "団体コードが空です。"))
        if of:
            parts.setdefault(of, []).append(row)
            found.names[of] = found.names.get(of) or row.get(NAME)[:60] or _known_name(of)
    for code, part in parts.items():
        bare = [
            Row(row.line, {key: cell for key, cell in row.cells.items() if key not in (CLASS, HOURS, NUMBER)})
            for row in part
        ]
        found.tables[code] = read_table(bare, {})
        found.problems += found.tables[code].problems
    found.problems.sort(key=lambda one: one.line)
    return found


def _codes(rows: list[Row]) -> Callable[[str], str]:
    """The reader of the column of codes, which is read in one way (`engine.bodies`)."""
    lost, doubt = lost_zeros([code for row in rows if (code := cells.bare(row.get(CODE)))])

    def read(text: str) -> str:
        code = cells.bare(text)
        if doubt and len(code) == 5:
            raise cells.BadCell(
                f"「{code}」は、先頭の0が消えた6けたか、検査数字のない5けたか分かりません。6けたで書いてください。"
            )
        if lost and len(code) == 5:
            code = "0" + code
        if is_code(code):
            return code
        if found := place(code):
            return found.code
        raise cells.BadCell(
            f"「{text.strip()[:20]}」は団体コードではありません。検査数字まで6けたで書いてください。"
        )

    return read


def _name_faults(row: Row, code: str | None, name: str) -> list[Problem]:
    """Where a code that has no body today (it merged, or is none of the list) stands without a name, or the name beside a code is
    another body's: one digit wrong may be the code of another, and its figures would be taken for that one's."""
    if not code:
        return []
    if not name:
        told = f"{code}は今の市区町村の一覧にありません（合併したか、番号が違います）。団体コードを確かめ、正しければ団体名を書いてください。"
        return [Problem(row.line, NAME, told)]
    given, known = comparable(name), comparable(_known_name(code))
    if known and known not in given and given not in known:
        told = (
            f"団体コード{code}は{_known_name(code)}ですが、団体名は「{name}」です。どちらかを直してください。"
        )
        return [Problem(row.line, NAME, told)]
    return []


def _cell(row: Row, column: str, read: Callable[[str], T], faults: list[Problem]) -> T | None:
    try:
        return read(row.get(column))
    except (cells.BadCell, ValueRefused) as error:
        faults.append(Problem(row.line, column, str(error)))
        return None


def _people(text: str) -> int:
    found = cells.number(text).removesuffix("人")
    if not (found.isascii() and found.isdigit() and 0 < int(found) < 20_000_000):
        raise cells.BadCell(
            f"「{text.strip()[:30]}」は人口として読めません。8000 のように数だけで書いてください。"
        )
    return int(found)


def _filled(text: str, what: str) -> str:
    if not text.strip():
        raise cells.BadCell(f"{what}を書いてください。例：住民基本台帳に基づく人口")
    return " ".join(text.split())[:200]


def _known_name(code: str | None) -> str:
    found = place(code) if code else None
    return found.name if found else ""
