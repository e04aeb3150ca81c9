"""Masters and check tables → codes with names, and rows of checks. What is wrong is told by line; the other rows are taken."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from yakuba.kernel.definitions import Problem, values
from yakuba.kernel.tables.columns import Column
from yakuba.kernel.tables.reading import Row
from yakuba.kernel.values.characters import narrow
from yakuba.services.claims.engine.dates import BadDate, day_of, month_of
from yakuba.services.claims.engine.layouts import DATA
from yakuba.services.claims.engine.reading import Faults

ALWAYS, NEVER = 0, 999_912  # months of rows without a first or a last one
UNITS = {"day": 1, "week": 2, "month": 3}
FROM, TO = "適用開始年月", "適用終了年月"
LARGEST_NUMBER = 1e12
SAMPLE = 50  # lines by which a file without headings is known
TESTS = (
    160,
    170,
)  # acts whose code begins so are tests and pictures, for which a suspected disease is enough

SHAPES: Mapping[str, Callable[[int], bool]] = {
    "医薬品": lambda code: code // 100_000_000 == 6,
    "診療行為": lambda code: code // 100_000_000 == 1,
    "傷病名": lambda code: code < 10_000_000,
}
SHAPE_WORDS = {"医薬品": "6で始まる9桁", "診療行為": "1で始まる9桁", "傷病名": "7桁まで"}


@dataclass(frozen=True)
class TableKind:
    """A kind of file. heading: it has headings; said: what `data/tables.yaml` says of it."""

    code: str
    label: str
    group: str
    said: Mapping[str, Any]

    @property
    def heading(self) -> bool:
        """Whether its columns are chosen by their headings."""
        return self.group == "heading"

    @property
    def columns(self) -> tuple[Column, ...]:
        """The columns of a file with headings."""
        named = [
            Column(
                str(self.said[name]), (str(self.said[name]).replace("コード", "CD"),), required=name != "low"
            )
            for name in ("code", "other", "high", "low")
            if name in self.said
        ]
        return (
            *named,
            Column(FROM, ("適用開始", "新設年月日", "適用開始年月日")),
            Column(TO, ("適用終了", "廃止年月日", "適用終了年月日")),
        )


@dataclass(frozen=True, slots=True)
class Named:
    """A code and what it is called."""

    code: int
    name: str


@dataclass(frozen=True, slots=True)
class Check:
    """A row of a check. code: the item that is found; other: what it stands beside (an item, a disease, a group), 0 for
    nothing; low, high: limits, None for none; unit: of `UNITS`, 0 for none; starts, ends: months, both included; mark: 1 where
    a suspected disease is enough. kind: of `checks.KINDS`, or `group`: code belongs to group `other`."""

    kind: str
    code: int
    other: int = 0
    low: float | None = None
    high: float | None = None
    unit: int = 0
    span: int = 1
    starts: int = ALWAYS
    ends: int = NEVER
    mark: int = 0


class BadLine(Exception):
    """A row of a table cannot be used; the sentence says why."""


@cache
def kinds() -> dict[str, TableKind]:
    """Every kind of file by its code."""
    told: Any = _said()
    return {
        code: TableKind(code, str(said["label"]), group, said)
        for group in ("masters", "points", "heading")
        for code, said in told[group].items()
    }


@cache
def _said() -> Any:
    return values((DATA / "tables.yaml").read_text(encoding="utf-8"))


def fits(kind: TableKind, rows: list[list[str]]) -> str:
    """What speaks against a file without headings being of that kind; empty where nothing does. rows: its first ones."""
    most = int(kind.said["columns"])
    counts = sorted({len(row) for row in rows})
    if not rows:
        return "ファイルが空です。"
    usual = max(counts, key=[len(row) for row in rows].count)  # a single row that is cut is told by its line
    if usual < most or (kind.group == "points" and usual != most):  # a master may have grown
        told = "、".join(map(str, counts[:5]))
        return f"「{kind.label}」は{most}列の表ですが、このファイルは{told}列です。種類か、途中で切れていないか確かめてください。"
    mark = str(kind.said.get("mark", ""))
    if mark and any(row[1].strip() != mark for row in rows):
        return f"2列目が「{mark}」ではないので、「{kind.label}」ではありません。種類を選び直してください。"
    return ""


def taken(kind: TableKind, rows: Iterable[tuple[int, list[str]]], faults: Faults) -> Iterator[Named | Check]:
    """What the rows of a file without headings say. rows: line and cells."""
    most = int(kind.said["columns"])
    for line, cells in rows:
        try:
            if len(cells) < most:
                raise BadLine(f"列が{len(cells)}個しかありません（{most}個のはずです）。")
            yield from _named(kind, cells) if kind.group == "masters" else _checks(kind, cells)
        except (BadLine, BadDate) as error:
            faults.append(Problem(line, "", str(error)))


def _named(kind: TableKind, cells: list[str]) -> Iterator[Named]:
    at = int(kind.said["code"]) - 1
    text = cells[at].strip()
    if "parts" in kind.said:
        text = text + cells[at + 1].strip() + cells[at + 2].strip().zfill(6)
        at += 2
    name = next((one.strip() for one in cells[at + 1 :] if one.strip() and not one.isascii()), "")
    if not name:
        raise BadLine(f"コード「{text[:20]}」の名称がありません。")
    yield Named(_code(text), name)


def _checks(kind: TableKind, cells: list[str]) -> Iterator[Check]:
    said = kind.said
    starts, ends = _months(cells, said)
    if starts > ends:
        raise BadLine("適用の終わりが始まりより前です。")
    code = _code(cells[int(said["code"]) - 1])
    rule = str(said["rule"])
    if rule == "exclusion":
        other = _code(cells[int(said["other"]) - 1])
        if cells[int(said["which"]) - 1].strip() == "1":
            code, other = other, code  # 1: the first one is claimed, so that the other is what is too much
        yield Check(rule, code, other, unit=UNITS[said["unit"]], starts=starts, ends=ends)
    elif rule == "count":
        unit = _said()["periods"].get(cells[int(said["period"]) - 1].strip())
        if unit is not None:
            high = _number(cells[int(said["high"]) - 1])
            yield Check(rule, code, high=high, unit=UNITS[unit], starts=starts, ends=ends)
    elif rule == "group":
        yield Check(rule, code, _code(cells[int(said["group"]) - 1]), starts=starts, ends=ends)
    else:
        for at in map(int, said["groups"]):
            unit = _said()["bundles"].get(cells[at - 1].strip().zfill(2))
            if unit is not None and cells[at].strip().strip("0"):
                yield Check(rule, code, _code(cells[at]), unit=UNITS[unit], starts=starts, ends=ends)


def _months(cells: list[str], said: Mapping[str, Any]) -> tuple[int, int]:
    if "starts" not in said:
        return ALWAYS, NEVER
    return _month(cells[int(said["starts"]) - 1], ALWAYS), _month(cells[int(said["ends"]) - 1], NEVER)


def of_rows(kind: TableKind, rows: Iterable[Row], faults: Faults) -> Iterator[Check]:
    """The checks in the rows of a file with headings."""
    for row in rows:
        try:
            yield _of_row(kind, row)
        except (BadLine, BadDate) as error:
            faults.append(Problem(row.line, "", str(error)))


def _of_row(kind: TableKind, row: Row) -> Check:
    said = kind.said
    code = _shaped(str(said["code"]), row)
    other = _shaped(str(said["other"]), row) if "other" in said else 0
    high = _number(row.get(str(said["high"]))) if "high" in said else None
    low = _number(row.get(str(said["low"]))) if row.get(str(said.get("low", ""))) else None
    if "high" in said and high is None and low is None:
        raise BadLine(f"「{said['high']}」がありません。空のままでは何も点検できません。")
    starts, ends = _month(row.get(FROM), ALWAYS), _month(row.get(TO), NEVER)
    if starts > ends:
        raise BadLine("適用の終わりが始まりより前です。")
    if low is not None and high is not None and low > high:
        raise BadLine(f"「{said['low']}」が「{said['high']}」より大きいので、必ず範囲の外になります。")
    mark = int(code // 1_000_000 in TESTS)
    return Check(str(said["rule"]), code, other, low, high, 0, 1, starts, ends, mark)


def _shaped(column: str, row: Row) -> int:
    """A code that can be one of that column's: drugs begin with 6, acts with 1, diseases have at most 7 digits. Two columns
    taken for each other would otherwise be rows that never find anything."""
    code = _code(row.get(column))
    for word, fits_ in SHAPES.items():
        if word in column and not fits_(code):
            raise BadLine(
                f"「{column}」の「{code}」は{word}のコードではありません（{SHAPE_WORDS[word]}）。列を取り違えていないか確かめてください。"
            )
    return code


def _code(text: str) -> int:
    text = narrow(text).strip()
    if not (text.isascii() and text.isdigit() and len(text) <= 9 and int(text)):
        raise BadLine(f"コード「{text[:20]}」は9桁以内の数字ではありません。")
    return int(text)


def _number(text: str) -> float | None:
    text = narrow(text).strip().replace(",", "")
    if not text:
        return None
    try:
        found = float(text)
    except ValueError:
        found = -1.0
    if not 0 <= found < LARGEST_NUMBER:
        raise BadLine(f"「{text[:20]}」は0以上の数ではありません。")
    return found


def _month(text: str, default: int) -> int:
    """A month out of a month or a day; nothing, zeros and nines: the default."""
    text = "".join(one for one in narrow(text) if one not in " /-.")
    if not text or not text.strip("0") or not text.strip("9"):
        return default
    return day_of(text) // 100 if len(text) > 6 else month_of(text)
