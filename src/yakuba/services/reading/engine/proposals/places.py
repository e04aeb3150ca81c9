"""A box as a person writes it in a table: one line for each rectangle, `x y width height`, with a word before it where the
rectangle is an option's, an era's or a part of a date, and the number of cells behind it where it is a comb."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from yakuba.kernel.refusals import Invalid
from yakuba.kernel.values.calendar import ERAS

from ..definitions import Rect
from .words import DATE_PARTS
from .words import ERAS as ERA_WORDS

MOST_CELLS = 40
MOST_RECTS = 60  # in one box
SMALLEST = 4  # pixels: as in a form file
_COMB = re.compile(r"(\d{1,5})\s+(\d{1,5})\s+(\d{1,5})\s+(\d{1,5})\s+(\d{1,2})\s*マス")
_NAMED = re.compile(r"(?:(.{1,60}?)\s+)?(\d{1,5})\s+(\d{1,5})\s+(\d{1,5})\s+(\d{1,5})")
_PART_WORDS = {code: word for word, code in DATE_PARTS.items()}
_ERA_WORDS = {code: word for word, code in ERA_WORDS.items()}


@dataclass(frozen=True)
class Place:
    """What was written: the kind of box, its rectangle or its cells, and the words with theirs. named: the option's word,
    or the code of an era or a part of a date, in order."""

    kind: str
    box: Rect = (0, 0, 0, 0)
    cells: int = 1
    named: Mapping[str, Rect] = field(default_factory=dict)
    eras: Mapping[str, Rect] = field(default_factory=dict)

    @property
    def rects(self) -> tuple[Rect, ...]:
        """The rectangles that may hold writing."""
        return (*self.eras.values(), *self.named.values()) or (self.box,)


class Misplaced(Invalid):
    """The place of a box cannot be read."""


def read_place(text: str, size: tuple[int, int]) -> Place:
    """The box that a person wrote down, on a page of `size` (width, height). Raises Misplaced."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if not lines or len(lines) > MOST_RECTS:
        raise Misplaced("枠の位置を「左 上 幅 高さ」の4つの数で書いてください。")
    place = _comb(lines) or _named(lines)
    for rect in place.rects:
        _check(rect, size)
    return place


def _comb(lines: Sequence[str]) -> Place | None:
    found = _COMB.fullmatch(lines[0]) if len(lines) == 1 else None
    if found is None:
        return None
    cells = int(found[5])
    if not 1 <= cells <= MOST_CELLS:
        raise Misplaced(f"マスの数は1から{MOST_CELLS}までにしてください。")
    return Place("comb", _rect(found.groups()[:4]), cells)


def _named(lines: Sequence[str]) -> Place:
    rects: dict[str, Rect] = {}
    for line in lines:
        found = _NAMED.fullmatch(line)
        if found is None:
            raise Misplaced(f"「{line[:40]}」を読めません。「左 上 幅 高さ」の4つの数で書いてください。")
        word = (found[1] or "").strip()
        if word in rects:
            raise Misplaced(
                f"「{word}」が二度あります。" if word else "選択肢ごとに、言葉を先に書いてください。"
            )
        rects[word] = _rect(found.groups()[1:])
    if "" in rects:
        if len(rects) > 1:
            raise Misplaced("選択肢ごとに、言葉を先に書いてください。")
        return Place("line", rects[""])
    if DATE_PARTS.keys() <= rects.keys():
        return _date(rects)
    return Place("mark", named=rects)


def _date(rects: Mapping[str, Rect]) -> Place:
    parts = {DATE_PARTS[word]: rects[word] for word in DATE_PARTS}
    others = [word for word in rects if word not in DATE_PARTS]
    if unknown := [word for word in others if word not in ERA_WORDS]:
        raise Misplaced(
            f"「{unknown[0]}」は元号ではありません。{'・'.join(ERA_WORDS)} のどれかにしてください。"
        )
    if not others:
        raise Misplaced(
            "日付の欄には、元号の印の枠も要ります。元号が印刷してあるだけなら、年・月・日を別の欄にしてください。"
        )
    return Place("date", named=parts, eras={ERA_WORDS[word]: rects[word] for word in others})


def _rect(numbers: Sequence[str]) -> Rect:
    x, y, width, height = (int(number) for number in numbers)
    return x, y, width, height


def _check(rect: Rect, size: tuple[int, int]) -> None:
    x, y, width, height = rect
    if min(width, height) < SMALLEST:
        raise Misplaced(f"枠の幅と高さは{SMALLEST}以上にしてください。")
    if x + width > size[0] or y + height > size[1]:
        raise Misplaced(f"枠 {x} {y} {width} {height} が紙（{size[0]}×{size[1]}）からはみ出しています。")


def written_place(box: Mapping[str, Any], options: Mapping[str, str]) -> str:
    """A box of a form file as `read_place` takes it. options: the Japanese of each option of its field."""
    kind = box["kind"]
    if kind == "mark":
        return "\n".join(
            f"{options.get(code) or _ERA_WORDS.get(code, code)} {_numbers(rect)}"
            for code, rect in box["marks"].items()
        )
    if kind == "date":
        eras = [f"{_ERA_WORDS[code]} {_numbers(rect)}" for code, rect in box["eras"].items() if code in ERAS]
        return "\n".join([*eras, *(f"{_PART_WORDS[part]} {_numbers(box[part])}" for part in _PART_WORDS)])
    cells = f" {box['cells']}マス" if kind == "comb" else ""
    return _numbers(box["box"]) + cells


def _numbers(rect: Sequence[int]) -> str:
    return " ".join(map(str, rect))


def moved(box: Mapping[str, Any], across: int, down: int, size: tuple[int, int]) -> dict[str, Any]:
    """A box of a form file, moved, and kept on the page."""
    rects = list(rects_of(box))
    left, top = min(r[0] for r in rects), min(r[1] for r in rects)
    right, foot = max(r[0] + r[2] for r in rects), max(r[1] + r[3] for r in rects)
    across = max(-left, min(across, size[0] - right))
    down = max(-top, min(down, size[1] - foot))

    def at(rect: Sequence[int]) -> list[int]:
        return [rect[0] + across, rect[1] + down, rect[2], rect[3]]

    changed = dict(box)
    for key in ("box", "year", "month", "day"):
        if key in box:
            changed[key] = at(box[key])
    for key in ("marks", "eras"):
        if key in box:
            changed[key] = {code: at(rect) for code, rect in box[key].items()}
    return changed


def rects_of(box: Mapping[str, Any]) -> list[Sequence[int]]:
    """All rectangles of a box of a form file."""
    found: list[Sequence[int]] = [box[key] for key in ("box", "year", "month", "day") if key in box]
    return [*found, *box.get("marks", {}).values(), *box.get("eras", {}).values()]
