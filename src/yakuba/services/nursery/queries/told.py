"""Rounds, runs and results as plain values, for the API and the command line."""

from __future__ import annotations

from typing import Any

from yakuba.services.nursery.models import Placement, Round, Run
from yakuba.services.nursery.queries import explanations, readiness, rounds, runs
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
        "problems": [_problem(fault.problem) for fault in ready.faults],
    }


def run_facts(run: Run) -> dict[str, Any]:
    """A run: how far it is, and what is known of its result. `blocking`: households (their keys) and wishes."""
    now = runs.progress(run)
    return {
        "id": run.pk,
        "round": run.round_id,
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
        "started_at": run.started_at,
        "ended_at": run.ended_at,
    }


def placement_facts(row: Placement, *, explained: bool = False) -> dict[str, Any]:
    """One child's result, with the full explanation when asked for."""
    facts: dict[str, Any] = {
        "id": row.pk,
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


def _problem(problem: Any) -> dict[str, Any]:
    return {"line": problem.line, "place": problem.place, "reason": problem.reason}
