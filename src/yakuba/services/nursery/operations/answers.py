"""What the operations of the nursery room answer: the shape of each answer, and how it is made of rows."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Any

from pydantic import BaseModel

from yakuba.kernel.api.problems import ProblemOut
from yakuba.kernel.operations import Trace
from yakuba.kernel.protection.policy import HIDDEN
from yakuba.services.nursery.engine.telling.comparing import Comparison, Move
from yakuba.services.nursery.engine.telling.fairness import Share
from yakuba.services.nursery.models import Application, Decision, NoticePrint, Placement, Round, Run
from yakuba.services.nursery.queries import covering, outputs, readiness, rounds, runs
from yakuba.services.nursery.queries.certificate import certificate


def told(schema: type[BaseModel], row: Any, **others: Any) -> dict[str, Any]:
    """The fields of an answer: those of `others`, and the rest as the row has them."""
    return {name: others[name] if name in others else getattr(row, name) for name in schema.model_fields}


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


def round_facts(round: Round) -> dict[str, Any]:
    """A round with its figures, what is missing and the next step."""
    ready = readiness.of_round(round)
    figures = asdict(rounds.figures(round))
    return told(
        RoundOut,
        round,
        **{name: figures[name] for name in ("applications", "households", "facilities", "seats")},
        id=round.pk,
        start=round.start.isoformat(),
        procedure=round.procedure.code,
        rules=str(round.rule_set),
        adopted=round.adopted_id,
        next_step=str(ready.step),
        problems=[asdict(fault.problem) for fault in ready.faults],
        notes=[asdict(note.problem) for note in ready.notes],
    )


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


def run_facts(run: Run) -> dict[str, Any]:
    """A run: how far it is, and what is known of its result. `blocking`: households (their keys) and wishes."""
    now = runs.progress(run)
    return told(
        RunOut,
        run,
        round=run.round_id,
        base=run.base_id,
        label=str(run),
        rules=str(run.rule_set),
        done=now.done if now.is_live else 0,
        total=now.total if now.is_live else 0,
        certificate=certificate(run).title if run.is_done else "",
        blocking=covering.blocking(run, None),
    )


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


def placement_facts(
    row: Placement, *, explained: bool = False, unnamed: frozenset[int] | None = None
) -> dict[str, Any]:
    """One child's result, with the full explanation when asked for. unnamed: the applications whose facility is hidden;
    None to ask, as everybody may see it."""
    child = row.application
    closed = child.pk in (covering.unnamed(None, child.round_id) if unnamed is None else unnamed)
    hidden = {"slot": HIDDEN if row.slot else ""} if closed else {}
    facts = told(
        ResultOut,
        row,
        application=child.pk,
        receipt_number=child.receipt_number,
        household=child.household,
        explanation=row.explanation if explained and not closed else None,
        **hidden,
    )
    return facts if explained else {name: one for name, one in facts.items() if name != "explanation"}


class ApplicationOut(BaseModel):
    """An application of a round. state: active or withdrawn."""

    id: int
    round: int
    receipt_number: str
    state: str
    state_label: str
    withdrawn_reason: str


def application_facts(row: Application) -> dict[str, Any]:
    """Whether it takes part."""
    label = row.get_state_display()
    return told(ApplicationOut, row, round=row.round_id, state_label=label)


def of_application(asked: Any, row: Application) -> Trace:
    """What the record says of it."""
    return Trace(f"application:{row.pk}", {})


class CorrectedOut(BaseModel):
    """What was corrected. changed: the items that got another value."""

    id: int
    changed: list[str]


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


def decision_facts(row: Decision) -> dict[str, Any]:
    """What was proposed and what came of it; application and receipt number are empty for the freezing."""
    closed = row.application_id in covering.unnamed(None, row.round_id)
    hidden = {name: HIDDEN for name in ("slot", "slot_before") if getattr(row, name)} if closed else {}
    return told(
        DecisionOut,
        row,
        **hidden,
        round=row.round_id,
        kind_label=row.get_kind_display(),
        state_label=row.get_state_display(),
        application=row.application_id,
        receipt_number=row.application.receipt_number if row.application else "",
        proposed_by=str(row.proposed_by),
        answered_by=str(row.answered_by or ""),
    )


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


def fairness_facts(run: Run, *, final: bool) -> dict[str, Any]:
    """The fairness tables; numbers are None where a group is withheld. Raises what `outputs.shares` raises."""
    tables = [
        {"title": title, "rows": [_share(share) for share in rows]}
        for title, rows in outputs.shares(run, final=final)
    ]
    return {"run": run.pk, "result": "final" if final else "run", "tables": tables}


def _share(share: Share) -> dict[str, Any]:
    hidden = dict.fromkeys(("count", "placed", "first")) if share.withheld else {}
    return told(ShareOut, share, **hidden)


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


def comparison_facts(before: Run, after: Run, comparison: Comparison) -> dict[str, Any]:
    """Who gains, who loses and of whom neither can be said: receipt number, slots (empty for none) and wishes."""
    others = [move for move in comparison.moves if move.better is None]
    numbers = Application.objects.filter(pk__in=covering.unnamed(None, after.round_id))
    unnamed = frozenset(numbers.values_list("receipt_number", flat=True))
    lists = {"gains": comparison.gains, "losses": comparison.losses, "others": others}
    return told(
        ComparisonOut,
        comparison,
        before=before.pk,
        after=after.pk,
        counts={name: len(moves) for name, moves in lists.items()} | {"same": comparison.same},
        blocking_before=len(before.blocking),
        blocking_after=len(after.blocking),
        **{name: [_move(move, move.child in unnamed) for move in moves] for name, moves in lists.items()},
    )


def _move(move: Move, closed: bool) -> dict[str, Any]:
    places = {"before": move.before or "", "after": move.after or ""}
    if closed:
        places = {name: HIDDEN if slot else "" for name, slot in places.items()}
    return told(MoveOut, move, receipt_number=move.child, **places)


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


def print_facts(row: NoticePrint) -> dict[str, Any]:
    """Notices as they were made at one time."""
    return told(
        NoticesOut,
        row,
        round=row.round_id,
        state_label=row.get_state_display(),
        sha256=row.pdf.sha256 if row.pdf else "",
        made_by=str(row.made_by),
    )


class TextsOut(BaseModel):
    """Name → text. date: ISO 8601, empty for the day on which notices are made."""

    texts: dict[str, str]
