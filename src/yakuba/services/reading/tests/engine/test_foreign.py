"""A stroke that is not a character's own is seen, the same writing without it is not; in any pen and face."""

from __future__ import annotations

import hashlib

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from yakuba.services.reading.adapters import foreign as adapter
from yakuba.services.reading.adapters.ppocr import PpOcr
from yakuba.services.reading.contracts import Reason
from yakuba.services.reading.engine import foreign
from yakuba.services.reading.engine.library import FormLibrary
from yakuba.services.reading.engine.reader import read_page

from .conftest import GOTHIC, Paper
from .test_recognisers import Pair
from .test_shapes import KLEE, MINCHO, line_of, struck, written

KILOJI = "/usr/share/fonts/truetype/kiloji/kiloji.ttf"  # no character of it was learned
NAMES = ("高橋香澄", "ワタナベシズ", "さくら保育園", "株式会社山川", "緑町3丁目12-5")


@pytest.fixture(scope="module")
def watcher() -> adapter.ForeignStrokes:
    return adapter.watcher()


def on(watcher: adapter.ForeignStrokes, picture: Image.Image | NDArray[np.uint8], text: str) -> bool:
    return foreign.on_line(watcher, text, line_of(picture, text))


def figures(
    text: str, face: str, extra: tuple[int, str] | None = None, through: int | None = None
) -> list[NDArray]:
    """Each figure alone, as a comb gives them. extra: a small one beside the figure at this place.  through: the figure
    with a level line through it."""
    cells = []
    for at, one in enumerate(text):
        image = Image.new("L", (80, 60), 255)
        pen = ImageDraw.Draw(image)
        pen.text((40, 30), one, fill=30, font=ImageFont.truetype(face, 43), anchor="mm")
        if extra and extra[0] == at:
            pen.text((58, 20), extra[1], fill=30, font=ImageFont.truetype(face, 24), anchor="mm")
        if through == at:
            pen.line([(24, 32), (56, 28)], fill=30, width=3)
        cells.append(np.asarray(image))
    return cells


@pytest.mark.parametrize("face", [GOTHIC, MINCHO, KLEE, KILOJI])
@pytest.mark.parametrize("text", NAMES)
def test_plain_writing_has_only_strokes_of_its_own(
    watcher: adapter.ForeignStrokes, text: str, face: str
) -> None:
    plain = np.asarray(written(text, face))
    assert not on(watcher, plain, text)
    assert not on(watcher, cv2.erode(plain, np.ones((2, 2), np.uint8)), text)
    assert not on(watcher, cv2.GaussianBlur(plain, (0, 0), 0.9), text)


@pytest.mark.parametrize("slope", [-70, -35, 0, 20, 60])
def test_most_characters_struck_by_a_line_no_longer_than_themselves_are_seen(
    watcher: adapter.ForeignStrokes, slope: int
) -> None:
    seen = sum(
        on(watcher, struck(written(text, face), at, slope), text)
        for text in NAMES[:4]
        for at in range(4)
        for face in (KLEE, KILOJI)
    )
    assert seen >= 20  # of 32


@pytest.mark.parametrize("face", [GOTHIC, KLEE, KILOJI])
def test_figures_with_another_beside_or_a_line_through_them_are_seen(
    watcher: adapter.ForeignStrokes, face: str
) -> None:
    def seen(cells: list[NDArray], text: str = "0907254368") -> bool:
        return foreign.on_figures(watcher, text, foreign.of_cells(cells, text))

    assert not seen(figures("0907254368", face))
    assert seen(figures("0907254368", face, extra=(4, "7")))
    assert sum(seen(figures("0907254368", face, through=at)) for at in range(10)) >= 8


def test_a_figure_asks_that_more_likely_than_not_has_a_foreign_stroke() -> None:
    """Of 3,573 ordinary figures three had as much, of 263 amended ones that had less than 0.7 eighty-one."""

    pictures = foreign.of_cells(figures("12", GOTHIC), "12")
    assert foreign.on_figures(Half(0.57), "12", pictures)
    assert not foreign.on_figures(Half(0.5), "12", pictures)


class Half:
    """As sure of each character as this."""

    def __init__(self, sure: float) -> None:
        self.sure = sure

    def foreign(self, characters: str, pictures: NDArray[np.uint8]) -> NDArray[np.float32]:
        return np.full(len(characters), self.sure, np.float32)


@pytest.mark.parametrize(
    ("sure", "excess", "asks"),
    [
        (0.24, (0.77, 0.54), True),  # 桜 in an entry of a list, struck on a black-and-white scan
        (0.22, (0.9, 0.6), True),
        (0.05, (1.37, 2.12), True),  # 園
        (0.08, (1.57, -0.08), True),
        (0.66, (0.47, 0.02), True),
        (0.61, (0.22, 0.29), True),
        (0.32, (0.35, 0.3), True),  # 島 in Mincho, struck from corner to corner
        (0.18, (0.73, 0.5), False),  # 葉 as a brush pen writes it
        (0.01, (1.03, 0.11), False),
        (0.45, (0.54, 0.15), False),
        (0.75, (0.0, 0.6), False),
        (0.0, (0.38, 2.77), False),
    ],
)
def test_two_weak_witnesses_of_one_character_ask(
    sure: float, excess: tuple[float, float], asks: bool
) -> None:
    line = line_of(written("桜木保育園"), "桜木保育園")
    line.__dict__["excess"] = [(0.0, 0.0), excess, *[(0.0, 0.0)] * 3]
    assert foreign.on_line(Half(sure), "桜木保育園", line) is asks
    line.__dict__["excess"] = [(0.0, excess[1]), (excess[0], 0.0), *[(0.0, 0.0)] * 3]
    if 0 < sure < 0.5 and excess[0] < 0.8:  # two characters are no one
        assert not foreign.on_line(Half(sure), "桜木保育園", line)


def test_a_comb_is_judged_only_where_each_figure_is_known() -> None:
    cells = figures("12", GOTHIC)
    assert foreign.of_cells(cells, "123") is None
    assert foreign.of_cells(cells, "1¤") is None
    pictures = foreign.of_cells(cells, "12")
    assert pictures is not None
    assert pictures.shape == (2, foreign.SIDE, foreign.SIDE)


def test_a_character_that_is_not_known_is_not_judged(watcher: adapter.ForeignStrokes) -> None:
    black = np.full((2, foreign.SIDE, foreign.SIDE), 255, np.uint8)
    assert watcher.foreign("\ufffe山", black)[0] == 0
    assert watcher.foreign("", black[:0]).shape == (0,)


def test_many_characters_at_once_give_what_each_gives_alone(watcher: adapter.ForeignStrokes) -> None:
    text = "山田花子高橋香澄" * 12
    pictures = np.concatenate([foreign.of_line(line_of(written(text[:8]), text[:8]))] * 12)
    together = watcher.foreign(text, pictures)
    alone = [watcher.foreign(one, pictures[at : at + 1])[0] for at, one in enumerate(text[:8])]
    assert together[:8] == pytest.approx(alone, abs=1e-5)
    assert together[88:] == pytest.approx(alone, abs=1e-5)


class Suspicious:
    """Sees a foreign stroke on the second character of everything."""

    def foreign(self, characters: str, pictures: NDArray[np.uint8]) -> NDArray[np.float32]:
        assert pictures.shape == (len(characters), foreign.SIDE, foreign.SIDE)
        return np.array([0.99 if at == 1 else 0.0 for at in range(len(characters))], np.float32)


@pytest.mark.slow
def test_what_is_clear_but_for_a_foreign_stroke_asks(
    library: FormLibrary, recogniser: PpOcr, bus: Paper
) -> None:
    bus.line("name", "山田　花子", 46)
    bus.line("kana", "ヤマダ　ハナコ", 40)
    bus.comb("phone", "0332654321")
    for watcher, asked in ((recogniser.watcher, False), (Suspicious(), True)):
        page = read_page(bus.pixels, library, Pair(recogniser, recogniser.second, watcher))
        for field in ("name", "kana", "phone"):
            found = page.field(field)
            assert found is not None
            assert (Reason.STRUCK_OUT in found.reasons) is asked


def test_its_paper_names_what_it_was_learned_from() -> None:
    folder = adapter.PLACE / "strokes"
    paper = (folder / "README.md").read_text(encoding="utf-8")
    for name in ("KanjiVG", "MNIST", "CC BY-SA 3.0", "Apache-2.0"):
        assert name in paper
    for name in (adapter.WEIGHTS, adapter.USUAL):
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() in (folder / "model.yaml").read_text(
            encoding="utf-8"
        )
        assert (folder / name).stat().st_size <= 400_000
