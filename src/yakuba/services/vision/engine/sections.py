"""Road sections (道路区間): lines with a code. Which section a place belongs to, sections made along a drive, and what the
pictures of a section say together.

A section's damage is told only from pictures that showed road, by their weighted mean (`surface.section_of`), and only where at
least three of them lie on it. Positions are degrees (WGS 84), distances metres on a
plane that touches the earth at the section (wrong by less than 0.1 % within 10 km).
"""

from __future__ import annotations

import itertools
import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from yakuba.kernel.refusals import Invalid
from yakuba.services.vision.contracts import Damage
from yakuba.services.vision.engine.positions import EARTH, Fix, metres
from yakuba.services.vision.engine.surface import Condition, section_of

NEAR = 20.0  # metres: a picture farther from every section belongs to none
FEWEST = 3  # pictures of a section from which its class is told
CELL = 0.002  # degrees of the net in which sections are looked up, about 200 m
LONGEST_JUMP = 200.0  # metres between two points of a drive: beyond it a new piece of road begins
MOST_MADE = 20_000
CHANGED = 0.02  # share by which two drives must differ to be called so
OF_CONDITION = {
    Condition.I: Damage.LIGHT, Condition.II: Damage.MIDDLE, Condition.III: Damage.HEAVY,
    Condition.LIGHT: Damage.LIGHT, Condition.MIDDLE: Damage.MIDDLE, Condition.HEAVY: Damage.HEAVY,
}  # fmt: skip

Line = Sequence[tuple[float, float]]  # (longitude, latitude), as GeoJSON has them


@dataclass(frozen=True)
class Section:
    """A line with its code, unique in a town."""

    code: str
    line: Line

    @property
    def metres(self) -> float:
        """Its length."""
        fixes = [Fix(north, east) for east, north in self.line]
        return sum(metres(one, other) for one, other in itertools.pairwise(fixes))


@dataclass(frozen=True)
class Seen:
    """One picture of a road. share: of cells that hold a crack (`CrackFinding.grid_share`), 0 to 1; None where it cannot be told;
    weight: how much road it showed, in any unit that all have."""

    share: float | None
    weight: float = 1.0


@dataclass(frozen=True)
class Measured:
    """What pictures say of a section. share: weighted mean of the pictures, None like damage where too few showed road."""

    code: str
    pictures: int
    share: float | None
    damage: Damage | None


class Net:
    """Sections, looked up by place."""

    def __init__(self, sections: Iterable[Section]) -> None:
        self._cells: dict[tuple[int, int], list[tuple[Section, tuple[float, float], tuple[float, float]]]] = (
            defaultdict(list)
        )
        for section in sections:
            for begin, end in zip(section.line, section.line[1:], strict=False):
                for cell in _cells_of(begin, end):
                    self._cells[cell].append((section, begin, end))

    def nearest(self, place: Fix, most: float = NEAR) -> tuple[Section, float] | None:
        """The section nearest to the place with its distance in metres, none farther than `most`; of two that are equally near
        the one whose code comes first."""
        east, north = math.floor(place.longitude / CELL), math.floor(place.latitude / CELL)
        found = [
            (_distance(place, begin, end), section.code, section)
            for x in (east - 1, east, east + 1)
            for y in (north - 1, north, north + 1)
            for section, begin, end in self._cells.get((x, y), ())
        ]
        if not found:
            return None
        distance, _, section = min(found, key=lambda one: one[:2])
        return (section, distance) if distance <= most else None


def _cells_of(begin: tuple[float, float], end: tuple[float, float]) -> set[tuple[int, int]]:
    steps = max(1, math.ceil(max(abs(end[0] - begin[0]), abs(end[1] - begin[1])) / CELL))
    return {
        (math.floor((begin[0] + (end[0] - begin[0]) * at / steps) / CELL), math.floor((begin[1] + (end[1] - begin[1]) * at / steps) / CELL))
        for at in range(steps + 1)
    }  # fmt: skip


def _distance(place: Fix, begin: tuple[float, float], end: tuple[float, float]) -> float:
    east = math.radians(1) * EARTH * math.cos(math.radians(place.latitude))
    north = math.radians(1) * EARTH
    ax, ay = (begin[0] - place.longitude) * east, (begin[1] - place.latitude) * north
    bx, by = (end[0] - place.longitude) * east, (end[1] - place.latitude) * north
    length = (bx - ax) ** 2 + (by - ay) ** 2
    along = 0.0 if length == 0 else max(0.0, min(1.0, -(ax * (bx - ax) + ay * (by - ay)) / length))
    return math.hypot(ax + along * (bx - ax), ay + along * (by - ay))


def along(places: Sequence[Fix], length: float, prefix: str) -> list[Section]:
    """Sections of `length` metres each along a drive, named `<prefix>-0001` and so on; a last piece shorter than a fifth of it
    joins the one before. Where two places lie more than 200 m apart a new piece of road begins. Raises Invalid."""
    if not 5 <= length <= 5_000:
        raise Invalid("区間の長さは5〜5,000mで決めてください。")
    pieces: list[list[tuple[float, float]]] = []
    for stretch in _stretches(places):
        made = _cut(stretch, length)
        if len(made) > 1 and _length(made[-1]) < length / 5:
            last = made.pop()
            made[-1].extend(last[1:])
        pieces += made
        if len(pieces) > MOST_MADE:
            raise Invalid(f"区間が{MOST_MADE:,}を超えます。長さを大きくしてください。")
    if not pieces:
        raise Invalid("位置の分かる写真が2枚より少ないため、区間を作れません。")
    return [Section(f"{prefix}-{number:04d}", tuple(line)) for number, line in enumerate(pieces, 1)]


def _stretches(places: Sequence[Fix]) -> list[list[Fix]]:
    found: list[list[Fix]] = []
    for place in places:
        if found and metres(found[-1][-1], place) <= LONGEST_JUMP:
            if metres(found[-1][-1], place) > 0.5:  # a car that stands makes no road
                found[-1].append(place)
        else:
            found.append([place])
    return [one for one in found if len(one) > 1]


def _cut(stretch: Sequence[Fix], length: float) -> list[list[tuple[float, float]]]:
    made = [[(stretch[0].longitude, stretch[0].latitude)]]
    room = length
    for before, after in itertools.pairwise(stretch):
        step, gone = metres(before, after), 0.0
        while step - gone > room:
            gone += room
            share = gone / step
            corner = (
                before.longitude + share * (after.longitude - before.longitude),
                before.latitude + share * (after.latitude - before.latitude),
            )
            made[-1].append(corner)
            made.append([corner])
            room = length
        room -= step - gone
        made[-1].append((after.longitude, after.latitude))
    return [one for one in made if _length(one) > 0]


def _length(line: Line) -> float:
    return Section("", line).metres


def damage_of(condition: Condition) -> Damage | None:
    """The class of a surface's condition; None where nothing can be said."""
    return OF_CONDITION.get(condition)


def measured(seen: Mapping[str, Sequence[Seen]], calibrated: bool) -> list[Measured]:
    """What the pictures of each section say, by its code."""
    found = []
    for code, pictures in sorted(seen.items()):
        weighed = [(one.share, one.weight) for one in pictures if one.share is not None]
        told = section_of(weighed, calibrated) if len(weighed) >= FEWEST else None
        damage = damage_of(told.condition) if told else None
        found.append(Measured(code, len(pictures), told.share if told and damage else None, damage))
    return found


def trend(before: float | None, now: float | None) -> str:
    """How a section changed between two drives, in a word; empty where one of them was not measured."""
    if before is None or now is None:
        return ""
    if abs(now - before) < CHANGED:
        return "ほぼ同じ"
    return "悪くなった" if now > before else "よくなった"
