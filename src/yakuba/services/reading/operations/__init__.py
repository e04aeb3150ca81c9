"""What can be done with sheets and their values, each declared once for API and command line."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from yakuba.kernel.api.problems import ApiProblem
from yakuba.kernel.audit.actor import Actor
from yakuba.kernel.ledger.models import Case, CaseValue
from yakuba.kernel.ledger.sight import sight
from yakuba.kernel.operations import Answer, Nothing, Rows, Trace, Work
from yakuba.kernel.operations.finding import one
from yakuba.services.reading.actions import definitions, questions, uploads
from yakuba.services.reading.contracts import FileResult, OpenQuestion
from yakuba.services.reading.models import Batch, BatchFile, Question
from yakuba.services.reading.operations import (  # noqa: F401  they declare their own
    answers,
    arrivals,
    covers,
    problems,
    promises,
    residents,
)
from yakuba.services.reading.operations import asked as given
from yakuba.services.reading.operations.table import OPERATIONS
from yakuba.services.reading.queries import batches as queries
from yakuba.services.reading.queries.forms import forms_in_use
from yakuba.services.reading.queries.questions import open_questions

# Forms and batches

STATES = dict(BatchFile.State.choices)
FILE_COLUMNS = {"name": "ファイル", "state_label": "結果", "pages": "ページ", "message": "説明"}
FORCED_COLUMNS = {"id": "番号", "name": "ファイル", "state": "状態", "pages": "ページ"}
FORM_COLUMNS = {"code": "様式", "title": "名称", "version": "版"}
BATCH_COLUMNS = {
    "id": "束", "name": "名前", "sheets": "用紙", "waiting": "読み取り待ち",
    "problems": "困っている用紙", "open": "確認待ち",
}  # fmt: skip
STATUS_WORDS = {
    "sheets": "用紙", "waiting": "読み取り待ち", "blank": "白紙", "problems": "困っている用紙",
    "incomplete": "ページの足りない受付", "cases": "受付", "ready": "確認の済んだ受付",
    "fields": "読み取った項目", "auto": "人の確認なしで通った項目", "open": "確認待ちの値",
    "held": "保留の値", "answered": "確認済みの値", "refused": "受け取れないファイル",
    "failed": "止まった仕事",
}  # fmt: skip
ABSENT = "ファイルがありません。名前と場所を確かめてください。"


@OPERATIONS.add(
    "様式を登録する",
    "reading.manage",
    command="load-form",
    help="様式（form.yaml か、それのあるフォルダ）を登録する。手続は先に登録しておく",
    answer=Answer(columns=FORM_COLUMNS),
    by_operator=True,
)
def load_form(asked: given.FormIn, actor: Actor) -> list[dict[str, Any]]:
    """Put a form definition with its images into use."""
    form = definitions.load_form(asked.path, actor=actor)
    return [{name: getattr(form, name) for name in FORM_COLUMNS}]


@OPERATIONS.add(
    "使用中の様式",
    "reading.view",
    "GET forms",
    "forms",
    answer=Answer(list[answers.FormOut], columns=FORM_COLUMNS),
)
def list_forms(asked: Nothing, actor: Actor) -> list[dict[str, Any]]:
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
    "upload",
    help="申請書を1つの束として取り込む。受け取れないファイルが1つでもあれば終了コード1（ほかは取り込む）",
    answer=Answer(
        answers.BatchOut, _taken_facts, facts=_taken_files, tables=_file_table, fault=_refused_files
    ),
    status=201,
    work=Work("読み取り", progress=_read_so_far, waits=False),
    by_operator=True,
)
def create_batch(asked: given.UploadIn, actor: Actor) -> Taken:
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
    "batches",
    answer=Answer(list[answers.BatchRow], columns=BATCH_COLUMNS, first=20),
)
def list_batches(asked: given.BatchesIn, actor: Actor) -> list[dict[str, Any]]:
    """Batches, newest first; state: open, running, done or empty."""
    return [
        queries.batch_facts(row) for row in asked.of(queries.in_state(queries.listed_batches(), asked.state))
    ]


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
    "status",
    answer=Answer(
        answers.BatchOut,
        _batch_facts,
        facts=_status,
        tables=_status_table,
        notes=lambda facts: "読み取り中です。" if facts["running"] else "読み取りは終わりました。",
    ),
)
def show_batch(asked: given.OneBatch, actor: Actor) -> Batch:
    """One batch."""
    return one(Batch.objects.all(), asked.batch_id)


@OPERATIONS.add(
    "取り込み済みのファイルを、それでも読み取る",
    "reading.upload",
    "POST files/{file_id}/force",
    "force",
    answer=Answer(FileResult, queries.file_result, FORCED_COLUMNS),
    event="reading.file_forced",
    trace=lambda asked, file: Trace(f"batch:{file.batch_id}", {"file": file.pk}),
)
def force_file(asked: given.OneFile, actor: Actor) -> BatchFile:
    """Read a file although the same one was taken before."""
    return uploads.force_file(one(BatchFile.objects.all(), asked.file_id))


# Values

QUESTION_COLUMNS = {
    "id": "番号", "receipt_number": "受付番号", "label": "項目", "value": "読み取った値",
    "message": "理由",
}  # fmt: skip
VALUE_COLUMNS = {"field": "項目", "value": "値", "origin": "だれが", "trusted": "確か", "page": "ページ"}


def _answered(question: Question) -> dict[str, Any]:
    case = Case.objects.get(pk=question.case_id)
    question.refresh_from_db()
    return {"question": question.pk, "state": question.state, "case": case.pk, "case_status": case.status}


def _answered_row(question: Question) -> list[dict[str, Any]]:
    return [{"id": question.pk, "state": question.state, "state_label": question.get_state_display()}]


ANSWERED = Answer(answers.AnswerOut, _answered, {"id": "番号", "state_label": "状態"}, facts=_answered_row)


@OPERATIONS.add(
    "確認を待つ値",
    "reading.confirm",
    "GET questions",
    "questions",
    answer=Answer(list[OpenQuestion], columns=QUESTION_COLUMNS),
    event="reading.values_listed",
    trace=lambda asked, rows: Trace(f"batch:{asked.batch or 'all'}"),
)
def list_questions(asked: given.QuestionsIn, actor: Actor) -> list[OpenQuestion]:
    """Values that wait for a person, by case. Reading them is recorded."""
    return list(asked.of(open_questions(asked.batch or None, held=asked.held, user=actor)))


@OPERATIONS.add(
    "値を確定する", "reading.confirm", "POST questions/{question_id}/answer", "answer", answer=ANSWERED
)
def answer_question(asked: given.AnswerIn, actor: Actor) -> Question:
    """Take a person's answer."""
    return questions.answer(
        one(Question.objects.all(), asked.question_id).pk,
        asked.value,
        actor=actor,
        seconds=asked.seconds,
        insist=asked.insist,
        assumed=asked.assumed,
    )


@OPERATIONS.add(
    "値を保留にする",
    "reading.confirm",
    "POST questions/{question_id}/hold",
    "hold",
    answer=ANSWERED,
    event="reading.value_held",
    trace=lambda asked, question: Trace(f"case:{question.case_id}", {"field": question.field}),
)
def hold_question(asked: given.HoldIn, actor: Actor) -> Question:
    """Leave a value for later."""
    number = one(Question.objects.all(), asked.question_id).pk
    return questions.hold(number, asked.reason, actor=actor, seconds=asked.seconds)


@OPERATIONS.add(
    "ほかの職員が持っている値を放す",
    "reading.confirm",
    "POST questions/{question_id}/let-go",
    "let-go",
    answer=ANSWERED,
    event="reading.value_let_go",
    trace=lambda asked, question: Trace(f"case:{question.case_id}", {"field": question.field}),
)
def let_go(asked: given.OneQuestion, actor: Actor) -> Question:
    """Free a value that somebody looks at or has held, so that another person gets it."""
    return questions.let_go(one(Question.objects.all(), asked.question_id).pk, actor=actor)


@OPERATIONS.add(
    "受付の値",
    "reading.view",
    "GET cases/{case_id}/values",
    "values",
    answer=Answer(list[answers.ValueOut], columns=VALUE_COLUMNS),
    event="reading.case_viewed",
    trace=lambda asked, rows: Trace(f"case:{asked.case_id}"),
)
def case_values(asked: given.OneCase, actor: Actor) -> list[dict[str, Any]]:
    """All values of a case. Reading them is recorded."""
    case = one(Case.objects.all(), asked.case_id)
    kinds, seen = case.procedure.definition.by_code, sight(actor, case)
    return [
        {
            "field": row.field,
            "value": seen.raw(kinds.get(row.field), row.value),
            "trusted": row.trusted,
            "origin": row.origin,
            "confidence": row.source.get("confidence"),
            "reasons": row.source.get("reasons", []),
            "page": row.source.get("page"),
        }
        for row in CaseValue.objects.filter(case=case).order_by("pk")
    ]
