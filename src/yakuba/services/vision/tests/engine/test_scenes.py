"""Empty trap pictures and parking spaces, on made sequences."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from yakuba.kernel.refusals import Invalid
from yakuba.services.vision.engine import emptiness, parking, scenes
from yakuba.services.vision.engine.emptiness import Verdict
from yakuba.services.vision.engine.findings import Picture
from yakuba.services.vision.engine.parking import Reading, State

SPACES = {
    f"{number}": ((20.0 + 70 * number, 60.0), (80.0 + 70 * number, 60.0), (80.0 + 70 * number, 160.0), (20.0 + 70 * number, 160.0))
    for number in range(4)
}  # fmt: skip


def wood(seed: int, *, night: bool = False, animal: int = 0) -> Picture:
    """One camera's leaves under other light and wind; an animal of so many pixels."""
    scene = np.random.default_rng(3)
    rng = np.random.default_rng(100 + seed)
    base = cv2.resize(
        scene.normal(0, 1, (30, 40)).astype(np.float32), (320, 240), interpolation=cv2.INTER_CUBIC
    )
    fine = cv2.resize(scene.normal(0, 1, (120, 160)).astype(np.float32), (320, 240))
    move = np.array([[1, 0, rng.normal(0, 0.6)], [0, 1, rng.normal(0, 0.4)]], np.float32)
    fine = cv2.warpAffine(fine, move, (320, 240), borderMode=cv2.BORDER_REFLECT)
    grey = 100 + 22 * base + 14 * fine
    colour = (
        np.stack([grey * 0.9, grey * 1.1, grey * 0.7], axis=2)
        if not night
        else np.repeat(grey[:, :, None], 3, 2)
    )
    if animal:
        cv2.ellipse(
            colour,
            (200, 150),
            (animal, animal * 2 // 3),
            0,
            0,
            360,
            (55.0, 50.0, 48.0) if not night else (55.0,) * 3,
            -1,
        )
    light = rng.uniform(0.6, 1.35)
    noise = rng.normal(0, 2, colour.shape) if not night else np.repeat(rng.normal(0, 3, (240, 320, 1)), 3, 2)
    return np.clip(colour * light + noise, 0, 255).astype(np.uint8)  # fmt: skip


def yard(seed: int, taken: tuple[str, ...] = ()) -> Picture:
    """A car park under other light; cars in those spaces."""
    rng = np.random.default_rng(500 + seed)
    ground = np.random.default_rng(9).normal(115, 8, (200, 320))
    picture = np.repeat(ground[:, :, None], 3, axis=2)
    for number in range(5):
        picture[60:160, 18 + 70 * number : 21 + 70 * number] = 210
    for name in taken:
        left = 28 + 70 * int(name)
        tone = np.array([(200, 30, 30), (40, 45, 60), (225, 225, 225), (60, 90, 160)][int(name) % 4], float)
        picture[68:152, left : left + 44] = tone
        picture[85:100, left + 5 : left + 39] = 35  # windows
        picture[128:138, left + 5 : left + 39] = 40
    picture *= rng.uniform(0.7, 1.25)
    return np.clip(picture + rng.normal(0, 3, picture.shape), 0, 255).astype(np.uint8)


def test_an_animal_is_told_from_wind_and_light() -> None:
    scene = emptiness.learn([wood(seed) for seed in range(12)])
    assert (scene.pictures, scene.night, len(scene.usual)) == (12, False, 12)
    for seed in range(20, 26):
        empty = emptiness.compare(scene, wood(seed))
        assert empty.verdict is not Verdict.CHANGED
        there = emptiness.compare(scene, wood(seed, animal=25))
        assert there.verdict is Verdict.CHANGED
        assert there.score > empty.score
        assert there.box is not None
        assert there.box.left < 200 < there.box.right
        assert there.box.top < 150 < there.box.bottom
        assert "倍" in there.reason


def test_day_and_night_are_kept_apart() -> None:
    assert emptiness.is_night(wood(1, night=True))
    assert not emptiness.is_night(wood(1))
    night = emptiness.learn([wood(seed, night=True) for seed in range(6)])
    assert night.night
    assert emptiness.compare(night, wood(9, night=True, animal=25)).verdict is Verdict.CHANGED
    with pytest.raises(Invalid, match="昼"):
        emptiness.compare(night, wood(9))
    with pytest.raises(Invalid, match="混ざって"):
        emptiness.learn([wood(seed, night=seed % 2 > 0) for seed in range(6)])


def test_what_cannot_be_learned_or_compared_is_told() -> None:
    with pytest.raises(Invalid, match="5枚以上"):
        emptiness.learn([wood(seed) for seed in range(4)])
    with pytest.raises(Invalid, match="大きさ"):
        emptiness.learn([*(wood(seed) for seed in range(5)), np.zeros((10, 10, 3), np.uint8)])
    scene = emptiness.learn([wood(seed) for seed in range(5)])
    with pytest.raises(Invalid, match="縦横"):
        emptiness.compare(scene, np.zeros((100, 300, 3), np.uint8))
    dots = emptiness.learn([np.full((1, 1, 3), (9 + seed, 80, 9), np.uint8) for seed in range(5)])
    assert emptiness.compare(dots, np.full((1, 1, 3), (9, 80, 9), np.uint8)).verdict is not Verdict.CHANGED


def test_of_many_empties_the_newest_count() -> None:
    assert emptiness.learn([wood(seed) for seed in range(30)][-30:]).pictures == emptiness.MOST


def test_scenes_are_kept_as_plain_bytes() -> None:
    scene = emptiness.learn([wood(seed) for seed in range(6)])
    again = emptiness.from_bytes(scene.to_bytes())
    assert (again.width, again.height, again.pictures) == (320, 240, 6)
    one, other = (emptiness.compare(which, wood(30, animal=25)) for which in (scene, again))
    assert one.score == pytest.approx(other.score, rel=0.02)
    park = parking.learn([yard(seed) for seed in range(5)], SPACES)
    assert parking.from_bytes(park.to_bytes()).spaces == park.spaces
    for read in (emptiness.from_bytes, parking.from_bytes):
        wrong = scenes.packed(
            {
                "said": np.zeros(4, np.int64),
                "middle": np.zeros(3),
                "spread": np.zeros(3),
                "usual": np.zeros(3),
            }
        )
        for content in (b"", b"nothing", scene.to_bytes()[:200], wrong):
            with pytest.raises(Invalid, match="基準"):
                read(content)  # fmt: skip


def test_taken_spaces_are_told_at_any_light() -> None:
    park = parking.learn([yard(seed) for seed in range(8)], SPACES)
    for seed in range(20, 24):
        seen = parking.look(park, yard(seed, ("1", "2")))
        assert [(one.space, one.state) for one in seen] == [
            ("0", State.FREE),
            ("1", State.TAKEN),
            ("2", State.TAKEN),
            ("3", State.FREE),
        ]
    larger = cv2.resize(yard(30, ("3",)), (640, 400))
    assert parking.look(park, larger)[3].state is State.TAKEN
    black = parking.look(park, np.zeros((200, 320, 3), np.uint8))
    assert {one.state for one in black} == {State.UNKNOWN}
    assert black[0].reason


def test_spaces_outside_of_the_picture_are_refused_by_name() -> None:
    empties = [yard(seed) for seed in range(3)]
    outside = {"A": ((900.0, 900.0), (950.0, 900.0), (950.0, 950.0))}
    half = {"B": ((280.0, 60.0), (420.0, 60.0), (420.0, 160.0), (280.0, 160.0))}
    tiny = {"C": ((10.0, 10.0), (12.0, 10.0), (12.0, 12.0))}
    line = {"D": ((10.0, 10.0), (200.0, 10.0))}
    for wrong in (outside, half, tiny, line):
        with pytest.raises(Invalid, match=next(iter(wrong))):
            parking.learn(empties, wrong)
    with pytest.raises(Invalid, match="区画がありません"):
        parking.learn(empties, {})
    with pytest.raises(Invalid, match="3枚以上"):
        parking.learn(empties[:2], SPACES)
    with pytest.raises(Invalid, match="縦横"):
        parking.look(parking.learn(empties, SPACES), np.zeros((50, 300, 3), np.uint8))


def test_a_space_changes_only_when_three_frames_agree() -> None:
    free, taken, unknown = State.FREE, State.TAKEN, State.UNKNOWN
    now = [Reading("A", 2.0, taken)]
    assert parking.steady([{"A": taken}, {"A": taken}], now, {"A": free}) == {"A": taken}
    assert parking.steady([{"A": free}, {"A": taken}], now, {"A": free}) == {"A": free}
    assert parking.steady([{"A": taken}], now, {"A": free}) == {"A": free}
    assert parking.steady([], now, {}) == {"A": unknown}
    dark = [Reading("A", 0.0, unknown)]
    assert parking.steady([{"A": unknown}, {"A": unknown}], dark, {"A": taken}) == {"A": taken}
