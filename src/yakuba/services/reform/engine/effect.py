"""Effect of a procedure: saved = n · (t0 − t1), with t0 the minutes a case took before and t1 the measured
staff minutes now; machine time is reported but not charged to staff."""

from __future__ import annotations

from collections.abc import Sequence

from yakuba.services.reform.contracts import Baseline, Effect

TOTAL = "合計"


def effect_of(
    procedure: str,
    title: str,
    baseline: Baseline,
    *,
    cases: int,
    person_seconds: float,
    assumed_seconds: float,
    machine_seconds: float,
) -> Effect:
    """Reckon in minutes. Raises ValueError when a count or a time is negative, or more was assumed than worked."""
    times = (cases, person_seconds, assumed_seconds, machine_seconds, baseline.minutes_per_case)
    if any(value < 0 for value in times) or assumed_seconds > person_seconds + 1e-6:
        raise ValueError(f"件数と時間は0以上にしてください（{procedure}）。")
    return Effect(
        procedure, title, cases, baseline, person_seconds / 60, assumed_seconds / 60, machine_seconds / 60
    )


def total(effects: Sequence[Effect]) -> Effect:
    """All procedures together; its baseline is the case-weighted mean, measured only where all of them are."""
    cases = sum(effect.cases for effect in effects)
    before = sum(effect.before for effect in effects)
    measured = bool(effects) and all(effect.baseline.kind == "measured" for effect in effects)
    mean = Baseline(before / cases if cases else 0.0, "measured" if measured else "estimated", TOTAL)
    return Effect(
        "",
        TOTAL,
        cases,
        mean,
        sum(effect.person for effect in effects),
        sum(effect.assumed for effect in effects),
        sum(effect.machine for effect in effects),
    )
