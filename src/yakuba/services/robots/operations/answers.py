"""What the robots' operations answer."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel

from yakuba.services.robots.contracts import RowState
from yakuba.services.robots.models import RunState


class ScenarioOut(BaseModel):
    """A register entry. `obstacles`: why it may not run now, empty when it may."""

    id: int
    name: str
    procedure: str
    system: str
    version: int
    owner: str
    successor: str
    review_on: str
    in_use: bool
    obstacles: list[str]


class RobotRunOut(BaseModel):
    """A run. `counts`: rows by state; `message`: why it stands still, in Japanese; `station`: which other PC enters it; `sender`:
    which installation has handed it over."""

    id: int
    scenario: str
    version: int
    procedure: str
    dry_run: bool
    proving: bool
    station: str
    sender: str
    state: RunState
    state_label: str
    total: int
    done: int
    counts: dict[str, int]
    seconds_per_row: float
    seconds_left: float | None
    message: str
    started_at: datetime
    ended_at: datetime | None


class RowProblem(BaseModel):
    """Why a row did not go on."""

    kind: str
    message: str
    field: str


class RowOut(BaseModel):
    """A row. `case`: id of the case in the ledger; `lane`: browser or fast, empty before it was entered."""

    id: int
    number: int
    case: int
    receipt_number: str
    state: RowState
    state_label: str
    target_number: str
    attempts: int
    seconds: float
    lane: str
    problem: RowProblem | None


class EventOut(BaseModel):
    """A change of a row's state; `by` is empty for the robot."""

    at: datetime
    state: RowState
    message: str
    by: str


class RowDetail(RowOut):
    """A row with its history."""

    events: list[EventOut]
