"""What is hidden, and what cannot be."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from yakuba.kernel.refusals import Invalid
from yakuba.services.vision.engine import models
from yakuba.services.vision.engine.blurring import blur, hide, only_inside
from yakuba.services.vision.engine.models import Model
from yakuba.services.vision.tests.engine.examples import box, boxes, folder, plain

OBJECTS = "input: {width: 64, height: 64, order: RGB}\nlabels: [person, car, bus, truck, motorcycle]\n"
FACES = "input: {width: 64, height: 64, order: RGB}\nlabels: [face]\n"


@pytest.fixture
def objects(tmp_path: Path) -> Model:
    """A person on the left and a car on the right of every picture."""
    rows = [[4, 4, 20, 52, 0.9, 0], [32, 20, 62, 50, 0.8, 1], [0, 0, 64, 64, 0.1, 1]]
    return models.load(folder(tmp_path / "objects", models.DETECTION, boxes(rows), OBJECTS, "boxes"))


@pytest.fixture
def faces(tmp_path: Path) -> Model:
    return models.load(
        folder(tmp_path / "faces", models.FACES, boxes([[24, 4, 28, 9, 0.7, 0]]), FACES, "boxes")
    )


def _spread(picture: np.ndarray, left: int, top: int, right: int, bottom: int) -> float:
    return float(np.abs(np.diff(picture[top:bottom, left:right, 0].astype(float), axis=1)).mean())


def test_heads_plates_and_faces_are_hidden_and_the_rest_stays(objects: Model, faces: Model) -> None:
    picture = plain(64, 64, spread=30)
    before = picture.copy()
    found = blur(picture, faces=faces, objects=objects)
    assert sorted(one.label for one in found.hidden) == ["face", "head", "plate"]
    assert found.may_be_kept
    assert {one.label for one in found.seen} == {"person", "car"}
    for corners in ((5, 5, 19, 19), (34, 36, 61, 49), (24, 4, 28, 9)):
        assert _spread(found.picture, *corners) < 0.4 * _spread(before, *corners)
    assert (found.picture[55:, :30] == before[55:, :30]).all()
    assert (found.picture[20:30, 36:60] == before[20:30, 36:60]).all()  # the upper half of the car
    assert (picture == before).all()


def test_without_a_detector_it_says_what_may_stay_readable(objects: Model, faces: Model) -> None:
    picture = plain(64, 64)
    none = blur(picture, faces=None, objects=None)
    assert not none.may_be_kept
    assert len(none.cannot) == 2
    assert (none.picture == picture).all()
    assert "顔" in blur(picture, faces=None, objects=objects).cannot[0]
    assert "ナンバー" in blur(picture, faces=faces, objects=None).cannot[0]


def test_a_detector_that_knows_no_vehicles_is_told(tmp_path: Path, faces: Model) -> None:
    said = "input: {width: 64, height: 64, order: RGB}\nlabels: [dog]\n"
    dogs = models.load(folder(tmp_path, models.DETECTION, boxes([[0, 0, 9, 9, 0.9, 0]]), said, "boxes"))
    found = blur(plain(64, 64), faces=faces, objects=dogs)
    assert not found.may_be_kept
    assert any("person" in one for one in found.cannot)
    assert any("truck" in one for one in found.cannot)


@pytest.mark.parametrize("size", [(1, 1), (1, 500), (2, 20_000)])
def test_odd_sizes_are_blurred_too(objects: Model, faces: Model, size: tuple[int, int]) -> None:
    assert blur(plain(*size), faces=faces, objects=objects).picture.shape == (*size, 3)


def test_boxes_beyond_the_picture_are_hidden_inside_of_it() -> None:
    picture = plain(40, 60, spread=30)
    whole = hide(picture, [box(-1e12, -50, float("inf"), 900)])
    assert _spread(whole, 0, 0, 60, 40) < 0.4 * _spread(picture, 0, 0, 60, 40)
    assert len(np.unique(whole.reshape(-1, 3), axis=0)) < 100
    assert (hide(picture, [box(70, 70, 90, 90), box(9, 9, 9, 9), box(20, 20, 10, 10)]) == picture).all()
    with pytest.raises(Invalid):
        hide(np.zeros((0, 4, 3), np.uint8), [])


def test_only_the_road_is_kept() -> None:
    picture = plain(60, 100)
    kept = only_inside(picture, [((20, 20), (80, 20), (99, 59), (0, 59))])
    assert (kept[40, 50] == picture[40, 50]).all()
    assert not kept[:19].any()
    assert not only_inside(picture, []).any()
    assert not only_inside(picture, [((500, 500), (600, 500), (600, 600))]).any()
    assert not only_inside(picture, [((1, 1), (2, 2))]).any()
    assert (only_inside(picture, [((-1e7, -1e7), (1e7, -1e7), (1e7, 1e7), (-1e7, 1e7))]) == picture).all()
