"""The answering town's side."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from pydantic import BaseModel, Field

from yakuba.kernel.audit.actor import Actor
from yakuba.kernel.files.downloads import Download
from yakuba.kernel.operations import Answer, FromFile, Part, Trace, Word
from yakuba.kernel.operations.finding import one
from yakuba.kernel.refusals import Conflict
from yakuba.kernel.tables import files
from yakuba.kernel.tables.spreadsheets import Table
from yakuba.kernel.tenancy.models import Department
from yakuba.services.surveys.actions import asking_back
from yakuba.services.surveys.actions import incoming as actions
from yakuba.services.surveys.engine.answers import shown
from yakuba.services.surveys.models import Incoming, IncomingPart
from yakuba.services.surveys.operations.answers import read_values
from yakuba.services.surveys.operations.editions import SurveyApprovalOut, approval_facts, person_behind
from yakuba.services.surveys.operations.table import OPERATIONS


class OneInquiry(BaseModel):
    """An inquiry that came in."""

    incoming_id: int = Field(description="照会の番号")


class InquiryIn(BaseModel):
    """An inquiry that came on paper or by mail."""

    title: str = Field(min_length=1, max_length=120, description="件名")
    sender: Annotated[str, Word("--from")] = Field(min_length=1, max_length=120, description="どこから")
    number: str = Field("", max_length=60, description="文書番号")
    came_on: Annotated[date, Word("--came")] = Field(description="届いた日")
    deadline: date | None = Field(None, description="期限")
    note: str = Field("", max_length=5000, description="内容")
    source: Annotated[str, FromFile()] = Field(
        "", max_length=200_000, description="調査の定義のYAMLファイル。なければ空"
    )


class InquiryPartIn(BaseModel):
    """What a section answers."""

    department: str = Field(max_length=60)
    questions: list[str] = Field(default_factory=list, max_length=600)
    deadline: date | None = None


class SplitIn(OneInquiry):
    """Who answers what."""

    parts: list[InquiryPartIn] = Field(min_length=1, max_length=100, description="課と設問の符号と期限")


class FillIn(OneInquiry):
    """Answers by key, as they are written; those of questions that are not named stay."""

    values: dict[str, str] = Field(description="設問の符号と答え")
    seen: dict[str, str] | None = Field(
        None, description="書く前に見た答え。ほかの人が先に変えた設問があれば、何も書かない"
    )


class AnswerPartIn(BaseModel):
    """A section's part."""

    part_id: int = Field(description="課の分の番号")
    reply: str = Field("", max_length=10_000, description="文の答え")
    done: bool = Field(True, description="答え終えた")


class InquiryReasonIn(OneInquiry):
    """Why."""

    reason: str = Field(min_length=1, max_length=2000, description="理由")


class InquiryQuestionIn(OneInquiry):
    """A question to the asker."""

    question: str = Field(min_length=1, max_length=2000, description="質問")


class InquiryPartOut(BaseModel):
    """A section's part."""

    id: int
    department: str
    questions: list[str]
    deadline: date | None
    reply: str
    answered: bool


class InquiryOut(BaseModel):
    """An inquiry. state: open, proposed, sent."""

    id: int
    title: str
    sender: str
    came_on: date
    deadline: date | None
    state: str
    state_label: str
    values: dict[str, str]
    last: dict[str, str]
    news: list[list[str]]
    parts: list[InquiryPartOut]


COLUMNS = {"id": "番号", "title": "件名", "sender": "どこから", "deadline": "期限", "state_label": "状態"}


def inquiry_of(number: int) -> Incoming:
    """Raises Missing."""
    return one(Incoming.objects.all(), number)


def inquiry_facts(row: Incoming) -> dict[str, Any]:
    """As a program sees it."""
    told = {
        name: getattr(row, name)
        for name in ("title", "sender", "came_on", "deadline", "state", "values", "last", "news")
    }
    parts = [part_facts(part) for part in row.parts.select_related("department")]
    return told | {"id": row.pk, "state_label": row.get_state_display(), "parts": parts}


def part_facts(part: IncomingPart) -> dict[str, Any]:
    """As a program sees it."""
    return {
        "id": part.pk, "department": part.department.name, "questions": part.questions, "deadline": part.deadline, "reply": part.reply,
        "answered": part.answered_at is not None,
    }  # fmt: skip


INQUIRY = Answer(InquiryOut, inquiry_facts, COLUMNS)


@OPERATIONS.add(
    "届いた照会の一覧",
    "surveys.answer",
    "GET inquiries",
    command="inquiry list",
    answer=Answer(list[InquiryOut], columns=COLUMNS),
)
def list_inquiries(asked: Part, actor: Actor) -> list[dict[str, Any]]:
    """By their deadline."""
    return [inquiry_facts(row) for row in asked.of(Incoming.objects.all())]


@OPERATIONS.add(
    "届いた照会を登録する", "surveys.coordinate", "POST inquiries", command="inquiry register", answer=INQUIRY, status=201,
    event="surveys.inquiry_registered", trace=lambda asked, row: Trace(f"incoming:{row.pk}"),
)  # fmt: skip
def register_inquiry(asked: InquiryIn, actor: Actor) -> Incoming:
    """What came from outside the installation."""
    given = asked.model_dump(exclude={"source"})
    return actions.register(given, asked.source, actor=actor)


@OPERATIONS.add(
    "届いた照会を課に分ける", "surveys.coordinate", "PUT inquiries/{incoming_id}/parts", answer=INQUIRY,
    event="surveys.inquiry_split", trace=lambda asked, row: Trace(f"incoming:{row.pk}", {"parts": len(asked.parts)}),
)  # fmt: skip
def split_inquiry(asked: SplitIn, actor: Actor) -> Incoming:
    """Each question to one section at most."""
    row = inquiry_of(asked.incoming_id)
    known = {department.name: department for department in Department.objects.all()}
    if lost := [part.department for part in asked.parts if part.department not in known]:
        raise Conflict(f"課「{lost[0][:40]}」がありません。課の名前を確かめてください。")
    actions.split(
        row, [actions.PartOf(known[part.department], part.questions, part.deadline) for part in asked.parts]
    )
    return row


@OPERATIONS.add(
    "届いた照会の答えを書く", "surveys.answer", "PUT inquiries/{incoming_id}/answers", answer=INQUIRY, event="surveys.inquiry_filled",
    trace=lambda asked, row: Trace(f"incoming:{row.pk}", {"answers": len(asked.values)}),
)  # fmt: skip
def fill_inquiry(asked: FillIn, actor: Actor) -> Incoming:
    """422 with every value that cannot be read; nothing is kept then."""
    row = inquiry_of(asked.incoming_id)
    if row.definition is None:
        raise Conflict("この照会には設問がありません。課の答えを文で書いてください。")
    values = read_values(row.definition, asked.values)
    codes = {row.definition.fields[key][0].code for key in asked.values}
    return actions.fill(row, row.values | values, sorted(codes), asked.seen)


@OPERATIONS.add(
    "照会の課の分に答える", "surveys.answer", "POST parts/{part_id}/answer", command="inquiry answer", answer=Answer(InquiryPartOut, part_facts),
    event="surveys.part_answered", trace=lambda asked, part: Trace(f"part:{part.pk}", {"done": asked.done}),
)  # fmt: skip
def answer_part(asked: AnswerPartIn, actor: Actor) -> IncomingPart:
    """The section is done with its part, or takes it up again."""
    part = one(IncomingPart.objects.select_related("incoming", "department"), asked.part_id)
    return actions.answer_part(part, asked.reply, asked.done, actor=actor)


@OPERATIONS.add(
    "照会への回答を起案する", "surveys.coordinate", "POST inquiries/{incoming_id}/proposal", command="inquiry propose",
    answer=Answer(SurveyApprovalOut, approval_facts), event="surveys.reply_proposed", trace=lambda asked, row: Trace(f"incoming:{asked.incoming_id}"),
)  # fmt: skip
def propose_reply(asked: InquiryReasonIn, actor: Actor) -> Any:
    """Another person's approval sends it."""
    return actions.propose(inquiry_of(asked.incoming_id), asked.reason, actor=person_behind(actor))


@OPERATIONS.add(
    "承認の要らない照会に回答する", "surveys.coordinate", "POST inquiries/{incoming_id}/send", command="inquiry send", answer=INQUIRY,
)  # fmt: skip
def send_reply(asked: OneInquiry, actor: Actor) -> Incoming:
    """Where the survey asks for no approval; the action records it."""
    return actions.send(inquiry_of(asked.incoming_id), actor=actor)


@OPERATIONS.add(
    "照会の回答を直す", "surveys.coordinate", "POST inquiries/{incoming_id}/reopen", command="inquiry reopen", answer=INQUIRY,
    event="surveys.inquiry_reopened", trace=lambda asked, row: Trace(f"incoming:{row.pk}"),
)  # fmt: skip
def reopen_inquiry(asked: OneInquiry, actor: Actor) -> Incoming:
    """What was sent before stays with the asker until it is sent anew."""
    return actions.reopen(inquiry_of(asked.incoming_id))


@OPERATIONS.add(
    "調べる団体に質問する", "surveys.answer", "POST inquiries/{incoming_id}/questions", command="inquiry ask", answer=INQUIRY,
    event="surveys.inquiry_asked", trace=lambda asked, row: Trace(f"incoming:{row.pk}"),
)  # fmt: skip
def ask_asker(asked: InquiryQuestionIn, actor: Actor) -> Incoming:
    """A town of this installation finds it among its questions."""
    return asking_back.ask(inquiry_of(asked.incoming_id), asked.question)


@OPERATIONS.add(
    "照会の回答のファイルを作る", "surveys.answer", "GET inquiries/{incoming_id}/reply", command="inquiry reply",
    answer=Answer(media_type=files.EXCEL), event="surveys.reply_made", trace=lambda asked, file: Trace(f"incoming:{asked.incoming_id}"),
    step_up=True,
)  # fmt: skip
def reply_file(asked: OneInquiry, actor: Actor) -> Download:
    """One workbook: every question with its answer and last year's, or the sections' words."""
    row = inquiry_of(asked.incoming_id)
    return Download(f"reply-{row.pk}.xlsx", files.EXCEL, files.written([_reply_table(row)], "xlsx"))


def _reply_table(row: Incoming) -> Table:
    if row.definition is None:
        parts = row.parts.select_related("department")
        return Table(
            "回答",
            ("課", "答え", "去年の答え"),
            [[part.department.name, part.reply, part.last_reply] for part in parts],
        )
    lines = [
        [
            key,
            field.label,
            shown(question, field, row.values.get(key, "")),
            shown(question, field, row.last.get(key, "")),
        ]
        for key, (question, field) in row.definition.fields.items()
    ]
    return Table("回答", ("符号", "設問", "答え", "去年の答え"), lines)
