"""What can be done with 問い合わせ応答, each declared once for pages, API and command line."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any

from pydantic import BaseModel, Field

from yakuba.kernel.accounts import allowed
from yakuba.kernel.audit.actor import Actor
from yakuba.kernel.files.downloads import Download
from yakuba.kernel.operations import Answer, Nothing, Operations, Part, Trace, Upload, Word
from yakuba.kernel.tables import files
from yakuba.kernel.tables.whole import whole
from yakuba.services.answers.actions import asking, entries
from yakuba.services.answers.contracts import Channel, Reply
from yakuba.services.answers.engine import reading
from yakuba.services.answers.models import Entry, Knowledge, Version
from yakuba.services.answers.queries import asked as questions
from yakuba.services.answers.queries import entries as queries
from yakuba.services.answers.queries import telling

OPERATIONS = Operations("answers")
COLUMNS = {"id": "番号", "code": "答えの番号", "question": "質問", "field": "分野", "state_label": "状態"}
TOLD = {"question": "質問", "answer": "答え"}
LARGEST = 20_000_000  # bytes of a table


class EntriesIn(Part):
    """Which entries."""

    text: str = Field("", max_length=100, description="この語のある答えだけ")
    field: str = Field("", max_length=40, description="この分野の答えだけ")


class AnswersEntryOut(BaseModel):
    """The newest version of an entry."""

    id: int
    code: str
    question: str
    answer: str
    wordings: list[str]
    field: str
    section: str
    audience: str
    state: str
    state_label: str
    valid_until: str


class OneEntry(BaseModel):
    """An entry."""

    entry_id: int = Field(description="答えの番号")


class QuestionIn(BaseModel):
    """A question."""

    question: str = Field(min_length=1, max_length=500, description="質問")
    before: Annotated[int | None, Word("--before")] = Field(None, description="前に示した答えの番号")


class AnswersSectionOut(BaseModel):
    """A section in charge."""

    name: str
    telephone: str
    hours: str
    place: str


class AnswersToldOut(BaseModel):
    """An entry as it is told."""

    id: int
    question: str
    answer: str
    links: list[str]
    field: str
    section: AnswersSectionOut | None
    source: str
    version: int
    published_on: str


class AnswersReplyOut(BaseModel):
    """outcome: answered (one entry), shown (up to three), handed_over (to `section`). sure: 0 to 1."""

    outcome: str
    told: list[AnswersToldOut]
    section: AnswersSectionOut | None
    sure: float
    number: int


class AnswerTableIn(BaseModel):
    """A table of entries."""

    file: Upload = Field(description="CSVかExcelのファイル")


class LoadedOut(BaseModel):
    """How many entries were new or changed."""

    changed: int


class AnswersLearnedOut(BaseModel):
    """labels: from how many confirmed questions, 0 where they are too few; before, after: nDCG@10 on questions that were not
    learned from."""

    labels: int
    before: float
    after: float
    ranker: bool


def _entry(version: Version) -> dict[str, Any]:
    draft = queries.draft_of(version)
    return {
        "id": version.entry_id,
        "code": draft.code,
        "question": draft.question,
        "answer": draft.answer,
        "wordings": list(draft.wordings),
        "field": draft.field,
        "section": draft.section,
        "audience": draft.audience.value,
        "state": version.state,
        "state_label": queries.STATES[version.state],
        "valid_until": draft.valid_until,
    }


def reply_facts(reply: Reply) -> dict[str, Any]:
    """A reply for programs."""
    return asdict(reply) | {"outcome": reply.outcome.value}


def audiences_of(actor: Actor) -> tuple[Any, ...]:
    """For whom the person may read: the operator of the machine as an expert."""
    return telling.EXPERTS if actor is None or allowed(actor, "answers.expert") else telling.STAFF


@OPERATIONS.add(
    "答えの一覧",
    "answers.view",
    "GET entries",
    "list",
    answer=Answer(list[AnswersEntryOut], columns=COLUMNS),
)
def list_entries(asked: EntriesIn, actor: Actor) -> list[dict[str, Any]]:
    """The newest version of every entry."""
    found = queries.newest().order_by("entry__code")
    if asked.text:
        found = queries.searched(found, asked.text)
    if asked.field:
        found = found.filter(field=asked.field)
    return [_entry(row) for row in asked.of(found)]


@OPERATIONS.add(
    "質問する",
    "answers.ask",
    "POST ask",
    "ask",
    answer=Answer(
        AnswersReplyOut,
        reply_facts,
        tables=None,
        columns={},
    ),
)
def ask(asked: QuestionIn, actor: Actor) -> Reply:
    """Answer a question: an approved entry, up to three to choose from, or the section to ask."""
    return asking.ask(asked.question, Channel.API, audiences_of(actor), asked.before)


@OPERATIONS.add(
    "答えをファイルから取り込む",
    "answers.edit",
    "POST entries/load",
    "load",
    answer=Answer(LoadedOut, lambda changed: {"changed": changed}, {"changed": "変わった答え"}),
)
def load(asked: AnswerTableIn, actor: Actor) -> int:
    """Entries of a table as drafts: all of it, or every fault with its line."""
    return entries.load(whole(asked.file.read(LARGEST), REQUIRED, reading.drafts), actor=actor)


REQUIRED = ("番号", "質問", "答え")


@OPERATIONS.add(
    "答えを書き出す",
    "answers.view",
    "GET entries/file",
    "export",
    answer=Answer(media_type="text/csv"),
    step_up=True,
)
def export(asked: Nothing, actor: Actor) -> Download:
    """Every entry as a CSV file that can be taken over again."""
    table = queries.table(queries.newest().order_by("entry__code"))
    return Download("answers.csv", "text/csv", files.written([table], "utf-8").read())


@OPERATIONS.add(
    "問い合わせの記録を書き出す",
    "answers.view",
    "GET asked/file",
    "figures",
    answer=Answer(media_type="text/csv"),
    step_up=True,
)
def figures(asked: Nothing, actor: Actor) -> Download:
    """Every question of the last 90 days, without personal data as far as rules find it."""
    return Download("asked.csv", "text/csv", files.written([questions.table()], "utf-8").read())


@OPERATIONS.add(
    "答えの公開をやめる",
    "answers.edit",
    "POST entries/{entry_id}/withdraw",
    "withdraw",
    answer=Answer(
        AnswersEntryOut,
        lambda entry: _entry(queries.newest().get(entry=entry)),
        COLUMNS,
    ),
    event="answers.withdrawn",
    trace=lambda asked, entry: Trace(f"entry:{entry.pk}"),
)
def withdraw(asked: OneEntry, actor: Actor) -> Entry:
    """Tell an entry no more, at once."""
    return entries.withdraw(asked.entry_id)


@OPERATIONS.add(
    "確かめた質問から学ぶ",
    "answers.edit",
    "POST learn",
    "learn",
    answer=Answer(
        AnswersLearnedOut,
        lambda row: learned_facts(row),
        {"labels": "確かめた質問", "before": "学ぶ前", "after": "学んだあと", "ranker": "順位づけを使う"},
    ),
)
def learn(asked: Nothing, actor: Actor) -> Knowledge:
    """Learn ranker and thresholds anew from the confirmed questions."""
    return asking.learn(actor=actor)


def learned_facts(row: Knowledge) -> dict[str, Any]:
    """What was learned, in figures."""
    kept = row.learned or {"labels": 0, "before": 0.0, "after": 0.0, "ranker": None}
    return {
        "labels": kept["labels"],
        "before": kept["before"],
        "after": kept["after"],
        "ranker": kept["ranker"] is not None,
    }
