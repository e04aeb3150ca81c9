"""Rounds, runs and results as plain values, for the API and the command line."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from yakuba.services.nursery.contracts import Comparison, Move, Share
from yakuba.services.nursery.models import Decision, NoticePrint, Placement, Round, Run
from yakuba.services.nursery.queries import explanations, outputs, readiness, rounds, runs
from yakuba.services.nursery.queries.certificate import certificate


def round_facts(round: Round) -> dict[str, Any]:
    """A round with its figures, what is missing and the next step."""
    figures = rounds.figures(round)
    ready = readiness.of_round(round)
    return {
        "id": round.pk,
        "title": round.title,
        "year": round.year,
        "number": round.number,
        "start": round.start.isoformat(),
        "procedure": round.procedure.code,
        "rules": str(round.rule_set),
        "state": round.state,
        "adopted": round.adopted_id,
        "next_step": str(ready.step),
        "applications": figures.applications,
        "households": figures.households,
        "facilities": figures.facilities,
        "seats": figures.seats,
        "problems": [asdict(fault.problem) for fault in ready.faults],
        "notes": [asdict(note.problem) for note in ready.notes],
    }


def run_facts(run: Run) -> dict[str, Any]:
    """A run: how far it is, and what is known of its result. `blocking`: households (their keys) and wishes."""
    now = runs.progress(run)
    return {
        "id": run.pk,
        "round": run.round_id,
        "base": run.base_id,
        "label": str(run),
        "rules": str(run.rule_set),
        "change": run.change,
        "state": run.state,
        "done": now.done if now.is_live else 0,
        "total": now.total if now.is_live else 0,
        "status": run.status,
        "certificate": certificate(run).title if run.is_done else "",
        "checked": run.checked,
        "bound": run.bound,
        "blocking": run.blocking,
        "counts": run.counts,
        "seconds": run.seconds,
        "digest": run.digest,
        "problems": run.problems,
        "notes": run.notes,
        "started_at": run.started_at,
        "ended_at": run.ended_at,
    }


def placement_facts(row: Placement, *, explained: bool = False) -> dict[str, Any]:
    """One child's result, with the full explanation when asked for."""
    facts: dict[str, Any] = {
        "id": row.pk,
        "application": row.application_id,
        "receipt_number": row.application.receipt_number,
        "household": row.application.household,
        "slot": row.slot,
        "wish": row.wish,
        "age": row.age,
        "index": row.index,
        "unstable": row.unstable,
    }
    if explained:
        facts["explanation"] = explanations.to_json(explanations.from_json(row.explanation))
    return facts


def fairness_facts(run: Run, *, final: bool) -> dict[str, Any]:
    """The fairness tables; numbers are None where a group is withheld. Raises what `outputs.shares` raises."""
    tables = [
        {"title": title, "rows": [_share(share) for share in rows]}
        for title, rows in outputs.shares(run, final=final)
    ]
    return {"run": run.pk, "result": "final" if final else "run", "tables": tables}


def _share(share: Share) -> dict[str, Any]:
    facts: dict[str, Any] = {"label": share.label, "withheld": share.withheld}
    placed, first = share.rates
    numbers = (share.count, share.placed, share.first) if not share.withheld else (None, None, None)
    facts |= dict(zip(("count", "placed", "first"), numbers, strict=True))
    return facts | {"placed_rate": placed, "first_rate": first}


def comparison_facts(before: Run, after: Run, comparison: Comparison) -> dict[str, Any]:
    """Who gains, who loses and of whom neither can be said: receipt number, slots (empty for none) and wishes."""
    others = [move for move in comparison.moves if move.better is None]
    lists = {"gains": comparison.gains, "losses": comparison.losses, "others": others}
    return {
        "before": before.pk,
        "after": after.pk,
        "counts": {name: len(moves) for name, moves in lists.items()} | {"same": comparison.same},
        "placed_before": comparison.placed_before,
        "placed_after": comparison.placed_after,
        "blocking_before": len(before.blocking),
        "blocking_after": len(after.blocking),
    } | {name: [_move(move) for move in moves] for name, moves in lists.items()}


def _move(move: Move) -> dict[str, Any]:
    return {
        "receipt_number": move.child,
        "before": move.before or "",
        "after": move.after or "",
        "wish_before": move.wish_before,
        "wish_after": move.wish_after,
    }


def print_facts(row: NoticePrint) -> dict[str, Any]:
    """Notices as they were made at one time."""
    return {
        "id": row.pk,
        "round": row.round_id,
        "draft": row.draft,
        "state": row.state,
        "state_label": row.get_state_display(),
        "count": row.count,
        "sha256": row.pdf.sha256 if row.pdf else "",
        "problems": row.problems,
        "held_back": row.held_back,
        "attempts": row.attempts,
        "made_by": str(row.made_by),
        "made_at": row.made_at,
        "ended_at": row.ended_at,
    }


def decision_facts(row: Decision) -> dict[str, Any]:
    """What was proposed and what came of it; application and receipt number are empty for the freezing."""
    return {
        "id": row.pk,
        "round": row.round_id,
        "kind": row.kind,
        "kind_label": row.get_kind_display(),
        "state": row.state,
        "state_label": row.get_state_display(),
        "application": row.application_id,
        "receipt_number": row.application.receipt_number if row.application else "",
        "slot": row.slot,
        "slot_before": row.slot_before,
        "reason": row.reason,
        "proposed_by": str(row.proposed_by),
        "proposed_at": row.proposed_at,
        "answer": row.answer,
        "answered_by": str(row.answered_by) if row.answered_by else "",
        "answered_at": row.answered_at,
    }
