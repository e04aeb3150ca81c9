"""What can be done with files for the core system, each declared once for pages, API and command line."""

from __future__ import annotations

from collections.abc import Mapping
from io import BytesIO
from itertools import islice
from typing import Annotated, Any, BinaryIO

from pydantic import BaseModel, Field

from yakuba.kernel.audit.actor import Actor
from yakuba.kernel.files.downloads import Download
from yakuba.kernel.operations import Answer, FromFile, Operations, Part, Upload
from yakuba.kernel.refusals import Invalid, Missing, Problem
from yakuba.kernel.tables.columns import known, renaming
from yakuba.kernel.tables.reading import headings_in, rows
from yakuba.services.corefiles import queries
from yakuba.services.corefiles.actions import files, layouts
from yakuba.services.corefiles.engine import results
from yakuba.services.corefiles.models import CoreFile, FiledCase, FileLayout

OPERATIONS = Operations("corefiles")
LARGEST = 20_000_000  # bytes of a table of results


class LayoutTextIn(BaseModel):
    """A layout file."""

    text: Annotated[str, FromFile()] = Field(max_length=200_000, description="連携レイアウトのYAMLファイル")
    version: int | None = Field(None, ge=1, description="直す前の版。もう別の版になっていれば登録しません")


class OneLayout(BaseModel):
    """A layout."""

    layout_code: str = Field(max_length=60, description="レイアウトのコード")


class OneCoreFile(BaseModel):
    """A file."""

    core_file_id: int = Field(description="連携ファイルの番号")


class CoreFileResultsIn(OneCoreFile):
    """What the core system said of each case."""

    file: Upload = Field(description="結果の表（CSVかExcel。受付番号、登録番号、理由）")


class UndoIn(OneCoreFile):
    """Why a file is not taken in."""

    reason: str = Field(max_length=300, description="取り消す理由")


class OneFiledCase(BaseModel):
    """A case in a file."""

    filed_case_id: int = Field(description="連携ファイルの受付の番号")


class LayoutOut(BaseModel):
    """A layout in use. waiting: cases that wait for their entry."""

    code: str
    title: str
    procedure: str
    version: int
    waiting: int


class CoreFileOut(BaseModel):
    """A file. state: `open`, `settled` or `undone`."""

    id: int
    layout: str
    version: int
    state: str
    cases: int
    made_at: str


class CoreFileSettledOut(CoreFileOut):
    """The file, and a sentence for each result that could not be used."""

    unused: list[str]


class FiledCaseOut(BaseModel):
    """A case in a file. state: `again` where it may be in the next one."""

    id: int
    state: str


LAYOUT_COLUMNS = {
    "code": "コード",
    "title": "名前",
    "procedure": "手続",
    "version": "版",
    "waiting": "入力待ち",
}
FILE_COLUMNS = {
    "id": "番号",
    "layout": "レイアウト",
    "cases": "受付",
    "state": "状態",
    "made_at": "作った日時",
}


def layout_facts(row: FileLayout) -> dict[str, Any]:
    """As a program sees it."""
    waiting = queries.ready(row).count()
    return {
        "code": row.code,
        "title": row.title,
        "procedure": row.procedure.code,
        "version": row.version,
        "waiting": waiting,
    }


def file_facts(row: CoreFile) -> dict[str, Any]:
    """As a program sees it."""
    return {
        "id": row.pk,
        "layout": row.layout.code,
        "version": row.version,
        "state": row.state,
        "cases": row.cases,
        "made_at": row.made_at.isoformat(),
    }


def _layout(code: str) -> FileLayout:
    row: FileLayout | None = FileLayout.objects.select_related("procedure").filter(code=code).first()
    if row is None:
        codes = "、".join(queries.layouts().values_list("code", flat=True))
        raise Missing(f"レイアウト「{code}」はありません。あるのは {codes or '（なし）'} です。")
    return row


def _file(number: int) -> CoreFile:
    row: CoreFile | None = CoreFile.objects.select_related("layout__procedure").filter(pk=number).first()
    if row is None:
        raise Missing(f"{number}番の連携ファイルはありません。番号を確かめてください。")
    return row


@OPERATIONS.add(
    "連携レイアウトの一覧",
    "corefiles.view",
    "GET layouts",
    command="layouts",
    answer=Answer(list[LayoutOut], columns=LAYOUT_COLUMNS),
)
def list_layouts(asked: Part, actor: Actor) -> list[dict[str, Any]]:
    """The layouts in use, with how many cases wait."""
    return [layout_facts(row) for row in asked.of(queries.layouts())]


@OPERATIONS.add(
    "連携レイアウトを登録する",
    "corefiles.manage",
    "POST layouts",
    command="load-layout",
    answer=Answer(LayoutOut, layout_facts, LAYOUT_COLUMNS),
)
def load_layout(asked: LayoutTextIn, actor: Actor) -> FileLayout:
    """Put a layout file into use, or a newer version of it."""
    return layouts.load_layout(asked.text, actor=actor, before=asked.version)


@OPERATIONS.add(
    "連携レイアウトを使わないことにする",
    "corefiles.manage",
    "POST layouts/{layout_code}/retire",
    command="retire-layout",
    answer=Answer(LayoutOut, layout_facts, LAYOUT_COLUMNS),
)
def retire_layout(asked: OneLayout, actor: Actor) -> FileLayout:
    """No new file is made by it."""
    row = _layout(asked.layout_code)
    layouts.retire(row, actor=actor)
    return row


@OPERATIONS.add(
    "連携ファイルの一覧",
    "corefiles.view",
    "GET files",
    command="list",
    answer=Answer(list[CoreFileOut], columns=FILE_COLUMNS),
)
def list_files(asked: Part, actor: Actor) -> list[dict[str, Any]]:
    """The files, the newest first."""
    return [file_facts(row) for row in asked.of(queries.files())]


@OPERATIONS.add(
    "連携ファイルを作る",
    "corefiles.make",
    "POST layouts/{layout_code}/files",
    command="make",
    answer=Answer(CoreFileOut, file_facts, FILE_COLUMNS),
    step_up=True,
)
def make_file(asked: OneLayout, actor: Actor) -> CoreFile:
    """A file of the cases that wait for their entry; they are being entered from now on."""
    return files.make(_layout(asked.layout_code), actor=actor)


@OPERATIONS.add(
    "連携ファイルを取り出す",
    "corefiles.make",
    "GET files/{core_file_id}/content",
    command="take",
    answer=Answer(media_type="application/octet-stream"),
    step_up=True,
)
def take_file(asked: OneCoreFile, actor: Actor) -> Download:
    """The file itself."""
    return files.take(_file(asked.core_file_id), actor=actor)


@OPERATIONS.add(
    "連携ファイルが全部取り込まれた",
    "corefiles.make",
    "POST files/{core_file_id}/settle",
    command="settle",
    answer=Answer(CoreFileOut, file_facts, FILE_COLUMNS),
)
def settle_file(asked: OneCoreFile, actor: Actor) -> CoreFile:
    """The core system took in all cases that are still open."""
    files.settle(_file(asked.core_file_id), None, actor=actor)
    return _file(asked.core_file_id)


@OPERATIONS.add(
    "連携ファイルの結果を表から入れる",
    "corefiles.make",
    "POST files/{core_file_id}/results",
    command="results",
    answer=Answer(
        CoreFileSettledOut,
        lambda done: file_facts(done[0]) | {"unused": done[1]},
        FILE_COLUMNS,
        fault=lambda facts: "\n".join(facts["unused"]),
    ),
)
def settle_by_results(asked: CoreFileResultsIn, actor: Actor) -> tuple[CoreFile, list[str]]:
    """What the core system did with each case, from its table of results."""
    core_file = _file(asked.core_file_id)
    unused = settle_from(core_file, BytesIO(asked.file.read(LARGEST)), actor=actor)
    return _file(asked.core_file_id), unused


def settle_from(
    core_file: CoreFile, table: BinaryIO, *, renamed: Mapping[str, str] | None = None, actor: Actor
) -> list[str]:
    """Settle by a table; a sentence for each line that could not be used. renamed: heading of the table → column, as a
    person chose; else the columns are known by their usual names.

    Raises Invalid for a table of which no line can be used, and as `results.read`.
    """
    headings = headings_in(table, [name for one in results.COLUMNS for name in one.names], [])
    if renamed is None:
        renamed = renaming(headings, results.COLUMNS, known(headings, results.COLUMNS, {}))
    table.seek(0)
    problems: list[Problem] = []
    columns = {renamed.get(name, name) for name in headings}
    lines = list(islice(rows(table, results.REQUIRED, problems, renamed=renamed), results.MOST_RESULTS + 1))
    if problems and not lines:  # empty, or no table at all: the reader says what it is
        raise Invalid("結果の表を読めません。", problems=problems)
    found, faults = results.read(lines, columns)
    if not found:
        raise Invalid("使える行が1行もないので、何も変えていません。", problems=[*problems, *faults])
    unused = files.settle(core_file, found, actor=actor)
    return [*map(str, [*problems, *faults]), *unused]


@OPERATIONS.add(
    "連携ファイルを取り消す",
    "corefiles.make",
    "POST files/{core_file_id}/undo",
    command="undo",
    answer=Answer(CoreFileOut, file_facts, FILE_COLUMNS),
)
def undo_file(asked: UndoIn, actor: Actor) -> CoreFile:
    """The file was not taken in: its cases wait for their entry again."""
    files.undo(_file(asked.core_file_id), asked.reason, actor=actor)
    return _file(asked.core_file_id)


@OPERATIONS.add(
    "取り込まれなかった受付を次に渡す",
    "corefiles.make",
    "POST refused/{filed_case_id}/again",
    command="again",
    answer=Answer(
        FiledCaseOut, lambda row: {"id": row.pk, "state": row.state}, {"id": "番号", "state": "状態"}
    ),
)
def let_again(asked: OneFiledCase, actor: Actor) -> FiledCase:
    """A case that the core system refused may be in the next file."""
    row: FiledCase | None = FiledCase.objects.filter(pk=asked.filed_case_id).first()
    if row is None:
        raise Missing("その受付は、連携ファイルにありません。")
    return files.again(row, actor=actor)
