"""Forms, and the batches of files that are read by them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from django.db.models import QuerySet

from yakuba.kernel.api.problems import ApiProblem
from yakuba.kernel.operations import Answer, Nothing, Rows, Work
from yakuba.services.reading.actions import definitions, uploads
from yakuba.services.reading.contracts import FileResult
from yakuba.services.reading.models import Batch, BatchFile, FormDefinition
from yakuba.services.reading.operations.answers import BatchOut, BatchRow, FormOut
from yakuba.services.reading.operations.asked import BatchesIn, FormIn, OneBatch, OneFile, UploadIn
from yakuba.services.reading.operations.table import OPERATIONS, one
from yakuba.services.reading.queries import batches as queries

STATES = dict(BatchFile.State.choices)
FILE_COLUMNS = {"name": "ファイル", "state_label": "結果", "pages": "ページ", "message": "説明"}
FORCED_COLUMNS = {"id": "番号", "name": "ファイル", "state": "状態", "pages": "ページ"}
FORM_COLUMNS = {"code": "様式", "title": "名称", "version": "版"}
BATCH_COLUMNS = {
    "id": "束",
    "name": "名前",
    "sheets": "用紙",
    "waiting": "読み取り待ち",
    "problems": "困っている用紙",
    "open": "確認待ち",
}
STATUS_WORDS = {
    "sheets": "用紙",
    "waiting": "読み取り待ち",
    "blank": "白紙",
    "problems": "困っている用紙",
    "incomplete": "ページの足りない受付",
    "cases": "受付",
    "ready": "確認の済んだ受付",
    "fields": "読み取った項目",
    "auto": "人の確認なしで通った項目",
    "open": "確認待ちの値",
    "held": "保留の値",
    "answered": "確認済みの値",
    "refused": "受け取れないファイル",
    "failed": "止まった仕事",
}
ABSENT = "ファイルがありません。名前と場所を確かめてください。"


def forms_in_use() -> QuerySet[FormDefinition]:
    """The forms in use, by code."""
    return FormDefinition.objects.filter(current=True).order_by("code")


@OPERATIONS.add(
    "様式を登録する",
    "reading.manage",
    command="load-form",
    help="様式（form.yaml か、それのあるフォルダ）を登録する。手続は先に登録しておく",
    answer=Answer(columns=FORM_COLUMNS),
    by_operator=True,
)
def load_form(asked: FormIn, actor: Any) -> list[dict[str, Any]]:
    """Put a form definition with its images into use."""
    form = definitions.load_form(asked.path, actor=actor)
    return [{name: getattr(form, name) for name in FORM_COLUMNS}]


@OPERATIONS.add(
    "使用中の様式",
    "reading.view",
    "GET forms",
    command="forms",
    help="使用中の様式を出す",
    answer=Answer(list[FormOut], columns=FORM_COLUMNS),
)
def list_forms(asked: Nothing, actor: Any) -> list[dict[str, Any]]:
    """The forms in use."""
    return list(forms_in_use().values(*FORM_COLUMNS))


# Batches


@dataclass(frozen=True)
class Taken:
    """What was taken in. batch: none where no file was there; absent: names of files that are not there."""

    batch: Batch | None
    absent: tuple[str, ...] = ()


def _batch_facts(batch: Batch) -> dict[str, Any]:
    return {
        "progress": queries.progress_of(batch),
        "statistics": queries.statistics_of(batch),
        "files": queries.files_of(batch),
    }


def _taken_facts(taken: Taken) -> dict[str, Any]:
    assert taken.batch is not None  # what was sent is there
    told = _batch_facts(taken.batch)
    if told["progress"].files == told["progress"].refused:
        raise ApiProblem(
            422,
            "受け取れるファイルがありません",
            "filesの各messageを読んで直し、もう一度送ってください。",
            batch=taken.batch.pk,
            files=[asdict(file) for file in told["files"]],
        )
    return told


def _taken_files(taken: Taken) -> dict[str, Any]:
    files = [FileResult(0, name, BatchFile.State.REFUSED.value, ABSENT, 0) for name in taken.absent]
    files += queries.files_of(taken.batch) if taken.batch else []
    rows = [asdict(file) | {"state_label": STATES[file.state]} for file in files]
    return {"batch": taken.batch.pk if taken.batch else None, "files": rows}


def _file_table(facts: dict[str, Any]) -> Iterator[Rows]:
    yield Rows(facts["files"], FILE_COLUMNS, f"束 {facts['batch']}" if facts["batch"] else "")


def _refused_files(facts: dict[str, Any]) -> str:
    states = [file["state"] for file in facts["files"]]
    if not (refused := states.count(BatchFile.State.REFUSED)):
        return ""
    return f"{len(states)}個のうち{refused}個を受け取れませんでした。説明を読んで直してください。"


def _read_so_far(taken: Taken) -> tuple[int, int, bool]:
    if taken.batch is None:
        return 0, 0, False
    now = queries.progress_of(taken.batch)
    return now.sheets - now.waiting, now.pages, now.running


@OPERATIONS.add(
    "申請書を取り込む",
    "reading.upload",
    "POST batches",
    command="upload",
    help="申請書を1つの束として取り込む。受け取れないファイルが1つでもあれば終了コード1（ほかは取り込む）",
    answer=Answer(BatchOut, _taken_facts, facts=_taken_files, tables=_file_table, fault=_refused_files),
    status=201,
    work=Work("読み取り", progress=_read_so_far, waits=False),
    by_operator=True,
)
def create_batch(asked: UploadIn, actor: Any) -> Taken:
    """Take files as one batch. Answers 422 with each file's reason when not one of them can be taken."""
    there = [(file.name, file.stream) for file in asked.files if file.stream is not None]
    absent = tuple(file.name for file in asked.files if file.stream is None)
    if absent and not there:
        return Taken(None, absent)
    return Taken(uploads.upload(there, actor=actor, name=asked.name, force=asked.force), absent)


@OPERATIONS.add(
    "束の一覧",
    "reading.view",
    "GET batches",
    command="batches",
    help="束の一覧を出す（新しい順）",
    answer=Answer(list[BatchRow], columns=BATCH_COLUMNS, first=20),
)
def list_batches(asked: BatchesIn, actor: Any) -> list[dict[str, Any]]:
    """Batches, newest first; state: open, running, done or empty."""
    return [queries.batch_facts(row) for row in asked.of(queries.listed_batches("", asked.state))]


def _status(batch: Batch) -> dict[str, Any]:
    told = _batch_facts(batch)
    return asdict(told["progress"]) | {"statistics": told["statistics"], "files_list": told["files"]}


def _status_table(facts: dict[str, Any]) -> Iterator[Rows]:
    rows = [{"what": label, "number": facts[key]} for key, label in STATUS_WORDS.items()]
    yield Rows(rows, {"what": "何が", "number": "いくつ"}, facts["name"])


@OPERATIONS.add(
    "束の状況",
    "reading.view",
    "GET batches/{batch_id}",
    command="status",
    help="束の状況を出す",
    answer=Answer(
        BatchOut,
        _batch_facts,
        facts=_status,
        tables=_status_table,
        notes=lambda facts: "読み取り中です。" if facts["running"] else "読み取りは終わりました。",
    ),
)
def show_batch(asked: OneBatch, actor: Any) -> Batch:
    """One batch."""
    return one(Batch.objects.all(), asked.batch_id, "束", "yakuba reading batches ")


@OPERATIONS.add(
    "取り込み済みのファイルを、それでも読み取る",
    "reading.upload",
    "POST files/{file_id}/force",
    command="force",
    answer=Answer(FileResult, columns=FORCED_COLUMNS),
)
def force_file(asked: OneFile, actor: Any) -> FileResult:
    """Read a file although the same one was taken before."""
    file = one(BatchFile.objects.all(), asked.file_id, "ファイル", "取り込んだ束")
    uploads.force_file(file, actor=actor)
    file.refresh_from_db()
    return FileResult(file.pk, file.name, file.state, file.message, file.pages)
