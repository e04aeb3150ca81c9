"""One figure written over another, struck, or squeezed beside it."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from yakuba.services.reading.engine import overwriting
from yakuba.services.reading.engine.library import FormLibrary

from .conftest import GOTHIC, Paper
from .seen import works
from .test_foreign import KILOJI
from .test_shapes import KLEE


def figures(text: str) -> list[overwriting.Figure]:
    """Ordinary figures of one hand."""
    return [
        overwriting.Figure(100 * overwriting.INK_OF_FIGURE[one], 2 * overwriting.BLOB_OF_FIGURE[one], 33)
        for one in text
    ]


@pytest.mark.parametrize(
    ("ink", "blob", "height"),
    [
        pytest.param(1.6, 1.0, 1.0, id="a 1 under the 2"),
        pytest.param(1.0, 1.0, 1.4, id="a small figure on top of it"),
        pytest.param(1.4, 1.6, 1.0, id="a short line through it"),
    ],
)
def test_a_figure_that_holds_more_than_it_should_was_written_over(
    ink: float, blob: float, height: float
) -> None:
    seen = figures("5100224")
    assert not overwriting.overwritten("5100224", seen)
    seen[4] = overwriting.Figure(seen[4].ink * ink, seen[4].blob * blob, round(seen[4].height * height))
    assert overwriting.overwritten("5100224", seen)


def test_a_figure_is_compared_with_the_same_figure_of_the_row() -> None:
    seen = figures("0523705")
    seen[5] = overwriting.Figure(
        seen[5].ink * 1.35, seen[5].blob * 1.5, seen[5].height
    )  # an 8 made of it, read as 0
    assert overwriting.overwritten("0523705", seen)


def slashed(text: str, which: list[int]) -> list[overwriting.Figure]:
    """Figures of a hand, some with a stroke through them."""
    return [
        overwriting.Figure(one.ink * 1.6, one.blob * 1.4, one.height) if at in which else one
        for at, one in enumerate(figures(text))
    ]


def test_a_hand_that_puts_a_stroke_through_each_0_has_written_over_none() -> None:
    assert not overwriting.overwritten("0007765922", slashed("0007765922", [0, 1, 2]))
    assert overwriting.overwritten("0007765922", slashed("0007765922", [1]))
    assert overwriting.overwritten("0007765922", slashed("0007765922", [3, 4]))  # no hand does so to each 7


def test_few_figures_do_not_tell_what_one_should_hold() -> None:
    assert not overwriting.overwritten(
        "51", [overwriting.Figure(57.0, 2.0, 33), overwriting.Figure(140.0, 2.0, 33)]
    )


def test_a_figure_written_over_another_encloses_more_than_it_should() -> None:
    """A 7 over an 8 shares half of its strokes: its ink is hardly more, but the strokes cross."""

    def drawn(*figures: str) -> overwriting.Figure:
        cell = np.full((60, 46), 255, np.uint8)
        for figure in figures:
            cv2.putText(cell, figure, (8, 46), cv2.FONT_HERSHEY_SIMPLEX, 1.3, 0, 1, cv2.LINE_AA)
        return overwriting.Figure.of(cell)

    assert all(drawn(figure).holes <= overwriting.HOLES[figure] for figure in "0123456789")
    assert drawn("8").holes == 2
    plain = [drawn(figure) for figure in "8660054"]
    assert not overwriting.overwritten("8660054", plain)
    assert overwriting.overwritten("8660054", [drawn("8", "7"), *plain[1:]])


@pytest.mark.parametrize(("figure", "small"), [("5", "0"), ("3", "1"), ("9", "1"), ("4", "7")])
def test_a_figure_alone_is_not_as_broad_as_two_that_touch(figure: str, small: str) -> None:
    """In combs of one to three cells there is no row to compare it with."""

    def drawn(*figures: tuple[str, int, int, float]) -> overwriting.Figure:
        cell = np.full((60, 80), 255, np.uint8)
        for text, across, foot, size in figures:
            cv2.putText(cell, text, (across, foot), cv2.FONT_HERSHEY_SIMPLEX, size, 0, 2, cv2.LINE_AA)
        return overwriting.Figure.of(cell)

    alone = (figure, 20, 46, 1.3)
    assert not overwriting.overwritten(figure, [drawn(alone)])
    assert overwriting.overwritten(figure, [drawn(alone, (small, 40, 46, 0.8))])


def test_a_figure_struck_with_the_right_one_squeezed_in_above_it_is_taller_than_its_neighbours(
    library: FormLibrary, bus: Paper
) -> None:
    bus.comb("phone", "09012845678")
    x, y, _, height = bus.box("phone")
    left = x + 5 * 46
    bus.stroke([(left + 9, y + height / 2 - 9), (left + 37, y + height / 2 + 9)], 3)
    bus.write("5", (left + 18, y + 12), 24)
    seen = works(bus, library)["phone"].figures
    assert overwriting.overwritten("09012845678", seen)


def test_a_1_made_a_7_by_a_stroke_at_its_top_holds_more_than_a_1(library: FormLibrary, bus: Paper) -> None:
    text = "09011284567"
    bus.comb("phone", text)
    assert not overwriting.overwritten(text, works(bus, library)["phone"].figures)
    x, y, width, height = bus.box("phone")
    middle = x + 4.5 * width / 11
    bus.stroke([(middle - 13, y + height / 2 - 14), (middle + 1, y + height / 2 - 16)], 3)
    seen = works(bus, library)["phone"].figures
    assert seen[4].flag > overwriting.FLAG > max(one.flag for one in seen[3:4])
    assert overwriting.overwritten(text, seen)


@pytest.mark.parametrize("face", [GOTHIC, KLEE, KILOJI])
@pytest.mark.parametrize("up", [-18, -20, -22])
def test_a_bar_over_a_1_that_does_not_touch_it_asks(face: str, up: int) -> None:
    image = Image.new("L", (80, 70), 255)
    pen = ImageDraw.Draw(image)
    pen.text((40, 38), "1", fill=30, font=ImageFont.truetype(face, 43), anchor="mm")
    plain = overwriting.Figure.of(np.asarray(image, np.uint8))
    pen.line([(30, 36 + up), (44, 36 + up)], fill=30, width=3)
    changed = overwriting.Figure.of(np.asarray(image, np.uint8))
    assert plain.bar == 0
    assert changed.bar > overwriting.BAR
    assert overwriting.overwritten("1", [changed])
    assert not overwriting.overwritten("1", [plain])


@pytest.mark.parametrize("face", [GOTHIC, KLEE, KILOJI])
@pytest.mark.parametrize("figure", list(overwriting.OPEN_SIDES))
def test_a_figure_closed_where_it_is_open_asks_in_a_single_cell_too(figure: str, face: str) -> None:
    """A 1 over a 5 stands along its stem and closes what lies below it."""
    image = Image.new("L", (80, 64), 255)
    pen = ImageDraw.Draw(image)
    pen.text((40, 32), figure, fill=30, font=ImageFont.truetype(face, 43), anchor="mm")
    plain = np.asarray(image, np.uint8)
    assert not overwriting.overwritten(figure, [overwriting.Figure.of(plain)])
    rows, columns = np.nonzero(plain < 150)
    for side in overwriting.OPEN_SIDES[figure]:
        top, foot, at_right = overwriting.SIDES[side]
        changed = image.copy()
        across = columns.max() - 2 if at_right else columns.min() + 2
        high = np.ptp(rows) + 1
        ends = [(across, rows.min() + share * high) for share in (top - 0.04, foot + 0.04)]
        ImageDraw.Draw(changed).line(ends, fill=30, width=3)
        seen = overwriting.Figure.of(np.asarray(changed, np.uint8))
        assert seen.sides[side] > overwriting.FULL
        assert overwriting.overwritten(
            figure, [replace(overwriting.Figure(100.0, 2.0, 33), sides=seen.sides)]
        )


def test_what_broke_off_a_1_is_no_bar() -> None:
    image = Image.new("L", (80, 64), 255)
    pen = ImageDraw.Draw(image)
    pen.line([(40, 16), (40, 30)], fill=30, width=4)
    pen.line([(40, 33), (40, 48)], fill=30, width=4)
    pen.line([(31, 20), (36, 18)], fill=30, width=2)  # its flag
    pen.line([(32, 52), (48, 52)], fill=30, width=2)  # its serifs
    assert not overwriting.overwritten("1", [overwriting.Figure.of(np.asarray(image, np.uint8))])


@pytest.mark.parametrize("figure", "12345679")
def test_strokes_that_nearly_coincide_with_another_figures_are_broader_and_hardly_more(figure: str) -> None:
    """Of the 0 and the 8 ordinary hands have as much."""
    text = f"80{figure}3458"
    seen = figures(text)
    seen[2] = replace(seen[2], ink=seen[2].ink * 1.42, blob=seen[2].blob * 1.4)
    assert overwriting.overwritten(text, seen)
    seen = figures("8003458")
    seen[2] = replace(seen[2], ink=seen[2].ink * 1.42, blob=seen[2].blob * 1.4)
    assert not overwriting.overwritten("8083458", [*seen[:2], seen[0], *seen[3:]])


def amended(change: str, face: str) -> tuple[overwriting.Figure, overwriting.Figure]:
    """A figure in a face, and the same with the stroke that makes it another one."""
    image = Image.new("L", (80, 64), 255)
    pen = ImageDraw.Draw(image)
    pen.text((40, 32), change[0], fill=30, font=ImageFont.truetype(face, 43), anchor="mm")
    plain = overwriting.Figure.of(np.asarray(image, np.uint8))
    for points in STROKES[change]:
        pen.line([(40 + across, 32 + down) for across, down in points], fill=30, width=3)
    return plain, overwriting.Figure.of(np.asarray(image, np.uint8))


def arc(x: float, y: float, across: float, down: float, start: int, end: int) -> list[tuple[float, float]]:
    turns = np.radians(np.linspace(start, end, 13))
    return [(x + across * np.cos(turn), y + down * np.sin(turn)) for turn in turns]


# From the middle of the cell, in pixels.
STROKES = {
    "17": [[(-13, -14), (10, -15)]],
    "49": [arc(-1, -8, 9, 9, 170, 350)],
    "72": [[(-9, 15), (10, 15)]],
    "38": [arc(-1, -8, 7, 7, 90, 270), arc(-1, 8, 8, 8, 90, 270)],
    "39": [[(-9, -14), (-8, -5), (0, -1)]],
    "08": [[(-9, 0), (9, 0)]],
    "06": [arc(0, 3, 9, 5, 180, 360)],
}


@pytest.mark.parametrize("face", [GOTHIC, KLEE, KILOJI])
@pytest.mark.parametrize("change", list(STROKES))
def test_a_figure_made_another_one_by_a_stroke_of_its_own_asks_in_a_row_and_alone(
    change: str, face: str
) -> None:
    plain, changed = amended(change, face)
    assert not overwriting.overwritten(change[0], [plain])
    assert overwriting.overwritten(change[0], [changed])


@pytest.mark.parametrize(
    ("figure", "sign"),
    [
        *(
            ("1", "flag"),
            ("1", "beam"),
            ("3", "loop"),
            ("3", "shut"),
            ("4", "cap"),
            ("7", "foot"),
            ("1", "bar"),
        ),
    ],
)
def test_each_sign_of_such_a_stroke_suffices(figure: str, sign: str) -> None:
    plain = overwriting.Figure(57.0, 2.0, 33)
    assert overwriting.overwritten(figure, [replace(plain, **{sign: 0.95})])
    assert not overwriting.overwritten("6", [replace(plain, **{sign: 0.95})])


def test_a_slanted_stroke_at_the_side_of_a_1_is_a_flag_and_a_level_one_over_it_a_beam() -> None:
    def drawn(*points: tuple[float, float]) -> overwriting.Figure:
        image = Image.new("L", (80, 64), 255)
        pen = ImageDraw.Draw(image)
        pen.line([(40, 16), (40, 48)], fill=30, width=4)
        pen.line([(40 + across, 32 + down) for across, down in points], fill=30, width=4)
        return overwriting.Figure.of(np.asarray(image, np.uint8))

    slanted, level = drawn((-13, -6), (0, -15)), drawn((-8, -15), (8, -15))
    assert slanted.flag > overwriting.FLAG
    assert slanted.beam < overwriting.BEAM
    assert level.flag < overwriting.FLAG
    assert level.beam > overwriting.BEAM


def test_a_3_is_shut_by_a_stroke_from_its_tip_to_its_waist() -> None:
    image = Image.new("L", (80, 64), 255)
    pen = ImageDraw.Draw(image)
    pen.text((40, 32), "3", fill=30, font=ImageFont.truetype(GOTHIC, 43), anchor="mm")
    open_ = overwriting.Figure.of(np.asarray(image, np.uint8))
    pen.line([(32, 20), (32, 30)], fill=30, width=4)
    hooked = overwriting.Figure.of(np.asarray(image, np.uint8))
    assert open_.shut < 0.5 < overwriting.SHUT < hooked.shut


def test_a_0_parted_by_a_slash_is_a_0_and_one_parted_by_a_level_stroke_is_not() -> None:
    slashed, waisted = (overwriting.Figure(100.0, 2.0, 33, holes=2, aslant=aslant) for aslant in (0.25, 0.1))
    assert not overwriting.overwritten("0", [slashed])
    assert overwriting.overwritten("0", [waisted])


@pytest.mark.parametrize("flag", [0.1, 0.24])
def test_a_1_with_its_own_flag_is_a_1(flag: float) -> None:
    assert not overwriting.overwritten("1", [overwriting.Figure(57.0, 2.0, 33, flag=flag)])
