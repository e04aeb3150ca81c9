"""What is proposed for blank forms: the demo town's, and three layouts that are drawn here."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
import zxingcpp
from PIL import Image

from yakuba.kernel.definitions.procedures import parse_procedure
from yakuba.services.reading.adapters.ppocr import PpOcr
from yakuba.services.reading.contracts import Decision
from yakuba.services.reading.engine.definitions import Rect
from yakuba.services.reading.engine.library import FormLibrary
from yakuba.services.reading.engine.loading import parse_form
from yakuba.services.reading.engine.numberlabel import number_label
from yakuba.services.reading.engine.proposals import drafting
from yakuba.services.reading.engine.proposals.drafting import Row
from yakuba.services.reading.engine.proposals.finding import Found, propose
from yakuba.services.reading.engine.proposals.places import Misplaced, read_place, written_place
from yakuba.services.reading.engine.proposals.proposal import Proposal
from yakuba.services.reading.engine.proposals.straight import darker, slant, straightened
from yakuba.services.reading.tests.desk.drawn import LEFT, Drawn, scanned, small_form

SIZE = (1654, 2339)


def shared(one: Rect, other: Rect) -> float:
    """The common area of two rectangles as a share of both together, 0..1."""
    wide = min(one[0] + one[2], other[0] + other[2]) - max(one[0], other[0])
    high = min(one[1] + one[3], other[1] + other[3]) - max(one[1], other[1])
    common = max(0, wide) * max(0, high)
    return common / (one[2] * one[3] + other[2] * other[3] - common)


def same(one: tuple[Rect, ...], other: tuple[Rect, ...]) -> bool:
    return len(one) == len(other) and all(max(shared(rect, o) for o in other) > 0.8 for rect in one)


@pytest.mark.slow
def test_the_fields_of_the_demo_forms_are_found(library: FormLibrary, recogniser: PpOcr) -> None:
    for template in library.templates:
        fields = library.fields(template.form.procedure)
        found = propose(template.image, recogniser)
        for box in template.definition.boxes:
            place = f"{template.name} {box.field}"
            match = [one for one in found.fields if one.kind == box.kind and same(box.rects, one.rects)]
            assert len(match) == 1, f"{place}: {len(match)} proposals"
            assert match[0].cells == (box.cells if box.kind == "comb" else 1), place
            if place != "resident-tax-change/1 employer_name":  # 名称（氏名）, a company's or a person's
                assert match[0].type == fields[box.field].type, place
        assert len(found.fields) == len(template.definition.boxes), "nothing is proposed that is no field"
        for area in template.definition.free:
            assert any(shared(area, free) > 0.6 for free in found.free), (template.name, area)


def test_the_same_picture_gives_the_same_proposals(recogniser: PpOcr, small: Found) -> None:
    told: list[tuple[int, int]] = []
    again = propose(grey(small_form()), recogniser, lambda done, total: told.append((done, total)))
    assert again == small
    assert told[-1][0] == told[-1][1] > 20


@pytest.fixture(scope="module")
def small(recogniser: PpOcr) -> Found:
    """What is proposed for the small form."""
    return propose(grey(small_form()), recogniser)


def grey(page: Drawn) -> np.ndarray:
    return np.asarray(page.image, np.uint8).copy()


def assert_found(page: Drawn, result: Found) -> None:
    """Every field that was drawn is proposed under its label, with its type, where it stands; and no other is."""
    by_label = {one.label: one for one in result.fields}
    assert set(by_label) == set(page.boxes)
    for label, (type_, kind, rects) in page.boxes.items():
        one = by_label[label]
        assert (one.type, one.kind) == (type_, kind), label
        assert same(tuple(rects), one.rects), (label, rects, one.rects)


def test_a_small_form_with_sixteen_fields(small: Found) -> None:
    assert small.title == "古紙回収ボックス利用申込書"
    assert_found(small_form(), small)
    assert not any(one.doubts for one in small.fields)


def test_a_form_that_was_scanned_askew(recogniser: PpOcr) -> None:
    page = small_form()
    for degrees in (-1.3, 0.4):
        straight, changed = straightened(scanned(grey(page), degrees))
        assert changed
        assert abs(slant(straight)) < 0.05
    result = propose(darker(straight), recogniser)
    for label, (_, kind, rects) in page.boxes.items():
        found = [one for one in result.fields if one.kind == kind and same(tuple(rects), one.rects)]
        assert len(found) == 1, label
    assert len(result.fields) == len(page.boxes)
    drawn, changed = straightened(grey(page))
    assert not changed
    assert (drawn == grey(page)).all()


def test_a_table_with_heads_above(recogniser: PpOcr) -> None:
    page = Drawn()
    page.title("参加者名簿")
    widths = {"番号欄": 200, "参加者の氏名": 560, "現住所": 694}
    x = LEFT
    for head, width in widths.items():
        page.frame(x, 300, width, 70)
        page.text(x + width / 2, 335, head, anchor="mm")
        if head != "番号欄":
            type_ = "name" if "氏名" in head else "address"
            for row in range(3):
                label = f"{head}（第{row + 1}号）"
                page.boxes[label] = type_, "line", [(x + 6, 376 + 80 * row, width - 12, 68)]
        x += width
    for row in range(3):
        x = LEFT
        for width in widths.values():
            page.frame(x, 370 + 80 * row, width, 80)
            x += width
        page.text(LEFT + 100, 410 + 80 * row, f"第{row + 1}号", anchor="mm")
    assert_found(page, propose(grey(page), recogniser))


def test_blanks_on_underlines(recogniser: PpOcr) -> None:
    page = Drawn()
    page.title("同意書")
    for number, (label, type_) in enumerate(
        [("住所", "address"), ("氏名", "name"), ("電話番号", "phone"), ("参加の理由", "text")]
    ):
        y = 400 + 130 * number
        page.text(220, y - 24, label)
        start = 220 + 28 * len(label) + 30
        page.pen.line((start, y, 1300, y), fill=20, width=2)
        page.boxes[label] = type_, "line", [(start + 5, y - 62, 1300 - start - 10, 59)]
    page.text(LEFT, 1000, "上記のとおり、個人情報の取扱いに同意します。")
    assert_found(page, propose(grey(page), recogniser))


def test_combs_and_check_boxes_outside_any_table(recogniser: PpOcr) -> None:
    page = Drawn()
    page.title("登録カード")
    for number, (label, type_, cells) in enumerate(
        [("受付番号", "receipt_number", 10), ("会員番号", "digits", 8), ("郵便番号", "postal_code", 7)]
    ):
        y = 320 + 120 * number
        page.text(LEFT, y, label)
        page.boxes[label] = type_, "comb", [page.cells(360, y, cells)]
    page.text(LEFT, 700, "登録の区分")
    rects = []
    for number, word in enumerate(["新規", "更新"]):
        x = 360 + 180 * number
        page.frame(x, 682, 36, 36)
        rects.append((x, 682, 36, 36))
        page.text(x + 46, 700, word)
    page.boxes["登録の区分"] = "choice", "mark", rects
    page.text(LEFT, 820, "該当する□に印を付けてください。")
    assert_found(page, propose(grey(page), recogniser))


def test_what_is_proposed_is_a_form_that_the_reader_loads(small: Found) -> None:
    page = small_form()
    draft = drafting.new_draft("paper", drafting.own_procedure("paper", "古紙"), "古紙")
    draft.sizes = {1: SIZE}
    drafting.add_page(draft, "page-1.png", small)
    drafting.settle(draft)
    assert draft.form["numbering"] == "order"
    form = load(draft, page)
    assert len(form.pages[0].boxes) == 16
    fields = draft.fields
    assert fields["kana"]["reading_of"] == "name"
    assert fields["postal_code"]["postal_code_of"] == "address"
    # The table written back unchanged changes nothing.
    table = drafting.rows(draft, 1)
    again = drafting.take_rows(draft, 1, table, "")
    assert (again.form, again.procedure) == (draft.form, draft.procedure)


def load(draft: drafting.Draft, page: Drawn):
    procedure = parse_procedure(draft.procedure, "test")
    return parse_form(draft.form, "test", {procedure.code: procedure}, {"page-1.png": page.png()}.__getitem__)


def drafted(*rows: Row) -> drafting.Draft:
    draft = drafting.new_draft("paper", drafting.own_procedure("paper", "紙"), "紙")
    draft.form["pages"].append({"page": 1, "image": "page-1.png", "boxes": []})
    draft.sizes = {1: SIZE}
    return drafting.take_rows(draft, 1, rows, "")


def test_an_option_keeps_its_code_when_another_is_put_before_it() -> None:
    row = Row(1, "", "区分", "choice", False, "新規 100 100 36 36\n継続 300 100 36 36")
    draft = drafted(row)
    (code,) = [one for one in draft.fields if one != "receipt_number"]
    before = draft.fields[code]["options"]
    more = dataclasses.replace(row, code=code, place="変更 500 100 36 36\n" + row.place)
    after = drafting.take_rows(draft, 1, [more], "").fields[code]["options"]
    assert {key: after[key] for key in before} == before
    assert sorted(after.values()) == ["変更", "新規", "継続"]


def test_a_table_is_refused_with_every_fault_and_nothing_changes() -> None:
    draft = drafted(Row(1, "", "氏名", "name", True, "100 100 500 60"))
    kept = [dict(one) for one in draft.procedure["fields"]]
    wrong = [
        Row(1, "name", "氏名", "name", True, "100 100 500"),
        Row(1, "", "", "text", False, "100 200 500 60"),
        Row(1, "", "区分", "choice", False, "100 300 500 60"),
        Row(1, "", "住所", "address", False, "1600 400 500 60"),
    ]
    with pytest.raises(drafting.Unfit) as refused:
        drafting.take_rows(draft, 1, wrong, "0 0 1 1")
    assert len(refused.value.problems) == 5
    assert draft.procedure["fields"] == kept


@pytest.mark.parametrize(
    ("text", "words"),
    [("", "4つの数"), ("新規 1 2 30 40\n新規 50 2 30 40", "二度"), ("1 2 30 40\n5 6 30 40", "言葉を先に"),
     ("年 1 2 30 40\n月 50 2 30 40\n日 90 2 30 40", "元号"), ("1 2 30 40 99マス", "マスの数"), ("1 2 3 40", "4以上")],
)  # fmt: skip
def test_a_place_that_cannot_be_read_is_told(text: str, words: str) -> None:
    with pytest.raises(Misplaced, match=words):
        read_place(text, SIZE)


def test_a_date_is_written_and_read_back() -> None:
    box = {"field": "d", "kind": "date", "eras": {"reiwa": [10, 10, 36, 36]}, "year": [60, 10, 92, 58],
           "month": [160, 10, 92, 58], "day": [260, 10, 92, 58]}  # fmt: skip
    place = read_place(written_place(box, {}), SIZE)
    assert place.kind == "date"
    assert place.eras == {"reiwa": (10, 10, 36, 36)}
    assert list(place.named) == ["year", "month", "day"]


def test_a_number_label_counts_only_where_there_is_one_number() -> None:
    page = Image.new("L", (1654, 2339), 255)

    def stick(text: str, y: int) -> None:
        code = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode)
        page.paste(Image.fromarray(np.array(code.to_image(scale=5))), (1200, y))

    assert number_label(np.asarray(page), "受付番号", 1).decision is Decision.DOUBTFUL
    stick("0800000128", 100)  # check digits do not fit
    assert number_label(np.asarray(page), "受付番号", 1).value == ""
    stick("0800000129", 500)
    read = number_label(np.asarray(page), "受付番号", 1)
    assert (read.value, read.decision) == ("0800000129", Decision.TRUSTED)
    stick("0800000226", 900)
    read = number_label(np.asarray(page), "受付番号", 1)
    assert (read.value, read.decision) == ("", Decision.DOUBTFUL)
    assert set(read.candidates) == {"0800000129", "0800000226"}


def test_of_more_boxes_than_a_table_holds_the_clerk_is_told() -> None:
    many = tuple(
        Proposal(f"欄{n}", "text", "field", "line", (10 + n % 10 * 150, 10 + n // 10 * 60, 120, 40))
        for n in range(drafting.MOST_ROWS + 80)
    )
    draft = drafting.new_draft("many", drafting.own_procedure("many", "多い"), "多い")
    drafting.add_page(draft, "page-1.png", Found("多い", many, ()))
    boxes = draft.page(1)["boxes"]
    assert len(boxes) == drafting.MOST_ROWS
    assert draft.doubts == {boxes[-1]["field"]: [drafting.TOO_MANY]}
