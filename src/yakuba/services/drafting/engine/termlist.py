"""A table of the town's words → `TownWord`s, with every fault by its line."""

from __future__ import annotations

from collections.abc import Iterable

from yakuba.kernel.refusals import Problem
from yakuba.kernel.tables.reading import Row
from yakuba.services.drafting.contracts import TextClass, TownWord

COLUMNS = ("直す語", "町の書き方", "理由", "文書の種類")
REQUIRED = ("町の書き方",)
LONGEST = 60  # characters of a word
LONGEST_REASON = 200
SHORT = {
    TextClass.LAW: "法令",
    TextClass.NOTICE: "通知",
    TextClass.RECORD: "記録",
    TextClass.EXPLANATION: "広報",
}
_LABELS = {label: one for one, label in SHORT.items()} | {one.value: one for one in TextClass}


def read(rows: Iterable[Row]) -> tuple[list[TownWord], list[Problem]]:
    """The words and the faults."""
    found: list[TownWord] = []
    faults: list[Problem] = []
    lines: dict[str, int] = {}
    for row in rows:
        one = TownWord(row.get("直す語"), row.get("町の書き方"), row.get("理由"))
        fault = fault_of(one)
        classes, unknown = classes_of(row.get("文書の種類"))
        if unknown:
            fault = (
                f"文書の種類「{unknown}」は使えません。{'・'.join(SHORT.values())}のどれかにしてください。"
            )
        key = one.written or one.preferred
        if not fault and key in lines:
            fault = f"「{key}」は{lines[key]}行目にもあります。"
        if fault:
            faults.append(Problem(row.line, key, fault))
            continue
        lines[key] = row.line
        found.append(TownWord(one.written, one.preferred, one.reason, classes))
    return found, faults


def fault_of(one: TownWord) -> str:
    """What is wrong with a word; empty for nothing."""
    if not one.written and not one.preferred:
        return "直す語か町の書き方のどちらかを書いてください。"
    if one.written == one.preferred:
        return "直す語と町の書き方が同じです。町の書き方を守るだけなら、直す語を空にしてください。"
    if len(one.written) > LONGEST or len(one.preferred) > LONGEST:
        return f"語は{LONGEST}字までです。"
    if len(one.reason) > LONGEST_REASON:
        return f"理由は{LONGEST_REASON}字までです。"
    if any("\n" in word for word in (one.written, one.preferred)):
        return "語の中で行を変えないでください。"
    return ""


def classes_of(text: str) -> tuple[tuple[TextClass, ...], str]:
    """Classes named in a cell, divided by 、 or ・, and the first that is none."""
    names = [name for name in text.replace("、", ",").replace("・", ",").replace(" ", ",").split(",") if name]
    unknown = next((name for name in names if name not in _LABELS), "")
    return tuple(_LABELS[name] for name in names if name in _LABELS), unknown


def written(classes: Iterable[TextClass]) -> str:
    """Classes as a cell has them."""
    return "、".join(SHORT[one] for one in classes)
