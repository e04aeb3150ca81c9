"""Tables, purposes, and who wants no letters."""

from __future__ import annotations

import json
from datetime import date
from typing import Annotated, Any

from pydantic import BaseModel, Field

from yakuba.kernel.audit.actor import Actor
from yakuba.kernel.jobs.work import work_of
from yakuba.kernel.operations import Answer, FromFile, Part, Trace, Upload, Word, Work
from yakuba.kernel.operations.finding import one
from yakuba.kernel.refusals import Invalid
from yakuba.services.outreach.actions import purposes, tables
from yakuba.services.outreach.models import OptOut, Purpose, TownTable
from yakuba.services.outreach.models.tables import masked
from yakuba.services.outreach.operations.table import OPERATIONS

LARGEST = 300_000_000


class OutreachTableIn(BaseModel):
    """A table of persons."""

    file: Upload = Field(description="表（CSVかExcel）")
    name: str = Field("", max_length=120, description="表の名前")
    year: Annotated[int, Word("--year")] = Field(
        ge=1990, le=2098, description="年度（表に年度の列がないとき使う）"
    )


class OneOutreachTable(BaseModel):
    """A table."""

    outreach_table_id: int = Field(description="表の番号")


class OutreachColumn(BaseModel):
    """A column. role, kind, data_class: as `yakuba outreach table show --json` tells; known: 前年度末, 年度初め, 06-01, 2026-04-01."""

    heading: str = Field(max_length=100, description="見出し")
    role: str = Field("value", max_length=10, description="役割")
    kind: str = Field("text", max_length=10, description="値の種類")
    data_class: str = Field("other", max_length=10, description="情報の種類")
    known: str = Field("", max_length=20, description="知った日")


class OutreachColumnsIn(OneOutreachTable):
    """What the columns are."""

    columns: Annotated[list[OutreachColumn] | str, FromFile()] = Field(description="列の一覧（JSON）")


class OutreachPurposeIn(BaseModel):
    """A purpose."""

    name: str = Field(min_length=1, max_length=120, description="目的")
    basis: str = Field(min_length=1, max_length=2000, description="根拠（法令・条例・計画）")
    classes: Annotated[list[str], Word("--class")] = Field(
        description="使う情報の種類（basic、contact、health、care、tax、other）"
    )


class OnePurpose(BaseModel):
    """A purpose."""

    purpose_id: int = Field(description="目的の番号")


class OptOutIn(BaseModel):
    """Who wants no letters."""

    numbers: Annotated[list[str], Word("--number")] = Field(max_length=5000, description="宛名番号")
    purpose_id: Annotated[int, Word("--purpose")] = Field(
        0, ge=0, description="目的の番号（なければ、どの勧奨も）"
    )
    since: Annotated[date, Word("--since")] = Field(description="申し出た日")
    note: str = Field("", max_length=200, description="メモ")


class OneOptOut(BaseModel):
    """One who wants no letters."""

    optout_id: int = Field(description="番号")


class OutreachTableOut(BaseModel):
    """A table. years: fiscal year → rows; bad: faults; faults: the first sentences about them."""

    id: int
    name: str
    state: str
    state_label: str
    year: int
    rows: int
    years: dict[str, int]
    columns: list[dict[str, str]]
    bad: int
    faults: list[str]
    reason: str
    invented: bool


class OutreachGoneOut(BaseModel):
    """What is gone."""

    id: int


class OutreachPurposeOut(BaseModel):
    """A purpose; holds: data may be used for it."""

    id: int
    name: str
    basis: str
    classes: list[str]
    holds: bool


class OptOutOut(BaseModel):
    """One who wants no letters, the number masked. purpose: empty for any."""

    id: int
    number: str
    purpose: str
    since: date
    note: str


COLUMNS = {"id": "番号", "name": "表", "state_label": "状態", "rows": "行", "bad": "直すところ"}
PURPOSE_COLUMNS = {"id": "番号", "name": "目的", "classes": "情報の種類", "holds": "使える"}
OPT_COLUMNS = {"id": "番号", "number": "宛名番号", "purpose": "目的", "since": "申し出た日"}


def table_facts(row: TownTable) -> dict[str, Any]:
    """As a program sees it, as it stands now."""
    row.refresh_from_db()
    names = ("name", "state", "year", "rows", "years", "columns", "bad", "faults", "reason", "invented")
    return {"id": row.pk, "state_label": row.get_state_display()} | {
        name: getattr(row, name) for name in names
    }


def purpose_facts(row: Purpose) -> dict[str, Any]:
    """As a program sees it."""
    return {"id": row.pk, "name": row.name, "basis": row.basis, "classes": row.classes, "holds": row.holds}


def opt_out_facts(row: OptOut) -> dict[str, Any]:
    """As a program sees it."""
    return {
        "id": row.pk,
        "number": masked(row.number),
        "purpose": str(row.purpose or ""),
        "since": row.since,
        "note": row.note,
    }


def table_of(number: int) -> TownTable:
    """Raises Missing."""
    return one(TownTable.objects.select_related("file", "part"), number)


def purpose_of(number: int) -> Purpose:
    """Raises Missing."""
    return one(Purpose.objects.all(), number)


def _so_far(row: TownTable) -> tuple[int, int, bool]:
    work = work_of(tables.JOB, row.job_key)
    return work.done, work.total, work.is_live


A_TABLE = Answer(OutreachTableOut, table_facts, COLUMNS, fault=lambda facts: facts["reason"])
A_PURPOSE = Answer(OutreachPurposeOut, purpose_facts, PURPOSE_COLUMNS)


@OPERATIONS.add(
    "勧奨の表の一覧",
    "outreach.view",
    "GET tables",
    command="table list",
    answer=Answer(list[OutreachTableOut], columns=COLUMNS),
)
def list_tables(asked: Part, actor: Actor) -> list[dict[str, Any]]:
    """The newest first."""
    return [table_facts(row) for row in asked.of(TownTable.objects.order_by("-pk"))]


@OPERATIONS.add(
    "勧奨の表", "outreach.view", "GET tables/{outreach_table_id}", command="table show", answer=A_TABLE
)
def show_table(asked: OneOutreachTable, actor: Actor) -> TownTable:
    """Its columns, years and faults; no row."""
    return table_of(asked.outreach_table_id)


@OPERATIONS.add(
    "勧奨の表を入れる", "outreach.load", "POST tables", command="table load", status=201, answer=A_TABLE, event="outreach.table_handed_in",
    trace=lambda asked, row: Trace(f"outreachtable:{row.pk}", {"sha256": row.file.sha256 if row.file else ""}),
)  # fmt: skip
def load_table(asked: OutreachTableIn, actor: Actor) -> TownTable:
    """Keep a table; then say what its columns are."""
    return tables.hand_in(asked.name, asked.file.name, asked.file.read(LARGEST), asked.year, actor=actor)


@OPERATIONS.add(
    "勧奨の表の列を決めて読む", "outreach.load", "POST tables/{outreach_table_id}/columns", command="table define", answer=A_TABLE,
    event="outreach.table_defined", trace=lambda asked, row: Trace(f"outreachtable:{row.pk}"), work=Work("読み取り", progress=_so_far),
)  # fmt: skip
def define_table(asked: OutreachColumnsIn, actor: Actor) -> TownTable:
    """Role, kind, class of data and the day on which it is known, of each column; a worker reads the table then."""
    return tables.define(table_of(asked.outreach_table_id), _columns(asked.columns), actor=actor)


def _columns(given: list[OutreachColumn] | str) -> list[dict[str, Any]]:
    if not isinstance(given, str):
        return [one.model_dump() for one in given]
    try:
        found = json.loads(given)
    except json.JSONDecodeError as error:
        raise Invalid(
            "列の一覧はJSONで書いてください。`table show --json` の columns を直すと早いです。"
        ) from error
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        raise Invalid('列の一覧は [{"heading": …, "role": …}, …] の形で書いてください。')
    return found


@OPERATIONS.add(
    "勧奨の表を消す", "outreach.load", "POST tables/{outreach_table_id}/remove", command="table remove",
    answer=Answer(OutreachGoneOut, lambda number: {"id": number}, {"id": "消した番号"}),
    event="outreach.table_removed", trace=lambda asked, row: Trace(f"outreachtable:{asked.outreach_table_id}"), step_up=True,
)  # fmt: skip
def remove_table(asked: OneOutreachTable, actor: Actor) -> int:
    """The table and its files go; campaigns keep numbers alone."""
    tables.throw_away(table_of(asked.outreach_table_id))
    return asked.outreach_table_id


@OPERATIONS.add(
    "情報を使う目的の一覧", "outreach.view", "GET purposes", command="purpose list", answer=Answer(list[OutreachPurposeOut], columns=PURPOSE_COLUMNS)
)  # fmt: skip
def list_purposes(asked: Part, actor: Actor) -> list[dict[str, Any]]:
    """For what tables may be used."""
    return [purpose_facts(row) for row in asked.of(Purpose.objects.order_by("-pk"))]


@OPERATIONS.add(
    "情報を使う目的の承認を求める", "outreach.plan", "POST purposes", command="purpose ask", status=201, answer=A_PURPOSE,
    event="outreach.purpose_asked", trace=lambda asked, row: Trace(f"purpose:{row.pk}", {"classes": row.classes}),
)  # fmt: skip
def ask_purpose(asked: OutreachPurposeIn, actor: Actor) -> Purpose:
    """Another person approves it."""
    return purposes.ask(asked.name, asked.basis, asked.classes, actor=actor)


@OPERATIONS.add(
    "情報を使う目的を終える", "outreach.approve", "POST purposes/{purpose_id}/end", command="purpose end", answer=A_PURPOSE,
    event="outreach.purpose_ended", trace=lambda asked, row: Trace(f"purpose:{row.pk}"),
)  # fmt: skip
def end_purpose(asked: OnePurpose, actor: Actor) -> Purpose:
    """No data is used for it any more."""
    return purposes.end(purpose_of(asked.purpose_id))


@OPERATIONS.add(
    "勧奨を望まない人の一覧", "outreach.optout", "GET optouts", command="optout list", answer=Answer(list[OptOutOut], columns=OPT_COLUMNS),
    event="outreach.optouts_listed", trace=lambda asked, rows: Trace("optouts", {"rows": len(rows)}),
)  # fmt: skip
def list_opt_outs(asked: Part, actor: Actor) -> list[dict[str, Any]]:
    """Who wants no letters."""
    return [opt_out_facts(row) for row in asked.of(OptOut.objects.select_related("purpose").order_by("-pk"))]


@OPERATIONS.add(
    "勧奨を望まない人を加える", "outreach.optout", "POST optouts", command="optout add", status=201,
    answer=Answer(list[OptOutOut], lambda rows: [opt_out_facts(row) for row in rows], OPT_COLUMNS),
    event="outreach.opted_out", trace=lambda asked, rows: Trace("optouts", {"people": len(rows)}),
)  # fmt: skip
def add_opt_outs(asked: OptOutIn, actor: Actor) -> list[OptOut]:
    """They are left out of every campaign from now on, and withdrawn from those not printed yet."""
    purpose = purpose_of(asked.purpose_id) if asked.purpose_id else None
    return purposes.opt_out(asked.numbers, purpose, asked.since, asked.note, actor=actor)


@OPERATIONS.add(
    "勧奨を望まない人から外す", "outreach.optout", "POST optouts/{optout_id}/remove", command="optout remove",
    answer=Answer(OptOutOut, opt_out_facts, OPT_COLUMNS), event="outreach.opted_in", trace=lambda asked, row: Trace(f"optout:{asked.optout_id}"),
)  # fmt: skip
def remove_opt_out(asked: OneOptOut, actor: Actor) -> OptOut:
    """The person may be written to again."""
    row = one(OptOut.objects.select_related("purpose"), asked.optout_id)
    kept = OptOut.objects.select_related("purpose").get(pk=row.pk)
    purposes.opt_in(row)
    return kept
