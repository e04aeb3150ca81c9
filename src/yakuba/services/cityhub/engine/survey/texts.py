"""Points as text: x, y and height in columns, with commas, semicolons, tabs or spaces. Which column is the north is said by the
person who brings the file: a surveyor's X goes north, a program's to the east, and no number tells which it is."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from typing import Any, BinaryIO

import numpy as np

from yakuba.kernel.refusals import Invalid, Problem

EAST_FIRST, NORTH_FIRST = "east", "north"
ORDERS = {
    NORTH_FIRST: "X（北）、Y（東）、高さの順（測量の並び）",
    EAST_FIRST: "東、北、高さの順（プログラムの並び）",
}
BLOCK = 4_000_000  # bytes
LONGEST = 2_000  # characters of a line
MOST_POINTS = 200_000_000
MOST_TOLD = 20
MOST_BAD = 1_000  # then it is no file of points
_APART = re.compile(r"[,;\t ]+")
NEITHER = "写真や標高（GeoTIFF）でも、点群（LAS、LAZ、CSV）でもないか、空のファイルです。選び直すか、書き出し直してください。"
NO_NUMBERS = "はじめの3列が数ではありません。X、Y、高さの順に並べてください。"
Values = np.ndarray[Any, Any]


class TextPoints:
    """A text file of points. bad: lines that are none; faults: the first of them, in words."""

    def __init__(self, file: BinaryIO, order: str) -> None:
        self._file = file
        file.seek(0)
        start = file.read(64_000)
        if b"\0" in start or not start.strip():
            raise Invalid(NEITHER)
        lines = [one for one in start.decode("utf-8-sig", "replace").splitlines() if one.strip()]
        self._headed = bool(lines) and _numbers(lines[0]) is None
        body = lines[1:] if self._headed else lines
        if not body or _numbers(body[0]) is None:
            raise Invalid(NO_NUMBERS)
        if order not in ORDERS:
            raise Invalid("並びを選んでください。", place="列の並び")
        self._order = order
        self._apart = next((one for one in ",;\t" if one in body[0]), None)  # None: spaces
        self._head = lines[0][:200] if self._headed else ""
        self.count, self.bad = 0, 0
        self.box = (0.0, 0.0, 0.0, 0.0)
        self.faults: list[str] = []
        self._telling = True

    def facts(self) -> dict[str, Any]:
        """Plain."""
        shown = "".join(one for one in self._head if one.isprintable())
        return {"sort": "points", "order": self._order, "code": None, "citation": shown, "metres": None}

    def measure(self) -> None:
        """Read all once: how many, and between which corners. Raises Invalid where that are no points."""
        low, high = np.full(3, np.inf), np.full(3, -np.inf)
        for x, y, z, _ in self.parts():
            self.count += len(x)
            if self.count > MOST_POINTS:
                raise Invalid(f"点が{MOST_POINTS:,}を超えています。区域を分けるか、LAZで書き出してください。")
            three = np.stack([x, y, z])
            low, high = np.minimum(low, three.min(axis=1)), np.maximum(high, three.max(axis=1))
        if not self.count:
            raise Invalid(NO_NUMBERS)
        if max(np.abs(low).max(), np.abs(high).max()) > 1e8:
            raise Invalid("桁の合わない座標があります。X、Y、高さの順に、メートルで並べてください。")
        self.box = (float(low[0]), float(low[1]), float(high[0]), float(high[1]))
        self._telling = False

    def parts(self) -> Iterator[tuple[Values, Values, Values, None]]:
        """Some at a time, x to the east and y to the north."""
        line = 0
        for block in self._blocks():
            rows = self._rows(block, line)
            line += block.count("\n")
            if len(rows):
                first, second, z = rows.T
                x, y = (second, first) if self._order == NORTH_FIRST else (first, second)
                yield x, y, z, None

    def _blocks(self) -> Iterator[str]:
        """Whole lines."""
        self._file.seek(0)
        rest = b""
        while block := self._file.read(BLOCK):
            whole, found, rest = (rest + block).rpartition(b"\n")
            if not found and len(rest) > LONGEST:
                raise Invalid(f"1行が{LONGEST}文字を超えています。1行に1点を並べてください。")
            yield (whole + found).decode("utf-8", "replace")
        if rest:
            yield rest.decode("utf-8", "replace") + "\n"

    def _rows(self, block: str, before: int) -> Values:
        """n × 3. A block of numbers alone is read at once, any other line by line."""
        text = block.lstrip("\ufeff")
        if not (before == 0 and self._headed) and text.strip():
            try:
                at_once = np.loadtxt(
                    io.StringIO(text), delimiter=self._apart, usecols=(0, 1, 2), comments=None, ndmin=2
                )
            except ValueError:
                pass
            else:
                if bool(np.isfinite(at_once).all()):
                    return at_once
        found = []
        for number, one in enumerate(text.splitlines(), before + 1):
            if not one.strip() or (number == 1 and self._headed):
                continue
            three = _numbers(one)
            if three is None:
                self._tell(number)
            else:
                found.append(three)
        return np.array(found, np.float64).reshape(-1, 3)

    def _tell(self, number: int) -> None:
        if not self._telling:
            return
        self.bad += 1
        if self.bad <= MOST_TOLD:
            self.faults.append(str(Problem(number, "", "X、Y、高さの3つの数として読めません。")))
        if self.bad > MOST_BAD:
            raise Invalid(f"数として読めない行が{MOST_BAD:,}行を超えました。", problems=[])


def _numbers(line: str) -> tuple[float, float, float] | None:
    cells = _APART.split(line.strip().lstrip("\ufeff"), 3)[:3]
    try:
        three = tuple(float(one) for one in cells)
    except ValueError:
        return None
    return three if len(three) == 3 and all(map(np.isfinite, three)) else None  # type: ignore[return-value]
