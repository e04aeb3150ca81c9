"""Where values go on paper, without drawing them."""

from __future__ import annotations

import pytest

from yakuba.kernel.definitions.procedures import parse_procedure
from yakuba.services.intake.engine.paper.placing import SMALLEST, Entry, place
from yakuba.services.reading.contracts import PaperBox, PaperForm, PaperPage

FIELDS = [
    {"code": "receipt_number", "label": "受付番号", "type": "receipt_number"},
    {"code": "line", "label": "住所", "type": "address"},
    {"code": "amount", "label": "金額", "type": "number"},
    {"code": "phone", "label": "電話", "type": "phone"},
    {"code": "born", "label": "生年月日", "type": "date"},
    {"code": "mine", "label": "個人番号", "type": "my_number"},
    {"code": "kind", "label": "区分", "type": "choice", "options": {"a": "甲", "b": "乙"}},
    {"code": "unboxed", "label": "続柄", "type": "text"},
]
PROCEDURE = parse_procedure(
    {"procedure": "x", "title": "x", "version": 1, "baseline": {"minutes_per_case": 1, "kind": "estimated"}, "fields": FIELDS}, "x"
)  # fmt: skip
PARTS = {"year": (400, 300, 92, 58), "month": (500, 300, 92, 58), "day": (600, 300, 92, 58)}
BOXES = (
    PaperBox("receipt_number", "comb", (1000, 50, 460, 58), 10),
    PaperBox("line", "line", (100, 100, 600, 70)),
    PaperBox("amount", "comb", (100, 200, 276, 58), 6),
    PaperBox("phone", "comb", (500, 200, 506, 58), 11),
    PaperBox("born", "date", (100, 300, 600, 58), 2, {"heisei": (100, 310, 36, 36)}, PARTS),
    PaperBox("mine", "comb", (100, 400, 552, 58), 12),
    PaperBox("kind", "mark", (100, 500, 200, 36), marks={"a": (100, 500, 36, 36)}),
)
PAPER = PaperForm("x", 1, "様式", (PaperPage(1, b"", 1654, 2339, BOXES),))


def drawn(**entries):
    """(texts as (text, x) of the page, ticks, what stands beyond)"""
    given = {code: one if isinstance(one, Entry) else Entry(one) for code, one in entries.items()}
    placed = place(PAPER, PROCEDURE, given, "0832714446-2")
    sheet = placed.sheets[0]
    return [one for one in sheet.texts if one.y != 79], sheet.ticks, placed.beyond


def test_the_receipt_number_has_its_ten_digits_without_the_number_of_a_decision():
    texts = place(PAPER, PROCEDURE, {}, "0832714446-2").sheets[0].texts
    assert "".join(one.text for one in texts) == "0832714446"


def test_amounts_stand_right_and_other_figures_left():
    texts, _, _ = drawn(amount="120", phone="0312345678")
    assert [(one.text, one.x) for one in texts[:3]] == [("1", 261.0), ("2", 307.0), ("0", 353.0)]
    assert texts[3].x == 523.0


@pytest.mark.parametrize(("text", "fits"), [("東" * 12, True), ("東" * 22, True), ("東" * 23, False)])
def test_a_line_gets_smaller_and_is_never_cut(text, fits):
    texts, _, beyond = drawn(line=text)
    assert (texts[0].text == text) is fits
    assert texts[0].size >= SMALLEST
    assert [one.text for one in beyond] == ([] if fits else [text])


def test_what_the_paper_has_no_place_for_stands_beyond_it_with_a_number():
    texts, ticks, beyond = drawn(born="1980-01-01", kind="b", amount="1234567", unboxed="父")
    assert not ticks
    assert [(one.label, one.text, one.number) for one in beyond] == [
        ("金額", "1,234,567", 1),
        ("生年月日", "昭和55年1月1日", 2),
        ("区分", "乙", 3),
        ("続柄", "父", 0),
    ]
    assert "".join(one.text for one in texts) == "別紙別紙別紙（3）"


def test_an_era_day_and_an_option_are_ticked():
    texts, ticks, beyond = drawn(born="1989-01-08", kind="a")
    assert ticks == ((100, 310, 36, 36), (100, 500, 36, 36))
    assert [one.text for one in texts] == ["1", "1", "8"]
    assert not beyond


def test_a_masked_number_is_masked_on_paper_too():
    texts, _, _ = drawn(mine=Entry("123456789018", revealed=False))
    assert "".join(one.text for one in texts) == "*" * 12
    texts, _, _ = drawn(mine="123456789018")
    assert "".join(one.text for one in texts) == "123456789018"


def test_a_value_that_is_none_any_more_breaks_nothing():
    _, _, beyond = drawn(born="きのう")
    assert [one.text for one in beyond] == ["きのう"]


def test_what_may_not_be_shown_is_in_no_box():
    texts, _, beyond = drawn(line=Entry("秘密の町1-1", instead="非表示"))
    assert "秘密" not in "".join(one.text for one in texts)
    assert [one.text for one in beyond] == ["非表示"]
