"""What is said of a page as a whole asks for all of its fields."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from yakuba.services.reading.contracts import Reason
from yakuba.services.reading.engine import whole_page
from yakuba.services.reading.engine.definitions import Rect
from yakuba.services.reading.engine.library import FormLibrary

from .conftest import GOTHIC, Paper
from .seen import RED, asked, coloured


def fields(paper: Paper) -> set[str]:
    return {box.field for box in paper.template.definition.boxes}


@pytest.mark.parametrize(
    "points",
    [
        [(180, 1700), (1480, 300)],
        [(200, 300), (1400, 1500)],
        [(500, 300), (900, 600), (500, 900), (900, 1300)],
    ],
)
def test_a_line_across_everything_asks_for_everything(
    library: FormLibrary, bus: Paper, points: list[tuple[float, float]]
) -> None:
    bus.comb("phone", "09017774117")
    bus.stroke(points, 4)
    found = asked(bus, library)
    assert set(found) == fields(bus)
    assert all(Reason.OUTSIDE_BOX in reasons for reasons in found.values())


@pytest.mark.parametrize("size", [120, 200])
def test_a_word_stamped_large_asks_for_everything(library: FormLibrary, bus: Paper, size: int) -> None:
    bus.write("無効", (900, 1700), size)
    assert set(asked(bus, library)) == fields(bus)


def test_a_word_stamped_large_in_red_asks_for_everything(library: FormLibrary, bus: Paper) -> None:
    image, pen = coloured(bus)
    pen.rectangle((600, 1640, 980, 1790), outline=RED, width=8)
    found = asked(bus, library, np.asarray(image, np.uint8))
    assert set(found) == fields(bus)
    assert all(Reason.COLOURED_INK in reasons for reasons in found.values())


@pytest.mark.parametrize(
    ("piece", "ink", "speaks"),
    [
        ((1043, 1059, 205, 65), 7574, True),  # of 廃棄 in a stamp, between two rows
        ((1043, 1059, 205, 65), 3900, False),  # a word in a pen's hand
        ((60, 800, 74, 74), 4300, False),  # a hole
        ((400, 900, 300, 20), 5500, False),  # a line ruled over a row
    ],
)
def test_a_strip_of_a_stamp_between_two_rows_speaks_of_the_page(piece: Rect, ink: int, speaks: bool) -> None:
    assert whole_page.spoken_of([piece], [ink], 2339) is speaks


def mask(*words: tuple[str, tuple[int, int], int, float], cut: bool = False) -> NDArray[np.bool_]:
    """What was added to a page. words: text, place, size in pixels, turned by degrees; cut: by the printed lines of rows."""
    page = Image.new("L", (1654, 2339), 0)
    for word, at, size, turned in words:
        font = ImageFont.truetype(GOTHIC, size)
        piece = Image.new("L", (size * len(word) + 40, size + 40), 0)
        ImageDraw.Draw(piece).text((20, 10), word, fill=255, font=font, stroke_width=size // 40)
        piece = piece.rotate(turned, expand=True)
        page.paste(255, at, piece)
    added = np.asarray(page) > 127
    if cut:
        added = added.copy()
        added[::88], added[1::88], added[2::88] = False, False, False
    return added


@pytest.mark.parametrize(
    ("word", "size", "turned"), [("見本", 120, 0), ("無効", 150, 14), ("取消", 220, -30)]
)
def test_a_word_stamped_over_boxes_is_seen_whoever_owns_its_ink(word: str, size: int, turned: float) -> None:
    added = mask((word, (700, 900), size, turned), cut=True)
    assert whole_page.stamped(added, (), 30)
    assert not whole_page.stamped(added, ((600, 800, 1000, 800),), 30), "where stamps have their place"


def test_broad_writing_holes_and_a_single_large_sign_are_no_stamp() -> None:
    lines = [("北井運輸株式会社", (200, 300 + 88 * row), 52, 0.0) for row in range(9)]
    added = mask(*lines, ("○", (1300, 600), 150, 0.0))
    for middle in (900, 1850):
        cv2.circle(added.view(np.uint8), (90, middle), 36, 1, -1)
    assert not whole_page.stamped(added, (), 30)


def test_a_date_stamp_over_a_field_speaks_of_no_other_row(library: FormLibrary, bus: Paper) -> None:
    image, pen = coloured(bus)
    x, y, _, _ = bus.box("phone")
    pen.ellipse((x + 300, y - 40, x + 436, y + 96), outline=(60, 45, 110), width=4)
    found = asked(bus, library, np.asarray(image, np.uint8))
    assert "phone" in found
    assert not {"application_date", "kana", "start_date", "delivery"} & set(found)


@pytest.mark.parametrize("at", [(150, 90), (250, 250), (300, 1700)])
@pytest.mark.parametrize("word", ["取下げ", "重複"])
def test_a_word_where_no_field_is_asks_for_everything(
    library: FormLibrary, bus: Paper, word: str, at: tuple[float, float]
) -> None:
    bus.write(word, at, 40, "lm")
    assert set(asked(bus, library)) == fields(bus)


@pytest.mark.parametrize("light", [True, False])
def test_a_word_in_the_line_of_a_heading_asks_for_everything_however_near_the_next_row_is(
    library: FormLibrary, bus: Paper, light: bool
) -> None:
    lines = [one for one in bus.template.headings if one.light is light]
    x, y, width, height = lines[-1].rect if light else lines[2].rect
    bus.write("本人死亡", (x + width + 120, y + height / 2), 40, "lm")
    assert set(asked(bus, library)) == fields(bus)


def test_a_word_in_the_row_of_a_field_speaks_of_that_row(library: FormLibrary, bus: Paper) -> None:
    x, y, width, height = bus.box("phone")
    bus.write("昼間", (x + width + 40, y + height / 2), 34, "lm")
    found = asked(bus, library)
    assert "phone" in found
    assert not {"application_date", "kana", "start_date", "delivery"} & set(found)


def test_rings_around_the_boxes_of_every_row_are_no_line(library: FormLibrary, bus: Paper) -> None:
    for field, option in (
        *(("application_date", "reiwa"), ("birth", "showa"), ("category", "elderly"), ("routes", "east")),
        *(("period", "month1"), ("start_date", "reiwa"), ("delivery", "counter")),
    ):
        x, y, side, _ = bus.mark_box(field, option)
        ImageDraw.Draw(bus.image).ellipse((x - 9, y - 8, x + side + 9, y + side + 8), outline=30, width=4)
    assert not [code for code, reasons in asked(bus, library).items() if Reason.OUTSIDE_BOX in reasons]


def test_the_foot_of_the_page_is_free_for_the_office(library: FormLibrary, bus: Paper) -> None:
    bus.write("確認済", (300, 2150), 40, "lm")
    assert asked(bus, library) == {}


@pytest.mark.parametrize(
    ("pieces", "speaks"),
    [
        ([(900, 300, 3, 500)], True),
        ([(400 + 60 * n, 900 - 60 * n, 30, 32) for n in range(9)], True),  # a line that print has cut
        (
            [(400 + 60 * n, 900 - 60 * n, 30, 32) for n in range(6)],
            False,
        ),  # no longer than an arrow over rows
        ([(400 + 90 * n, 900 - 90 * n, 15, 14) for n in range(7)], False),  # stray dots
        ([(100, 100, 82, 107), (200, 130, 60, 70), (262, 130, 60, 62)], True),
        ([(100, 100, 136, 136)], False),
        (
            [(100, 100, 220, 12), (110, 118, 220, 12), (280, 60, 78, 78)],
            False,
        ),  # struck, and a seal beside it
        ([(100, 100, 1200, 40)], False),
        ([], False),
    ],
)
def test_only_what_is_larger_than_any_sign_of_two_rows_speaks_of_the_page(
    pieces: list[Rect], speaks: bool
) -> None:
    ink = [
        width * height // 3 if min(width, height) > 20 else 4 * max(width, height)
        for *_, width, height in pieces
    ]
    assert whole_page.spoken_of(pieces, ink, 2339) is speaks
