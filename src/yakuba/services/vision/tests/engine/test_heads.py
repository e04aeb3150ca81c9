"""A head learned from labels, and what is said of it."""

from __future__ import annotations

import json

import numpy as np
import pytest

from yakuba.kernel.refusals import Invalid
from yakuba.services.vision.engine.heads import FEATURES, decide, features_of, from_plain, train
from yakuba.services.vision.tests.engine.examples import box, cracked, plain

NUMBER = len(FEATURES)


def labelled(number: int = 120, apart: float = 1.6, seed: int = 1) -> tuple[np.ndarray, list[str], list[str]]:
    """Rows of two labels that differ in three features, in eight groups."""
    rng = np.random.default_rng(seed)
    truth = rng.integers(0, 2, number)
    rows = rng.normal(0, 1, (number, NUMBER)).astype(np.float32)
    rows[:, :3] += apart * truth[:, None]
    return rows, [("良", "悪")[one] for one in truth], [f"日{at % 8}" for at in range(number)]


def test_what_can_be_told_apart_is_learned_and_measured_on_other_days() -> None:
    rows, labels, groups = labelled()
    head, held_out = train(rows, labels, groups)
    assert held_out.after.total == 120
    assert held_out.after.share > 0.78
    assert held_out.before.share < 0.7
    assert held_out.better
    assert held_out.after.low < held_out.after.share < held_out.after.high
    assert held_out.sure.share >= held_out.after.share
    assert 0 <= held_out.asked <= 1
    assert held_out.calibration_error < 0.2
    assert "学習に使わなかった" in held_out.sentence
    other, truth, _ = labelled(seed=2)
    said = [decide(head, row) for row in other]
    assert np.mean([one.label == label for one, label in zip(said, truth, strict=True)]) > 0.85
    assert any(one.sure for one in said)
    assert all(0 < one.probability <= 1 for one in said)


def test_chance_is_not_called_better() -> None:
    rows, labels, groups = labelled(apart=0.0)
    head, held_out = train(rows, labels, groups)
    assert not held_out.better
    assert "良いとは言えません" in held_out.sentence
    assert held_out.asked > 0.5
    assert not any(decide(head, row).sure for row in rows[:5]) or head.sure_from <= 1


def test_what_was_used_before_stays_the_measure() -> None:
    rows, labels, groups = labelled()
    _, held_out = train(rows, labels, groups, before=labels)
    assert held_out.before.share == 1
    assert not held_out.better
    assert "これまで" in held_out.sentence
    _, other = train(rows, labels, groups, before=["別の言葉"] * len(labels))
    assert other.before.share == 0


def test_three_labels_one_of_them_seen_on_a_single_day() -> None:
    rows, labels, groups = labelled(150)
    rows[:12, 5] += 6
    labels[:12], groups[:12] = ["猪"] * 12, ["山の日"] * 12
    head, held_out = train(rows, labels, groups)
    assert head.labels == ("悪", "猪", "良")
    assert held_out.after.total == 150
    assert decide(head, rows[0]).label == "猪"


def test_a_picture_of_another_kind_goes_to_a_person() -> None:
    rows, labels, groups = labelled(apart=4)
    head, _ = train(rows, labels, groups)
    assert decide(head, rows[0]).sure
    strange = decide(head, rows[0] + 40)
    assert strange.strange
    assert not strange.sure


def test_a_head_is_kept_as_plain_numbers() -> None:
    rows, labels, groups = labelled()
    head, _ = train(rows, labels, groups)
    kept = json.loads(json.dumps(head.to_plain()))
    assert from_plain(kept) == head
    for change in (
        {"weights": kept["weights"][:1]},
        {"temperature": 0},
        {"spread": [0.0] * NUMBER},
        {"bias": ["x", "y"]},
        {"mean": []},
        {"bias": [float("nan"), 0.0]},
    ):
        with pytest.raises(Invalid, match="読めません"):
            from_plain(kept | change)
    with pytest.raises(Invalid):
        from_plain({})
    with pytest.raises(Invalid, match="別の版"):
        decide(head, rows[0][:5])
    with pytest.raises(Invalid, match="数でない"):
        decide(head, np.full(NUMBER, np.nan, np.float32))


def test_too_little_is_told() -> None:
    rows, labels, groups = labelled(30)
    wrong = rows.copy()
    wrong[3, 3] = np.inf
    for told, arguments in (
        ("10枚以上", (rows[:12], labels[:12], groups[:12])),
        ("2種類", (rows, ["良"] * 30, groups)),
        ("まとまり", (rows, labels, ["一日"] * 30)),
        ("数でない", (wrong, labels, groups)),
        ("数が合いません", (rows, labels[:5], groups)),
    ):
        with pytest.raises(Invalid, match=told):
            train(*arguments)
    with pytest.raises(Invalid, match="目標"):
        train(rows, labels, groups, aim=1.0)
    with pytest.raises(Invalid, match="これまで"):
        train(rows, labels, groups, before=["良"])


@pytest.mark.parametrize("size", [(1, 1), (1, 900), (3, 20_000), (200, 300)])
def test_every_picture_has_finite_features(size: tuple[int, int]) -> None:
    for picture in (plain(*size), np.zeros((*size, 3), np.uint8), np.full((*size, 3), 255, np.uint8)):
        found = features_of(picture, cracks=np.ones(size, np.bool_))
        assert found.shape == (NUMBER,)
        assert np.isfinite(found).all()
    assert features_of(plain(*size), box(-5, -5, 9e9, 9e9)).shape == (NUMBER,)


def test_features_tell_a_crack_from_none() -> None:
    picture, mask = cracked()
    with_crack, without = features_of(picture, cracks=mask), features_of(plain(256, 256))
    at = FEATURES.index("line_99")
    assert with_crack[at] > 1.3 * without[at]
    assert with_crack[FEATURES.index("crack_share")] > 0 == without[FEATURES.index("crack_share")]
