"""Trap pictures with nothing in them, found by comparing with the camera's own empty pictures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from yakuba.services.vision.engine.findings import Box, Picture

MOST = 25  # newest confirmed empty pictures that are used
LEAST = 5


class Verdict(Enum):
    """The value is what staff read."""

    EMPTY = "何も写っていない"
    CHANGED = "何か写っている"
    NOT_SURE = "人が見てください"


@dataclass(frozen=True)
class EmptyScene:
    """A camera's empty pictures by day or by night, as median and MAD. night: taken with infrared light; pictures: how many
    it was made of; usual: scores of the empty pictures themselves, each against the others, lowest first."""

    width: int
    height: int
    night: bool
    pictures: int
    usual: tuple[float, ...]
    _numbers: object

    def to_bytes(self) -> bytes:
        """For keeping; `from_bytes` reads it. No program code inside."""
        raise NotImplementedError


@dataclass(frozen=True)
class Change:
    """score: the largest smoothed deviation in MADs, 0 upwards; box: where, in the picture's pixels, label `change`, None
    where nothing stands out; verdict; reason: in Japanese."""

    score: float
    box: Box | None
    verdict: Verdict
    reason: str


def is_night(picture: Picture) -> bool:
    """Whether it was taken with infrared light: no colour in it."""
    raise NotImplementedError


def from_bytes(content: bytes) -> EmptyScene:
    """Raises Invalid where it is none."""
    raise NotImplementedError


def learn(empties: Sequence[Picture]) -> EmptyScene:
    """From 5 to 25 pictures of one camera, confirmed as empty, all by day or all by night; of more the last 25 are taken.
    Raises Invalid."""
    raise NotImplementedError


def compare(scene: EmptyScene, picture: Picture) -> Change:
    """How far the picture is from empty. Raises Invalid where its shape or its light (day, night) is another."""
    raise NotImplementedError
