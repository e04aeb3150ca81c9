"""Parking spaces taken or free, each space of a camera compared with its own empty pictures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

from yakuba.services.vision.engine.findings import Picture, Polygon


class State(Enum):
    """The value is what staff read."""

    FREE = "空き"
    TAKEN = "使用中"
    UNKNOWN = "わかりません"


@dataclass(frozen=True)
class Reading:
    """One space in one frame. score: how far from empty, about 1 at the threshold; state: UNKNOWN near it, or where the
    space is not in the picture; reason: in Japanese, empty where the state is known."""

    space: str
    score: float
    state: State
    reason: str = ""


@dataclass(frozen=True)
class CarPark:
    """What is known of one camera's empty spaces. spaces: name → corners in pixels of a picture `width` × `height`."""

    width: int
    height: int
    spaces: Mapping[str, Polygon]
    _numbers: Mapping[str, object]

    def to_bytes(self) -> bytes:
        """For keeping; `from_bytes` reads it. No program code inside."""
        raise NotImplementedError


def from_bytes(content: bytes) -> CarPark:
    """Raises Invalid where it is none."""
    raise NotImplementedError


def learn(empties: Sequence[Picture], spaces: Mapping[str, Polygon]) -> CarPark:
    """From at least 3 pictures of the same camera, with these spaces empty; 10 of different light are better. Raises Invalid:
    no pictures, sizes that differ, a polygon outside."""
    raise NotImplementedError


def look(park: CarPark, picture: Picture) -> tuple[Reading, ...]:
    """Each space, in the order of `spaces`. A picture of another size but the same shape is resized. Raises Invalid."""
    raise NotImplementedError


def steady(
    before: Sequence[Mapping[str, State]], now: Sequence[Reading], shown: Mapping[str, State]
) -> dict[str, State]:
    """What is shown now: a space changes only when this and the two last frames agree (three frames).

    before: states of the last frames, oldest first (the last two are used); shown: what was shown until now.
    """
    raise NotImplementedError
