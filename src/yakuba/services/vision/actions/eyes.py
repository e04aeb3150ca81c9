"""What an analysis looks with: the models that are there, a camera's empty pictures, the town's own head."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from functools import cache

import numpy as np
from PIL import Image

from yakuba.kernel.files.storage import content_of
from yakuba.kernel.refusals import attempt
from yakuba.kernel.townsettings import value
from yakuba.services.vision.actions.looking import Eye
from yakuba.services.vision.contracts import Purpose, Trapped, View
from yakuba.services.vision.engine import emptiness, heads, parking
from yakuba.services.vision.engine.findings import Picture as Pixels
from yakuba.services.vision.engine.heads import Head
from yakuba.services.vision.models import Analysis, Camera, ParkingSpace, Picture, TownHead
from yakuba.services.vision.queries import standing

MOST_EMPTIES = 12  # of a car park
LEAST_EMPTIES = 3
ASKED = 4 * emptiness.MOST  # newest confirmed pictures among which those by day or by night are looked for


def eye_of(row: Analysis) -> Eye:
    """For one analysis. Raises ModelRefused."""
    camera, purpose = row.camera, Purpose(row.purpose)
    park, refusal = attempt(car_park, camera) if camera and purpose == Purpose.PARKING else (None, None)
    eye = Eye(
        purpose=purpose,
        tools=standing.tools(),
        nobody_seen=row.nobody_seen,
        view=View(row.view),
        calibrated=calibration(camera) if purpose == Purpose.ROAD else None,
        park=park,
        park_fault=str(refusal or ""),
        scene=scenes(camera) if camera and purpose == Purpose.TRAP else lambda night: None,
        head=live_head(purpose),
        sure_from=int(value("vision.sure_from")) / 100,
    )
    if eye.park is not None and camera is not None:
        _remember(eye, camera, row)
    return eye


def calibration(camera: Camera | None) -> tuple[float, float, float] | None:
    """Height, pitch and focal length of a car's camera; None where it is not calibrated."""
    if camera is None or camera.height_m is None or camera.pitch is None or camera.focal is None:
        return None
    return camera.height_m, camera.pitch, camera.focal


def pixels_of(row: Picture) -> Pixels:
    """A picture as it is kept."""
    assert row.file is not None
    with Image.open(io.BytesIO(content_of(row.file))) as picture:
        return np.asarray(picture.convert("RGB"))


def empties(camera: Camera, most: int) -> list[Picture]:
    """Pictures of the camera that a person called empty, the newest first."""
    rows = Picture.objects.filter(analysis__camera=camera, truth=Trapped.EMPTY).exclude(file=None)
    return list(rows.select_related("file").order_by("-taken_at", "-pk")[:most])


def car_park(camera: Camera) -> parking.CarPark | None:
    """What a car park looks like with nothing in its spaces; None where too few pictures, or no spaces, are there. Raises
    Invalid where a space cannot be looked at."""
    spaces = {row.code: row.corners for row in ParkingSpace.objects.filter(camera=camera)}
    pictures = _alike([pixels_of(row) for row in empties(camera, MOST_EMPTIES)])
    if not spaces or len(pictures) < LEAST_EMPTIES:
        return None
    height, width = pictures[0].shape[:2]
    drawn = {code: tuple((x * width, y * height) for x, y in corners) for code, corners in spaces.items()}
    return parking.learn(pictures, drawn)


def _alike(pictures: Sequence[Pixels]) -> list[Pixels]:
    """Those of the size of the newest."""
    return [one for one in pictures if one.shape == pictures[0].shape]


def scenes(camera: Camera) -> Callable[[bool], emptiness.EmptyScene | None]:
    """The camera's empty scene by day and by night (True), learnt when it is first asked for."""

    @cache
    def scene(night: bool) -> emptiness.EmptyScene | None:
        chosen: list[Pixels] = []
        for row in empties(camera, ASKED):
            picture = pixels_of(row)
            if emptiness.is_night(picture) == night and (not chosen or picture.shape == chosen[0].shape):
                chosen.append(picture)
            if len(chosen) == emptiness.MOST:
                break
        return emptiness.learn(chosen[::-1]) if len(chosen) >= emptiness.LEAST else None

    return scene


def live_head(purpose: Purpose) -> Head | None:
    """The town's own head at work for the purpose."""
    row = TownHead.objects.filter(purpose=purpose, state=TownHead.State.LIVE).first()
    return heads.from_plain(row.content) if row else None


def _remember(eye: Eye, camera: Camera, row: Analysis) -> None:
    """After a crash: the last two frames, which decide whether a space has changed."""
    known = {one.value: one for one in parking.State}
    last = Picture.objects.filter(analysis=row).exclude(spaces=None).order_by("-pk")[:2]
    for picture in reversed(list(last)):
        told = picture.found.get("spaces", {})
        eye.earlier.append({code: known[one[3]] for code, one in told.items()})
        eye.shown.update({code: known[one[0]] for code, one in told.items()})
