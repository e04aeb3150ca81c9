"""What was struck out or scribbled over asks, and what only looks so does not; on sheets drawn stroke by stroke."""

from __future__ import annotations

import math

import numpy as np
import pytest
from PIL import ImageDraw

from yakuba.services.reading.contracts import Reason
from yakuba.services.reading.engine.library import FormLibrary

from .conftest import Paper
from .seen import RED, asked, coloured

pytestmark = pytest.mark.first(3)


@pytest.mark.parametrize("slope", [0, 4, -9, 14, -25, 50, -70, 90])
@pytest.mark.parametrize("lines", [1, 2])
def test_a_line_of_writing_struck_out_at_any_slope_asks(
    library: FormLibrary, bus: Paper, slope: int, lines: int
) -> None:
    bus.line("name", "山田　花子", 46)
    x, y, _, height = bus.box("name")
    length = min(250.0, (height - 8) / abs(math.sin(math.radians(slope)))) if slope else 250.0
    across, down = (
        length / 2 * math.cos(math.radians(slope)),
        length / 2 * math.sin(math.radians(slope)),
    )
    for line in range(lines):
        middle = (x + 140 + 14 * line * abs(math.sin(math.radians(slope))), y + height / 2 + 9 * line - 4)
        bus.stroke([(middle[0] - across, middle[1] - down), (middle[0] + across, middle[1] + down)], 3)
    found = asked(bus, library)["name"]
    assert found & {Reason.STRUCK_OUT, Reason.OUTSIDE_BOX}


@pytest.mark.parametrize("slope", [0, 8, -12, 30, -45])
def test_a_comb_struck_out_at_any_slope_asks(library: FormLibrary, bus: Paper, slope: int) -> None:
    bus.comb("phone", "09012345678")
    x, y, _, height = bus.box("phone")
    reach = 90 if slope == 0 else min(90.0, (height / 2 - 3) / abs(math.tan(math.radians(slope))))
    rise = reach * math.tan(math.radians(slope))
    middle = (x + 115, y + height / 2)
    bus.stroke([(middle[0] - reach, middle[1] - rise), (middle[0] + reach, middle[1] + rise)], 3)
    found = asked(bus, library)["phone"]
    assert found & {Reason.STRUCK_OUT, Reason.CELLS_UNCLEAR, Reason.OUTSIDE_BOX}


@pytest.mark.parametrize("across", [20, 110, 230])
@pytest.mark.parametrize("lines", [1, 2])
def test_a_correction_with_a_seal_on_it_asks(
    library: FormLibrary, bus: Paper, lines: int, across: int
) -> None:
    """訂正印: the old value struck out, a red seal of 6 mm on the lines, the new value above. The red goes, the lines stay."""
    bus.line("name", "山田　花子", 46)
    bus.comb("phone", "09012345678")
    for field, new in (("name", "山田"), ("phone", "5678")):
        x, y, _, height = bus.box(field)
        for line in range(lines):
            middle = y + height / 2 + 10 * line - 5
            bus.stroke([(x + 8, middle), (x + 270, middle + 3)], 4)
        bus.write(new, (x + 60, y - 8), 26)
    image, pen = coloured(bus)
    for field in ("name", "phone"):
        x, y, _, height = bus.box(field)
        left, top = x + across - 23, y + height // 2 - 23
        pen.ellipse((left, top, left + 46, top + 46), outline=RED, width=4)
    found = asked(bus, library, np.asarray(image))
    for field in ("name", "phone"):
        assert found[field] & {Reason.STRUCK_OUT, Reason.OUTSIDE_BOX, Reason.CELLS_UNCLEAR}, field


@pytest.mark.parametrize("slope", [0, 15, -30, 45, -60])
def test_one_figure_of_a_comb_struck_out_asks(library: FormLibrary, bus: Paper, slope: int) -> None:
    bus.comb("phone", "09012345678")
    x, y, _, height = bus.box("phone")
    across, down = 26 * math.cos(math.radians(slope)), 26 * math.sin(math.radians(slope))
    middle = (x + 5.5 * 46, y + height / 2)
    bus.stroke([(middle[0] - across, middle[1] - down), (middle[0] + across, middle[1] + down)], 3)
    found = asked(bus, library)["phone"]
    assert found & {Reason.STRUCK_OUT, Reason.CELLS_UNCLEAR}


@pytest.mark.parametrize("slope", [0, 10, -14])
def test_two_short_lines_over_a_tick_ask(library: FormLibrary, bus: Paper, slope: int) -> None:
    for field, code in (("category", "elderly"), ("birth", "showa")):
        x, y, side, _ = bus.mark_box(field, code)
        bus.tick((x, y, side, side))
        rise = (side / 2 + 4) * math.tan(math.radians(slope))
        for offset in (-5, 5):
            middle = y + side / 2 + offset
            bus.stroke([(x - 4, middle - rise), (x + side + 4, middle + rise)], 3)
    found = asked(bus, library)
    assert Reason.STRUCK_OUT in found["category"]
    assert found["birth"] & {Reason.STRUCK_OUT, Reason.MARK_UNCLEAR}


@pytest.mark.parametrize("grey", [150, 180, 200])
def test_a_pencils_line_over_what_a_pen_wrote_asks(library: FormLibrary, bus: Paper, grey: int) -> None:
    """Lighter than the ink by so much that it would be no stroke of its own writing."""
    bus.line("name", "山田花子", 44)
    bus.comb("phone", "09012345678")
    bus.date("start_date", "reiwa", "8", "11", "26")
    day = next(box for box in bus.template.definition.boxes if box.field == "start_date").parts["day"]
    places = {"name": bus.box("name"), "phone": bus.box("phone"), "start_date": day}
    for field, (x, y, _, height) in places.items():
        reach = 90 if field == "start_date" else 180
        bus.stroke([(x + 4, y + height / 2 - 6), (x + reach, y + height / 2 + 6)], 3, fill=grey)
    x, y, side, _ = bus.mark_box("category", "disabled")
    bus.tick((x, y, side, side))
    bus.stroke([(x - 20, y + side / 2), (x + 70, y + side / 2 + 3)], 3, fill=grey)
    found = asked(bus, library)
    assert {field: Reason.STRUCK_OUT in found.get(field, ()) for field in (*places, "category")} == {
        "name": True,
        "phone": True,
        "start_date": True,
        "category": True,
    }


@pytest.mark.parametrize("slope", [0, -18, 35])
def test_a_part_of_a_date_or_a_mark_with_its_word_struck_out_asks(
    library: FormLibrary, bus: Paper, slope: int
) -> None:
    bus.date("birth", "showa", "16", "11", "20")
    box = next(box for box in bus.template.definition.boxes if box.field == "birth")
    bus.tick(bus.mark_box("routes", "east"))
    x, y, side, _ = bus.mark_box("routes", "east")
    rise = math.tan(math.radians(slope))
    for middle, most, height in (
        ((box.parts["month"][0] + 46, box.parts["month"][1] + 29), 50.0, 58),
        ((x + side / 2, y + side / 2), 80.0, 40),
    ):
        reach = min(most, (height / 2 - 2) / abs(rise)) if rise else most
        ends = [(middle[0] + way * reach, middle[1] + way * reach * rise) for way in (-1, 1)]
        bus.stroke(ends, 3)
    found = asked(bus, library)
    assert found["birth"] & {Reason.STRUCK_OUT, Reason.CELLS_UNCLEAR}
    assert Reason.STRUCK_OUT in found["routes"]


@pytest.mark.parametrize("across", [20, 230])
def test_a_correction_with_nothing_but_lines_and_a_seal_asks(
    library: FormLibrary, bus: Paper, across: int
) -> None:
    """No new value: only the lines say that the old one is gone, and the seal on a scan without colours is writing."""
    bus.line("name", "山田　花子", 46)
    x, y, _, height = bus.box("name")
    bus.stroke([(x + 8, y + height / 2), (x + 270, y + height / 2 + 3)], 4)
    assert asked(bus, library) == {"name": {Reason.STRUCK_OUT}}
    image, pen = coloured(bus)
    left, top = x + across - 23, y + height // 2 - 23
    pen.ellipse((left, top, left + 46, top + 46), outline=RED, width=4)
    in_colour = asked(bus, library, np.asarray(image))["name"]
    assert {Reason.STRUCK_OUT, Reason.COLOURED_INK} <= in_colour
    assert Reason.STRUCK_OUT in asked(bus, library, np.asarray(image.convert("L")))["name"]


def test_thin_short_lines_over_a_broad_tick_ask(library: FormLibrary, bus: Paper) -> None:
    """The tick's own stroke, taken out first, would leave no line as long as the box is wide."""
    x, y, side, _ = bus.mark_box("category", "elderly")
    bus.stroke([(x + 6, y + 17), (x + 15, y + 30), (x + side + 6, y - 6)], 6)
    for middle in (y + 15, y + 24):
        bus.stroke([(x - 4, middle + 3), (x + side + 4, middle - 3)], 2)
    assert Reason.STRUCK_OUT in asked(bus, library)["category"]


@pytest.mark.parametrize("slope", [-75, -57, -50, 20, 50])
@pytest.mark.parametrize("offset", [4, 6])
def test_two_short_lines_at_a_ticks_own_slope_ask(
    library: FormLibrary, bus: Paper, slope: int, offset: int
) -> None:
    x, y, side, _ = bus.mark_box("category", "elderly")
    bus.tick((x, y, side, side))
    along = math.cos(math.radians(slope)), math.sin(math.radians(slope))
    for beside in (-offset, offset):
        across, down = x + side / 2 - beside * along[1], y + side / 2 + beside * along[0]
        reach = 0.55 * side * along[0], 0.55 * side * along[1]
        bus.stroke([(across - reach[0], down - reach[1]), (across + reach[0], down + reach[1])], 3)
    assert Reason.STRUCK_OUT in asked(bus, library)["category"]


@pytest.mark.parametrize("out", [0, 2, 4])
def test_a_box_filled_out_and_crossed_is_seen_by_its_corners(
    library: FormLibrary, bus: Paper, out: int
) -> None:
    """The cross is no longer than the box, and black on black inside it."""
    x, y, side, _ = bus.mark_box("category", "elderly")
    ImageDraw.Draw(bus.image).rectangle((x + 6, y + 6, x + side - 6, y + side - 6), fill=30)
    assert asked(bus, library) == {}
    for ends in ((0, 0, 1, 1), (0, 1, 1, 0)):
        left, top, right, foot = (at * (side + 2 * out) - out for at in ends)
        bus.stroke([(x + left, y + top), (x + right, y + foot)], 3)
    assert Reason.STRUCK_OUT in asked(bus, library)["category"]


@pytest.mark.parametrize("width", [3, 5, 7])
def test_a_tick_of_any_pen_asks_nothing(library: FormLibrary, bus: Paper, width: int) -> None:
    for code in ("elderly", "student"):
        x, y, side, _ = bus.mark_box(
            "routes" if code == "student" else "category", "east" if code == "student" else code
        )
        bus.stroke([(x + 6, y + 18), (x + 15, y + 30), (x + side - 3, y + 5)], width)
    assert asked(bus, library) == {}


@pytest.mark.parametrize("lower", [23, 27, 31])
def test_a_box_filled_out_with_hatching_that_leaves_white_asks_nothing(
    library: FormLibrary, bus: Paper, lower: int
) -> None:
    x, y, side, _ = bus.mark_box("category", "elderly")
    rows = range(3, lower, 4)
    bus.stroke([(x + (side - 1 if n % 2 else 6), y + row) for n, row in enumerate(rows)], 5)
    assert asked(bus, library) == {}


@pytest.mark.parametrize("field", ["name", "phone"])
def test_a_value_scribbled_over_asks(library: FormLibrary, bus: Paper, field: str) -> None:
    (bus.line if field == "name" else bus.comb)(field, "山田花子" if field == "name" else "0901234")
    x, y, _, height = bus.box(field)
    points = [(x + 20 + 7 * n, y + height * (0.25 if n % 2 else 0.75)) for n in range(24)]
    bus.stroke(points, 4)
    assert asked(bus, library)[field] & {Reason.STRUCK_OUT, Reason.CELLS_UNCLEAR}
