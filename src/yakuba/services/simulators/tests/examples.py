"""One object of every kind that an address of this room names."""

from __future__ import annotations

from typing import Any

from yakuba.kernel.accounts.models import User
from yakuba.services.simulators import facade
from yakuba.services.simulators.models import Indicator, Measurement, Trial

TABLE = "実験,ねらい,指標,単位,目標,測った日,値,根拠\n{title},確かめる,途切れ,%,1,2026-05-01,3,記録1\n"


def make(clerk: User, known: dict[str, Any]) -> dict[str, Any]:
    """A kept result and a trial with an indicator and a value."""
    run = facade.keep("chain", known["secret_word"], "", {}, actor=clerk)
    other = facade.keep("chain", "許せる時間を延ばした", "", {"budget": 200}, actor=clerk)
    facade.load_trials(TABLE.format(title=known["secret_word"]).encode(), actor=clerk)
    return {
        "kept_run_id": run,
        "runs": [run, other],
        "kpi_trial_id": Trial.objects.order_by("-pk")[0].pk,
        "kpi_indicator_id": Indicator.objects.order_by("-pk")[0].pk,
        "kpi_measurement_id": Measurement.objects.order_by("-pk")[0].pk,
        "calculator": "chain",
        "measured_on": "2026-04-01",
    }


def text(answer: Any) -> str:
    """What an answer says."""
    return (b"".join(answer) if answer.streaming else answer.content).decode()
