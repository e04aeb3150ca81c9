"""Cameras, the spaces of a car park on a camera's picture, and the line across which it is counted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations
from math import isfinite
from typing import Any

from django.db import IntegrityError, transaction

from yakuba.kernel.definitions import Problem
from yakuba.kernel.refusals import Conflict, Invalid
from yakuba.services.vision.contracts import Purpose
from yakuba.services.vision.engine.positions import is_nowhere
from yakuba.services.vision.engine.roadtop import Area, trapezoid
from yakuba.services.vision.engine.roadtop import Camera as CarCamera
from yakuba.services.vision.models import Camera, ParkingSpace

MOST_SPACES, MOST_CORNERS = 500, 12
SMALLEST = 0.00001  # of the picture's area
SHAPE = "1行に1つのますを「番号: x,y x,y x,y x,y」と書きます。xとyは、写真の左上を0,0、右下を100,100とした割合（%）です。"
LINE = "線は「x,y x,y」と、始まりと終わりの2点で書きます。xとyは、写真の左上を0,0、右下を100,100とした割合（%）です。"
Corner = tuple[float, float]


def set_camera(given: Mapping[str, Any], row: Camera | None = None) -> Camera:
    """A new camera, or changes of one. Raises Invalid, Conflict."""
    found = row or Camera()
    for name, value in given.items():
        setattr(found, name, value)
    _require(found)
    try:
        with transaction.atomic():
            found.save()
    except IntegrityError as error:
        raise Conflict(f"カメラ「{found.name}」はもうあります。別の名前にしてください。") from error
    return found


def _require(row: Camera) -> None:
    if (row.latitude is None) != (row.longitude is None):
        raise Invalid("緯度と経度は、両方書くか、両方空けてください。")
    if row.latitude is not None and row.longitude is not None and is_nowhere(row.latitude, row.longitude):
        raise Invalid("緯度0・経度0は場所になりません。地図で確かめてください。")
    numbers = (row.height_m, row.pitch, row.focal)
    if any(one is not None for one in numbers):
        if row.height_m is None or row.pitch is None or row.focal is None:
            raise Invalid("車載カメラを合わせるには、高さ、下向きの角度、焦点距離の3つが要ります。")
        trapezoid(
            CarCamera(row.height_m, row.pitch, row.focal * 1_920, 1_920, 1_080), Area()
        )  # refuses what cannot be


def read_spaces(text: str) -> list[tuple[str, list[Corner]]]:
    """Code and corners (shares, 0 to 1) of each line. Raises Invalid with every fault by line."""
    found: list[tuple[str, list[Corner]]] = []
    faults: list[Problem] = []
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        code, colon, rest = line.replace("：", ":").partition(":")
        try:
            if not colon or not 0 < len(code.strip()) <= 20:
                raise Invalid("番号（20文字まで）と「:」で始めてください。")
            corners = read_corners(rest)
            if not 3 <= len(corners) <= MOST_CORNERS:
                raise Invalid(f"角は3〜{MOST_CORNERS}で書いてください。")
            if not _is_area(corners):
                raise Invalid(
                    "囲んだ形になっていません（線になっているか、辺が交わっています）。角を順に書いてください。"
                )
            if code.strip() in {one for one, _ in found}:
                raise Invalid("同じ番号が2回あります。")
            found.append((code.strip(), corners))
        except Invalid as refusal:
            faults.append(Problem(number, "", str(refusal)))
    if len(found) > MOST_SPACES:
        faults.append(Problem(0, "", f"ますは{MOST_SPACES}までです。"))
    if faults:
        raise Invalid(f"直すところが{len(faults)}か所あります。{SHAPE}", problems=faults)
    return found


def _is_area(corners: Sequence[Corner]) -> bool:
    """Whether they surround something, and no two sides cross."""
    sides = list(zip(corners, [*corners[1:], corners[0]], strict=True))
    if abs(sum(ax * by - bx * ay for (ax, ay), (bx, by) in sides)) < 2 * SMALLEST:
        return False
    return not any(
        _turn(*one, other[0]) * _turn(*one, other[1]) < 0
        and _turn(*other, one[0]) * _turn(*other, one[1]) < 0
        for one, other in combinations(sides, 2)
    )


def _turn(a: Corner, b: Corner, c: Corner) -> float:
    return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])


def read_corners(text: str) -> list[Corner]:
    """`10,20 30,20` in per cent → shares. Raises Invalid."""
    found = []
    for pair in text.split():
        x, comma, y = pair.partition(",")
        try:
            corner = (float(x) / 100, float(y) / 100)
        except ValueError:
            corner = (float("nan"), 0.0)
        if not comma or not all(isfinite(one) and 0 <= one <= 1 for one in corner):
            raise Invalid(f"「{pair[:20]}」は、0〜100の数2つを「,」でつないで書いてください。")
        found.append((round(corner[0], 5), round(corner[1], 5)))
    return found


def read_line(text: str) -> list[Corner] | None:
    """The line, None for an empty text. Raises Invalid."""
    if not text.strip():
        return None
    corners = read_corners(text)
    if len(corners) != 2 or corners[0] == corners[1]:
        raise Invalid(LINE)
    return corners


def written(corners: Sequence[Sequence[float]]) -> str:
    """As people write them."""
    return " ".join(f"{x * 100:g},{y * 100:g}" for x, y in corners)


@transaction.atomic
def set_spaces(camera: Camera, text: str) -> int:
    """All spaces of a camera, anew. Returns how many. Raises Invalid, Conflict."""
    if camera.purpose != Purpose.PARKING:
        raise Conflict("駐車ますは、駐車場のカメラにだけ描けます。")
    found = read_spaces(text)
    ParkingSpace.objects.filter(camera=camera).delete()
    ParkingSpace.objects.bulk_create(
        ParkingSpace(camera=camera, code=code, corners=corners) for code, corners in found
    )
    return len(found)
