"""`/api/v1/reading/…`: batches, questions and problem sheets for programs. What the pages do, by the same actions."""

# No `from __future__ import annotations`: ninja reads the annotations of the guarded operations as objects.
from dataclasses import asdict
from datetime import datetime
from typing import Any, BinaryIO, cast

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from ninja import Field, File, Form, Router, Schema, Status, UploadedFile

from yakuba.kernel.api.authentication import scoped
from yakuba.kernel.api.problems import ApiProblem
from yakuba.kernel.audit.chain import record
from yakuba.kernel.ledger.display import shown_value
from yakuba.kernel.ledger.masking import reveals
from yakuba.kernel.ledger.models import Case, CaseValue
from yakuba.services.reading.actions import questions, sheets, uploads
from yakuba.services.reading.models import Batch, BatchFile, FormDefinition, Question, Sheet
from yakuba.services.reading.queries import batches as queries
from yakuba.services.reading.queries import problems as problem_queries
from yakuba.services.reading.queries import questions as question_queries

router = Router(tags=["reading"])
LARGEST_PAGE = 500


class FileOut(Schema):
    """What became of a file. state: splitting, split, known (taken before, not read again) or refused."""

    id: int
    name: str
    state: str
    message: str
    pages: int


class BatchRow(Schema):
    """A batch in the list."""

    id: int
    name: str
    created_at: datetime
    sheets: int
    waiting: int
    problems: int
    open: int


class ProgressOut(Schema):
    """Counts; see `BatchProgress` in the room's contracts."""

    batch: int
    name: str
    running: bool
    files: int
    refused: int
    known: int
    pages: int
    sheets: int
    waiting: int
    blank: int
    problems: int
    aside: int
    cases: int
    incomplete: int
    ready: int
    fields: int
    auto: int
    person: int
    open: int
    held: int
    answered: int
    failed: int


class StatisticsOut(Schema):
    """What a batch gave and took."""

    sheets: int
    fields: int
    fields_auto: int
    fields_person: int
    machine_seconds: float
    person_seconds: float


class BatchOut(Schema):
    """A batch with its files."""

    progress: ProgressOut
    statistics: StatisticsOut
    files: list[FileOut]


class QuestionOut(Schema):
    """A value that waits for a person."""

    id: int
    case: int
    procedure: str
    receipt_number: str
    field: str
    label: str
    type: str
    value: str
    reasons: list[str]
    message: str
    kind: str
    state: str
    candidates: list[str]


class AnswerIn(Schema):
    """A person's answer. `insist`: the paper says so although it is empty or out of range."""

    value: str = Field(max_length=500)
    seconds: float = Field(0.0, ge=0, le=3600)
    insist: bool = False


class HoldIn(Schema):
    """Why a value is left for later."""

    reason: str = Field(max_length=200)
    seconds: float = Field(0.0, ge=0, le=3600)


class AnswerOut(Schema):
    """Where the question and its case stand after the answer."""

    question: int
    state: str
    case: int
    case_status: str


class ProblemOut(Schema):
    """A sheet that waits for a person."""

    sheet: int
    batch: int
    file: str
    index: int
    problem: str
    message: str
    form: str
    page: int
    receipt_number: str


class ResolveIn(Schema):
    """What is known about a sheet: its receipt number, and its form and page where they are not known."""

    receipt_number: str = Field("", max_length=30)
    form: str = Field("", max_length=60)
    page: int = Field(0, ge=0, le=999)
    seconds: float = Field(0.0, ge=0, le=3600)


class AsideIn(Schema):
    """Why a sheet is taken out of the work."""

    reason: str = Field(max_length=200)


class SheetOut(Schema):
    """A sheet as it stands now."""

    sheet: int
    state: str
    problem: str
    message: str
    receipt_number: str
    page: int


class ValueOut(Schema):
    """A value of a case and where it came from. origin: reading or person."""

    field: str
    value: str
    trusted: bool
    origin: str
    confidence: float | None
    reasons: list[str]
    page: int | None


@router.post("/batches", response={201: BatchOut}, summary="申請書を取り込む")
@scoped("reading.upload")
def create_batch(
    request: HttpRequest,
    files: list[UploadedFile] = File(...),
    name: str = Form(""),
    force: bool = Form(False),
) -> Any:
    """Take files as one batch. Answers 422 with each file's reason when not one of them can be taken."""
    given = [(file.name or "", cast(BinaryIO, file)) for file in files]
    batch = uploads.upload(given, actor=request.user, name=name, force=force)
    told = _batch(batch)
    if told["progress"]["files"] == told["progress"]["refused"]:
        detail = "filesの各messageを読んで直し、もう一度送ってください。"
        raise ApiProblem(422, "受け取れるファイルがありません", detail, batch=batch.pk, files=told["files"])
    return Status(201, told)


@router.get("/batches", response=list[BatchRow], summary="束の一覧")
@scoped("reading.view")
def list_batches(request: HttpRequest, state: str = "", limit: int = 100, offset: int = 0) -> Any:
    """Batches, newest first; state: open, running, done or empty."""
    found = _part(queries.in_state(queries.listed_batches(), state), limit, offset)
    return [queries.batch_facts(row) for row in found]


@router.get("/batches/{batch_id}", response=BatchOut, summary="束の状況")
@scoped("reading.view")
def show_batch(request: HttpRequest, batch_id: int) -> Any:
    """One batch."""
    return _batch(get_object_or_404(Batch, pk=batch_id))


@router.post("/files/{file_id}/force", response=FileOut, summary="取り込み済みのファイルを、それでも読み取る")
@scoped("reading.upload")
def force_file(request: HttpRequest, file_id: int) -> Any:
    """Read a file although the same one was taken before."""
    file = get_object_or_404(BatchFile, pk=file_id)
    uploads.force_file(file, actor=request.user)
    file.refresh_from_db()
    return file


@router.get("/questions", response=list[QuestionOut], summary="確認を待つ値")
@scoped("reading.confirm")
def list_questions(
    request: HttpRequest, batch: int | None = None, held: bool = False, limit: int = 100, offset: int = 0
) -> Any:
    """Values that wait for a person, by case. Reading them is recorded."""
    found = question_queries.open_questions(batch, held=held)
    record("reading.values_listed", subject=f"batch:{batch or 'all'}", actor=request.user)
    return [asdict(question) for question in _part(found, limit, offset)]


@router.post("/questions/{question_id}/answer", response=AnswerOut, summary="値を確定する")
@scoped("reading.confirm")
def answer_question(request: HttpRequest, question_id: int, body: AnswerIn) -> Any:
    """Take a person's answer."""
    get_object_or_404(Question, pk=question_id)
    done = questions.answer(
        question_id, body.value, actor=request.user, seconds=body.seconds, insist=body.insist
    )
    return _answered(done)


@router.post("/questions/{question_id}/hold", response=AnswerOut, summary="値を保留にする")
@scoped("reading.confirm")
def hold_question(request: HttpRequest, question_id: int, body: HoldIn) -> Any:
    """Leave a value for later."""
    get_object_or_404(Question, pk=question_id)
    done = questions.hold(question_id, body.reason, actor=request.user, seconds=body.seconds)
    return _answered(done)


@router.get("/problems", response=list[ProblemOut], summary="困っている用紙")
@scoped("reading.confirm")
def list_problems(request: HttpRequest, batch: int | None = None, limit: int = 100, offset: int = 0) -> Any:
    """Sheets that wait for a person, the longest waiting first."""
    found = _part(problem_queries.problem_sheets(batch), limit, offset)
    return [asdict(problem_queries.as_problem(sheet)) for sheet in found]


@router.post("/sheets/{sheet_id}/resolve", response=SheetOut, summary="困っている用紙を解決する")
@scoped("reading.confirm")
def resolve_sheet(request: HttpRequest, sheet_id: int, body: ResolveIn) -> Any:
    """Say what a sheet is."""
    sheet = get_object_or_404(Sheet, pk=sheet_id)
    form = get_object_or_404(FormDefinition, code=body.form, current=True) if body.form else None
    done = sheets.resolve(
        sheet,
        receipt_number=body.receipt_number,
        form=form,
        page=body.page or None,
        actor=request.user,
        seconds=body.seconds,
    )
    return _sheet(done)


@router.post("/sheets/{sheet_id}/aside", response=SheetOut, summary="用紙を除外する")
@scoped("reading.confirm")
def put_sheet_aside(request: HttpRequest, sheet_id: int, body: AsideIn) -> Any:
    """Take a sheet out of the work."""
    sheet = get_object_or_404(Sheet, pk=sheet_id)
    done = sheets.put_aside(sheet, body.reason, actor=request.user)
    return _sheet(done)


@router.get("/cases/{case_id}/values", response=list[ValueOut], summary="受付の値")
@scoped("reading.view")
def case_values(request: HttpRequest, case_id: int) -> Any:
    """All values of a case. Reading them is recorded."""
    case = get_object_or_404(Case, pk=case_id)
    record("reading.case_viewed", subject=f"case:{case.pk}", actor=request.user)
    kinds = case.procedure.definition.by_code
    revealed = reveals(request.user, request.auth.scopes)  # type: ignore[attr-defined]  # ninja puts it there
    return [
        {
            "field": row.field,
            "value": row.value
            if revealed or row.field not in kinds or not kinds[row.field].kind.masked
            else shown_value(kinds[row.field], row.value),
            "trusted": row.trusted,
            "origin": row.origin,
            "confidence": row.source.get("confidence"),
            "reasons": row.source.get("reasons", []),
            "page": row.source.get("page"),
        }
        for row in CaseValue.objects.filter(case=case).order_by("pk")
    ]


def _batch(batch: Batch) -> dict[str, Any]:
    return {
        "progress": asdict(queries.progress_of(batch)),
        "statistics": asdict(queries.statistics_of(batch)),
        "files": [asdict(file) for file in queries.files_of(batch)],
    }


def _answered(question: Question) -> dict[str, Any]:
    case = Case.objects.get(pk=question.case_id)
    question.refresh_from_db()
    return {
        "question": question.pk,
        "state": question.state,
        "case": case.pk,
        "case_status": case.status,
    }


def _sheet(sheet: Sheet) -> dict[str, Any]:
    return {
        "sheet": sheet.pk,
        "state": sheet.state,
        "problem": sheet.problem,
        "message": sheet.message,
        "receipt_number": sheet.receipt_number or sheet.typed_number,
        "page": sheet.page or 0,
    }


def _part(rows: Any, limit: int, offset: int) -> Any:
    start = max(0, offset)
    return rows[start : start + max(1, min(limit, LARGEST_PAGE))]
