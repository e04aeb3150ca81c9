"""What the operations are asked and what they answer."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from pydantic import BaseModel, Field

from yakuba.kernel.operations import FromFile, Upload


class LogsIn(BaseModel):
    """Operation logs."""

    files: list[Upload] = Field(description="操作ログのファイル（CSV、Excel、Parquet、XES）")


class OneLog(BaseModel):
    """A log that was handed in."""

    import_id: int = Field(description="取り込みの番号")


class OneCandidate(BaseModel):
    """A candidate."""

    candidate_id: int = Field(description="候補の番号")


class DismissIn(OneCandidate):
    """Why a candidate is not automated."""

    reason: str = Field(max_length=300, description="見送る理由")


class DraftIn(OneCandidate):
    """How a candidate becomes a draft."""

    receipt_number: str = Field(max_length=20, description="見本の受付番号")
    system: str = Field(max_length=60, description="接続先の名前")


class ActivityRulesIn(BaseModel):
    """Rules by which activities are named."""

    text: Annotated[str, FromFile()] = Field(max_length=200_000, description="作業の決まりのYAMLファイル")
    version: int | None = Field(None, ge=0, description="直す前の版。もう別の版になっていれば登録しません")


class OpenNameIn(BaseModel):
    """Whose pseudonym, and why."""

    subject_id: int = Field(description="仮名の番号")
    reason: str = Field(max_length=300, description="仮名を開く理由")


class LogImportOut(BaseModel):
    """A log. state: `waiting`, `done` or `failed`; rows: read; new: that were not there before; bad: that could not be used;
    faults: the first sentences about them."""

    id: int
    name: str
    state: str
    state_label: str
    rows: int
    new: int
    bad: int
    reason: str
    faults: list[str]


class RobotCandidateOut(BaseModel):
    """A routine. minutes: measured in all logs; regularity: from 0 to 1; score: hours × regularity."""

    id: int
    title: str
    state: str
    state_label: str
    times: int
    minutes: float
    regularity: float
    score: float


class OverviewOut(BaseModel):
    """What was calculated, in measured minutes; without persons."""

    events: int = 0
    minutes: float = 0.0
    pcs: int = 0
    people: int = 0
    applications: list[list[Any]] = []
    sections: list[list[Any]] = []
    activities: list[list[Any]] = []


class ActivityRulesOut(BaseModel):
    """The rules that hold. version 0: there are none."""

    version: int
    text: str


class ProcessHoursOut(BaseModel):
    """Measured minutes of an activity, by month."""

    activity: str
    procedure: str
    minutes: float
    events: int
    months: dict[str, float]


class RobotEffectOut(BaseModel):
    """What a procedure takes at PCs in a month (medians, minutes): before a robot, in its first three months, of late; null
    where no month is known. verdict: `lasting`, `going`, `unseen` or `unknown`."""

    procedure: str
    title: str
    since: date
    before: float | None
    first: float | None
    latest: float | None
    verdict: str
    verdict_label: str


class PreparingOut(BaseModel):
    """How far the calculation is."""

    done: int
    total: int
    live: bool


class NameOut(BaseModel):
    """Whose pseudonym it is."""

    mark: str
    name: str
