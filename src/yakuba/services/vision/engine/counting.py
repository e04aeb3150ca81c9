"""People and vehicles counted in a picture, and over a line through frames of a video."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

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
FORGOTTEN = 5  # frames after which a track that is not seen any more ends
SEEN_TWICE = 2  # frames that a track needs to count: what flickers once is nothing
NEAREST = 1.0  # of a box's diagonal that a thing moves in a frame at most
OVERLAPS = 0.2  # intersection over union that joins before nearness does
BESIDE = 4.0  # pixels on either side of the line within which a foot is on neither side


@dataclass(frozen=True)
class Crossings:
    """Over a line drawn from a to b: those that came from its left side (as one looks from a to b) to the right, and back, by
    group; frames: how many were looked at."""

    forward: Mapping[str, int]
    back: Mapping[str, int]
    frames: int


@dataclass
class _Track:
    """One thing as it moves. side: the last side of the line on which it surely was, -1, 1 or 0 for not yet; pending: way
    over the line that counts as soon as it was seen often enough."""

    group: str
    box: Box
    last: int
    seen: int = 1
    side: int = 0
    step: tuple[float, float] = (0.0, 0.0)
    ways: list[int] = field(default_factory=list)


def count(boxes: Sequence[Box], groups: Mapping[str, str] = GROUPS) -> dict[str, int]:
    """How many of each group, 0 for those that are not there; boxes with other labels are left out."""
    found = dict.fromkeys(groups.values(), 0)
    for box in boxes:
        if box.label in groups:
            found[groups[box.label]] += 1
    return found


def crossings(
    frames: Sequence[Sequence[Box]], line: tuple[Point, Point], groups: Mapping[str, str] = GROUPS
) -> Crossings:
    """Boxes of frames in their order, joined by overlap and nearness; a thing counts each time that its foot passes the line
    between its ends. Good for frames at most about a third of a second apart. A line without length counts nothing."""
    tracks: list[_Track] = []
    ended: list[_Track] = []
    for number, boxes in enumerate(frames):
        known = [box for box in boxes if box.label in groups]
        _join(tracks, known, number, groups, line)
        ended += [track for track in tracks if number - track.last >= FORGOTTEN]
        tracks = [track for track in tracks if number - track.last < FORGOTTEN]
    forward, back = (dict.fromkeys(groups.values(), 0) for _ in range(2))
    for track in [*ended, *tracks]:
        if track.seen >= SEEN_TWICE:
            for way in track.ways:
                (forward if way > 0 else back)[track.group] += 1
    return Crossings(forward, back, len(frames))


def _join(
    tracks: list[_Track],
    boxes: Sequence[Box],
    number: int,
    groups: Mapping[str, str],
    line: tuple[Point, Point],
) -> None:
    """Give each box to the track that fits best, best pairs first; what is left begins one."""
    pairs = sorted(
        (
            (_unlike(track, box, number), at, which)
            for at, track in enumerate(tracks)
            for which, box in enumerate(boxes)
            if track.group == groups[box.label]
        ),
        key=lambda pair: pair[0],
    )
    used_tracks: set[int] = set()
    used_boxes: set[int] = set()
    for unlike, at, which in pairs:
        if math.isinf(unlike) or at in used_tracks or which in used_boxes:
            continue
        used_tracks.add(at)
        used_boxes.add(which)
        _move(tracks[at], boxes[which], number, line)
    for which, box in enumerate(boxes):
        if which not in used_boxes:
            track = _Track(groups[box.label], box, number)
            track.side = _side(box.foot, line)
            tracks.append(track)


def _unlike(track: _Track, box: Box, number: int) -> float:
    """0 for the same place, infinite for too far; where the track goes on as it went is where it is looked for."""
    ahead = number - track.last
    dx, dy = track.step[0] * ahead, track.step[1] * ahead
    old = track.box
    there = Box(old.left + dx, old.top + dy, old.right + dx, old.bottom + dy, old.label, old.score)
    common = _overlap(there, box)
    if common >= OVERLAPS:
        return 1 - common
    far = math.dist(_middle(there), _middle(box))
    size = math.hypot(old.right - old.left, old.bottom - old.top)
    near = NEAREST * size * min(ahead, 2)
    return 1 + far / near if near and far <= near else math.inf


def _move(track: _Track, box: Box, number: int, line: tuple[Point, Point]) -> None:
    ahead = max(1, number - track.last)
    (x, y), (was_x, was_y) = _middle(box), _middle(track.box)
    came_from = track.box.foot
    track.step = ((x - was_x) / ahead, (y - was_y) / ahead)
    track.box, track.last, track.seen = box, number, track.seen + 1
    side = _side(box.foot, line)
    if side and track.side and side != track.side and _between(came_from, box.foot, line):
        track.ways.append(side)
    track.side = side or track.side


def _side(point: Point, line: tuple[Point, Point]) -> int:
    """-1 left of the line as one looks from its first to its second end (y points down), 1 right of it, 0 on it."""
    (ax, ay), (bx, by) = line
    length = math.dist((ax, ay), (bx, by))
    if not length:
        return 0
    far = ((bx - ax) * (point[1] - ay) - (by - ay) * (point[0] - ax)) / length
    return 0 if abs(far) < BESIDE else (1 if far > 0 else -1)


def _between(before: Point, now: Point, line: tuple[Point, Point]) -> bool:
    """Whether the way passes the line between its ends, with a tenth of its length to spare."""
    (ax, ay), (bx, by) = line
    length2 = (bx - ax) ** 2 + (by - ay) ** 2
    middle = ((before[0] + now[0]) / 2, (before[1] + now[1]) / 2)
    along = ((middle[0] - ax) * (bx - ax) + (middle[1] - ay) * (by - ay)) / length2 if length2 else -1.0
    return -0.1 <= along <= 1.1


def _middle(box: Box) -> Point:
    return (box.left + box.right) / 2, (box.top + box.bottom) / 2


def _overlap(one: Box, other: Box) -> float:
    wide = min(one.right, other.right) - max(one.left, other.left)
    high = min(one.bottom, other.bottom) - max(one.top, other.top)
    common = max(0.0, wide) * max(0.0, high)
    union = one.area + other.area - common
    return common / union if union > 0 else 0.0
