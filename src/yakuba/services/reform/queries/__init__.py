"""Reads: the effect of each procedure, from the ledger's measured seconds."""

from __future__ import annotations

from yakuba.kernel.ledger import queries as ledger
from yakuba.kernel.ledger.models import Procedure
from yakuba.services.reform.contracts import Baseline, Effect
from yakuba.services.reform.engine.effect import effect_of
from yakuba.services.reform.models import BaselineEntry


def baseline_of(procedure: Procedure) -> Baseline:
    """The latest entry of the municipality, else what the procedure file states."""
    entry = BaselineEntry.objects.filter(procedure=procedure).order_by("-entered_at", "-pk").first()
    if entry is not None:
        return Baseline(entry.minutes_per_case, entry.kind, entry.source)
    definition = procedure.definition
    return Baseline(definition.minutes_by_hand, definition.baseline_kind, definition.baseline_source)


def effect(procedure: Procedure) -> Effect:
    """Before and now over the procedure's finished cases."""
    effort = ledger.effort(procedure.code)
    return effect_of(
        procedure.code,
        procedure.title,
        baseline_of(procedure),
        cases=effort.cases,
        person_seconds=effort.person,
        assumed_seconds=effort.assumed,
        machine_seconds=effort.machine,
    )


def effects() -> list[Effect]:
    """The effect of every procedure, by title."""
    return [effect(procedure) for procedure in ledger.procedures()]
