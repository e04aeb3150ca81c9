"""Forms out and in, answers entered for a body, reminders, hearings, questions to the asker."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Annotated, Any

from pydantic import BaseModel, Field

from yakuba.kernel.audit.actor import Actor
from yakuba.kernel.files.downloads import Download
from yakuba.kernel.jobs.work import work_of
from yakuba.kernel.operations import Answer, Part, Trace, Upload, Word, Work
from yakuba.kernel.operations.finding import one
from yakuba.kernel.refusals import Conflict, Invalid, Problem
from yakuba.services.surveys.actions import answers as actions
from yakuba.services.surveys.actions import imports
from yakuba.services.surveys.engine.answers import AnswerRefused, canonical
from yakuba.services.surveys.engine.definition import Definition
from yakuba.services.surveys.engine.forms import layout, writing
from yakuba.services.surveys.models import Answers, Asked, Clarification, Edition, FormImport, Reminder
from yakuba.services.surveys.operations.editions import OneEdition, edition_of
from yakuba.services.surveys.operations.table import OPERATIONS
from yakuba.services.surveys.queries import editions as queries

LARGEST = 400_000_000  # bytes of the files of one import


class BodiesIn(Part):
    """Which bodies of an edition."""

    edition_id: int = Field(description="調査の回の番号")
    state: str = Field("", max_length=8, description="この状態の団体だけ（waiting、partly、answered）")


class OneBody(BaseModel):
    """A body that an edition asks."""

    asked_id: int = Field(description="調べる団体の番号")


class EnterIn(OneBody):
    """Answers entered for a body. values: by the question's key, as they are written."""

    values: dict[str, str] = Field(description="設問の符号と答え")
    reason: str = Field(min_length=1, max_length=300, description="代わりに入力する理由")
    after: int | None = Field(
        None, ge=0, description="書く前に見た答えの版（なければ0）。別の版が先に入っていれば、何も書かない"
    )


class RemindIn(OneBody):
    """A reminder."""

    text: str = Field("", max_length=1000, description="催促の文。空なら決まった文")


class HearingIn(OneBody):
    """A hearing."""

    day: date | None = Field(None, description="ヒアリングの日。空なら未定")
    note: str = Field("", max_length=300, description="メモ")


class AskBackIn(OneEdition):
    """A body's question to the asker."""

    asked_id: int | None = Field(None, description="どの団体から。言わなければ自分から")
    question: str = Field(min_length=1, max_length=2000, description="質問")


class ClarifyIn(BaseModel):
    """The answer to it."""

    clarification_id: int = Field(description="質問の番号")
    answer: str = Field(min_length=1, max_length=2000, description="回答")
    shared: bool = Field(False, description="すべての団体に見せる")


class FormsIn(OneEdition):
    """Forms that came back."""

    files: list[Upload] = Field(description="調査票（xlsx）か、それをまとめたZIP")
    replace: Annotated[bool, Word("--replace")] = Field(False, description="前の答えと置き換える")


class OneImport(BaseModel):
    """An import of forms."""

    form_import_id: int = Field(description="取り込みの番号")


class AskedBodyOut(BaseModel):
    """A body. state: waiting, partly, answered."""

    id: int
    code: str
    name: str
    prefecture: str
    kind: str
    population: int | None
    state: str
    state_label: str
    deadline: date | None
    deadline_text: str
    hearing_on: date | None


class BodyAnswersOut(BaseModel):
    """A version of a body's answers. remarks: what lacks or should be looked at."""

    version: int
    by: str
    values: dict[str, str]
    faults: list[str]
    remarks: list[str]


class ReminderOut(BaseModel):
    """What was told."""

    text: str


class ClarificationOut(BaseModel):
    """A question to the asker."""

    id: int
    question: str
    answer: str
    shared: bool


class FormFileOut(BaseModel):
    """One form. not_read: why nothing of it was taken; faults: by cell."""

    file: str
    body: str
    taken: int
    faults: list[str]
    not_read: str


class FormImportOut(BaseModel):
    """An import. state: waiting, done, failed."""

    id: int
    name: str
    state: str
    state_label: str
    reason: str
    files: list[FormFileOut]


BODY_COLUMNS = {
    "id": "番号",
    "code": "団体コード",
    "name": "団体",
    "kind": "区分",
    "state_label": "状態",
    "deadline": "期限",
}


def body_of(number: int) -> Asked:
    """Raises Missing."""
    return one(Asked.objects.select_related("edition__survey"), number)


def body_facts(row: Asked) -> dict[str, Any]:
    """As a program sees it."""
    told = {
        name: getattr(row, name)
        for name in ("code", "name", "prefecture", "kind", "population", "state", "deadline", "deadline_text")
    }
    return told | {"id": row.pk, "state_label": row.get_state_display(), "hearing_on": row.hearing_on}


def answers_facts(row: Answers) -> dict[str, Any]:
    """As a program sees it."""
    told = queries.remarks_of(row.asked.edition, row.asked.code, row.values)
    return {
        "version": row.version, "by": row.by, "values": row.values, "faults": row.faults, "remarks": [line.sentence for line in told]
    }  # fmt: skip


def clarification_facts(row: Clarification) -> dict[str, Any]:
    """As a program sees it."""
    return {"id": row.pk, "question": row.question, "answer": row.answer, "shared": row.shared}


def import_facts(row: FormImport) -> dict[str, Any]:
    """As a program sees it."""
    files = [
        {
            "file": line.name,
            "body": str(line.asked or ""),
            "taken": line.taken,
            "faults": line.faults,
            "not_read": line.not_read,
        }
        for line in row.files.select_related("asked").order_by("pk")
    ]
    return {
        "id": row.pk, "name": row.name, "state": row.state, "state_label": row.get_state_display(), "reason": row.reason, "files": files
    }  # fmt: skip


@OPERATIONS.add(
    "調べる団体の一覧",
    "surveys.view",
    "GET editions/{edition_id}/bodies",
    command="bodies",
    answer=Answer(list[AskedBodyOut], columns=BODY_COLUMNS),
)
def list_bodies(asked: BodiesIn, actor: Actor) -> list[dict[str, Any]]:
    """By their code."""
    rows = queries.asked_of(edition_of(asked.edition_id))
    return [body_facts(row) for row in asked.of(rows.filter(state=asked.state) if asked.state else rows)]


@OPERATIONS.add(
    "調査票を作る", "surveys.enter", "GET editions/{edition_id}/forms", command="forms make",
    answer=Answer(media_type="application/zip"), event="surveys.forms_made", trace=lambda asked, file: Trace(f"edition:{asked.edition_id}"),
    step_up=True,
)  # fmt: skip
def make_forms(asked: OneEdition, actor: Actor) -> Download:
    """A ZIP with an Excel form for every body that has not answered."""
    edition = edition_of(asked.edition_id)
    if edition.state != Edition.State.OPEN:
        raise Conflict("調査票は、受付中の調査だけに作れます。")
    rows = list(queries.asked_of(edition).exclude(state="answered").order_by("code"))
    if not rows:
        raise Conflict("すべての団体が答えました。配る調査票はありません。")
    named = [(row.code, str(row)) for row in rows]
    return Download(
        f"{edition.survey.code}-{edition.code}-forms.zip", "application/zip", _pieces(edition, named)
    )


def _pieces(edition: Edition, named: list[tuple[str, str]]) -> Iterator[bytes]:
    before = queries.answers_before(edition, [code for code, _ in named])
    return writing.archive(texts_of(edition), named, before)


def texts_of(edition: Edition) -> Definition:
    """The definition with the contact and the request as the owner changed them."""
    from dataclasses import replace

    found = edition.definition
    return replace(found, contact=edition.contact or found.contact, lead=edition.lead or found.lead)


@OPERATIONS.add(
    "一つの団体の調査票を作る", "surveys.enter", "GET bodies/{asked_id}/form", command="forms one",
    answer=Answer(media_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    event="surveys.forms_made", trace=lambda asked, file: Trace(f"asked:{asked.asked_id}"),
    step_up=True,
)  # fmt: skip
def make_form(asked: OneBody, actor: Actor) -> Download:
    """Its Excel form."""
    row = body_of(asked.asked_id)
    definition = texts_of(row.edition)
    last = queries.answers_before(row.edition, [row.code]).get(row.code, {})
    beside = writing.answered_last(layout.places(definition), last)
    content = writing.template(definition).for_body(row.code, str(row), beside)
    return Download(
        writing.file_name(definition, row.code),
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        content,
    )


@OPERATIONS.add(
    "調査票を取り込む", "surveys.enter", "POST editions/{edition_id}/forms", command="forms take", answer=Answer(FormImportOut, import_facts),
    event="surveys.handed_in", trace=lambda asked, row: Trace(f"edition:{asked.edition_id}", {"import": row.pk}), status=201,
    work=Work("取り込み", progress=lambda row: _progress(row)),
)  # fmt: skip
def take_forms(asked: FormsIn, actor: Actor) -> FormImport:
    """Read by a worker; each file for itself, its faults by cell."""
    files = [(line.name, line.stream) for line in asked.files if line.stream is not None]
    return imports.hand_in(edition_of(asked.edition_id), files, asked.replace, actor=actor)


def _progress(row: FormImport) -> tuple[int, int, bool]:
    work = work_of(imports.JOB, row.job_key)
    return work.done, work.total, work.is_live


@OPERATIONS.add(
    "調査票の取り込みを見る",
    "surveys.enter",
    "GET imports/{form_import_id}",
    command="forms show",
    answer=Answer(FormImportOut, import_facts),
)
def show_import(asked: OneImport, actor: Actor) -> FormImport:
    """What became of each file."""
    return one(FormImport.objects.all(), asked.form_import_id)


@OPERATIONS.add(
    "団体の答え",
    "surveys.view",
    "GET bodies/{asked_id}/answers",
    command="answers",
    answer=Answer(BodyAnswersOut, answers_facts),
)
def show_answers(asked: OneBody, actor: Actor) -> Answers:
    """As they stand."""
    row = body_of(asked.asked_id)
    found = queries.newest(row)
    if found is None:
        raise Conflict(f"{row}はまだ答えていません。")
    return found


@OPERATIONS.add(
    "団体の答えを代わりに入力する", "surveys.enter", "POST bodies/{asked_id}/answers", answer=Answer(BodyAnswersOut, answers_facts),
    event="surveys.entered", trace=lambda asked, row: Trace(f"asked:{asked.asked_id}", {"version": row.version, "reason": asked.reason}),
)  # fmt: skip
def enter_answers(asked: EnterIn, actor: Actor) -> Answers:
    """All of a body's answers, in place of those before. 422 with every value that cannot be read."""
    row = body_of(asked.asked_id)
    values = read_values(row.edition.definition, asked.values)
    return actions.keep(row, values, Answers.Way.PROXY, actor=actor, reason=asked.reason, after=asked.after)


def read_values(definition: Definition, given: dict[str, str]) -> dict[str, str]:
    """Canonical values. Raises Invalid with each that cannot be read, and for keys that nobody asks for."""
    problems, values = [], {}
    for key, text in given.items():
        if key not in definition.fields:
            problems.append(Problem(0, key[:60], "この設問はありません。"))
            continue
        question, field = definition.fields[key]
        try:
            values[key] = canonical(question, field, text)
        except AnswerRefused as refusal:
            problems.append(Problem(0, field.label, str(refusal)))
    if problems:
        raise Invalid("読めない答えがあります。", problems=problems)
    return values


@OPERATIONS.add(
    "団体に催促する", "surveys.enter", "POST bodies/{asked_id}/reminders", command="remind",
    answer=Answer(ReminderOut, lambda row: {"text": row.text}), event="surveys.reminded", trace=lambda asked, row: Trace(f"asked:{asked.asked_id}"),
)  # fmt: skip
def remind(asked: RemindIn, actor: Actor) -> Reminder:
    """A town of this installation finds it on its page; others are reminded by what the asker sends."""
    return actions.remind(body_of(asked.asked_id), asked.text, actor=actor)


@OPERATIONS.add(
    "ヒアリングの日を決める", "surveys.enter", "PUT bodies/{asked_id}/hearing", command="hearing", answer=Answer(AskedBodyOut, body_facts),
    event="surveys.hearing_set", trace=lambda asked, row: Trace(f"asked:{row.pk}"),
)  # fmt: skip
def set_hearing(asked: HearingIn, actor: Actor) -> Asked:
    """The town is told where it is of this installation."""
    return actions.set_hearing(body_of(asked.asked_id), asked.day, asked.note)


@OPERATIONS.add(
    "調査への質問を登録する", "surveys.enter", "POST editions/{edition_id}/questions", command="question",
    answer=Answer(ClarificationOut, clarification_facts), event="surveys.asked_back", trace=lambda asked, row: Trace(f"edition:{asked.edition_id}"),
)  # fmt: skip
def ask_back(asked: AskBackIn, actor: Actor) -> Clarification:
    """What a body asked by telephone or mail."""
    edition = edition_of(asked.edition_id)
    body = one(Asked.objects.filter(edition=edition), asked.asked_id) if asked.asked_id else None
    return actions.ask_back(edition, body, asked.question)


@OPERATIONS.add(
    "調査への質問に答える", "surveys.make", "POST questions/{clarification_id}/answer", command="clarify",
    answer=Answer(ClarificationOut, clarification_facts), event="surveys.clarified", trace=lambda asked, row: Trace(f"clarification:{row.pk}"),
)  # fmt: skip
def clarify(asked: ClarifyIn, actor: Actor) -> Clarification:
    """To the body alone, or to all."""
    row = one(Clarification.objects.select_related("edition__survey"), asked.clarification_id)
    return actions.clarify(row, asked.answer, asked.shared, actor=actor)
