"""A small head on the town's own labels: numbers of a picture → logistic regression → calibrated probability → not sure.

It can only tell apart what the features show; it is switched on by a person who has seen what it does on pictures that were
held out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from yakuba.services.vision.engine.findings import Box, Mask, Picture

LEAST_EACH = 10  # labelled pictures of each label


@dataclass(frozen=True)
class Figure:
    """A share measured on held-out pictures. right of total; low and high: 95 % (Wilson), 0..1."""

    right: int
    total: int
    low: float
    high: float

    @property
    def share(self) -> float:
        """0..1; 0 where nothing was measured."""
        return self.right / self.total if self.total else 0.0


@dataclass(frozen=True)
class HeldOut:
    """before: what was used until now (or always the most frequent label where there was nothing); after: this head; sure: of
    those that it was sure of; asked: share sent to a person, 0..1; calibration_error: mean gap between said and real
    probability, 0..1; better: whether `after` is above `before` by more than chance (paired, two-sided .05);
    sentence: all of it in Japanese."""

    before: Figure
    after: Figure
    sure: Figure
    asked: float
    calibration_error: float
    better: bool
    sentence: str


@dataclass(frozen=True)
class Head:
    """A trained head as plain numbers (no pickle). labels; weights `[labels, features]`, bias `[labels]`; mean and spread of
    the features; temperature: of the calibration; sure_from: probability from which no person is asked."""

    labels: tuple[str, ...]
    features: tuple[str, ...]
    mean: tuple[float, ...]
    spread: tuple[float, ...]
    weights: tuple[tuple[float, ...], ...]
    bias: tuple[float, ...]
    temperature: float
    sure_from: float

    def to_plain(self) -> dict[str, Any]:
        """For a JSON column."""
        raise NotImplementedError


@dataclass(frozen=True)
class Decision:
    """label: the likeliest; probability: calibrated, 0..1; sure: False sends it to a person; strange: the features lie far
    outside of what it was trained on."""

    label: str
    probability: float
    sure: bool
    strange: bool


FEATURES: tuple[str, ...] = ()


def features_of(picture: Picture, box: Box | None = None, cracks: Mask | None = None) -> NDArray[np.float32]:
    """`[len(FEATURES)]`: brightness, colour, sharpness, directions and line strength at several scales, of the picture or a
    box of it; with the crack mask where there is one (0 otherwise). Always finite."""
    raise NotImplementedError


def train(
    features: NDArray[np.float32],
    labels: Sequence[str],
    groups: Sequence[str],
    *,
    before: Sequence[str] | None = None,
    aim: float = 0.95,
) -> tuple[Head, HeldOut]:
    """A head for all rows, and what heads trained in the same way do on groups that were held out.

    features: `[n, len(FEATURES)]`; groups: pictures that belong together (one drive, one camera, one day) are held out
    together; before: what was said of each row until now; aim: share right among those it is sure of. Raises Invalid: too
    few of a label, fewer than two labels or groups, numbers that are not finite.
    """
    raise NotImplementedError


def decide(head: Head, features: NDArray[np.float32]) -> Decision:
    """What the head says of one picture. Raises Invalid where the features are of another kind."""
    raise NotImplementedError


def from_plain(content: Mapping[str, Any]) -> Head:
    """Raises Invalid where it is none."""
    raise NotImplementedError
