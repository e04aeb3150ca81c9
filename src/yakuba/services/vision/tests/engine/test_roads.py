"""The road from above and what its surface is called."""

from __future__ import annotations

import math
from itertools import pairwise

import cv2
import numpy as np
import pytest

from yakuba.kernel.refusals import Invalid
from yakuba.services.vision.engine.cracks import find_cracks
from yakuba.services.vision.engine.drives import look_down
from yakuba.services.vision.engine.findings import CrackFinding, Doubt
from yakuba.services.vision.engine.roadtop import Area, Camera, flatten, in_picture, on_ground, trapezoid
from yakuba.services.vision.engine.surface import Condition, cell_px, section_of, surface_of
from yakuba.services.vision.tests.engine.examples import box, plain

CAMERA = Camera(1.4, 12, 1100, 1920, 1080)


def test_the_ground_goes_to_the_picture_and_back() -> None:
    for ground in ((0.0, 5.0), (-1.5, 3.2), (2.0, 40.0)):
        assert on_ground(CAMERA, in_picture(CAMERA, ground)) == pytest.approx(ground)
    x, y = in_picture(CAMERA, (0.0, 1.4 / math.tan(math.radians(12))))  # the axis meets the road there
    assert (x, y) == pytest.approx((960, 540))
    above = Camera(2.0, 90, 1000, 1000, 1000)  # straight down: 500 pixels a metre
    assert in_picture(above, (0.5, 0.0)) == pytest.approx((750, 500))
    with pytest.raises(Invalid, match="地平線"):
        on_ground(CAMERA, (960, 100))
    with pytest.raises(Invalid, match="後ろ"):
        in_picture(CAMERA, (0, -5))


def test_lengths_are_metres_in_the_top_view() -> None:
    picture = plain(1080, 1920)
    for metres in (4.0, 6.0, 8.0):
        ends = [tuple(round(v) for v in in_picture(CAMERA, (side, metres))) for side in (-1.0, 1.0)]
        cv2.line(picture, *ends, (255, 0, 0), 3)
    top = flatten(picture, CAMERA, Area(), px_per_m=100)
    assert top.picture.shape == (700, 350, 3)
    assert top.metres_per_px == pytest.approx(0.01)
    assert top.seen.mean() > 0.85
    red = (top.picture[:, :, 0].astype(int) - top.picture[:, :, 1] > 60).any(axis=1)
    rows = np.flatnonzero(red)
    groups = np.split(rows, np.flatnonzero(np.diff(rows) > 10) + 1)
    assert [10 - group.mean() * 0.01 for group in groups] == pytest.approx([8, 6, 4], abs=0.08)
    middle = int(np.median(groups[1]))
    line = np.flatnonzero(top.picture[middle, :, 0].astype(int) - top.picture[middle, :, 1] > 60)
    assert (line[-1] - line[0]) * 0.01 == pytest.approx(2.0, abs=0.08)
    x, y = top.in_picture((174.5, 399.5))  # straight ahead, 6 m
    assert (x, y) == pytest.approx(in_picture(CAMERA, (0, 6)), abs=0.5)


def test_half_the_picture_gives_the_same_view_and_another_shape_is_refused() -> None:
    assert flatten(plain(540, 960), CAMERA, Area()).seen.mean() == pytest.approx(
        flatten(plain(1080, 1920), CAMERA, Area()).seen.mean(), abs=0.01
    )
    with pytest.raises(Invalid, match="縦横"):
        flatten(plain(1000, 1000), CAMERA, Area())
    with pytest.raises(Invalid, match="0より大きい"):
        flatten(plain(1080, 1920), CAMERA, Area(), px_per_m=0)
    assert max(flatten(plain(108, 192), CAMERA, Area(), px_per_m=1e9).picture.shape) <= 4096


def test_an_area_that_is_not_in_the_picture_is_refused() -> None:
    assert len(trapezoid(CAMERA, Area())) == 4
    with pytest.raises(Invalid, match="写真の中"):
        trapezoid(CAMERA, Area(near_m=0.2, far_m=0.9))
    for wrong in ({"near_m": 0.0}, {"far_m": 3.1}, {"left_m": 2.0}, {"far_m": math.nan}):
        with pytest.raises(Invalid):
            Area(**wrong)
    for values in ((0, 12, 1100, 1920, 1080), (1.4, 120, 1100, 1920, 1080), (1.4, 12, math.nan, 1920, 1080)):
        with pytest.raises(Invalid):
            Camera(*values)


def _finding(share: float, *, cell: int = 50, doubts: tuple[Doubt, ...] = ()) -> CrackFinding:
    return CrackFinding(np.zeros((1, 1), np.bool_), (), 0.0, 100, share, share, cell, "試し", doubts)


def test_classes_come_only_with_metres() -> None:
    for share, named in ((0.1, Condition.I), (0.3, Condition.II), (0.6, Condition.III)):
        seen = surface_of(_finding(share), 0.01)
        assert (seen.condition, seen.calibrated, seen.asks) == (named, True, False)
        assert "わだち掘れ" in seen.limits
    assert surface_of(_finding(0.2), 0.01).condition is Condition.II
    assert surface_of(_finding(0.19), 0.01).asks  # near the border
    relative = surface_of(_finding(0.6))
    assert (relative.condition, relative.calibrated) == (Condition.HEAVY, False)
    assert "比べるため" in relative.limits
    assert not surface_of(_finding(0.6, cell=64), 0.05).calibrated  # cells of 3.2 m
    assert not surface_of(_finding(0.6), math.nan).calibrated
    assert cell_px(0.01) == 50


def test_what_was_not_looked_at_has_no_class() -> None:
    dark = surface_of(_finding(0.0, doubts=(Doubt.DARK,)), 0.01)
    assert (dark.condition, dark.asks) == (Condition.UNKNOWN, True)
    assert surface_of(find_cracks(plain(20, 20))).condition is Condition.UNKNOWN


def test_a_section_is_the_weighted_mean_of_its_pictures() -> None:
    assert section_of([(0.1, 1), (0.5, 3)], True).share == pytest.approx(0.4)
    assert section_of([(0.1, 1), (0.5, 3)], True).condition is Condition.III
    assert section_of([], True).condition is Condition.UNKNOWN
    assert section_of([(math.nan, 1), (0.1, 0)], True).asks
    mixed = section_of([(0.1, 1), (math.nan, 1)], True)
    assert (mixed.condition, mixed.asks) == (Condition.I, True)


def test_a_crack_before_a_calibrated_camera_has_metres_and_a_class() -> None:
    picture = plain(1080, 1920, spread=10)
    ways = [(-0.8, 3.4), (-0.3, 4.0), (-0.5, 5.0), (0.1, 6.0), (0.2, 7.0)]
    corners = np.array([in_picture(CAMERA, ground) for ground in ways], np.int32)
    cv2.polylines(picture, [corners], False, (40, 40, 40), 7)
    drive = look_down(picture, CAMERA, Area())
    meant = sum(math.dist(a, b) for a, b in pairwise(ways))
    assert drive.length_m == pytest.approx(meant, rel=0.25)
    assert drive.surface.calibrated
    assert drive.surface.condition in (Condition.I, Condition.II)
    assert drive.cracks.cell_px == 50
    left, top = corners.min(axis=0)
    right, bottom = corners.max(axis=0)
    hidden = look_down(picture, CAMERA, Area(), leave_out=[box(left, top, right, bottom, "car")])
    assert hidden.length_m < 0.3 * drive.length_m
    assert hidden.road.sum() < drive.road.sum()
    everything = look_down(picture, CAMERA, Area(), leave_out=[box(-9, -9, 1e9, 1e9)])
    assert everything.cracks.doubts == (Doubt.NO_ROAD,)
    assert everything.surface.condition is Condition.UNKNOWN
