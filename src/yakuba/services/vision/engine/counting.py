"""People and vehicles counted in a picture, and over a line through frames of a video."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from yakuba.services.vision.engine.findings import Box, Point

GROUPS: Mapping[str, str] = {
    "person": "人",
    "bicycle": "自転車",
    "car": "車",
    "motorcycle": "車",
    "bus": "車",
    "truck": "車",
}
MEASURED = (
    "数の正しさは測っていません。"  # said beside every count, until it is measured on a named licensed set
)


@dataclass(frozen=True)
class Crossings:
    """Over a line drawn from a to b: those that came from its left side (as one looks from a to b) to the right, and back, by
    group; frames: how many were looked at."""

    forward: Mapping[str, int]
    back: Mapping[str, int]
    frames: int


def count(boxes: Sequence[Box], groups: Mapping[str, str] = GROUPS) -> dict[str, int]:
    """How many of each group, 0 for those that are not there; boxes with other labels are left out."""
    raise NotImplementedError


def crossings(
    frames: Sequence[Sequence[Box]], line: tuple[Point, Point], groups: Mapping[str, str] = GROUPS
) -> Crossings:
    """Boxes of frames in their order, joined by overlap and nearness, each track counted once for each way over the line.
    Good for frames at most about a third of a second apart."""
    raise NotImplementedError
