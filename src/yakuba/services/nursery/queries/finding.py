"""What a program or a command names by its number. Each raises Unknown where the active municipality has none such."""

from __future__ import annotations

from typing import Any

from yakuba.services.nursery.models import Application, Decision, Round, Run
from yakuba.services.nursery.queries import decisions, rounds
from yakuba.services.nursery.queries.refusal import Unknown


def round_of(round_id: int) -> Round:
    """The round."""
    found: Round = _found(rounds.rounds().select_related("municipality"), round_id, "選考回")
    return found


def run_of(run_id: int) -> Run:
    """The calculation."""
    rows = Run.objects.select_related("round", "rule_set", "snapshot", "base")
    found: Run = _found(rows, run_id, "計算")
    return found


def application_of(application_id: int) -> Application:
    """The application."""
    found: Application = _found(Application.objects.select_related("round__adopted"), application_id, "申込")
    return found


def decision_of(decision_id: int) -> Decision:
    """The decision."""
    found: Decision = _found(decisions.decisions(), decision_id, "決定")
    return found


def _found(rows: Any, number: int, what: str) -> Any:
    row = rows.filter(pk=number).first()
    if row is None:
        raise Unknown(f"{what}{number}がありません。番号を確かめてください。")
    return row
