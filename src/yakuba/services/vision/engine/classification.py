"""What a whole picture, or a box of it, shows."""

from __future__ import annotations

from collections.abc import Sequence

from yakuba.kernel.refusals import Invalid
from yakuba.services.vision.engine.findings import Box, Picture, Score
from yakuba.services.vision.engine.models import CLASSIFICATION, Model
from yakuba.services.vision.engine.pictures import checked, tensor

MARGIN = 0.1  # of the box's sides, around it


def classify(model: Model, picture: Picture, box: Box | None = None) -> tuple[Score, ...]:
    """All labels with their probabilities, likeliest first; of the box with a tenth of margin where one is given. Raises
    ModelRefused, and Invalid where it is no picture or the model is for something else."""
    if model.task != CLASSIFICATION:
        raise Invalid(f"モデル「{model.name}」は写真を分けるモデルではありません（{model.task}）。")
    part = checked(picture) if box is None else cut(checked(picture), box)
    likely = model.scores(tensor(model.input, part))[0]
    scores = (Score(label, float(value)) for label, value in zip(model.labels, likely, strict=True))
    return tuple(sorted(scores, key=lambda score: -score.probability))


def cut(picture: Picture, box: Box, margin: float = MARGIN) -> Picture:
    """The box with its margin, at least one pixel of the picture."""
    height, width = picture.shape[:2]
    aside, above = margin * max(0.0, box.right - box.left), margin * max(0.0, box.bottom - box.top)
    left = min(max(0, int(box.left - aside)), width - 1)
    top = min(max(0, int(box.top - above)), height - 1)
    right = max(left + 1, min(width, int(box.right + aside) + 1))
    bottom = max(top + 1, min(height, int(box.bottom + above) + 1))
    return picture[top:bottom, left:right]


def decided(scores: Sequence[Score], *, least: float = 0.8, ahead: float = 0.3) -> str:
    """The label of the first where it is likely enough and far enough ahead of the second; empty: a person decides."""
    ordered = sorted(scores, key=lambda score: -score.probability)
    if not ordered or ordered[0].probability < least:
        return ""
    if len(ordered) > 1 and ordered[0].probability - ordered[1].probability < ahead:
        return ""
    return ordered[0].label
