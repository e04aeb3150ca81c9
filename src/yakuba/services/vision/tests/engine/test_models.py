"""Model folders of pictures: what fits is used, and what does not is told in a sentence."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from yakuba.kernel.modelfolders import ModelRefused
from yakuba.kernel.refusals import Invalid
from yakuba.services.vision.adapters import shipped
from yakuba.services.vision.engine import models
from yakuba.services.vision.engine.classification import classify, decided
from yakuba.services.vision.engine.detection import detect, merged
from yakuba.services.vision.engine.findings import Score
from yakuba.services.vision.engine.segmentation import masks, probabilities
from yakuba.services.vision.tests.engine.examples import (
    CLASSES,
    box,
    boxes,
    bright,
    classifier,
    folder,
    not_finite,
    plain,
)

SQUARE = "input: {width: 64, height: 64, order: RGB}\nlabels: [car, person]\n"
MASK = "input: {order: GREY, std: [255], multiple: 4}\nlabels: [明るい]\nthresholds: {score: 0.6}\n"


def test_classifies_a_picture_and_a_box_of_it(tmp_path: Path) -> None:
    model = models.load(folder(tmp_path, models.CLASSIFICATION, classifier(), CLASSES, "softmax"))
    picture = np.zeros((40, 80, 3), np.uint8)
    picture[:, :40, 0], picture[:, 40:, 2] = 255, 255
    assert [score.label for score in classify(model, picture, box(0, 0, 30, 40))] == ["赤", "青"]
    assert classify(model, picture, box(50, 0, 80, 40))[0].label == "青"
    whole = classify(model, picture)
    assert whole[0].probability == pytest.approx(0.5, abs=0.05)
    assert sum(score.probability for score in whole) == pytest.approx(1)
    assert classify(model, picture[:1, :1])[0].label == "赤"  # one pixel
    assert classify(model, picture, box(500, 500, 600, 600))[0].label == "青"  # outside: the nearest pixel


def test_decides_only_with_room_to_spare() -> None:
    assert decided([Score("猪", 0.85), Score("鹿", 0.15)]) == "猪"
    assert decided([Score("猪", 0.7), Score("鹿", 0.3)]) == ""
    assert decided([Score("猪", 0.5), Score("鹿", 0.45)], least=0.4) == ""
    assert decided([]) == ""


def test_segments_pictures_of_any_size(tmp_path: Path) -> None:
    model = models.load(folder(tmp_path, models.SEGMENTATION, bright(), MASK, "mask"))
    picture = plain(37, 1501, grey=60, spread=0)
    picture[10:20, 700:1400] = 200
    likely = probabilities(model, picture)
    assert likely.shape == (1, 37, 1501)
    assert likely[0, 15, 1000] == pytest.approx(200 / 255, abs=0.01)
    assert likely[0, 36, 1500] == pytest.approx(60 / 255, abs=0.01)  # the filled-up edge is cut off again
    assert int(masks(model, picture)["明るい"].sum()) == 10 * 700
    assert probabilities(model, picture[:1, :1]).shape == (1, 1, 1)


def test_finds_boxes_in_tiles_and_joins_them(tmp_path: Path) -> None:
    rows = [[8, 8, 40, 40, 0.9, 0], [10, 8, 42, 40, 0.8, 0], [8, 8, 40, 40, 0.7, 1], [0, 0, 9, 9, 0.1, 1]]
    model = models.load(folder(tmp_path, models.DETECTION, boxes(rows), SQUARE, "boxes"))
    picture = plain(128, 256)
    whole = detect(model, picture, tile_px=0)
    assert [(one.label, round(one.score, 2)) for one in whole] == [("car", 0.9), ("person", 0.7)]
    assert (whole[0].left, whole[0].top, whole[0].right, whole[0].bottom) == pytest.approx((32, 16, 160, 80))
    tiled = detect(model, picture, tile_px=64, labels=["person"])
    assert {one.label for one in tiled} == {"person"}
    assert len(tiled) > 4
    assert all(0 <= one.left < one.right <= 256 and 0 <= one.top < one.bottom <= 128 for one in tiled)
    assert len(detect(model, picture, tile_px=0, least=0.05)) == 3


@pytest.mark.parametrize("size", [(1, 1), (1, 300), (3, 20_000)])
def test_odd_pictures_give_boxes_inside_of_them(tmp_path: Path, size: tuple[int, int]) -> None:
    rows = [[-20, -20, 90, 90, 0.9, 0]]
    model = models.load(folder(tmp_path, models.DETECTION, boxes(rows), SQUARE, "boxes"))
    for one in detect(model, plain(*size)):
        assert 0 <= one.left < one.right <= size[1]
        assert 0 <= one.top < one.bottom <= size[0]


def test_the_same_thing_seen_twice_is_one() -> None:
    near = [box(0, 0, 10, 10, score=0.8), box(1, 0, 11, 10, score=0.9), box(50, 0, 60, 10, score=0.3)]
    assert [one.score for one in merged(near, 0.6)] == [0.9, 0.3]
    cut = [box(0, 0, 100, 100, score=0.6), box(0, 0, 100, 40, score=0.9)]  # at the edge of a tile
    assert len(merged(cut, 0.6)) == 2
    assert [(one.bottom, one.score) for one in merged(cut, 0.6, whole=True)] == [(100, 0.9)]
    assert merged([], 0.6) == ()


@pytest.mark.parametrize(
    ("task", "graph", "said", "decoder", "told"),
    [
        (models.CLASSIFICATION, not_finite(), CLASSES, "softmax", "NaN"),
        (models.CLASSIFICATION, b"no network", CLASSES, "softmax", "開けません"),
        (models.CLASSIFICATION, classifier(), CLASSES, "yolo", "decoder「yolo」"),
        (models.CLASSIFICATION, classifier(), CLASSES.replace("[赤, 青]", "[赤, 青, 緑]"), "softmax", "labels"),
        (models.CLASSIFICATION, classifier(), CLASSES.replace("[赤, 青]", "[赤, 赤]"), "softmax", "labels"),
        (models.CLASSIFICATION, classifier(), CLASSES.replace("[赤, 青]", "[]"), "softmax", "labels"),
        (models.CLASSIFICATION, classifier(), CLASSES.replace("width: 8", "width: 9"), "softmax", "動かせません"),
        (models.CLASSIFICATION, classifier(), CLASSES.replace("width: 8", "width: 99999"), "softmax", "width"),
        (models.CLASSIFICATION, classifier(), CLASSES.replace("width: 8, ", ""), "softmax", "両方"),
        (models.CLASSIFICATION, classifier(), CLASSES.replace("RGB", "CMYK"), "softmax", "order"),
        (models.CLASSIFICATION, classifier(), CLASSES.replace("[0, 0, 0]", "[0, a, 0]"), "softmax", "mean"),
        (models.CLASSIFICATION, classifier(), CLASSES.replace("[255, 255, 255]", "[1, 0, 1]"), "softmax", "std"),
        (models.CLASSIFICATION, classifier(), "labels: [赤, 青]\n", "softmax", "input"),
        (models.CLASSIFICATION, classifier(), CLASSES + "thresholds: {score: -1}\n", "softmax", "thresholds"),
        (models.CLASSIFICATION, classifier(), CLASSES + "weights: other.onnx\n", "softmax", "other.onnx"),
        (models.DETECTION, boxes([[0, 0, 9, 9, 0.9, 0]]), SQUARE, "nanodet", "[枚数, 64, 2]"),
        (models.DETECTION, boxes([[0, 0, 9, 9, 0.9, 0]]), SQUARE, "blazeface", "decoder"),
        (models.SEGMENTATION, classifier(), CLASSES, "mask", "[枚数, 2, 高さ, 幅]"),
        ("vision.poetry", classifier(), CLASSES, "softmax", "task"),
    ],
)  # fmt: skip
def test_says_what_does_not_fit(
    tmp_path: Path, task: str, graph: object, said: str, decoder: str, told: str
) -> None:
    with pytest.raises(ModelRefused) as refused:
        models.load(folder(tmp_path, task, graph, said, decoder))  # type: ignore[arg-type]
    assert told in str(refused.value)


def test_a_changed_or_missing_file_is_told(tmp_path: Path) -> None:
    found = folder(tmp_path, models.CLASSIFICATION, classifier(), CLASSES, "softmax")
    assert models.fault_of(found) == ""
    assert models.usable(models.CLASSIFICATION, [tmp_path]).labels == ("赤", "青")
    (found.path / "net.onnx").write_bytes(b"other")
    with pytest.raises(ModelRefused, match="SHA-256"):
        models.usable(models.CLASSIFICATION, [tmp_path])
    (found.path / "net.onnx").unlink()
    with pytest.raises(ModelRefused, match="ありません"):
        models.usable(models.CLASSIFICATION, [tmp_path])


def test_an_answer_that_stops_being_finite_is_refused_then(tmp_path: Path) -> None:
    """On black nothing is wrong: the fault shows with the first real picture."""
    said = CLASSES.replace("[255, 255, 255]", "[1.0e-38, 1, 1]")
    model = models.load(folder(tmp_path, models.CLASSIFICATION, classifier(), said, "softmax"))
    with pytest.raises(ModelRefused, match="NaN"):
        classify(model, np.full((8, 8, 3), 255, np.uint8))


def test_an_optional_model_is_none_missing_or_broken(tmp_path: Path) -> None:
    assert shipped.optional(models.DETECTION, [tmp_path]) is None
    found = folder(tmp_path, models.DETECTION, boxes([[0, 0, 9, 9, 0.9, 0]]), SQUARE, "boxes")
    assert shipped.optional(models.DETECTION, [tmp_path]) is not None
    (found.path / "net.onnx").write_bytes(b"other")
    with pytest.raises(ModelRefused):
        shipped.optional(models.DETECTION, [tmp_path])


def test_a_model_for_something_else_is_refused(tmp_path: Path) -> None:
    model = models.load(folder(tmp_path, models.CLASSIFICATION, classifier(), CLASSES, "softmax"))
    for look in (detect, probabilities):
        with pytest.raises(Invalid, match="モデルではありません"):
            look(model, plain(8, 8))
    with pytest.raises(Invalid, match="空"):
        classify(model, np.zeros((0, 5, 3), np.uint8))
    with pytest.raises(Invalid, match="写真"):
        classify(model, np.zeros((5, 5), np.uint8))
