"""A field that a page seems to have, and the type that its label, its kind and its unit give it."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from ..definitions import Rect
from . import words
from .beside import Label
from .printed import SURE


@dataclass(frozen=True)
class Proposal:
    """A field that a page seems to have. kind, box, cells: as in a form file; marks: word and place of each option;
    eras, parts: of a date, by era and by `year`, `month`, `day`; code: what the field may be called in a procedure;
    doubts: sentences for the clerk, empty where nothing has to be looked at."""

    label: str
    type: str
    code: str
    kind: str
    box: Rect
    cells: int = 1
    marks: tuple[tuple[str, Rect], ...] = ()
    eras: Mapping[str, Rect] = dataclasses.field(default_factory=dict)
    parts: Mapping[str, Rect] = dataclasses.field(default_factory=dict)
    doubts: tuple[str, ...] = ()

    @property
    def rects(self) -> tuple[Rect, ...]:
        """The rectangles that may hold writing."""
        options = tuple(rect for _, rect in self.marks)
        return options or (*self.eras.values(), *self.parts.values()) or (self.box,)


def field_of(
    label: Label | None, kind: str, box: Rect, *, unit: str = "", unsure: bool = False, cells: int = 1,
    marks: tuple[tuple[str, Rect], ...] = (), eras: Mapping[str, Rect] | None = None,
    parts: Mapping[str, Rect] | None = None,
) -> Proposal:  # fmt: skip
    """A field with its type: by its kind, by its label, by its unit."""
    text = label.text if label else ""
    doubts = []
    if not text:
        doubts.append("欄の名前が見つかりません。")
    elif label is not None and label.sure < SURE:
        doubts.append("欄の名前を確かに読めません。")
    if unsure:
        doubts.append("選択肢の言葉を確かに読めません。")
    type_, code, known = _type(text, kind, unit)
    if not known and text:
        doubts.append("型は推測です。")
    return Proposal(text, type_, code, kind, box, cells, marks, eras or {}, parts or {}, tuple(doubts))


def _type(label: str, kind: str, unit: str) -> tuple[str, str, bool]:
    """(type, code, whether words say so)."""
    known = words.meaning(label)
    if kind == "date":
        return "date", known.code if known and known.type == "date" else "date", True
    if kind == "mark":
        return ("choices" if any(word in label for word in words.MANY) else "choice"), "choice", True
    counted = words.unit(unit)
    if kind == "comb":
        allowed = (
            "receipt_number",
            "my_number",
            "insurance_number",
            "postal_code",
            "phone",
            "digits",
            "number",
        )
        if known and known.type in allowed:
            return known.type, known.code, True
        return (
            (*counted, True) if counted else ("digits", known.code if known else "number", known is not None)
        )
    if known:
        return known.type, known.code, True
    return (*counted, True) if counted else ("text", "field", False)


def named_apart(fields: Sequence[Proposal]) -> Iterable[Proposal]:
    """Fields of one label are told apart by a number, and looked at."""
    seen: dict[str, int] = {}
    for one in fields:
        seen[one.label] = seen.get(one.label, 0) + 1
        if one.label and seen[one.label] > 1:
            label = f"{one.label}（{seen[one.label]}）"
            yield dataclasses.replace(
                one, label=label, doubts=(*one.doubts, "同じ名前の欄がほかにあります。")
            )
        else:
            yield one
