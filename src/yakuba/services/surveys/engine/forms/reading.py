"""What `workbook` tells of a form that came back → a body's answers, with every fault by its cell.

What is clear is taken, also where other cells are not; a cell that is not clear gives no answer and a fault, never a zero.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from yakuba.kernel.refusals import Invalid, Problem
from yakuba.services.surveys.engine.answers import AnswerRefused, canonical, is_marked, table_text
from yakuba.services.surveys.engine.definition import Definition
from yakuba.services.surveys.engine.forms import layout

FAULTS = {
    "error": "式の誤り「{text}」が出ています。値を入れ直してください。",
    "reference": "式が、なくなったセル（#REF!）を指しています。値を入れ直してください。",
    "uncalculated": "式がまだ計算されていません。Excelで開いて保存し直すか、値を入れてください。",
    "unreadable": "値「{text}」を読めません。値を入れ直してください。",
    "lost": "設問の欄がファイルからなくなっています。送った調査票に書き写してください。",
}


@dataclass(frozen=True)
class Form:
    """A form that came back. body: 団体コード as it says itself; faults: by cell."""

    survey: str
    edition: str
    body: str
    values: Mapping[str, str]
    faults: tuple[Problem, ...]


class Known:
    """The layout of an edition, worked out once for many forms."""

    def __init__(self, definition: Definition) -> None:
        self.mark = layout.layout_hash(definition)
        self.by_field: dict[str, list[layout.Place]] = {}
        for place in layout.places(definition):
            self.by_field.setdefault(place.field.key, []).append(place)


def read_form(definition: Definition, told: Mapping[str, Any], known: Known | None = None) -> Form:
    """Raises Invalid for a workbook that is no form of this edition."""
    survey, edition, body, mark = [str(one) for one in told["hidden"]]
    if not survey:
        raise Invalid("この調査の調査票ではありません。配った調査票（xlsx）を使ってください。")
    if (survey, edition) != (definition.survey, definition.edition):
        raise Invalid(f"別の調査（{survey[:40]} {edition[:20]}）の調査票です。")
    known = known or Known(definition)
    if mark != known.mark:
        raise Invalid(
            "調査票の形が、今のものと違います。設問が変わる前の調査票です。新しい調査票に書き写してください。"
        )
    reader = _Reader(told["cells"])
    read = {key: reader.value(places) for key, places in known.by_field.items()}
    return Form(
        survey, edition, body, {key: value for key, value in read.items() if value}, tuple(reader.faults)
    )


class _Reader:
    def __init__(self, cells: Mapping[str, Sequence[str]]) -> None:
        self.faults: list[Problem] = []
        self._cells = cells

    def value(self, places: Sequence[layout.Place]) -> str:
        """The canonical value of one field; empty where nothing stands there, and where it is not clear."""
        first = places[0]
        if first.option:
            return self._several(places)
        if first.at is not None:
            return self._table(places)
        text = self._seen(first)
        return "" if text is None else self._canonical(first, text)

    def _seen(self, place: layout.Place) -> str | None:
        """What a person sees in the cell; None with a fault where that is not clear."""
        sheet, cell, text, fault = [str(one) for one in self._cells.get(place.name, ("", "", "", "lost"))]
        if fault.startswith("merged:"):
            told = f"{fault.removeprefix('merged:')}と結合されています。どの設問の答えか分からないので、結合をやめて、欄ごとに書いてください。"
            self._fault(place, told, sheet, cell)
            return None
        if fault.startswith("twice:"):
            told = f"同じ欄が{fault.removeprefix('twice:')}にもあり、値が違います。写したシートを消し、正しい値を一つだけ残してください。"
            self._fault(place, told, sheet, cell)
            return None
        if fault:
            self._fault(place, FAULTS[fault].format(text=text[:20]), sheet, cell)
            return None
        return text

    def _canonical(self, place: layout.Place, text: str) -> str:
        try:
            return canonical(place.question, place.field, text)
        except AnswerRefused as refusal:
            self._fault(place, str(refusal))
            return ""

    def _several(self, places: Sequence[layout.Place]) -> str:
        """One cell an option. A cell that is not clear leaves the whole answer out: without it the answer would say less."""
        marked, unclear = [], False
        for place in places:
            text = self._seen(place)
            try:
                unclear = unclear or text is None
                if text is not None and is_marked(text):
                    marked.append(place.option)
            except AnswerRefused as refusal:
                unclear = True
                self._fault(place, str(refusal))
        return "" if unclear else ",".join(marked)

    def _table(self, places: Sequence[layout.Place]) -> str:
        rows: dict[int, list[str]] = {}
        before = len(self.faults)
        for place in places:
            assert place.at is not None
            rows.setdefault(place.at[0], []).append(self._seen(place) or "")
        if len(self.faults) > before:
            return ""
        try:
            return table_text(places[0].question, [rows[at] for at in sorted(rows)])
        except AnswerRefused as refusal:
            self._fault(places[0], str(refusal))
            return ""

    def _fault(self, place: layout.Place, sentence: str, sheet: str = "", cell: str = "") -> None:
        where = f"{sheet or place.sheet}!{cell or place.cell}"
        self.faults.append(Problem(0, where, f"「{place.field.label}」{sentence}"))
