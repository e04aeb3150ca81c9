"""Keeping a result, and letting it go."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from yakuba.kernel.audit.actor import Actor, known
from yakuba.kernel.refusals import Conflict, Invalid
from yakuba.services.simulators.contracts import Calculator
from yakuba.services.simulators.engine import CALCULATORS, read
from yakuba.services.simulators.models import KeptRun
from yakuba.services.simulators.queries.shown import figure_facts

MOST_KEPT = 5_000  # of a town


def calculator(code: str) -> Calculator:
    """Raises Invalid for a code that is none."""
    found = CALCULATORS.get(code)
    if found is None:
        raise Invalid(f"計算の種類は {'、'.join(CALCULATORS)} から選んでください。", place="計算の種類")
    return found


def keep(code: str, name: str, note: str, inputs: Mapping[str, Any], *, actor: Actor) -> KeptRun:
    """Calculate once more and keep inputs, figures and the version of the formulas. Raises Invalid, and Conflict where the town has
    kept as many as it may."""
    used = calculator(code)
    if not name.strip():
        raise Invalid("名前を書いてください。", place="名前")
    if KeptRun.objects.count() >= MOST_KEPT:
        raise Conflict(f"残した結果が{MOST_KEPT:,}件あります。要らないものを捨ててから残してください。")
    given = read(used, inputs)
    outcome = used.calculate(given)
    return KeptRun.objects.create(
        calculator=code,
        name=name.strip(),
        note=note.strip(),
        version=used.version,
        inputs=given,
        sentence=outcome.sentence[:1_000],
        figures=[figure_facts(one) for one in outcome.figures],
        created_by=known(actor),
    )


def discard(run: KeptRun) -> None:
    """It is gone for good."""
    run.delete()
