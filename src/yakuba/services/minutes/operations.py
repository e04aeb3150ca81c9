"""What can be done with 会議録, each declared once for pages, API and command line."""

from __future__ import annotations

import json
from enum import StrEnum
from typing import Annotated, Any

from pydantic import BaseModel, Field

from yakuba.kernel.accounts.models import User
from yakuba.kernel.audit.actor import Actor
from yakuba.kernel.files.downloads import Download
from yakuba.kernel.operations import Answer, Nothing, Operations, Part, Trace, Upload, Word
from yakuba.kernel.refusals import Invalid, Missing
from yakuba.services.minutes.actions import deciding, editing, publishing, sounding
from yakuba.services.minutes.contracts import Form, MeetingKind, NewMeeting, WorkFacts
from yakuba.services.minutes.engine import reading
from yakuba.services.minutes.engine.decoding import LARGEST
from yakuba.services.minutes.models import Meeting, Publication, Sound, Speech
from yakuba.services.minutes.queries import meetings as queries
from yakuba.services.minutes.queries import publishing as published
from yakuba.services.minutes.queries import record

OPERATIONS = Operations("minutes")
COLUMNS = {
    "id": "番号",
    "held_on": "開催日",
    "title": "会議",
    "speeches": "発言",
    "unchecked": "未確認",
    "state_label": "状態",
}
SPOKEN = {"position": "順番", "speaker": "話した人", "text": "発言", "version": "版"}


class MinutesMeetingOut(BaseModel):
    """A meeting. held_on: ISO 8601 or empty."""

    id: int
    title: str
    kind: str
    held_on: str
    speeches: int
    unchecked: int
    state: str
    state_label: str


class MinutesSpeechOut(BaseModel):
    """A speech. start, end: seconds in the sound."""

    id: int
    position: int
    kind: str
    speaker: str
    text: str
    start: float | None
    end: float | None
    version: int
    checked: bool


class OneMeeting(BaseModel):
    """A meeting."""

    meeting_id: int = Field(description="会議の番号")


class SpeechesOf(Part):
    """The speeches of a meeting."""

    meeting_id: int = Field(description="会議の番号")


class TranscriptIn(BaseModel):
    """A transcript."""

    file: Upload = Field(description="文字起こしのファイル（VTT・SRT・テキスト・Word）")
    title: str = Field("", max_length=200, description="会議の名前。空なら、ファイルの名前")
    kind: MeetingKind = Field(MeetingKind.COMMITTEE, description="会議の種類")
    held_on: Annotated[str, Word("--held-on")] = Field(
        "", max_length=10, description="開催日（2026-11-20の形）"
    )
    body: str = Field("", max_length=100, description="会議体")


class SpeechIn(BaseModel):
    """How a speech is to read. version: of the speech as it was seen."""

    speech_id: int = Field(description="発言の番号")
    version: int = Field(description="見た発言の版")
    text: str = Field(max_length=10_000, description="直した文")
    speaker: str | None = Field(None, max_length=60, description="話した人の名前。書かなければ、そのまま")


class FillersOut(BaseModel):
    """How many speeches changed."""

    changed: int


class MinutesFileKind(StrEnum):
    """What kind of file a document is."""

    WORD = "docx"
    PDF = "pdf"


class MinutesCopy(StrEnum):
    """The original has everything, marked; the published copy leaves out what is not published."""

    ORIGINAL = "original"
    PUBLISHED = "published"


class DocumentIn(BaseModel):
    """A document of a meeting."""

    meeting_id: int = Field(description="会議の番号")
    form: Form = Field(Form.VERBATIM, description="逐語（verbatim）、要点（points）、要旨（summary）")
    file: MinutesFileKind = Field(MinutesFileKind.WORD, description="docx か pdf")
    which: Annotated[MinutesCopy, Word("--copy")] = Field(
        MinutesCopy.PUBLISHED, description="原本（original）か公開用（published）"
    )
    vertical: bool = Field(False, description="縦書き（docxだけ）")


class ProposalIn(BaseModel):
    """Why it is to be published."""

    meeting_id: int = Field(description="会議の番号")
    reason: str = Field(min_length=1, max_length=500, description="理由")


class SoundIn(BaseModel):
    """The sound of a meeting."""

    meeting_id: int = Field(description="会議の番号")
    file: Upload = Field(description="音声のファイル（WAV・MP3・M4A・OGG）")


class MinutesSoundOut(BaseModel):
    """The sound. seconds: None where its head does not say."""

    meeting_id: int
    seconds: float | None


class MinutesWorkOut(BaseModel):
    """Work on the meetings that are done: how many, their length and the work in minutes, and minutes of work an hour."""

    meetings: int
    meeting_minutes: float
    work_minutes: float
    minutes_per_hour: float


class MinutesFoundOut(BaseModel):
    """Places and sentences that wait for a person."""

    marks: int
    points: int


class MinutesPublicationOut(BaseModel):
    """A proposal to publish."""

    id: int
    meeting_id: int
    state: str


def meeting_facts(row: Meeting) -> dict[str, Any]:
    """A meeting for programs, with its counts."""
    return queries.facts(row if hasattr(row, "left") else queries.meeting(None, row.pk))


@OPERATIONS.add(
    "会議の一覧",
    "minutes.view",
    "GET meetings",
    "list",
    answer=Answer(list[MinutesMeetingOut], columns=COLUMNS),
)
def list_meetings(asked: Part, actor: Actor) -> list[dict[str, Any]]:
    """The meetings, the newest first."""
    return [queries.facts(row) for row in asked.of(queries.meetings(actor, everything=actor is None))]


@OPERATIONS.add(
    "文字起こしを取り込む",
    "minutes.edit",
    "POST meetings",
    "import",
    answer=Answer(MinutesMeetingOut, meeting_facts, COLUMNS),
    status=201,
)
def take_in(asked: TranscriptIn, actor: Actor) -> Meeting:
    """A meeting of a transcript file."""
    transcript = reading.read(asked.file.read(LARGEST))
    name = asked.title.strip() or asked.file.name.rpartition(".")[0] or asked.file.name
    new = NewMeeting(name[:200], asked.kind, asked.body, editing.day_of(asked.held_on))
    return editing.take_in(new, transcript, asked.file.name, actor=actor)


@OPERATIONS.add(
    "発言の一覧",
    "minutes.view",
    "GET meetings/{meeting_id}/speeches",
    "speeches",
    answer=Answer(list[MinutesSpeechOut], columns=SPOKEN),
)
def list_speeches(asked: SpeechesOf, actor: Actor) -> list[dict[str, Any]]:
    """What was said, in order."""
    rows = queries.speeches(queries.meeting(actor, asked.meeting_id), actor)
    return [queries.speech_facts(row) for row in asked.of(rows)]


@OPERATIONS.add(
    "発言を直す",
    "minutes.edit",
    "POST speeches/{speech_id}",
    "edit",
    answer=Answer(MinutesSpeechOut, queries.speech_facts, SPOKEN),
    event="minutes.edited",
    trace=lambda asked, speech: Trace(f"meeting:{speech.meeting_id}"),
)
def edit_speech(asked: SpeechIn, actor: Actor) -> Speech:
    """Mend a speech. Refused where somebody else changed it since it was seen."""
    queries.speech(actor, asked.speech_id)
    return editing.edit(asked.speech_id, asked.version, asked.text, actor=actor, speaker=asked.speaker)


@OPERATIONS.add(
    "言いよどみをまとめて取る",
    "minutes.edit",
    "POST meetings/{meeting_id}/fillers",
    "fillers",
    answer=Answer(FillersOut, lambda changed: {"changed": changed}, {"changed": "変わった発言"}),
    event="minutes.edited",
    trace=lambda asked, changed: Trace(f"meeting:{asked.meeting_id}"),
)
def take_fillers(asked: OneMeeting, actor: Actor) -> int:
    """Take えー, あのー and the like out of every speech; each can be put back."""
    return editing.take_fillers(queries.meeting(actor, asked.meeting_id), actor=actor)


@OPERATIONS.add(
    "伏せる所と決定・宿題・要点を探す",
    "minutes.edit",
    "POST meetings/{meeting_id}/find",
    "find",
    answer=Answer(MinutesFoundOut, lambda found: found, {"marks": "伏せる所", "points": "決定・宿題・要点"}),
    event="minutes.found",
    trace=lambda asked, found: Trace(f"meeting:{asked.meeting_id}"),
)
def find(asked: OneMeeting, actor: Actor) -> dict[str, int]:
    """Look for personal data, and for sentences that decide, give a task, or sum up. A person decides about each."""
    row = queries.meeting(actor, asked.meeting_id)
    return {"marks": deciding.find_marks(row, actor=actor), "points": deciding.find_points(row, actor=actor)}


@OPERATIONS.add(
    "会議録の文書を作る",
    "minutes.view",
    "GET meetings/{meeting_id}/document",
    "document",
    answer=Answer(media_type=record.DOCX),
    step_up=True,
)
def document(asked: DocumentIn, actor: Actor) -> Download:
    """The minutes as Word or PDF."""
    row = queries.meeting(actor, asked.meeting_id)
    public = asked.which is MinutesCopy.PUBLISHED
    if not public:
        queries.require_whole(row, actor)
    kind, content = record.document(
        row, asked.form, kind=asked.file.value, public=public, vertical=asked.vertical
    )
    return Download(f"minutes-{row.pk}-{asked.form.value}.{asked.file.value}", kind, content)


@OPERATIONS.add(
    "会議の音声を加える",
    "minutes.edit",
    "POST meetings/{meeting_id}/sound",
    "sound",
    answer=Answer(
        MinutesSoundOut,
        lambda row: {"meeting_id": row.meeting_id, "seconds": row.seconds},
        {"meeting_id": "会議", "seconds": "秒"},
    ),
)
def take_sound(asked: SoundIn, actor: Actor) -> Sound:
    """Keep the sound of a meeting, in the place of the one before."""
    row = queries.meeting(actor, asked.meeting_id)
    if asked.file.stream is None:
        raise Invalid("音声のファイルを開けません。場所を確かめてください。", place=asked.file.name)
    return sounding.take_sound(row, asked.file.stream, asked.file.name, actor=actor)


@OPERATIONS.add(
    "会議の音声を消す",
    "minutes.edit",
    "POST meetings/{meeting_id}/sound/drop",
    "sound-drop",
    answer=Answer(MinutesMeetingOut, meeting_facts, COLUMNS),
    event="minutes.sound_dropped",
    trace=lambda asked, row: Trace(f"meeting:{row.pk}"),
)
def drop_sound(asked: OneMeeting, actor: Actor) -> Meeting:
    """Let the sound go, at once; the minutes stay."""
    return sounding.drop_sound(queries.meeting(actor, asked.meeting_id))


@OPERATIONS.add(
    "会議録の公開を起案する",
    "minutes.edit",
    "POST meetings/{meeting_id}/propose",
    "propose",
    answer=Answer(
        MinutesPublicationOut,
        lambda row: {"id": row.pk, "meeting_id": row.meeting_id, "state": row.state},
        {"id": "番号", "state": "状態"},
    ),
)
def propose(asked: ProposalIn, actor: User) -> Publication:
    """Ask another person to approve the published copy as it is now."""
    return publishing.propose(queries.meeting(actor, asked.meeting_id), asked.reason, actor=actor)


@OPERATIONS.add(
    "会議録の公開をやめる",
    "minutes.edit",
    "POST meetings/{meeting_id}/withdraw",
    "withdraw",
    answer=Answer(MinutesMeetingOut, lambda row: queries.facts(queries.meeting(None, row.pk)), COLUMNS),
    event="minutes.withdrawn",
    trace=lambda asked, row: Trace(f"meeting:{row.pk}"),
)
def withdraw(asked: OneMeeting, actor: Actor) -> Meeting:
    """Publish it no more, at once."""
    return publishing.withdraw(queries.meeting(actor, asked.meeting_id))


@OPERATIONS.add(
    "公開した会議録を開かれたファイルで受け取る",
    "minutes.view",
    "GET meetings/{meeting_id}/open-file",
    "open",
    answer=Answer(media_type="application/json"),
    step_up=True,
)
def open_file(asked: OneMeeting, actor: Actor) -> Download:
    """The published copy with the field names of the Diet's API."""
    content = published.content(queries.meeting(actor, asked.meeting_id).pk)
    if content is None:
        raise Missing("この会議録は公開されていません。")
    text = json.dumps(published.open_file(content), ensure_ascii=False, indent=1)
    return Download(f"minutes-{asked.meeting_id}.json", "application/json", text.encode())


@OPERATIONS.add(
    "会議録を直すのにかかった時間",
    "minutes.view",
    "GET work",
    "work",
    answer=Answer(
        MinutesWorkOut,
        lambda work: {
            "meetings": work.meetings,
            "meeting_minutes": round(work.meeting_seconds / 60, 1),
            "work_minutes": round(work.work_seconds / 60, 1),
            "minutes_per_hour": round(work.minutes_per_hour, 1),
        },
        {
            "meetings": "会議",
            "meeting_minutes": "会議（分）",
            "work_minutes": "作業（分）",
            "minutes_per_hour": "1時間あたり（分）",
        },
    ),
)
def work(asked: Nothing, actor: Actor) -> WorkFacts:
    """Minutes of work for an hour of meeting, of the meetings whose speeches have all been checked."""
    return queries.work()
