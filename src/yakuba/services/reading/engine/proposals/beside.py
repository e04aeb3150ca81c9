"""Labels of cells: the print that fills one, and which of them stands beside or above an empty one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ..definitions import Rect
from . import words
from .printed import Word
from .ruled import around, holds

TOUCHING = 12  # pixels between two cells that share a rule
FILLED = 0.3  # share of a cell's width from which on print is its label
CENTRED = 0.12  # share of the width by which print in the middle may lie beside the middle
SHORT = 2  # characters of a unit or a hint
SEAL_ROOM = 45  # pixels from the middle of 印 to the edge of its place


@dataclass(frozen=True)
class Label:
    """What a field is called on paper, and how sure the least sure character of it is, 0..1."""

    text: str
    sure: float


@dataclass(frozen=True)
class Hint:
    """The words in a cell that is written in: where writing begins and ends, the label at its beginning, the unit behind
    it, and the place of a seal."""

    left: int
    right: int
    label: Label | None = None
    unit: str = ""
    seal: Rect | None = None


def in_cell(cell: Rect, cells: Sequence[Rect], texts: Sequence[Word]) -> list[Word]:
    """The words of a cell that stand in no smaller one."""
    smaller = [
        one for one in cells if one != cell and holds(cell, one) and one[2] * one[3] < cell[2] * cell[3]
    ]
    return [
        word for word in texts if holds(cell, word.rect) and not any(holds(one, word.rect) for one in smaller)
    ]


def label_of(cell: Rect, texts: Sequence[Word]) -> Label | None:
    """The label that a cell is: its words lie in its middle or fill a good part of it, line by line."""
    if not texts:
        return None
    x, _, width, height = around([word.rect for word in texts])
    text = "".join(word.text for word in sorted(texts, key=_line_by_line))
    beside = abs(x + width / 2 - cell[0] - cell[2] / 2) / cell[2]
    lone_hint = len(text) <= 1 and height < 0.8 * cell[3] and cell[2] > 160
    if (
        lone_hint
        or (beside > CENTRED and width < FILLED * cell[2])
        or (beside > 0.3 and width < 0.5 * cell[2])
    ):
        return None
    if width < FILLED * cell[2] and beside > CENTRED:
        return None
    return Label(text, min(word.sure for word in texts))


def _line_by_line(word: Word) -> tuple[int, int]:
    return round(word.middle / 20), word.rect[0]


def left_of(cell: Rect, labels: Mapping[Rect, Label], cells: Sequence[Rect]) -> Label | None:
    """The label left of a cell, through the cells between."""
    at = cell
    for _ in range(len(cells)):
        before = [
            one
            for one in cells
            if one != at and abs(one[0] + one[2] - at[0]) <= TOUCHING and _level(one, cell)
        ]
        if not before:
            return None
        nearest = max(before, key=lambda one: _shared(one, cell))
        if nearest in labels:
            return labels[nearest]
        at = nearest
    return None


def above(cell: Rect, labels: Mapping[Rect, Label], cells: Sequence[Rect]) -> Label | None:
    """The head of a cell's column."""
    at = cell
    for _ in range(len(cells)):
        over = [
            one
            for one in cells
            if one != at and abs(one[1] + one[3] - at[1]) <= TOUCHING and abs(one[0] - cell[0]) <= TOUCHING
            and abs(one[2] - cell[2]) <= TOUCHING
        ]  # fmt: skip
        if not over:
            return None
        if over[0] in labels:
            return labels[over[0]]
        at = over[0]
    return None


def _level(one: Rect, other: Rect) -> bool:
    """One of them lies beside most of the other."""
    return _shared(one, other) >= 0.6 * min(one[3], other[3])


def _shared(one: Rect, other: Rect) -> int:
    return min(one[1] + one[3], other[1] + other[3]) - max(one[1], other[1])


def hint_of(cell: Rect, texts: Sequence[Word]) -> Hint:
    """What the words of a written cell say about it."""
    left, right = cell[0], cell[0] + cell[2]
    label, unit, seal = None, "", None
    for word in sorted(texts, key=lambda word: word.rect[0]):
        at_end = word.rect[0] + word.rect[2] / 2 > cell[0] + 0.6 * cell[2]
        if not at_end:
            left = max(left, word.right)
            label = Label(
                (label.text if label else "") + word.text, min(word.sure, label.sure if label else 1.0)
            )
        elif any(sign in word.text for sign in words.SEAL) or (
            len(word.text) <= 1 and not words.unit(word.text)
        ):
            right = min(right, round(word.rect[0] + word.rect[2] / 2) - SEAL_ROOM)
            seal = (right, cell[1], cell[0] + cell[2] - right, cell[3])
        else:
            right, unit = min(right, word.rect[0] - 4), unit or word.text
    return Hint(left, right, label, unit, seal)
