"""The room's door. The active municipality is the one that is meant."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from yakuba.kernel.audit.actor import Actor
from yakuba.services.simulators.actions import runs, trials
from yakuba.services.simulators.models import KeptRun, Trial


def is_empty() -> bool:
    """Whether nothing was kept and no trial entered."""
    return not (KeptRun.objects.exists() or Trial.objects.exists())


def keep(code: str, name: str, note: str, inputs: Mapping[str, Any], *, actor: Actor) -> int:
    """Calculate and keep. → its number. Raises Invalid."""
    return int(runs.keep(code, name, note, inputs, actor=actor).pk)


def load_trials(table: bytes, *, actor: Actor) -> int:
    """A table of trials (headings of `engine.trials.HEAD`). → how many. Raises Invalid."""
    return trials.load(table, {}, actor=actor)
