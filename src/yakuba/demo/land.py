"""The demo town from above: a slope measured twice, a wood as points, two paddies as a picture; fields with weather, soil and advice.
All of it is drawn here; no real place and no real crop."""

from __future__ import annotations

import io
from datetime import date, timedelta
from typing import Any

import numpy as np
from django.utils import timezone

from yakuba.demo import town
from yakuba.kernel.townsettings.actions import set_values
from yakuba.services.cityhub import facade as cityhub
from yakuba.services.fieldwork import facade as fieldwork

SEED = 17
PLANE = 6671  # 平面直角 第3系 (JGD2011)
LEFT, TOP = 32_800.0, -175_000.0  # m, in the north of the town
SEASON = 95  # days since the sample's rice was planted
SOILS = """圃場,採った日,pH,EC,可給態リン酸,交換性カリ
北山の田 東（見本）,{day},6.1,0.12,14,22
北山の田 西（見本）,{day},5.4,0.10,9,15
"""
FIELDS = (("北山の田 東（見本）", "見本 農一"), ("北山の田 西（見本）", "見本 農二"))
Values = np.ndarray[Any, Any]


def load() -> None:
    """Load it, unless something came already. やくば市 must be active."""
    if cityhub.pictures() or fieldwork.has_fields():
        return
    _surveys()
    _fields()


def _surveys() -> None:
    robot, today = town.user("robot"), timezone.localdate()
    rng = np.random.default_rng(SEED)
    before, after = _slope(0.0), _slope(6.0)
    for title, heights, days, noise in (
        ("川西の盛土 前（見本）", before, 60, 0.03),
        ("川西の盛土 後（見本）", after, 10, 0.04),
    ):
        measured = (heights + rng.normal(0, noise, heights.shape)).astype(np.float32)
        content = _geotiff(measured, 0.5, LEFT, TOP, tile=(64, 64), compression="zlib")
        _taken(content, "surface.tif", title, today - timedelta(days=days), robot)
    _taken(_paddies(rng), "ortho.tif", "北山の田 オルソ画像（見本）", today - timedelta(days=4), robot)
    _taken(_wood(rng), "wood.laz", "北山の林 点群（見本）", today - timedelta(days=30), robot)


def _taken(content: bytes, name: str, title: str, day: date, actor: Any) -> None:
    row = cityhub.take_survey(name, io.BytesIO(content), title=title, flown_on=day, years=5, actor=actor)
    cityhub.read_survey(row.pk, lambda done, total, note: None)


def _slope(height: float) -> Values:
    """100 × 100 m with a heap of so many m."""
    y, x = np.mgrid[:200, :200] * 0.5
    far = (x - 55) ** 2 + (y - 45) ** 2
    return np.asarray(40 + 0.04 * x + height * np.exp(-far / 200))


def _geotiff(values: Values, cell: float, left: float, top: float, **how: Any) -> bytes:
    import tifffile

    keys = (1, 1, 0, 3, 1024, 0, 1, 1, 1025, 0, 1, 1, 3072, 0, 1, PLANE)
    place = [
        (33_550, "d", 3, (cell, cell, 0.0), False),
        (33_922, "d", 6, (0.0, 0.0, 0.0, left, top, 0.0), False),
        (34_735, "H", 16, keys, False),
    ]
    target = io.BytesIO()
    tifffile.imwrite(target, values, extratags=place, **how)
    return target.getvalue()


def _paddies(rng: Any) -> bytes:
    """Two paddies of 50 × 80 m, the western one paler."""
    made = np.full((360, 480, 3), (120, 100, 80), np.int16)
    made[20:340, 20:220], made[20:340, 260:460] = (95, 120, 70), (60, 125, 50)
    made += rng.normal(0, 4, made.shape).astype(np.int16)
    return _geotiff(
        np.clip(made, 0, 255).astype(np.uint8), 0.25, LEFT + 200, TOP, photometric="rgb", compression="zlib"
    )


def _wood(rng: Any) -> bytes:
    """Cones on a slope, as points: classes 2 (ground) and 5 (high vegetation)."""
    import laspy

    x, y = rng.uniform(0, 50, 60_000), rng.uniform(0, 50, 60_000)
    ground, canopy = 60 + 0.1 * x, np.zeros(len(x))
    for east in np.arange(4, 48, 6.0):
        for north in np.arange(4, 48, 6.0):
            at = east + rng.uniform(-1, 1), north + rng.uniform(-1, 1)
            np.maximum(canopy, rng.uniform(8, 15) * (1 - np.hypot(x - at[0], y - at[1]) / 2.6), out=canopy)
    header = laspy.LasHeader(point_format=0, version="1.2")
    header.scales, header.offsets = np.full(3, 0.001), np.array([LEFT, TOP, 0.0])
    keys = np.array([1, 1, 0, 2, 1024, 0, 1, 1, 3072, 0, 1, PLANE], "<u2").tobytes()
    header.vlrs.append(laspy.VLR("LASF_Projection", 34_735, "", keys))
    cloud = laspy.LasData(header)
    sees_ground = (canopy < 0.5) | (rng.uniform(0, 1, len(x)) < 0.15)
    cloud.x, cloud.y = LEFT + x, TOP - 200 - y
    cloud.z = np.where(sees_ground, ground, ground + canopy)
    cloud.classification = np.where(sees_ground, 2, 5).astype(np.uint8)
    target = io.BytesIO()
    cloud.write(target, do_compress=True, laz_backend=laspy.LazBackend.Lazrs)
    return target.getvalue()


def _fields() -> None:
    """Two paddies with their weather, soil and the sample's rules, which the chief published; a picture's index is reckoned by the
    workers."""
    clerk, chief, today = town.user("madoguchi"), town.user("kacho"), timezone.localdate()
    sown = today - timedelta(days=SEASON)
    for number, (name, farmer) in enumerate(FIELDS):
        left = LEFT + 200 + (65 if number == 0 else 5)
        fieldwork.add_field(
            name, "水稲（見本）", sown, farmer, "北山（見本）", _outline(left + 2, TOP - 7), actor=clerk
        )
    fieldwork.load_weather(_weather(sown, today), actor=clerk)
    fieldwork.load_soil(SOILS.format(day=sown - timedelta(days=40)), actor=clerk)
    fieldwork.set_advice_rules(author=clerk, publisher=chief)
    pictures = [one for one in cityhub.pictures() if "田" in one.title]
    if pictures:
        fieldwork.begin_index(pictures[0].number, "VARI", [1, 2, 3], actor=clerk)
    set_values({"cityhub.survey_links": True, "fieldwork.farmer_links": True}, actor=town.user("kanri"))


def _outline(left: float, top: float) -> list[list[float]]:
    """46 × 74 m in degrees."""
    corners = ((left, top), (left + 46, top), (left + 46, top - 74), (left, top - 74))
    return [list(cityhub.degrees_of(PLANE, *one)) for one in corners]


def _weather(first: date, today: date) -> str:
    rng, lines = np.random.default_rng(SEED), ["地点,日,平均気温,最高気温,最低気温,雨量"]
    for number in range((today - first).days):
        mean = 18.5 + rng.normal(0, 1.5) - (3 if number >= SEASON - 4 else 0)
        low, high = mean - 5 - rng.uniform(0, 2), mean + 5 + rng.uniform(0, 2)
        rain = float(rng.exponential(12)) if rng.uniform() < 0.3 else 0.0
        day = first + timedelta(days=number)
        lines.append(f"北山（見本）,{day},{mean:.1f},{high:.1f},{low:.1f},{rain:.1f}")
    return "\n".join(lines)
