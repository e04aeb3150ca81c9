"""The training, small: lines are drawn as they are meant, and the network goes to torch and back unchanged."""

from __future__ import annotations

from pathlib import Path
from random import Random

import numpy as np
import onnxruntime
import pytest

from training.reading import foreign, strokes
from training.reading.drawing import COLUMNS_A_STEP, HEIGHT, WIDEST, Sources, by_strokes, line, scan
from training.reading.texts import Words, draw
from yakuba.kernel.values import Script
from yakuba.services.reading.adapters.foreign import ForeignStrokes
from yakuba.services.reading.adapters.recognisers import own_model, recogniser
from yakuba.services.reading.engine.alphabets import alphabet
from yakuba.services.reading.engine.foreign import SIDE
from yakuba.services.reading.engine.recognition import decode

GOTHIC = "/usr/share/fonts/opentype/ipaexfont-gothic/ipaexg.ttf"
WORDS = Words([("山川", "ヤマカワ")], [("一", "ハジメ")], [("東京都", "千代田区", "一番町")], ["川"])
# 山, 川 and 一 as KanjiVG writes them down, with corners of its box of 109 points.
SHAPES = {
    "山": (
        "M54,14 c1,10 1,60 1,76",
        "M20,46 C20,60 22,80 22,92 C40,91 70,90 88,89",
        "M88,44 c0,10 1,40 1,52",
    ),
    "川": ("M24,20 c2,30 0,60 -12,76", "M54,22 c1,20 1,45 1,62", "M86,16 c1,30 1,60 1,84"),
    "一": ("M12,54 c25,1 60,-3 86,-3",),
}


@pytest.fixture
def sources(tmp_path: Path) -> Sources:
    for character, paths in SHAPES.items():
        svg = "".join(f'<path id="{i}" d="{path}"/>' for i, path in enumerate(paths))
        (tmp_path / f"{ord(character):05x}.svg").write_text(f"<svg>{svg}</svg>", encoding="utf-8")
    known = [
        *SHAPES,
        *"0123456789-/,.年月日番地丁目号東京都千代田区町のを、が昭和令平成大正",
        *"ヤマカワハジメ",
    ]
    fonts = {GOTHIC: frozenset(known)}
    return Sources(known, WORDS, strokes.read(tmp_path, known), fonts, fonts)


def test_strokes_are_even_points_in_the_box_of_their_character(sources: Sources) -> None:
    assert sources.strokes["山"].shape == (3, strokes.POINTS, 2)
    assert "ヤ" not in sources.strokes
    for character in sources.strokes.values():
        assert character.min() > -0.01
        assert character.max() < 1.01
    steps = np.hypot(*np.diff(sources.strokes["一"][0], axis=0).T)
    assert steps.max() < 1.05 * steps.min()


def test_a_smooth_curve_goes_on_as_it_came() -> None:
    whole = strokes.polyline("M0,0 C0,10 10,20 20,20 S40,30 40,40")
    assert np.allclose(whole[[0, 15, -1]], [(0, 0), (20, 20), (40, 40)])
    before, after = whole[15] - whole[14], whole[16] - whole[15]
    assert np.allclose(before / np.linalg.norm(before), after / np.linalg.norm(after), atol=0.1)


def test_a_made_up_writer_is_read(sources: Sources) -> None:
    reader = recogniser()
    letters = alphabet(Script.NAME, reader.characters)
    right = 0
    for seed in range(12):
        rng = Random(seed)
        ink = by_strokes("山川", sources.strokes, rng)
        picture = None if ink is None else scan(ink, rng)
        assert picture is not None
        right += decode(reader.probabilities([picture])[0], letters).text == "山川"
    assert right >= 9
    assert by_strokes("山谷", sources.strokes, Random(1)) is None


@pytest.mark.slow
def test_lines_fit_what_the_network_can_say(sources: Sources) -> None:
    rng = Random(7)
    for _ in range(60):
        picture, text = line(sources, rng)
        assert picture.shape[0] == HEIGHT
        assert len(text) * COLUMNS_A_STEP <= picture.shape[1] <= WIDEST
        assert set(text) <= {*sources.characters}
        assert picture.max() > picture.min()


def test_texts_hold_only_what_is_asked_for_or_comes_from_words() -> None:
    rng = Random(3)
    drawn = [draw(WORDS, "☆", rng) for _ in range(300)]
    assert any("山川" in text for text in drawn)
    assert any("-" in text for text in drawn)
    assert any(set(text) == {"☆"} for text in drawn)


def test_the_network_goes_to_torch_and_back(tmp_path: Path) -> None:
    torch = pytest.importorskip("torch", reason="training needs torch, which is not installed: .[training]")
    pytest.importorskip("onnx", reason="training needs onnx, which is not installed: .[training]")
    from training.reading.network import Network, packed, with_characters

    shipped, _ = own_model()
    network = Network(shipped)
    images = np.random.default_rng(0).uniform(-1, 1, (2, 3, HEIGHT, 160)).astype(np.float32)

    def run(file: Path) -> np.ndarray:
        options = onnxruntime.SessionOptions()
        options.log_severity_level = 3
        return onnxruntime.InferenceSession(str(file), options).run(None, {"x": images})[0]

    with torch.no_grad():
        assert np.allclose(
            torch.softmax(network(torch.from_numpy(images)), -1).numpy(), run(shipped), atol=1e-4
        )
    network.save(tmp_path / "back.onnx")
    assert np.allclose(run(tmp_path / "back.onnx"), run(shipped), atol=1e-6)
    with_characters(shipped, ["0", "山", "☃"], tmp_path / "small.onnx")
    packed(tmp_path / "small.onnx", tmp_path / "packed.onnx")
    assert run(tmp_path / "packed.onnx").shape[-1] == 5
    assert Network(tmp_path / "small.onnx").characters == ["", "0", "山", "☃", " "]


def test_a_step_of_learning_lowers_the_loss(sources: Sources, tmp_path: Path) -> None:
    pytest.importorskip("torch", reason="training needs torch, which is not installed: .[training]")
    pytest.importorskip("onnx", reason="training needs onnx, which is not installed: .[training]")
    from training.reading.network import Network, with_characters
    from training.reading.train import learn, loss_of

    with_characters(own_model()[0], sources.characters, tmp_path / "small.onnx")
    network, rng = Network(tmp_path / "small.onnx"), Random(1)
    batch = [line(sources, rng) for _ in range(4)]
    before = loss_of(network, batch, "cpu").item()
    learn(network, iter([batch] * 4), 60, "cpu")
    assert loss_of(network, batch, "cpu").item() < before


def known(sources: Sources) -> foreign.Sources:
    characters = "".join(sources.strokes) + foreign.FIGURES
    usual = {one: foreign.usual(one, [GOTHIC]) for one in characters}
    fonts = {GOTHIC: frozenset(characters)}
    return foreign.Sources(sources.strokes, fonts, fonts, usual, characters, "山川")


def test_characters_with_and_without_foreign_strokes_are_drawn(sources: Sources) -> None:
    rng = Random(3)
    drawn = [foreign.example(known(sources), rng) for _ in range(120)]
    assert {picture.shape for picture, _, _ in drawn} == {(SIDE, SIDE)}
    ink = [
        np.mean([picture.sum() for picture, _, struck in drawn if struck is wanted])
        for wanted in (True, False)
    ]
    assert ink[0] > 1.05 * ink[1]
    again = Random(3)
    assert all(np.array_equal(one[0], foreign.example(known(sources), again)[0]) for one in drawn[:5])


@pytest.mark.slow
def test_the_usual_picture_is_the_character_where_the_engine_puts_it() -> None:
    usual = foreign.usual("田", [GOTHIC])
    assert usual.shape == (SIDE // 2, SIDE // 2)
    assert usual.max() == foreign.STEPS - 1
    rows = np.flatnonzero(usual.any(axis=1))
    assert abs(rows[0] + rows[-1] - usual.shape[0] + 1) <= 1


@pytest.mark.slow
def test_foreign_strokes_are_learned_and_kept(sources: Sources, tmp_path: Path) -> None:
    torch = pytest.importorskip("torch", reason="training needs torch, which is not installed: .[training]")
    pytest.importorskip("onnx", reason="training needs onnx, which is not installed: .[training]")
    from training.reading import train_foreign as train

    torch.set_num_threads(1)
    few = known(sources)
    pictures, at, struck = train.draw(few, 1, 60, 256)
    network = train.learn(few, (pictures, at, struck), steps=25)
    table = np.stack([*few.usual.values()])
    with torch.no_grad():
        said = torch.sigmoid(network(train.inputs(pictures, table[at]))).numpy()
    assert said[struck == 1].mean() > said[struck == 0].mean()
    train.save(network, few, tmp_path)
    kept = ForeignStrokes(tmp_path / "strokes.onnx", tmp_path / "usual.npz")
    text = "".join([*few.usual][one] for one in at[:80])
    assert np.allclose(kept.foreign(text, pictures[:80]), said[:80], atol=1e-4)
    assert sum(count for count, _ in train.shares(kept, few, 2, 20).values()) == 20
