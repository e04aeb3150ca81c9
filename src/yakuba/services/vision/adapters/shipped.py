"""Where models are looked for, and those that come with the house."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from yakuba.services.vision.engine import models
from yakuba.services.vision.engine.models import Model

PLACE = Path(__file__).parent


def cracks(places: Sequence[Path] = (), threads: int = 1) -> Model:
    """The network for cracks: the town's own where one of its places has one, else the house's. Raises ModelRefused."""
    return models.usable(models.CRACKS, [*places, PLACE], threads)


def optional(task: str, places: Sequence[Path], threads: int = 1) -> Model | None:
    """The first usable model of the task in the town's places; None where there is none at all. Raises ModelRefused where
    there is one that cannot be used: a broken model is told, not passed over."""
    if not models.is_named(task, places):
        return None
    return models.usable(task, places, threads)
