"""What a section answers: processes, tasks typed or taken from a table, the answer."""

from __future__ import annotations

import io
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from pydantic import BaseModel, Field

from yakuba.kernel.audit.actor import Actor
from yakuba.kernel.operations import Answer, Trace, Upload
from yakuba.kernel.operations.finding import one
from yakuba.kernel.refusals import Invalid, Problem
from yakuba.kernel.tables.reading import Row, rows
from yakuba.kernel.tables.remembering import renaming_of
from yakuba.kernel.values.characters import comparable
from yakuba.services.reform.actions import sections as actions
from yakuba.services.reform.actions.sections import Taken
from yakuba.services.reform.contracts import TaskRow
from yakuba.services.reform.engine.inventory import (
    COLUMNS,
    GIVEN,
    PROCESS,
    TASK,
    Table,
    key_of,
    pasted,
    read_row,
    read_table,
)
from yakuba.services.reform.models import Process, SectionInventory, Task
from yakuba.services.reform.operations.rounds import A_SECTION, OneSection, section_of
from yakuba.services.reform.operations.table import OPERATIONS
from yakuba.services.reform.queries import inventory as queries

TABLE = "reform.tasks"
LARGEST = 20_000_000  # bytes
TWICE = "同じ工程に、同じ名前の作業がもうあります。名前を変えるか、一つにまとめてください。"
MOST_ROWS = 500  # of a process, at once


class NewProcessIn(OneSection):
    """A new process."""

    name: str = Field(max_length=80, description="業務の名前")


class OneProcess(BaseModel):
    """A process."""

    process_id: int = Field(description="業務の番号")


class RemoveIn(OneProcess):
    """A process that goes."""

    before: int | None = Field(None, description="見たときの変更の数。もう変わっていれば消しません")


class ProcessSheetIn(OneProcess):
    """What a process's description sheet says."""

    name: str = Field(max_length=80, description="業務の名前")
    purpose: str = Field("", max_length=1000, description="目的")
    law: str = Field("", max_length=200, description="根拠法令")
    scale_usual: str = Field("", max_length=100, description="規模（通常）")
    scale_busy: str = Field("", max_length=100, description="規模（繁忙）")
    scale_slack: str = Field("", max_length=100, description="規模（閑散）")
    indicator: str = Field("", max_length=200, description="成果指標")
    staff: Decimal | None = Field(None, ge=0, le=9999, decimal_places=2, description="投入資源（人）")
    before: int | None = Field(None, description="直す前の変更の数。もう変わっていれば登録しません")


class TypedTask(BaseModel):
    """A row as it was typed. number: of the task that it is, none for a new one; cells: column → text, as in a table."""

    number: int | None = None
    cells: dict[str, str]


class TypedTasksIn(OneProcess):
    """Rows of one process."""

    rows: list[TypedTask] = Field(max_length=MOST_ROWS, description="行")
    gone: list[int] = Field(default_factory=list, max_length=MOST_ROWS, description="消す作業の番号")
    before: int | None = Field(None, description="直す前の変更の数。もう変わっていれば登録しません")


class TaskTableIn(OneSection):
    """A table of tasks."""

    file: Upload = Field(description="作業の表（CSV、Excel）")


class RowFault(BaseModel):
    """What is wrong with a cell. row: from 1."""

    row: int
    column: str
    reason: str


class SavedOut(BaseModel):
    """How many rows were written, and what is wrong with the others."""

    saved: int
    faults: list[RowFault]


class TableFault(BaseModel):
    """A sentence about a line of a table."""

    line: int
    place: str
    reason: str
    message: str


class InventoryTakenOut(BaseModel):
    """What became of a table. absent: tasks that it does not name and that stay; notes: how cells were understood; problems: what
    is wrong with the rows that were left out, and sums that do not add up."""

    new: int
    changed: int
    same: int
    absent: list[str]
    notes: list[TableFault]
    problems: list[TableFault]


class TaskOut(BaseModel):
    """A task. cases: a year; minutes: of a case; hours: a year."""

    id: int
    process: str
    step: str
    task: str
    work_class: str
    staff: str
    cases: float | None
    minutes: float | None
    hours: float | None
    core: str
    routine: str
    judgement: str
    medium: str
    exceptions: float | None
    zone: str
    months: str


class ProcessOut(BaseModel):
    """A process of a section."""

    id: int
    section: int
    name: str


TASK_COLUMNS = {
    "id": "番号", "process": "業務", "step": "工程", "task": "作業", "work_class": "事務分類", "cases": "件数/年", "minutes": "分/件",
    "hours": "時間（1年）",
}  # fmt: skip
A_PROCESS = Answer(
    ProcessOut,
    lambda row: {"id": row.pk, "section": row.section_id, "name": row.name},
    {"id": "番号", "name": "業務"},
)


class TakenTable(BaseModel):
    """A table that was taken, with what was said of its rows."""

    model_config = {"arbitrary_types_allowed": True}
    taken: Any
    table: Any


def taken_facts(found: TakenTable) -> dict[str, Any]:
    """As a program sees it."""
    taken: Taken = found.taken
    return vars(taken) | {
        "notes": [one.facts() for one in found.table.notes],
        "problems": [one.facts() for one in found.table.problems],
    }


def process_of(number: int, actor: Actor) -> Process:
    """Raises Missing, also where the person may not see its section."""
    row = one(Process.objects.select_related("section__round", "section__department"), number)
    section_of(row.section_id, actor)
    return row


@OPERATIONS.add(
    "課の作業", "reform.answer", "GET sections/{section_id}/tasks", command="tasks",
    answer=Answer(list[TaskOut], columns=TASK_COLUMNS),
)  # fmt: skip
def list_tasks(asked: OneSection, actor: Actor) -> list[dict[str, Any]]:
    """Every task of a section."""
    return [_facts(task) for task in queries.tasks(section_of(asked.section_id, actor))]


def _facts(task: Any) -> dict[str, Any]:
    row = task.row
    minutes = row.minutes_a_year
    return {"id": task.pk, "hours": None if minutes is None else round(float(minutes) / 60, 2)} | {
        name: getattr(row, name) for name in TaskOut.model_fields if name not in ("id", "hours")
    }


@OPERATIONS.add(
    "業務を足す", "reform.answer", "POST sections/{section_id}/processes", command="add-process", status=201,
    answer=A_PROCESS, event="reform.tasks_changed", trace=lambda asked, row: Trace(f"section:{row.section_id}"),
)  # fmt: skip
def add_process(asked: NewProcessIn, actor: Actor) -> Process:
    """A process without a task."""
    name = " ".join(asked.name.split())
    if not name:
        raise Invalid("業務の名前を書いてください。", place="業務")
    return actions.add_process(section_of(asked.section_id, actor), name, actor=actor)


@OPERATIONS.add(
    "業務説明表を書く", "reform.answer", "PUT processes/{process_id}", command="describe-process",
    answer=A_PROCESS, event="reform.tasks_changed", trace=lambda asked, row: Trace(f"section:{row.section_id}"),
)  # fmt: skip
def describe(asked: ProcessSheetIn, actor: Actor) -> Process:
    """Its name and what its description sheet says."""
    name = " ".join(asked.name.split())
    if not name:
        raise Invalid("業務の名前を書いてください。", place="業務")
    row = process_of(asked.process_id, actor)
    return actions.describe(row, name, asked.model_dump(), actor=actor, before=asked.before)


@OPERATIONS.add(
    "業務を消す", "reform.answer", "DELETE processes/{process_id}", command="remove-process",
    answer=A_SECTION, event="reform.process_removed", trace=lambda asked, row: Trace(f"section:{row.pk}"),
)  # fmt: skip
def remove_process(asked: RemoveIn, actor: Actor) -> SectionInventory:
    """The process and its tasks. → its section."""
    row = process_of(asked.process_id, actor)
    section: SectionInventory = row.section
    actions.remove_process(row, actor=actor, before=asked.before)
    return section


@OPERATIONS.add(
    "作業を書く", "reform.answer", "PUT processes/{process_id}/tasks",
    answer=Answer(SavedOut), event="reform.tasks_changed",
    trace=lambda asked, saved: Trace(f"process:{asked.process_id}", {"saved": saved.saved}),
)  # fmt: skip
def save_tasks(asked: TypedTasksIn, actor: Actor) -> SavedOut:
    """Rows as they were typed: those that hold are written, the others told."""
    process = process_of(asked.process_id, actor)
    classes = queries.classes(process.section)
    good: list[tuple[int | None, TaskRow]] = []
    faults: list[RowFault] = []
    theirs = {typed.number for typed in asked.rows} | set(asked.gone)
    others = Task.objects.filter(process=process).exclude(pk__in=[number for number in theirs if number])
    keys = {(comparable(step), comparable(name)) for step, name in others.values_list("step", "name")}
    for at, typed in enumerate(asked.rows, 1):
        read = read_row(
            {name: typed.cells.get(name, "") for name in GIVEN} | {PROCESS: process.name}, classes
        )
        faults += [RowFault(row=at, column=column, reason=told) for column, told in read.faults.items()]
        if read.row is None:
            continue
        key = key_of(read.row)[1:]
        if key in keys:
            faults.append(RowFault(row=at, column=TASK, reason=TWICE))
        else:
            keys.add(key)
            good.append((typed.number, read.row))
    saved = actions.save_rows(process, good, asked.gone, actor=actor, before=asked.before)
    return SavedOut(saved=saved, faults=faults)


@OPERATIONS.add(
    "作業の表を取り込む", "reform.answer", "POST sections/{section_id}/tasks", command="load-tasks",
    answer=Answer(
        InventoryTakenOut,
        taken_facts,
        {"new": "新しい作業", "changed": "変わった作業", "same": "同じ作業"},
        notes=lambda facts: "\n".join(one["message"] for one in facts["notes"]),
        fault=lambda facts: "\n".join(f"{one['line']}行目 {one['message']}" for one in facts["problems"]),
    ),
    event="reform.tasks_loaded",
    trace=lambda asked, found: Trace(f"section:{asked.section_id}", {"new": found.taken.new, "changed": found.taken.changed}),
)  # fmt: skip
def load_tasks(asked: TaskTableIn, actor: Actor) -> TakenTable:
    """Take a table in: what holds is taken, what does not is told by line and column."""
    section = section_of(asked.section_id, actor)
    data = asked.file.read(LARGEST)
    return take(section, table_of(data, renaming_of(data, TABLE, COLUMNS), section), actor)


@OPERATIONS.add(
    "前の年度の答えを写す", "reform.answer", "POST sections/{section_id}/copy", command="copy-last",
    answer=A_SECTION, event="reform.tasks_copied", trace=lambda asked, row: Trace(f"section:{row.pk}"),
)  # fmt: skip
def copy_last(asked: OneSection, actor: Actor) -> SectionInventory:
    """What the section answered last becomes its draft."""
    section = section_of(asked.section_id, actor)
    actions.copy_earlier(section, actor=actor)
    return section


@OPERATIONS.add(
    "棚卸しに答える", "reform.answer", "POST sections/{section_id}/answer", command="answer",
    answer=A_SECTION, event="reform.inventory_answered", trace=lambda asked, row: Trace(f"section:{row.pk}"),
)  # fmt: skip
def answer(asked: OneSection, actor: Actor) -> SectionInventory:
    """Say that it is all there."""
    return actions.answer(section_of(asked.section_id, actor), actor=actor)


def table_of(data: bytes, renamed: Mapping[str, str], section: SectionInventory) -> Table:
    """What a file says, and all that is wrong with it."""
    problems: list[Problem] = []
    found = rows(io.BytesIO(data), (PROCESS, TASK), problems, renamed=renamed)
    table = read_table(found, queries.classes(section))
    table.problems = sorted([*problems, *table.problems], key=lambda one: one.line)
    return table


def table_of_rows(found: list[Row], section: SectionInventory) -> Table:
    """The same of rows that were read already."""
    return read_table(found, queries.classes(section))


def table_of_pasted(text: str, section: SectionInventory) -> tuple[list[Row], Table]:
    """Rows that were copied out of a spreadsheet, and what they say."""
    told = Table()
    found = pasted(text, told)
    table = read_table(found, queries.classes(section), told)
    table.problems.sort(key=lambda one: one.line)
    table.notes.sort(key=lambda one: one.line)
    return found, table


def take(section: SectionInventory, table: Table, actor: Actor, before: int | None = None) -> TakenTable:
    """Take what holds. Raises Invalid where nothing does."""
    if not table.rows:
        raise Invalid("取り込める行がありません。", problems=table.problems)
    taken = actions.take_table(section, table.rows.values(), actor=actor, before=before)
    return TakenTable(taken=taken, table=table)


class LookedAtIn(OneSection):
    """A table that a person has looked at."""

    model_config = {"arbitrary_types_allowed": True}
    table: Any = None
    before: int | None = None


@OPERATIONS.add(
    "見た作業の表を取り込む", "reform.answer", event="reform.tasks_loaded",
    trace=lambda asked, found: Trace(f"section:{asked.section_id}", {"new": found.taken.new, "changed": found.taken.changed}),
)  # fmt: skip
def take_looked_at(asked: LookedAtIn, actor: Actor) -> TakenTable:
    """What a page has shown is taken."""
    return take(section_of(asked.section_id, actor), asked.table, actor, asked.before)


def take_table(
    actor: Actor, section: SectionInventory, table: Table, before: int | None = None
) -> TakenTable:
    """The same, for pages."""
    found: TakenTable = take_looked_at(actor, section_id=section.pk, table=table, before=before)
    return found
