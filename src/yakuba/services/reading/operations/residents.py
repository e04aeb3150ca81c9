"""Who in the register of persons a case is about."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, Field

from yakuba.kernel.audit.actor import Actor
from yakuba.kernel.ledger.sight import KIND
from yakuba.kernel.operations import Answer, Part, Trace
from yakuba.kernel.operations.finding import one
from yakuba.kernel.persons.looking import looked_up
from yakuba.kernel.persons.matching import Match
from yakuba.kernel.protection.policy import require_open
from yakuba.services.reading.actions import residents_decided as actions
from yakuba.services.reading.models import PersonMatch
from yakuba.services.reading.operations.asked import Timed
from yakuba.services.reading.operations.table import OPERATIONS
from yakuba.services.reading.queries import residents as queries


class UnmatchedOut(BaseModel):
    """A case that waits for somebody to say who it is about."""

    id: int
    case: int
    receipt_number: str
    procedure: str
    state: str
    reason: str


class PieceOut(BaseModel):
    """What the register says of a candidate, and how it agrees."""

    label: str
    value: str
    said: str


class CandidateOut(BaseModel):
    """Somebody who could be meant."""

    number: str
    pieces: list[PieceOut]


class CandidatesOut(BaseModel):
    """Who could be meant, the likeliest first, and why nobody is certain."""

    reason: str
    candidates: list[CandidateOut]


class OneMatch(BaseModel):
    """A case that was looked up."""

    match_id: int = Field(description="宛名突合の番号")


class ChooseIn(OneMatch, Timed):
    """Who it is."""

    number: str = Field(max_length=20, description="登録簿の宛名番号")


class NobodyIn(OneMatch, Timed):
    """That it is none of them."""


def _facts(row: PersonMatch) -> dict[str, Any]:
    return {
        "id": row.pk,
        "case": row.case_id,
        "receipt_number": row.case.receipt_number,
        "procedure": row.case.procedure.code,
        "state": row.state,
        "reason": row.reason,
    }


COLUMNS = {"id": "番号", "receipt_number": "受付番号", "state": "状態", "reason": "わけ"}
ROW = Answer(UnmatchedOut, _facts, COLUMNS)


def _trace(asked: OneMatch, row: PersonMatch) -> Trace:
    return Trace(f"case:{row.case_id}")


@OPERATIONS.add(
    "宛名を確かめる受付", "reading.match", "GET residents", "residents",
    answer=Answer(list[UnmatchedOut], columns=COLUMNS),
)  # fmt: skip
def list_unmatched(asked: Part, actor: Actor) -> list[dict[str, Any]]:
    """Cases of which nobody knows yet whom of the register they are about."""
    return [_facts(row) for row in asked.of(queries.waiting())]


def _open_to(actor: Actor, asked: OneMatch) -> PersonMatch:
    """The row, if the person may see what is to be compared: who may not open an address decides nothing by it."""
    row = one(PersonMatch.objects.select_related("case__procedure"), asked.match_id)
    require_open(actor, KIND, row.case_id)
    return row


def _candidates(match: Match) -> dict[str, Any]:
    people = [
        {
            "number": found.entry.number,
            "pieces": [
                {"label": one.label, "value": one.value, "said": one.said} for one in queries.pieces_of(found)
            ],
        }
        for found in match.candidates
    ]
    return {"reason": match.reason, "candidates": people}


@OPERATIONS.add(
    "宛名の候補", "reading.match", "GET residents/{match_id}/candidates", "candidates",
    answer=Answer(CandidatesOut, _candidates),
)  # fmt: skip
def candidates(asked: OneMatch, actor: Actor) -> Match:
    """Who could be meant. That this person was shown them is recorded."""
    row = _open_to(actor, asked)
    probe = queries.probe_of(row.case)
    return looked_up(probe, actor=actor) if probe else Match(None, (), "この手続は宛名番号を使いません。")


@OPERATIONS.add(
    "宛名を選ぶ", "reading.match", "POST residents/{match_id}/choose", "choose-person",
    answer=ROW, event="reading.person_chosen", trace=_trace,
)  # fmt: skip
def choose(asked: ChooseIn, actor: Actor) -> PersonMatch:
    """Say who it is; the number goes into the case."""
    return actions.choose(_open_to(actor, asked), asked.number, actor=actor, seconds=asked.seconds)


@OPERATIONS.add(
    "登録簿にいないと確かめる", "reading.match", "POST residents/{match_id}/nobody", "nobody",
    answer=ROW, event="reading.person_nobody", trace=_trace,
)  # fmt: skip
def nobody(asked: NobodyIn, actor: Actor) -> PersonMatch:
    """Say that none of the register is meant; the case goes on without a number."""
    return actions.nobody(_open_to(actor, asked), actor=actor, seconds=asked.seconds)


@OPERATIONS.add(
    "もう一度宛名と突き合わせる", "reading.match", "POST residents/{match_id}/again", "match-again",
    answer=ROW, event="reading.person_again", trace=_trace,
)  # fmt: skip
def again(asked: OneMatch, actor: Actor) -> PersonMatch:
    """Look up once more, after another register was loaded."""
    return actions.again(_open_to(actor, asked), actor=actor)
