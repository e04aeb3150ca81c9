"""Where models are looked for, and those that come with the house."""

from __future__ import annotations

from pathlib import Path

from yakuba.services.vision.engine.models import Model

PLACE = Path(__file__).parent


def cracks(threads: int = 1) -> Model:
    """The house's own network for cracks. Raises ModelRefused."""
    raise NotImplementedError


def optional(task: str, places: list[Path], threads: int = 1) -> Model | None:
    """The first usable model of the task in the town's places or the house's; None where there is none at all. Raises
    ModelRefused where there is one that cannot be used: a broken model is told, not passed over."""
    raise NotImplementedError
