"""A word written over the print of the title or a heading is said of the whole sheet."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from yakuba.services.reading.contracts import Decision, Reason
from yakuba.services.reading.engine import written_over
from yakuba.services.reading.engine.alignment import Alignment, align
from yakuba.services.reading.engine.crops import Sheet, lay_on_form
from yakuba.services.reading.engine.fineprint import Comparison
from yakuba.services.reading.engine.headings import Heading
from yakuba.services.reading.engine.library import FormLibrary
from yakuba.services.reading.engine.reader import read_page
from yakuba.services.reading.engine.recognition import Recogniser

from .conftest import Paper, Scan
from .seen import RED, coloured, laid


def asks(paper: Paper, image: NDArray[np.uint8] | None = None) -> bool:
    return _asks(paper.template.headings, laid(paper.template, paper.pixels if image is None else image))


def _asks(known: tuple[Heading, ...], sheet: Sheet) -> bool:
    return written_over.asks(known, Comparison(sheet.full, sheet.form))


def begins(paper: Paper, light: bool = False, at: int = 2) -> tuple[float, float]:
    """Where a word begins over the highest print (the title), or over the first bar."""
    fit = [one for one in paper.template.headings if one.light is light and len(one.windows) > 4]
    heading = fit[0] if light else max(fit, key=lambda one: one.windows[0][3])
    x, y, _, height = heading.windows[at]
    return x, y + height / 2


@pytest.mark.parametrize("word", ["取下げ", "無効", "出し直します"])
def test_a_word_over_the_title_asks(bus: Paper, tax: Paper, nursery: Paper, word: str) -> None:
    for paper in (bus, tax, nursery):
        assert not asks(paper)
        paper.write(word, begins(paper), 40, "lm")
        assert asks(paper)


def test_a_word_over_small_print_asks(tax: Paper) -> None:
    x, y, _, height = next(one for one in tax.template.headings if len(one.windows) == 41).windows[6]
    tax.write("取下げ", (x, y + height / 2), 40, "lm")
    assert asks(tax)


def test_a_red_word_over_the_title_asks(bus: Paper) -> None:
    image, pen = coloured(bus)
    x, y = begins(bus)
    for step in range(5):
        left = x + 30 * step
        pen.line([(left, y - 18), (left + 20, y + 18)], fill=RED, width=4)
        pen.line([(left + 20, y - 18), (left, y + 18)], fill=RED, width=4)
    assert asks(bus, np.asarray(image, np.uint8))


def test_what_was_compared_without_red_counts_only_where_there_is_none(bus: Paper) -> None:
    image, pen = coloured(bus)
    x, y = begins(bus)
    pen.line([(x, y - 18), (x + 60, y + 18)], fill=RED, width=5)
    sheet = laid(bus.template, np.asarray(image, np.uint8))
    without = Comparison(sheet.grey, sheet.form)
    windows = [window for one in bus.template.headings if not one.light for window in one.windows]
    before = without.remaining(windows)
    after = Comparison(sheet.full, sheet.form, without).remaining(windows)
    fresh = Comparison(sheet.full, sheet.form).remaining(windows)
    assert all(np.array_equal(one, other) for one, other in zip(after, fresh, strict=True))
    kept = [one is other for one, other in zip(after, before, strict=True)]
    assert (
        0 < len(kept) - sum(kept) < 0.1 * len(kept)
    )  # the windows that the red line crosses, and only these


def test_a_word_on_a_grey_bar_asks(nursery: Paper) -> None:
    nursery.write("取下げ", begins(nursery, light=True, at=1), 40, "lm", fill=0)
    assert asks(nursery)


def test_a_word_where_a_grey_bar_has_no_letters_asks(nursery: Paper) -> None:
    bar = next(one for one in nursery.template.headings if one.light)
    x, y, width, height = bar.rect
    nursery.write("取下げ", (x + width + 300, y + height / 2), 34, "lm", fill=0)
    assert asks(nursery)


def test_a_black_bars_letters_filled_with_ink_ask(nursery: Paper) -> None:
    def black_and_white() -> NDArray[np.uint8]:
        return np.asarray(cv2.threshold(nursery.pixels, 160, 255, cv2.THRESH_BINARY)[1], np.uint8)

    assert not asks(nursery, black_and_white())
    x, y = begins(nursery, light=True)
    nursery.stroke([(x, y), (x + 260, y)], 14)
    assert asks(nursery, black_and_white())


@pytest.mark.parametrize("grown", [2, 3])
def test_print_that_has_bled_or_is_blurred_is_not_written_over(tax: Paper, bus: Paper, grown: int) -> None:
    for paper in (tax, bus):
        bled = cv2.erode(paper.pixels, np.ones((grown, grown), np.uint8)[:1])
        assert not asks(paper, np.asarray(bled, np.uint8))
        assert not asks(paper, np.asarray(cv2.GaussianBlur(paper.pixels, (0, 0), 1.0), np.uint8))


@pytest.mark.slow
def test_ordinary_scans_are_not_written_over(library: FormLibrary, pile: list[Scan]) -> None:
    for scan in pile:
        found = align(np.ascontiguousarray(cv2.cvtColor(scan.image, cv2.COLOR_RGB2GRAY)), library)
        assert isinstance(found, Alignment)
        assert not _asks(found.template.headings, lay_on_form(np.ascontiguousarray(scan.image), found))


def test_no_value_of_a_sheet_written_over_passes(
    library: FormLibrary, bus: Paper, recogniser: Recogniser
) -> None:
    x, y = begins(bus, at=4)  # a cross no longer than a letter, which no rule for loose ink takes for a word
    bus.stroke([(x, y - 14), (x + 44, y + 14)], 6)
    bus.stroke([(x + 44, y - 14), (x, y + 14)], 6)
    fields = read_page(bus.pixels, library, recogniser).fields
    assert fields
    assert all(one.decision is Decision.DOUBTFUL and Reason.OUTSIDE_BOX in one.reasons for one in fields)
