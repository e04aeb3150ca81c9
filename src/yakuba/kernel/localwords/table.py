"""Words as a table: a line a place. Plain Python."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from yakuba.kernel.localwords.slots import fault_of
from yakuba.kernel.refusals import Problem
from yakuba.kernel.tables.columns import Column
from yakuba.kernel.tables.reading import Row

COLUMNS = (
    Column("ところ", ("名前", "項目"), required=True),
    Column("この自治体では", ("言葉", "値", "内容"), required=True),
    Column("この業務だけ", ("業務",)),
)
MOST_WORDS = 2_000  # of a table
REQUIRED = tuple(one.name for one in COLUMNS if one.required)


@dataclass(frozen=True)
class Given:
    """What is to stand in a place. room: name of the room in whose texts alone, empty for all; seen: what stood there when
    it was written, where that is known."""

    name: str
    value: str
    room: str = ""
    seen: str | None = None

    @property
    def key(self) -> str:
        """Both as the audit record names them."""
        return f"{self.room}:{self.name}" if self.room else self.name


def read(rows: Iterable[Row], rooms: Mapping[str, str]) -> tuple[list[Given], list[Problem]]:
    """The words, and every fault by its line. rooms: name → label. A line without a word is passed over: the place is still
    to be filled, and what another person has filled meanwhile stays."""
    by_label = {label: name for name, label in rooms.items()} | {name: name for name in rooms} | {"": ""}
    found: dict[tuple[str, str], int] = {}
    words: list[Given] = []
    faults: list[Problem] = []
    for row in rows:
        name, value, room = (
            row.get("ところ").strip("{}｛｝ 　"),
            row.get("この自治体では"),
            row.get("この業務だけ"),
        )
        if not value:
            continue
        if len(words) + len(faults) >= MOST_WORDS:
            faults.append(Problem(row.line, "", f"言葉は{MOST_WORDS:,}までです。表を分けてください。"))
            break
        fault = fault_of(name, value)
        if room not in by_label:
            fault = f"「{room[:40]}」という業務はありません。{'・'.join(rooms.values())}のどれかか、空にしてください。"
        elif (before := found.get((name, by_label[room]))) and not fault:
            fault = f"「{name}」は{before}行目にもあります。"
        if fault:
            faults.append(Problem(row.line, "", fault))
            continue
        found[name, by_label[room]] = row.line
        words.append(Given(name, value, by_label[room]))
    return words, faults
