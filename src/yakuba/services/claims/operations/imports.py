"""Taking in claim files, masters, check tables and eligibility."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, Field

from yakuba.kernel.accounts import require
from yakuba.kernel.audit.actor import Actor
from yakuba.kernel.jobs.work import work_of
from yakuba.kernel.operations import Answer, Pairs, Part, Upload, Word, Work
from yakuba.kernel.operations.finding import one
from yakuba.kernel.refusals import Invalid
from yakuba.services.claims import queries
from yakuba.services.claims.actions import imports
from yakuba.services.claims.models import MEMBERS, CheckTable, ClaimFile
from yakuba.services.claims.operations.table import OPERATIONS

MOST_FILES = 100


class ClaimFilesIn(BaseModel):
    """Claim files."""

    files: list[Upload] = Field(description="請求ファイル（レセプト電算処理）")


class OneClaimFile(BaseModel):
    """A claim file."""

    claim_file_id: int = Field(description="請求ファイルの番号")


class CheckTableIn(BaseModel):
    """A master, a check table, or eligibility."""

    file: Upload = Field(description="表のファイル（CSV）")
    kind: Annotated[str, Word("--kind")] = Field(max_length=20, description="表の種類")
    since: Annotated[int, Word("--since")] = Field(
        ge=200_001, le=210_012, description="適用する診療年月から（202606）"
    )
    columns: Annotated[dict[str, str], Pairs("見出し=列")] = Field(
        default_factory=dict, description="見出しと列の組"
    )


class OneCheckTable(BaseModel):
    """A table."""

    check_table_id: int = Field(description="表の番号")


class ClaimFileOut(BaseModel):
    """A claim file. months: YYYYMM → claims; bad: faults; faults: the first sentences about them; others: record types that no
    layout knows → how many."""

    id: int
    name: str
    state: str
    state_label: str
    claims: int
    left_out: int
    points: int
    complete: bool
    months: dict[str, int]
    others: dict[str, int]
    bad: int
    faults: list[str]
    reason: str


class CheckTableOut(BaseModel):
    """A table. since: YYYYMM from which it holds; rows: that are used."""

    id: int
    name: str
    kind: str
    label: str
    since: int
    state: str
    state_label: str
    rows: int
    bad: int
    faults: list[str]
    reason: str


FILE_COLUMNS = {
    "id": "番号",
    "name": "ファイル",
    "state_label": "状態",
    "claims": "レセプト",
    "left_out": "読めなかった",
    "bad": "直すところ",
}
TABLE_COLUMNS = {
    "id": "番号",
    "label": "種類",
    "since": "適用",
    "name": "ファイル",
    "state_label": "状態",
    "rows": "行",
    "bad": "直すところ",
}


def file_facts(row: ClaimFile) -> dict[str, Any]:
    """As a program sees it, as it stands now."""
    row.refresh_from_db()
    names = (
        "name",
        "state",
        "claims",
        "left_out",
        "points",
        "complete",
        "months",
        "others",
        "bad",
        "faults",
        "reason",
    )
    return {"id": row.pk, "state_label": row.get_state_display()} | {
        name: getattr(row, name) for name in names
    }


def table_facts(row: CheckTable) -> dict[str, Any]:
    """As a program sees it, as it stands now."""
    row.refresh_from_db()
    names = ("name", "kind", "label", "since", "state", "rows", "bad", "faults", "reason")
    return {"id": row.pk, "state_label": row.get_state_display()} | {
        name: getattr(row, name) for name in names
    }


@OPERATIONS.add(
    "請求ファイルの一覧", "claims.load", "GET files", command="files", answer=Answer(list[ClaimFileOut], columns=FILE_COLUMNS)
)  # fmt: skip
def list_files(asked: Part, actor: Actor) -> list[dict[str, Any]]:
    """What was handed in, the newest first."""
    return [file_facts(row) for row in asked.of(queries.files())]


@OPERATIONS.add(
    "請求ファイルを取り込む", "claims.load", "POST files", command="load", status=201,
    answer=Answer(
        list[ClaimFileOut], lambda rows: [file_facts(row) for row in rows], FILE_COLUMNS,
        fault=lambda facts: "\n".join(f"{one['name']}：{one['reason']}" for one in facts if one["reason"]),
    ),
    work=Work("取り込み", progress=lambda rows: _taken_so_far(rows)),
)  # fmt: skip
def load(asked: ClaimFilesIn, actor: Actor) -> list[ClaimFile]:
    """Hand claim files in; a worker reads them, one after the other."""
    if not 0 < len(asked.files) <= MOST_FILES:
        raise Invalid(f"ファイルは1から{MOST_FILES}までにしてください。")
    made = []
    for file in asked.files:
        if file.stream is None:
            raise Invalid("ファイルを開けません。名前を確かめてください。", place=file.name)
        made.append(imports.hand_in(file.name, file.stream, actor=actor))
    return made


def _taken_so_far(rows: list[ClaimFile]) -> tuple[int, int, bool]:
    live = sum(work_of(imports.JOB, row.job_key).is_live for row in rows)
    return len(rows) - live, len(rows), live > 0


@OPERATIONS.add(
    "請求ファイルの結果", "claims.load", "GET files/{claim_file_id}", command="file", answer=Answer(ClaimFileOut, file_facts, FILE_COLUMNS)
)  # fmt: skip
def show_file(asked: OneClaimFile, actor: Actor) -> ClaimFile:
    """One file, with what could not be read, by line and byte."""
    return one(ClaimFile.objects.all(), asked.claim_file_id)


@OPERATIONS.add(
    "表の一覧", "claims.view", "GET tables", command="table list", answer=Answer(list[CheckTableOut], columns=TABLE_COLUMNS)
)  # fmt: skip
def list_tables(asked: Part, actor: Actor) -> list[dict[str, Any]]:
    """Masters, check tables and eligibility, by kind and edition."""
    return [table_facts(row) for row in asked.of(queries.tables())]


@OPERATIONS.add(
    "表を取り込む", "claims.load", "POST tables", command="table load", status=201,
    answer=Answer(CheckTableOut, table_facts, TABLE_COLUMNS, fault=lambda facts: facts["reason"]),
    work=Work("取り込み", progress=lambda row: _table_so_far(row)),
)  # fmt: skip
def load_table(asked: CheckTableIn, actor: Actor) -> CheckTable:
    """A master or check table of the official files, or the town's eligibility (kind `members`), from a month of treatment on."""
    if asked.file.stream is None:
        raise Invalid("ファイルを開けません。名前を確かめてください。", place=asked.file.name)
    if asked.kind == MEMBERS and actor is not None:
        require(actor, "claims.members")
    renamed = asked.columns or None
    return imports.hand_in_table(
        asked.file.name, asked.file.stream, asked.kind, asked.since, actor=actor, renamed=renamed
    )


def _table_so_far(row: CheckTable) -> tuple[int, int, bool]:
    work = work_of(imports.TABLE_JOB, row.job_key)
    return work.done, work.total, work.is_live


@OPERATIONS.add(
    "表の結果", "claims.load", "GET tables/{check_table_id}", command="table show", answer=Answer(CheckTableOut, table_facts, TABLE_COLUMNS)
)  # fmt: skip
def show_table(asked: OneCheckTable, actor: Actor) -> CheckTable:
    """One table, with what could not be used."""
    return one(CheckTable.objects.all(), asked.check_table_id)
