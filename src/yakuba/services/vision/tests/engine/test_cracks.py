"""Cracks on made surfaces, what makes them doubtful, and odd pictures."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from yakuba.kernel.refusals import Invalid
from yakuba.services.vision.adapters import shipped
from yakuba.services.vision.engine import doubts, lines
from yakuba.services.vision.engine.cracks import find_cracks, line_strength
from yakuba.services.vision.engine.findings import Doubt
from yakuba.services.vision.engine.polylines import lines_of, thinned
from yakuba.services.vision.tests.engine.examples import box, cracked, plain


def test_finds_the_crack_and_measures_it() -> None:
    picture, meant = cracked()
    found = find_cracks(picture)
    near = cv2.dilate(meant.astype(np.uint8), np.ones((7, 7))) > 0
    assert (found.mask & near).sum() > 0.9 * found.mask.sum()
    assert (cv2.dilate(found.mask.astype(np.uint8), np.ones((7, 7))) > 0)[meant].mean() > 0.8
    assert found.length_px == pytest.approx(256, rel=0.25)
    assert found.parts[0].length_px == max(part.length_px for part in found.parts)
    assert 1.5 < found.parts[0].width_px < 7
    first, last = found.parts[0].points[0], found.parts[0].points[-1]
    assert abs(first[0] - last[0]) > 150
    assert found.share_of_road == pytest.approx(meant.mean(), rel=0.35)
    assert 0 < found.grid_share < 1
    assert found.road_px == 256 * 256
    assert found.is_sure


def test_a_surface_without_a_crack_has_none() -> None:
    found = find_cracks(plain(256, 256))
    assert not found.mask.any()
    assert found.parts == ()
    assert found.grid_share == 0


def test_only_the_road_is_looked_at_and_what_stands_on_it_is_left_out() -> None:
    picture, _ = cracked()
    left = ((0, 0), (120, 0), (120, 256), (0, 256))
    found = find_cracks(picture, road=left)
    assert found.mask[:, :121].any()
    assert not found.mask[:, 121:].any()
    assert find_cracks(picture, road=left, leave_out=[box(0, 0, 200, 256)]).doubts == (Doubt.NO_ROAD,)
    without = find_cracks(picture, leave_out=[box(100, 0, 180, 256, "car")])
    assert not without.mask[:, 95:185].any()
    seen = np.zeros((256, 256), np.bool_)
    seen[:, :130] = True
    of_mask = find_cracks(picture, road=seen)
    assert of_mask.mask.any()
    assert not of_mask.mask[:, 125:].any()  # not beside the edge either


def test_half_the_size_finds_the_same_in_the_whole_pictures_pixels() -> None:
    small, _ = cracked(300, 600, seed=3)
    picture = cv2.resize(small, (1200, 600), interpolation=cv2.INTER_LINEAR)
    found = find_cracks(picture)  # above 1,000 pixels: half
    whole = find_cracks(small)
    assert found.mask.shape == (600, 1200)
    assert found.length_px == pytest.approx(2 * whole.length_px, rel=0.2)
    assert max(part.box[2] for part in found.parts) <= 1200


@pytest.mark.parametrize("size", [(1, 1), (1, 300), (4, 4), (30, 30), (63, 64)])
def test_a_picture_too_small_gives_its_doubt(size: tuple[int, int]) -> None:
    found = find_cracks(plain(*size))
    assert found.doubts == (Doubt.SMALL,)
    assert found.mask.shape == size
    assert not found.mask.any()


def test_grey_dark_and_blurred_pictures_give_their_doubt() -> None:
    assert find_cracks(np.full((200, 200, 3), 120, np.uint8)).doubts == (Doubt.BLURRED,)
    assert find_cracks(plain(200, 200, grey=5)).doubts == (Doubt.DARK,)
    assert find_cracks(plain(200, 200), road=()).doubts == (Doubt.NO_ROAD,)
    outside = ((900, 900), (1000, 900), (1000, 1000))
    assert find_cracks(plain(200, 200), road=outside).doubts == (Doubt.NO_ROAD,)
    beyond = ((-1e9, -1e9), (1e9, -1e9), (1e9, 1e9), (float("nan"), 1e9))
    assert find_cracks(plain(200, 200), road=beyond).road_px > 0


def test_a_very_wide_picture_is_looked_at_in_bounded_memory() -> None:
    found = find_cracks(plain(160, 20_000))
    assert found.mask.shape == (160, 20_000)
    assert not found.parts


def test_no_picture_is_refused() -> None:
    for nothing in (np.zeros((0, 0, 3), np.uint8), np.zeros((5, 5, 3)), np.zeros((5, 5, 4), np.uint8)):
        with pytest.raises(Invalid):
            find_cracks(nothing)


def test_gravel_and_joints_go_to_a_person() -> None:
    rng = np.random.default_rng(5)
    seeds = np.ones((256, 256), np.uint8)
    seeds[rng.integers(0, 256, 500), rng.integers(0, 256, 500)] = 0
    far, label = cv2.distanceTransformWithLabels(seeds, cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL)
    stones = 120 + rng.normal(0, 20, int(label.max()) + 1)[label] - 0.5 * far**2 + rng.normal(0, 3, far.shape)
    gravel = np.repeat(np.clip(stones, 0, 255).astype(np.uint8)[:, :, None], 3, axis=2)
    assert Doubt.GRAVEL in find_cracks(gravel).doubts
    bricks = plain(256, 256)
    bricks[::32], bricks[1::32] = 60, 60
    bricks[:, ::48], bricks[:, 1::48] = 60, 60
    found = find_cracks(bricks)
    assert found.mask.any()
    assert Doubt.BRICKS in found.doubts
    assert not found.is_sure


def test_the_edge_of_a_shadow_goes_to_a_person() -> None:
    picture = plain(256, 256, grey=170, spread=3)
    picture[:, 128:] = (picture[:, 128:] * 0.5).astype(np.uint8)
    line = np.zeros((256, 256), np.bool_)
    line[20:236, 128:131] = True
    grey = picture[:, :, 0]
    assert Doubt.SHADOW in doubts.of_cracks(
        grey, lines.contrast(grey), np.ones_like(line), line, lines_of(line)
    )
    real, meant = cracked()
    reasons = doubts.of_cracks(
        real[:, :, 0], lines.contrast(real[:, :, 0]), np.ones_like(meant), meant, lines_of(meant)
    )
    assert Doubt.SHADOW not in reasons


def test_a_line_answers_at_any_angle_and_alike_in_shade() -> None:
    for angle in range(0, 180, 20):
        picture = plain(128, 128, spread=2)[:, :, 0].copy()
        way = np.array([np.cos(np.radians(angle)), np.sin(np.radians(angle))]) * 50
        ends = [tuple(int(v) for v in 64 + sign * way) for sign in (-1, 1)]
        cv2.line(picture, *ends, 80, 2)
        full = line_strength(picture)
        half = line_strength((picture * 0.6).astype(np.uint8))
        at = np.unravel_index(full.argmax(), full.shape)
        across = np.array([-way[1], way[0]]) / 50
        assert abs((np.array([at[1], at[0]]) - 64) @ across) < 4, angle
        assert half.max() == pytest.approx(full.max(), rel=0.3)
    assert not line_strength(np.zeros((3, 3), np.uint8)).any()


def test_lines_have_length_width_and_their_longest_run() -> None:
    mask = np.zeros((60, 120), np.bool_)
    mask[30:33, 10:110] = True
    mask[33:50, 60:63] = True  # a branch
    mask[5, 5] = True
    first, last = lines_of(mask)
    assert first.length_px == pytest.approx(115, abs=8)
    assert first.width_px == pytest.approx(3, abs=0.5)
    assert {round(point[1]) for point in first.points} <= set(range(29, 34))
    assert abs(first.points[0][0] - first.points[-1][0]) > 90
    assert first.box == (10, 30, 110, 50)
    assert last.length_px == 1
    assert lines_of(np.zeros((5, 5), np.bool_)) == []


def test_a_ring_and_a_blob_are_thinned() -> None:
    ring = np.zeros((80, 80), np.uint8)
    cv2.circle(ring, (40, 40), 25, 1, 5)
    thin = thinned(ring > 0)
    assert thin.sum() == pytest.approx(4 * 2**0.5 * 25, rel=0.1)  # steps of one pixel, also slanting
    (line,) = lines_of(ring > 0)
    assert line.length_px == pytest.approx(2 * np.pi * 25, rel=0.15)
    assert thinned(np.ones((40, 40), np.bool_)).sum() < 80
    assert lines_of(np.ones((40, 40), np.bool_))[0].box == (0, 0, 40, 40)


def test_short_parts_are_dropped_and_weak_ones_kept_where_strong_ones_hold_them() -> None:
    mask = np.zeros((50, 200), np.bool_)
    mask[10, 0:50] = True
    mask[30, 0:20] = True
    assert lines.without_short(mask, 40).sum() == 50
    assert not lines.without_short(np.zeros_like(mask), 40).any()
    strong = np.zeros_like(mask)
    strong[10, 5] = True
    assert lines.joined(strong, mask).sum() == 50
    assert not lines.joined(np.zeros_like(mask), mask).any()


def test_the_shipped_network_finds_the_crack_too() -> None:
    picture, meant = cracked()
    found = find_cracks(picture, model=shipped.cracks())
    near = cv2.dilate(meant.astype(np.uint8), np.ones((7, 7))) > 0
    assert (found.mask & near).sum() > 0.9 * found.mask.sum()
    assert found.length_px == pytest.approx(256, rel=0.3)
    assert "ひび割れ検出器" in found.method
    assert not find_cracks(plain(256, 256), model=shipped.cracks()).parts
    assert find_cracks(plain(61, 203), model=shipped.cracks()).mask.shape == (61, 203)
