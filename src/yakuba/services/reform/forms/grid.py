"""Rows of tasks typed into a table of the page, without JavaScript: each cell as it was typed, with what is wrong with it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from yakuba.services.reform.contracts import TaskRow
from yakuba.services.reform.engine.cells import trimmed
from yakuba.services.reform.engine.inventory import (
    CASES,
    CLASS,
    CORE,
    EXCEPTIONS,
    GIVEN,
    JUDGEMENT,
    KINDS,
    MEDIUM,
    MINUTES,
    MONTHS,
    PROCESS,
    ROUTINE,
    STAFF,
    STEP,
    TASK,
    ZONE,
)

TYPED = tuple(name for name in GIVEN if name != PROCESS)
BLANK = 3  # rows below what is there
MORE = 5
PART = 50  # tasks on a page; a form may send a thousand fields, and a row has fifteen
MOST = 65  # rows
LONGEST = 200  # characters of a cell
NUMBERS = (CASES, MINUTES, EXCEPTIONS)
HINTS = {CASES: "1200", MINUTES: "15", EXCEPTIONS: "5%", MONTHS: "3,4"}


def as_cells(row: TaskRow) -> dict[str, str]:
    """A task as it stands in a table, in words; what this reads back is the same task."""
    words = {
        STAFF: row.staff,
        CORE: row.core,
        ROUTINE: row.routine,
        JUDGEMENT: row.judgement,
        MEDIUM: row.medium,
        ZONE: row.zone,
    }
    numbers = {CASES: row.cases, MINUTES: row.minutes, EXCEPTIONS: row.exceptions}
    texts = {PROCESS: row.process, STEP: row.step, TASK: row.task, CLASS: row.work_class, MONTHS: row.months}
    told = {name: KINDS[name](value).label if value else "" for name, value in words.items()}
    told |= {name: "" if value is None else trimmed(value) for name, value in numbers.items()}
    if row.exceptions is not None and 0 < row.exceptions < 1:
        told[EXCEPTIONS] += "%"
    return {name: (texts | told)[name] for name in GIVEN}


@dataclass
class GridCell:
    """A cell. options: what can be chosen, empty where it is typed; error: what is wrong."""

    column: str
    name: str
    value: str
    label: str
    options: Sequence[str] = ()
    error: str = ""
    number: bool = False
    hint: str = ""

    @property
    def long(self) -> bool:
        """Whether a sentence stands in it."""
        return self.column == TASK

    @property
    def other(self) -> str:
        """What stands there though it can no longer be chosen."""
        return self.value if self.options and self.value and self.value not in self.options else ""


@dataclass
class GridRow:
    """A row. number: of the task that it is; gone: whether it is to be taken out."""

    at: int
    number: int | None
    cells: list[GridCell]
    gone: bool = False

    @property
    def empty(self) -> bool:
        """Whether nothing is typed in it."""
        return not any(cell.value.strip() for cell in self.cells)

    @property
    def given(self) -> dict[str, str]:
        """What was typed, by column."""
        return {cell.column: cell.value for cell in self.cells}

    @property
    def wrong(self) -> bool:
        """Whether a cell has a fault."""
        return any(cell.error for cell in self.cells)


@dataclass
class TaskGrid:
    """The rows of one process, as they are or as they were typed."""

    classes: Sequence[str]
    rows: list[GridRow] = field(default_factory=list)

    @classmethod
    def of(cls, tasks: Iterable[tuple[int, TaskRow]], classes: Sequence[str]) -> TaskGrid:
        """What is there, and a few empty rows."""
        grid = cls(classes)
        for number, row in tasks:
            grid._add(number, as_cells(row))
        grid.more(BLANK)
        return grid

    @classmethod
    def sent(cls, data: Mapping[str, str], classes: Sequence[str]) -> TaskGrid:
        """What was typed."""
        grid = cls(classes)
        count = data.get("rows", "")
        for at in range(min(MOST, int(count)) if count.isascii() and count.isdecimal() else 0):
            number = data.get(f"{at}-number", "")
            known = int(number) if number.isascii() and number.isdecimal() and len(number) < 19 else None
            values = {name: data.get(f"{at}-{place}", "")[:LONGEST] for place, name in enumerate(TYPED)}
            grid._add(known, values, gone=f"{at}-gone" in data)
        return grid

    def more(self, count: int = MORE) -> None:
        """Empty rows below; the class, staff and zone of the row above are usually the same and are not repeated, so that an
        empty row stays empty."""
        for _ in range(min(count, MOST - len(self.rows))):
            self._add(None, {})

    def tell(self, faults: Iterable[tuple[int, str, str]], rows: Sequence[GridRow]) -> None:
        """What is wrong: (row of `rows` from 1, column, sentence)."""
        for at, column, reason in faults:
            for cell in rows[at - 1].cells:
                if cell.column == column:
                    cell.error = reason

    @property
    def filled(self) -> list[GridRow]:
        """Rows that are to be written."""
        return [row for row in self.rows if not row.gone and not row.empty]

    @property
    def gone(self) -> list[int]:
        """Numbers of tasks that are to be taken out: ticked, or emptied."""
        return [row.number for row in self.rows if row.number and (row.gone or row.empty)]

    @property
    def full(self) -> bool:
        """Whether no further row fits."""
        return len(self.rows) >= MOST

    @property
    def columns(self) -> Sequence[str]:
        """The headings."""
        return TYPED

    def _add(self, number: int | None, values: Mapping[str, Any], gone: bool = False) -> None:
        at = len(self.rows)
        cells = [
            GridCell(
                column=name,
                name=f"{at}-{place}",
                value=str(values.get(name, "")),
                label=f"{at + 1}行目の{name}",
                options=self._options(name),
                number=name in NUMBERS,
                hint=HINTS.get(name, ""),
            )
            for place, name in enumerate(TYPED)
        ]
        self.rows.append(GridRow(at, number, cells, gone))

    def _options(self, name: str) -> Sequence[str]:
        if name == CLASS:
            return self.classes
        return [label for _, label in KINDS[name].choices()] if name in KINDS else ()
