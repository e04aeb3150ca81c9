"""A dashed or dotted line over writing asks, over an entry of a closed list and over a single cell too; writing does not."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from yakuba.services.reading.contracts import Reason
from yakuba.services.reading.engine import dashes
from yakuba.services.reading.engine.library import FormLibrary

from .conftest import GOTHIC, Paper
from .seen import asked
from .test_foreign import KILOJI
from .test_shapes import KLEE, MINCHO

pytestmark = pytest.mark.first(3)

ENTRIES = ("東山保育園", "虹いろ小規模保育室", "すみれ保育園", "西町保育園")


def dash(
    paper: Paper,
    start: tuple[float, float],
    length: float,
    on: int,
    off: int,
    fill: int = 30,
    slope: float = 0.02,
) -> None:
    for at in np.arange(0, length, on + off):
        ends = [(start[0] + step, start[1] + step * slope) for step in (at, min(length, at + on))]
        paper.stroke([ends[0], ends[1]], 3, fill)


@pytest.mark.parametrize(("on", "off"), [(4, 8), (9, 7), (14, 6), (14, 9)])
@pytest.mark.parametrize("fill", [30, 150])
@pytest.mark.parametrize("up", [-8, 0, 6])
def test_a_dashed_line_over_an_entry_of_a_list_asks(
    library: FormLibrary, nursery: Paper, on: int, off: int, fill: int, up: int
) -> None:
    fields = [f"wish_{number}" for number in range(1, 9)]
    for field, text in zip(fields, ENTRIES * 2, strict=True):
        nursery.line(field, text, 36)
    assert not asked(nursery, library).keys() & set(fields)
    for field, text in zip(fields[:4], ENTRIES, strict=True):
        x, y, _, height = nursery.box(field)
        dash(nursery, (x + 16, y + height / 2 + up), 36 * len(text) + 8, on, off, fill)
    found = asked(nursery, library)
    assert [field for field in fields if Reason.STRUCK_OUT in found.get(field, ())] == fields[:4]


@pytest.mark.parametrize("fill", [30, 150])
@pytest.mark.parametrize(("on", "off"), [(4, 6), (9, 8), (14, 7)])
def test_a_dashed_line_over_a_single_cell_asks(
    library: FormLibrary, nursery: Paper, on: int, off: int, fill: int
) -> None:
    for field in ("father_days", "mother_days"):
        nursery.comb(field, "5")
    assert Reason.STRUCK_OUT not in asked(nursery, library).get("father_days", ())
    x, y, width, height = nursery.box("father_days")
    dash(nursery, (x - 14, y + height / 2), width + 28, on, off, fill)
    found = asked(nursery, library)
    assert Reason.STRUCK_OUT in found["father_days"]
    assert Reason.STRUCK_OUT not in found.get("mother_days", ())


def test_pieces_at_one_height_beside_the_figures_of_a_comb_are_a_dashed_line() -> None:
    """What a pale line leaves of itself: dots between the figures, none of them beyond the frame."""
    comb = np.zeros((44, 340), np.bool_)
    for cell in range(7):
        comb[8:38, 20 + 46 * cell : 40 + 46 * cell] = True
    assert not dashes.across_comb(comb, 10, 330)
    for at, down in ((12, 21), (48, 23), (94, 22), (186, 21)):
        comb[down : down + 3, at : at + 4] = True
        assert dashes.across_comb(comb, 10, 330) is (at == 186)
    scattered = np.zeros_like(comb)
    for at, down in ((12, 8), (48, 23), (94, 30), (186, 14), (230, 36)):
        scattered[down : down + 3, at : at + 4] = True
    assert not dashes.across_comb(scattered, 10, 330)


@pytest.mark.parametrize("face", [GOTHIC, MINCHO, KLEE, KILOJI])
@pytest.mark.parametrize(
    "text",
    [
        *ENTRIES,
        "津田一美",
        "三井ミエ",
        "ニシニーナ",
        "小島興業合同会社",
        "二三一ー二三",
        "ガギグゲゴ",
        "八十二",
    ],
)
def test_no_writing_is_a_dashed_line(text: str, face: str) -> None:
    image = Image.new("L", (40 * len(text) + 40, 60), 255)
    font = ImageFont.truetype(face, 36)
    for at, character in enumerate(text):
        ImageDraw.Draw(image).text((40 * (at + 1), 30), character, fill=30, font=font, anchor="mm")
    assert not dashes.through_line(np.asarray(image) < 150)
