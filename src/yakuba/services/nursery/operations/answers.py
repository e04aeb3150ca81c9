"""What the operations of the nursery room answer."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import BaseModel

from yakuba.kernel.api.problems import ProblemOut


class RoundOut(BaseModel):
    """A round. next_step: what somebody has to do next; problems: what stands in the way of calculating; notes: what
    somebody should look at before."""

    id: int
    title: str
    year: int
    number: int
    start: str
    procedure: str
    rules: str
    state: str
    adopted: int | None
    next_step: str
    applications: int
    households: int
    facilities: int
    seats: int
    problems: list[ProblemOut]
    notes: list[ProblemOut]


class TakenOut(BaseModel):
    """What taking applications did; problems: rows that were refused."""

    new: int
    changed: int
    same: int
    kept: int
    withdrawn: int
    left_out: dict[str, int]
    problems: list[ProblemOut]


class RulesOut(BaseModel):
    """A version of the rules."""

    id: int
    name: str
    version: str
    digest: str


class BlockingOut(BaseModel):
    """A household with the wish that it could claim by the rules."""

    family: str
    wish: list[str | None]


class RunOut(BaseModel):
    """A calculation. status: stable, minimum or not_proven (bound: no result has fewer blocking households).

    base: of a what-if, the calculation that it starts from.
    """

    id: int
    round: int
    base: int | None
    label: str
    rules: str
    change: dict[str, Any]
    state: str
    done: int
    total: int
    status: str
    certificate: str
    checked: bool
    bound: int
    blocking: list[BlockingOut]
    counts: dict[str, Any]
    seconds: dict[str, float]
    digest: str
    problems: list[ProblemOut]
    notes: list[ProblemOut]
    started_at: datetime
    ended_at: datetime | None


class ResultOut(BaseModel):
    """One child's result. slot: empty for none; wish: 0 for none or for the seat of today. application: to decide on."""

    id: int
    application: int
    receipt_number: str
    household: str
    slot: str
    wish: int
    age: int | None
    index: int | None
    unstable: bool
    explanation: dict[str, Any] | None = None


class DecisionOut(BaseModel):
    """A decision. kind: place, withdrawal or freeze; state: proposed, approved or refused.

    slot: empty for no seat; application: none for the freezing.
    """

    id: int
    round: int
    kind: str
    kind_label: str
    state: str
    state_label: str
    application: int | None
    receipt_number: str
    slot: str
    slot_before: str
    reason: str
    proposed_by: str
    proposed_at: datetime
    answer: str
    answered_by: str
    answered_at: datetime | None


class ShareOut(BaseModel):
    """One group. count: applicants; placed: with a wish come true; first: with their first wish; rates from 0 to 1.

    withheld: why there are no numbers, empty where there are.
    """

    label: str
    withheld: str
    count: int | None
    placed: int | None
    first: int | None
    placed_rate: float | None
    first_rate: float | None


class FairnessTableOut(BaseModel):
    """The groups by one way of dividing the applicants."""

    title: str
    rows: list[ShareOut]


class FairnessOut(BaseModel):
    """result: run for the calculation as it is, final for what counts after decisions by hand."""

    run: int
    result: str
    tables: list[FairnessTableOut]


class MoveOut(BaseModel):
    """A child whose place changes. before, after: slots, empty for none; wishes: 0 for none or the seat of today."""

    receipt_number: str
    before: str
    after: str
    wish_before: int
    wish_after: int


class ComparisonOut(BaseModel):
    """Who moves between two calculations. counts: gains, losses, others and same; others: it cannot be said."""

    before: int
    after: int
    counts: dict[str, int]
    placed_before: int
    placed_after: int
    blocking_before: int
    blocking_after: int
    gains: list[MoveOut]
    losses: list[MoveOut]
    others: list[MoveOut]


class NoticesOut(BaseModel):
    """Notices made at one time. draft: marked 見本; state: active, done or failed; problems: what is missing; held_back:
    notices that were not made, with the characters that cannot be printed; attempts: how often the work was begun."""

    id: int
    round: int
    draft: bool
    state: str
    state_label: str
    count: int
    sha256: str
    problems: list[ProblemOut]
    held_back: list[ProblemOut]
    attempts: int
    made_by: str
    made_at: datetime
    ended_at: datetime | None


class TextsOut(BaseModel):
    """Name → text. date: ISO 8601, empty for the day on which notices are made."""

    texts: dict[str, str]
