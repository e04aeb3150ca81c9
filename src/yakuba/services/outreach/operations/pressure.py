"""Home blood pressure: readings in, means out, a nurse told."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, Field

from yakuba.kernel.audit.actor import Actor
from yakuba.kernel.operations import Answer, Part, Trace, Upload, Word
from yakuba.kernel.operations.finding import one
from yakuba.kernel.tables.remembering import renaming_of
from yakuba.services.outreach.actions import pressure as actions
from yakuba.services.outreach.models import PressureFile, PressureNotice
from yakuba.services.outreach.models.tables import masked
from yakuba.services.outreach.operations.table import OPERATIONS
from yakuba.services.outreach.operations.tables import purpose_of

LARGEST = 50_000_000


class PressureIn(BaseModel):
    """Readings."""

    file: Upload = Field(description="血圧の表（宛名番号、測定日、時刻、収縮期、拡張期）")
    purpose_id: Annotated[int, Word("--purpose")] = Field(description="目的の番号")


class OnePressureNotice(BaseModel):
    """A notice."""

    pressure_notice_id: int = Field(description="知らせの番号")


class PressureDoneIn(OnePressureNotice):
    """What a nurse did."""

    note: str = Field(min_length=1, max_length=300, description="したこと")


class PressureFileOut(BaseModel):
    """A file of readings. bad: rows that were left out; standard: the thresholds that were used."""

    id: int
    name: str
    standard: str
    readings: int
    people: int
    bad: int
    faults: list[str]


class PressureNoticeOut(BaseModel):
    """Means of one person, whose number is masked. high: at or above the threshold, null for too few days; no diagnosis."""

    id: int
    number: str
    means: dict[str, Any]
    high: bool | None
    state: str
    state_label: str
    note: str


COLUMNS = {"id": "番号", "name": "ファイル", "readings": "測定", "people": "人", "bad": "使えない行"}
NOTICE_COLUMNS = {"id": "番号", "number": "宛名番号", "high": "基準以上", "state_label": "状態"}


def file_facts(row: PressureFile) -> dict[str, Any]:
    """As a program sees it."""
    return {"id": row.pk} | {
        name: getattr(row, name) for name in ("name", "standard", "readings", "people", "bad", "faults")
    }


def notice_facts(row: PressureNotice) -> dict[str, Any]:
    """As a program sees it."""
    names = ("means", "high", "state", "note")
    return {"id": row.pk, "number": masked(row.number), "state_label": row.get_state_display()} | {
        name: getattr(row, name) for name in names
    }


def notice_of(number: int) -> PressureNotice:
    """Raises Missing."""
    return one(PressureNotice.objects.select_related("file", "done_by"), number)


def seen(row: PressureNotice, actor: Actor) -> PressureNotice:
    """Whose means somebody looked at."""
    return show_notice(actor, pressure_notice_id=row.pk)


@OPERATIONS.add(
    "血圧の測定を入れる", "outreach.pressure", "POST pressure", command="pressure load", status=201, answer=Answer(PressureFileOut, file_facts, COLUMNS),
    event="outreach.pressure_taken", trace=lambda asked, row: Trace(f"pressurefile:{row.pk}", {"people": row.people}),
)  # fmt: skip
def load_pressure(asked: PressureIn, actor: Actor) -> PressureFile:
    """Readings of devices or a table; who is at or above the threshold becomes a task of a nurse."""
    data = asked.file.read(LARGEST)
    return actions.take(
        asked.file.name,
        data,
        purpose_of(asked.purpose_id),
        actor=actor,
        renamed=renaming_of(data, "outreach.pressure", actions.COLUMNS),
    )


@OPERATIONS.add(
    "血圧の知らせの一覧", "outreach.pressure", "GET pressure/notices", command="pressure list", answer=Answer(list[PressureNoticeOut], columns=NOTICE_COLUMNS),
    event="outreach.pressure_listed", trace=lambda asked, rows: Trace("pressurenotices", {"rows": len(rows)}),
)  # fmt: skip
def list_notices(asked: Part, actor: Actor) -> list[dict[str, Any]]:
    """Those who are at or above the threshold first."""
    return [notice_facts(row) for row in asked.of(PressureNotice.objects.order_by("-state", "-pk"))]


@OPERATIONS.add(
    "血圧の知らせ", "outreach.pressure", "GET pressure/notices/{pressure_notice_id}", command="pressure show",
    answer=Answer(PressureNoticeOut, notice_facts, NOTICE_COLUMNS), event="outreach.pressure_seen", trace=lambda asked, row: Trace(f"pressurenotice:{row.pk}"),
)  # fmt: skip
def show_notice(asked: OnePressureNotice, actor: Actor) -> PressureNotice:
    """The means of one person; the look is recorded."""
    return notice_of(asked.pressure_notice_id)


@OPERATIONS.add(
    "血圧の知らせを済ませる", "outreach.pressure", "POST pressure/notices/{pressure_notice_id}/done", command="pressure done",
    answer=Answer(PressureNoticeOut, notice_facts, NOTICE_COLUMNS), event="outreach.pressure_done", trace=lambda asked, row: Trace(f"pressurenotice:{row.pk}"),
)  # fmt: skip
def done(asked: PressureDoneIn, actor: Actor) -> PressureNotice:
    """What a nurse did."""
    return actions.done(notice_of(asked.pressure_notice_id), asked.note, actor=actor)
