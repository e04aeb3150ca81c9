"""What a whole picture, or a box of it, shows."""

from __future__ import annotations

from collections.abc import Sequence

from yakuba.services.vision.engine.findings import Box, Picture, Score
from yakuba.services.vision.engine.models import Model


def classify(model: Model, picture: Picture, box: Box | None = None) -> tuple[Score, ...]:
    """All labels with their probabilities, likeliest first; of the box with a tenth of margin where one is given. Raises
    ModelRefused."""
    raise NotImplementedError


def decided(scores: Sequence[Score], *, least: float = 0.8, ahead: float = 0.3) -> str:
    """The label of the first where it is likely enough and far enough ahead of the second; empty: a person decides."""
    raise NotImplementedError
