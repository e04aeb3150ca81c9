"""One picture is looked at: what is on it is hidden first, then what its purpose asks for is found. No database.

Nothing of a picture is kept that could show a person: whole where faces and vehicles could be hidden, or where a clerk says that
there are none; of a road ahead else its surface alone; of anything else, also of a picture that is said to be all road, nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from yakuba.kernel.refusals import Invalid, attempt
from yakuba.services.vision.contracts import Damage, Purpose, Trapped, View
from yakuba.services.vision.engine import emptiness, heads, parking
from yakuba.services.vision.engine.blurring import Blurred, blur, only_inside
from yakuba.services.vision.engine.classification import classify, decided
from yakuba.services.vision.engine.counting import count
from yakuba.services.vision.engine.cracks import find_cracks
from yakuba.services.vision.engine.drives import look_down
from yakuba.services.vision.engine.findings import Box, CrackFinding, Picture, Polygon
from yakuba.services.vision.engine.heads import Head
from yakuba.services.vision.engine.roadtop import Area, Camera, flatten
from yakuba.services.vision.engine.sections import damage_of
from yakuba.services.vision.engine.surface import Surface, surface_of
from yakuba.services.vision.queries.standing import Tools

ROAD = ((0.35, 0.55), (0.65, 0.55), (0.98, 0.98), (0.02, 0.98))  # of a picture ahead, without calibration
MOST_LINES = 60  # of cracks that are drawn
ONLY_ROAD = "人や車をぼかすモデルがないため、道路の範囲だけを残しました。"
NOT_KEPT = "人や車をぼかせないため、写真を残していません。数だけを残しました。"
TRAFFIC_GROUPS = {"人": "people", "自転車": "bicycles", "車": "vehicles"}


@dataclass
class Look:
    """What was found. kept: the picture that may be stored, None for none; the rest as the columns of `Picture` have it."""

    kept: Picture | None
    blurred: int = 0
    answer: str = ""
    share: float | None = None
    weight: float = 0.0
    sure: float | None = None
    counts: dict[str, int] = field(default_factory=dict)
    spaces: int | None = None
    taken: int | None = None
    found: dict[str, Any] = field(default_factory=dict)
    feature: bytes | None = None
    asks: bool = False
    warnings: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Eye:
    """What one analysis looks with. calibrated: of a car's camera, as shares of the picture; park, scene: of a camera that stands,
    learnt from its empty pictures, None where too few are there (park_fault: why else not); head: the town's own, where one is live; sure_from: below that
    probability a person is asked; earlier: states of the spaces of the last frames."""

    purpose: Purpose
    tools: Tools
    nobody_seen: bool = False
    view: View = View.AHEAD
    calibrated: tuple[float, float, float] | None = None
    park: parking.CarPark | None = None
    park_fault: str = ""
    scene: Callable[[bool], emptiness.EmptyScene | None] = lambda night: None
    head: Head | None = None
    sure_from: float = 0.8
    earlier: list[Mapping[str, parking.State]] = field(default_factory=list)
    shown: dict[str, parking.State] = field(default_factory=dict)


def look(eye: Eye, picture: Picture) -> Look:
    """Everything that the purpose asks for. Raises ModelRefused where a model fails, Invalid where this picture cannot be looked at."""
    hidden = blur(picture, faces=eye.tools.faces, objects=eye.tools.objects)
    seen = _LOOKS[eye.purpose](eye, picture, hidden)
    seen.blurred = len(hidden.hidden)
    if eye.purpose != Purpose.ROAD or seen.kept is None:
        _keep(eye, hidden, seen)
    _by_head(eye, picture, seen)
    return seen


def _keep(eye: Eye, hidden: Blurred, seen: Look) -> None:
    if hidden.may_be_kept or eye.nobody_seen:
        seen.kept = hidden.picture
    else:
        seen.kept = None
        seen.warnings.append(NOT_KEPT)


def _road(eye: Eye, picture: Picture, hidden: Blurred) -> Look:
    return _ahead(eye, picture, hidden) if eye.calibrated is None else _from_above(eye, picture, hidden)


def _ahead(eye: Eye, picture: Picture, hidden: Blurred) -> Look:
    """Of a camera that nobody has calibrated: a relative class of the road's part of the picture."""
    road = _road_area(eye, *picture.shape[1::-1])
    cracks = find_cracks(picture, model=eye.tools.cracks, road=road, leave_out=hidden.seen)
    surface = surface_of(cracks)
    seen = Look(None if eye.view == View.DOWN else only_inside(hidden.picture, [road]))
    _of_road(eye, seen, hidden, cracks, surface)
    if hidden.may_be_kept or eye.nobody_seen:
        seen.kept = hidden.picture
    seen.found = _drawn(cracks, surface, road) | {"boxes": _boxes(hidden.seen)}
    seen.feature = _feature(picture, cracks)
    return seen


def _from_above(eye: Eye, picture: Picture, hidden: Blurred) -> Look:
    """Of a calibrated camera: the road from above, in cells of 0.5 m. Kept is that view alone, in which the cracks lie where they
    were found, with what stands on the road hidden. Raises Invalid where camera and picture do not fit."""
    assert eye.calibrated is not None
    camera, area = _camera(eye.calibrated, *picture.shape[1::-1]), Area()
    drive = look_down(picture, camera, area, model=eye.tools.cracks, leave_out=hidden.seen)
    seen = Look(flatten(hidden.picture, camera, area).picture)
    _of_road(eye, seen, hidden, drive.cracks, drive.surface)
    seen.found = _drawn(drive.cracks, drive.surface, None)
    seen.feature = _feature(drive.top.picture, drive.cracks)
    return seen


def _of_road(eye: Eye, seen: Look, hidden: Blurred, cracks: CrackFinding, surface: Surface) -> None:
    """What the cracks say, and whether a person must look."""
    damage = damage_of(surface.condition)
    if seen.kept is not None and not (hidden.may_be_kept or eye.nobody_seen):
        seen.warnings.append(ONLY_ROAD)
    seen.answer, seen.share = (damage.value, cracks.grid_share) if damage else ("", None)
    seen.weight = float(cracks.road_px)
    seen.asks = surface.asks or not cracks.is_sure or damage is None or damage == Damage.HEAVY
    seen.counts = _counts(hidden) if eye.tools.objects else {}


def _road_area(eye: Eye, width: int, height: int) -> Polygon:
    if eye.view == View.DOWN:
        return ((0.0, 0.0), (float(width), 0.0), (float(width), float(height)), (0.0, float(height)))
    return tuple((x * width, y * height) for x, y in ROAD)


def _camera(calibrated: tuple[float, float, float], width: int, height: int) -> Camera:
    height_m, pitch, focal = calibrated
    return Camera(height_m, pitch, focal * width, width, height)


def _drawn(cracks: CrackFinding, surface: Surface, road: Polygon | None) -> dict[str, Any]:
    return {
        "lines": [[[round(x, 1), round(y, 1)] for x, y in part.points] for part in cracks.parts[:MOST_LINES]],
        "parts": len(cracks.parts),
        "length": round(cracks.length_px),
        "method": cracks.method,
        "doubts": [one.value for one in cracks.doubts],
        "condition": surface.condition.value,
        "rule": surface.rule,
        "limits": surface.limits,
        "calibrated": surface.calibrated,
        "road": [[round(x, 1), round(y, 1)] for x, y in road] if road else [],
    }


def _boxes(boxes: Sequence[Box]) -> list[list[Any]]:
    return [
        [round(one.left), round(one.top), round(one.right), round(one.bottom), one.label, round(one.score, 2)]
        for one in boxes
    ]


def _counts(hidden: Blurred) -> dict[str, int]:
    return {
        TRAFFIC_GROUPS[group]: number
        for group, number in count(hidden.seen).items()
        if group in TRAFFIC_GROUPS
    }


def _feature(picture: Picture, cracks: CrackFinding | None = None) -> bytes:
    found = heads.features_of(picture, cracks=cracks.mask if cracks else None)
    return np.asarray(found, dtype="<f4").tobytes()


def _traffic(eye: Eye, picture: Picture, hidden: Blurred) -> Look:
    seen = Look(None)
    if eye.tools.objects is None:
        seen.warnings.append("人と車を見つけるモデルがないため、数えていません。")
    else:
        seen.counts = _counts(hidden)
    seen.found = {"boxes": _boxes(hidden.seen)}
    return seen


def _parking(eye: Eye, picture: Picture, hidden: Blurred) -> Look:
    seen = Look(None, found={"boxes": _boxes(hidden.seen)})
    if eye.park is None:
        seen.warnings.append(
            eye.park_fault
            or "どのますも空いている写真が3枚より少ないため、まだ見分けられません。空の写真を選び、印を付けてください。"
        )
        seen.asks = True
        return seen
    readings, refusal = attempt(parking.look, eye.park, picture)
    if readings is None:
        seen.warnings.append(str(refusal))
        return seen
    shown = parking.steady(eye.earlier, readings, eye.shown)
    eye.earlier.append({one.space: one.state for one in readings})
    eye.shown.update(shown)
    seen.spaces, seen.taken = len(readings), sum(one == parking.State.TAKEN for one in shown.values())
    seen.found["spaces"] = {
        one.space: [shown.get(one.space, one.state).value, round(one.score, 2), one.reason, one.state.value]
        for one in readings
    }
    seen.asks = any(one.state == parking.State.UNKNOWN for one in readings)
    return seen


def _trap(eye: Eye, picture: Picture, hidden: Blurred) -> Look:
    seen = Look(None, found={"boxes": []}, feature=_feature(picture), asks=True)
    scene = eye.scene(emptiness.is_night(picture))
    if scene is None:
        seen.warnings.append(
            f"何も写っていない写真が、昼夜それぞれ{emptiness.LEAST}枚より少ないため、まだ見分けられません。"
        )
        return seen
    try:
        change = emptiness.compare(scene, picture)
    except Invalid as refusal:
        seen.warnings.append(str(refusal))
        return seen
    seen.share = change.score
    seen.found = {
        "boxes": _boxes([change.box] if change.box else []),
        "doubts": [change.reason] if change.reason else [],
    }
    if change.verdict == emptiness.Verdict.EMPTY:
        seen.answer, seen.asks = Trapped.EMPTY.value, False
    elif change.verdict == emptiness.Verdict.CHANGED:
        seen.answer = Trapped.SOMETHING.value
        if eye.tools.species is not None:
            scores = classify(eye.tools.species, picture, change.box)
            seen.found["species"] = [[one.label, round(one.probability, 3)] for one in scores[:3]]
            seen.found["likely"] = decided(scores)
    return seen


def _by_head(eye: Eye, picture: Picture, seen: Look) -> None:
    """What the town's own head says, where one is live: what it is not sure of goes to a person."""
    if eye.head is None or seen.feature is None:
        return
    said = heads.decide(eye.head, np.frombuffer(seen.feature, dtype="<f4"))
    seen.found["before"] = seen.answer
    seen.sure = said.probability
    seen.answer = said.label
    seen.asks = (
        not said.sure
        or said.strange
        or said.probability < eye.sure_from
        or said.label in (Damage.HEAVY, Trapped.SOMETHING)
    )


_LOOKS: dict[Purpose, Callable[[Eye, Picture, Blurred], Look]] = {
    Purpose.ROAD: _road,
    Purpose.TRAFFIC: _traffic,
    Purpose.PARKING: _parking,
    Purpose.TRAP: _trap,
    Purpose.GENERAL: _traffic,
}
