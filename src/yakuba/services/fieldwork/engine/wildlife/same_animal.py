"""Whether a photograph for a bounty was handed in before: the same file, a smaller one, one cropped a little, or mirrored; taken
at the same second; or an animal of the same kind caught at the same place at the same time.

Measured for the 64 bits of pHash: JPEG 40 or a third of the size differ by 0, 5 % cropped by 10–18, 15 % cropped by 20–30, other
pictures by 32–36. So up to 6 is the same file, up to 20 is asked about. A second photograph of the same animal from another side
is found by none of this: a person compares.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from yakuba.kernel.values.labelled import Labelled
from yakuba.services.fieldwork.engine.nearby import Point, metres
from yakuba.services.fieldwork.engine.photographs import apart

SAME, ASK = 6, 20  # bits
NEAR, DAYS = 200.0, 3  # metres, and days between two catches that are asked about


class Why(Labelled):
    """Why two photographs are compared, the strongest first."""

    SAME = "same", "同じ写真"
    MIRRORED = "mirrored", "左右を裏返した同じ写真"
    SECOND = "second", "カメラの日時が同じ"
    ALIKE = "alike", "よく似た写真"
    ALIKE_MIRRORED = "alike_mirrored", "裏返すとよく似た写真"
    PLACE = "place", "同じ種類、近い場所と日"


@dataclass(frozen=True)
class Photographed:
    """A photograph of a claim. number: its own; mark, mirrored: perceptual hashes; taken: the camera's second, or empty; caught:
    the day that the claim says."""

    number: int
    claim: int
    mark: str
    mirrored: str
    taken: str
    species: str
    caught: date
    at: Point | None


@dataclass(frozen=True)
class Suspicion:
    """Two photographs that a person has to compare. bits: how many of the 64 differ in the better of both ways."""

    photo: int
    other: int
    why: Why
    bits: int


def suspicions(new: Photographed, known: Iterable[Photographed]) -> list[Suspicion]:
    """What of all earlier photographs, of whatever year, has to be compared with the new one, the most alike first."""
    found = []
    for one in known:
        if one.claim == new.claim:
            continue
        straight, turned = apart(new.mark, one.mark), apart(new.mark, one.mirrored)
        if why := _why(new, one, straight, turned):
            found.append(Suspicion(new.number, one.number, why, min(straight, turned)))
    order = list(Why)
    return sorted(found, key=lambda one: (order.index(one.why), one.bits, one.other))


def _why(new: Photographed, one: Photographed, straight: int, turned: int) -> Why | None:
    if straight <= SAME:
        return Why.SAME
    if turned <= SAME:
        return Why.MIRRORED
    if new.taken and new.taken == one.taken:
        return Why.SECOND
    if straight <= ASK:
        return Why.ALIKE
    if turned <= ASK:
        return Why.ALIKE_MIRRORED
    near = new.at is not None and one.at is not None and metres(new.at, one.at) <= NEAR
    if new.species == one.species and near and abs(new.caught - one.caught).days <= DAYS:
        return Why.PLACE
    return None
