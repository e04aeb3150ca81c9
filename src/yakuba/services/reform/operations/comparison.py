"""Processes of bodies beside one another, what a town shares of its own, and tables of other bodies."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any

from pydantic import BaseModel, Field

from yakuba.kernel.audit.actor import Actor
from yakuba.kernel.operations import Answer, Nothing, Part, Trace, Upload, Word
from yakuba.kernel.refusals import Invalid, Missing, Problem
from yakuba.kernel.tables.reading import rows
from yakuba.kernel.tables.remembering import renaming_of
from yakuba.kernel.values.characters import comparable
from yakuba.services.reform.actions import comparison as actions
from yakuba.services.reform.engine.bodies import CODE
from yakuba.services.reform.engine.compared_tables import (
    BODIES,
    COUNTED_ON,
    POPULATION,
    PROCESSES,
    SOURCE,
    ProcessTables,
    Register,
    processes_of,
    register_of,
)
from yakuba.services.reform.engine.comparison import Compared, as_plain, band
from yakuba.services.reform.engine.inventory import PROCESS, TASK
from yakuba.services.reform.models import Body, SharedProcess
from yakuba.services.reform.operations.table import OPERATIONS
from yakuba.services.reform.queries import comparison as queries

BODIES_TABLE, PROCESSES_TABLE = "reform.bodies_register", "reform.compared"
LARGEST = 20_000_000  # bytes


class ComparedIn(Part):
    """Which bodies."""

    band: str = Field("", max_length=20, description="人口区分。空ならすべて")
    medium: str = Field(
        "",
        max_length=10,
        description="媒体（paper、data、both、telephone、in_person）。空なら自分の団体と同じ",
    )


class OneComparedIn(BaseModel):
    """A process by its name."""

    name: str = Field(min_length=1, max_length=80, description="業務の名前")
    band: str = Field("", max_length=20, description="人口区分。空ならすべて")
    medium: str = Field("", max_length=10, description="媒体。空なら自分の団体と同じ")


class ComparedTasksIn(BaseModel):
    """A process of a body."""

    name: str = Field(min_length=1, max_length=80, description="業務の名前")
    body_code: str = Field(max_length=6, description="団体コード")


class ShareProcessesIn(BaseModel):
    """Which processes; all where none is named."""

    names: list[str] = Field(
        default_factory=list, max_length=500, description="業務の名前。言わなければすべて"
    )


class BodiesTableIn(BaseModel):
    """A table of bodies."""

    file: Upload = Field(description="表（CSV、Excel）")


class ProcessTableIn(BodiesTableIn):
    """A table of bodies' processes."""

    year: Annotated[int, Word("--year")] = Field(ge=2000, le=2100, description="年度（西暦）")
    source: Annotated[str, Word("--source")] = Field(min_length=1, max_length=200, description="出典")


class ForgetIn(BaseModel):
    """A body whose table goes."""

    body_code: str = Field(max_length=6, description="団体コード")


class ComparedOut(BaseModel):
    """A process over its bodies. best: the marked bodies' codes; why: the rule, or why none is marked; minutes: of a case."""

    name: str
    bodies: int
    own_minutes: float | None
    best: list[str]
    best_minutes: float | None
    why: str


class ComparedBodyOut(BaseModel):
    """A process of one body. minutes: of a case; origin: own, group or table; left: why it is not compared, else empty."""

    code: str
    body: str
    population: int | None
    band: str
    counted_on: date | None
    year: int
    cases: float | None
    minutes: float | None
    steps: int
    tasks: int
    medium: str
    origin: str
    source: str
    best: bool
    left: str


class ComparedTaskOut(BaseModel):
    """A task as another body states it; numbers as texts."""

    step: str = ""
    task: str
    staff: str = ""
    cases: str = ""
    minutes: str = ""
    medium: str = ""


class SharedProcessOut(BaseModel):
    """What the group sees of a process."""

    name: str
    year: int
    tasks: int


class RegisteredBodyOut(BaseModel):
    """A line of the register."""

    code: str
    name: str
    population: int
    band: str
    counted_on: date
    source: str


class ComparisonLoadedOut(BaseModel):
    """What became of a table. problems: each with its line."""

    taken: int
    problems: list[str]


@dataclass(frozen=True)
class Loaded:
    """How many lines or processes were taken, and what was left out."""

    taken: int
    problems: list[Problem]


COLUMNS = {
    "name": "業務",
    "bodies": "団体",
    "own_minutes": "分/件（自分）",
    "best": "印",
    "best_minutes": "分/件（印）",
}
BODY_COLUMNS = {"code": "団体コード", "body": "団体", "band": "人口区分", "cases": "件数/年", "minutes": "分/件", "steps": "工程",
                "medium": "媒体", "best": "印", "left": "比べない理由"}  # fmt: skip
REGISTER_COLUMNS = {
    "code": "団体コード",
    "name": "団体",
    "population": "人口",
    "counted_on": "いつ",
    "source": "出典",
}


def _number(value: Any) -> float | None:
    return None if value is None else round(float(value), 2)


def compared_facts(one: queries.ComparedProcess) -> dict[str, Any]:
    """As a program sees it."""
    return {
        "name": one.name,
        "bodies": len(one.figures),
        "own_minutes": _number(one.own.per_case) if one.own else None,
        "best": sorted(one.mark.codes),
        "best_minutes": _number(one.best.per_case) if one.best else None,
        "why": one.mark.why,
    }


def _body_facts(one: Compared, of: queries.ComparedProcess) -> dict[str, Any]:
    told = {
        name: getattr(one, name)
        for name in ("code", "body", "population", "band", "counted_on", "year", "steps", "tasks")
    }
    told |= {name: getattr(one, name) for name in ("medium", "origin", "source")}
    left = of.mark.left.get(one.code, "")
    numbers = {"cases": _number(one.cases), "minutes": _number(one.per_case)}
    return told | numbers | {"best": one.code in of.mark.codes, "left": left}


def one_compared(name: str, band: str = "", medium: str = "") -> queries.ComparedProcess:
    """Raises Missing."""
    found = queries.compared(comparable(name), band, medium)
    if not found:
        raise Missing(
            f"業務「{name[:40]}」は、どの団体にもありません。「団体を比べる」の一覧から選んでください。"
        )
    return found[0]


@OPERATIONS.add(
    "団体の業務を比べる", "reform.inventory", "GET comparison", command="compare",
    answer=Answer(list[ComparedOut], columns=COLUMNS),
)  # fmt: skip
def compare(asked: ComparedIn, actor: Actor) -> list[dict[str, Any]]:
    """Every process that any body has, with the mark of the best practice or why none is marked."""
    found: list[queries.ComparedProcess] = asked.of(queries.compared("", asked.band, asked.medium))
    return [compared_facts(one) for one in found]


@OPERATIONS.add(
    "一つの業務を団体ごとに比べる", "reform.inventory", "GET comparison/bodies", command="compare-process",
    answer=Answer(list[ComparedBodyOut], columns=BODY_COLUMNS),
)  # fmt: skip
def compare_process(asked: OneComparedIn, actor: Actor) -> list[dict[str, Any]]:
    """One process of every body."""
    found = one_compared(asked.name, asked.band, asked.medium)
    return [_body_facts(one, found) for one in found.figures]


@OPERATIONS.add(
    "団体の業務の作業", "reform.inventory", "GET comparison/tasks", command="compared-tasks",
    answer=Answer(list[ComparedTaskOut], columns={"step": "工程", "task": "作業", "cases": "件数/年", "minutes": "分/件"}),
)  # fmt: skip
def compared_tasks(asked: ComparedTasksIn, actor: Actor) -> list[dict[str, Any]]:
    """The tasks from which a body's figures were added up."""
    found = queries.rows_of(comparable(asked.name), asked.body_code)
    if not found:
        raise Missing("この団体のこの業務は見られません。団体が出すのをやめたか、名前が違います。")
    return [as_plain(row) for row in found]


@OPERATIONS.add(
    "業務を集まりに出す", "reform.share", "POST shared", command="share", answer=Answer(list[SharedProcessOut]),
    event="reform.process_shared", trace=lambda asked, rows: Trace("shared", {"names": [one["name"] for one in rows][:200], "number": len(rows)}),
)  # fmt: skip
def share(asked: ShareProcessesIn, actor: Actor) -> list[dict[str, Any]]:
    """The group sees these processes as they are now, without names of sections and staff."""
    made = actions.share([comparable(name) for name in asked.names], actor=actor)
    return [{"name": row.name, "year": row.year, "tasks": row.tasks} for row in made]


@OPERATIONS.add(
    "業務を集まりから戻す", "reform.share", "POST shared/take-back", command="take-back",
    event="reform.process_unshared", trace=lambda asked, number: Trace("shared", {"names": asked.names[:200], "number": number}),
)  # fmt: skip
def unshare(asked: ShareProcessesIn, actor: Actor) -> int:
    """Nobody of the group sees them any more."""
    return actions.unshare([comparable(name) for name in asked.names])


@OPERATIONS.add(
    "集まりに出した業務", "reform.inventory", "GET shared", command="shared",
    answer=Answer(list[SharedProcessOut], columns={"name": "業務", "year": "年度", "tasks": "作業"}),
)  # fmt: skip
def list_shared(asked: Nothing, actor: Actor) -> list[dict[str, Any]]:
    """What the group sees of this town."""
    return [
        {"name": row.name, "year": row.year, "tasks": row.tasks}
        for row in SharedProcess.objects.order_by("name")
    ]


@OPERATIONS.add(
    "団体の人口の一覧", "reform.inventory", "GET bodies", command="bodies", answer=Answer(list[RegisteredBodyOut], columns=REGISTER_COLUMNS),
)  # fmt: skip
def list_bodies(asked: Part, actor: Actor) -> list[dict[str, Any]]:
    """The register of bodies."""
    return [
        {name: getattr(row, name) for name in ("code", "name", "population", "counted_on", "source")} | {"band": band(row.population)}
        for row in asked.of(Body.objects.all())
    ]  # fmt: skip


@OPERATIONS.add(
    "団体の人口の表を取り込む", "reform.share", "POST bodies", command="load-bodies", answer=Answer(ComparisonLoadedOut, lambda found: loaded_facts(found)),
    event="reform.bodies_loaded", trace=lambda asked, found: Trace("bodies", {"taken": found.taken}),
)  # fmt: skip
def load_bodies(asked: BodiesTableIn, actor: Actor) -> Loaded:
    """Lines that hold are written; others are told."""
    data = asked.file.read(LARGEST)
    return take_bodies(register_in(data, renaming_of(data, BODIES_TABLE, BODIES)))


@OPERATIONS.add(
    "ほかの団体の業務の表を取り込む", "reform.share", "POST comparison/tables", command="load-comparison",
    answer=Answer(ComparisonLoadedOut, lambda found: loaded_facts(found)),
    event="reform.comparison_loaded", trace=lambda asked, found: Trace("comparison", {"taken": found.taken}),
)  # fmt: skip
def load_processes(asked: ProcessTableIn, actor: Actor) -> Loaded:
    """Processes of bodies outside the group; rows that hold are taken, others are told."""
    data = asked.file.read(LARGEST)
    found = processes_in(data, renaming_of(data, PROCESSES_TABLE, PROCESSES))
    return Loaded(actions.load_processes(found, asked.year, asked.source, actor=actor), found.problems)


class LookedAtProcesses(BaseModel):
    """A table that a person has looked at."""

    model_config = {"arbitrary_types_allowed": True}
    found: Any = None
    year: int = Field(ge=2000, le=2100)
    source: str = Field(min_length=1, max_length=200)


class LookedAtBodies(BaseModel):
    """A register that a person has looked at."""

    model_config = {"arbitrary_types_allowed": True}
    found: Any = None


@OPERATIONS.add(
    "見た業務の表を取り込む", "reform.share", event="reform.comparison_loaded",
    trace=lambda asked, found: Trace("comparison", {"taken": found.taken}),
)  # fmt: skip
def take_looked_at_processes(asked: LookedAtProcesses, actor: Actor) -> Loaded:
    """What a page has shown is taken."""
    return Loaded(
        actions.load_processes(asked.found, asked.year, asked.source, actor=actor), asked.found.problems
    )


@OPERATIONS.add(
    "見た人口の表を取り込む", "reform.share", event="reform.bodies_loaded", trace=lambda asked, found: Trace("bodies", {"taken": found.taken}),
)  # fmt: skip
def take_looked_at_bodies(asked: LookedAtBodies, actor: Actor) -> Loaded:
    """What a page has shown is taken."""
    return take_bodies(asked.found)


@OPERATIONS.add(
    "表から取り込んだ団体を消す", "reform.share", "DELETE comparison/tables/{body_code}", command="forget-body",
    event="reform.comparison_forgotten", trace=lambda asked, number: Trace("comparison", {"code": asked.body_code, "number": number}),
)  # fmt: skip
def forget_body(asked: ForgetIn, actor: Actor) -> int:
    """A body's processes from a table go."""
    return actions.forget_body(asked.body_code)


def take_bodies(found: Register) -> Loaded:
    """Raises Invalid where nothing holds."""
    if not found.rows:
        raise Invalid("取り込める行がありません。", problems=found.problems)
    return Loaded(actions.set_bodies(found.rows.values()), found.problems)


def loaded_facts(found: Loaded) -> dict[str, Any]:
    """As a program sees it."""
    return {"taken": found.taken, "problems": [str(one) for one in found.problems]}


def register_in(data: bytes, renamed: Mapping[str, str]) -> Register:
    """The register in a file."""
    problems: list[Problem] = []
    found = register_of(rows(data, (CODE, POPULATION, COUNTED_ON, SOURCE), problems, renamed=renamed))
    found.problems[:0] = problems
    return found


def processes_in(data: bytes, renamed: Mapping[str, str]) -> ProcessTables:
    """The processes in a file."""
    problems: list[Problem] = []
    found = processes_of(rows(data, (CODE, PROCESS, TASK), problems, renamed=renamed))
    found.problems[:0] = problems
    return found
