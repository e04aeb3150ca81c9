"""Whole piles: repeatable, complete, with every effect, and pages that show what the truth says."""

import json
from collections import Counter
from random import Random

import fonts
import generate
import numpy as np
import pypdfium2
import pytest
from applications import draw_application
from generate import PROCEDURES, draw_hand, load_form, make_pile
from hands import Hand, as_written, draw_face, half_width
from PIL import Image, ImageSequence
from scanning import Scanner, scan
from sheet import blank_sheet
from writing import fill_page

SHEETS = 16
FILE_EFFECTS = {"jpeg", "mixed_up", "blank_back", "bilevel"}
SCAN_EFFECTS = {
    *("fax", "upside_down", "skew", "scale", "shift", "shade", "noise", "blur", "speckles", "faint"),
    *("dark_edge", "fold", "punched", "bilevel"),
}
WRITING_EFFECTS = {"crossed_out", "seal", "receipt_stamp"}


def pictures(path):
    """All pages of a file as greyscale arrays."""
    if path.suffix == ".pdf":
        document = pypdfium2.PdfDocument(path)
        return [np.array(page.render(scale=200 / 72).to_pil().convert("L")) for page in document]
    with Image.open(path) as image:
        return [np.array(frame.convert("L")) for frame in ImageSequence.Iterator(image)]


def kinds(effects):
    return {effect.split(":")[0] for effect in effects}


@pytest.fixture(scope="module")
def pile(tmp_path_factory):
    """A pile small enough for a test whose seed happens to show every effect that concerns a whole file."""
    folder = tmp_path_factory.mktemp("pile")
    return folder, make_pile(SHEETS, 52, folder, prefecture="埼玉県")


def test_pile_holds_the_sheets_asked_for(pile):
    folder, truth = pile
    pages = [page for case in truth for page in case["pages"]]
    assert len(pages) == SHEETS
    assert len({(page["file"], page["index"]) for page in pages}) == SHEETS
    assert len({case["receipt_number"] for case in truth}) == len(truth)
    assert {case["procedure"] for case in truth} == set(PROCEDURES)
    for case in truth:
        assert [page["page"] for page in case["pages"]] == [1, 2][: len(case["pages"])]
        assert case["values"]["receipt_number"] == case["receipt_number"]
    lines = (folder / "truth.jsonl").read_text(encoding="utf-8").splitlines()
    assert [json.loads(line) for line in lines] == truth


def test_files_hold_the_pages_that_the_truth_names_and_only_blank_backs_besides(pile):
    folder, truth = pile
    named = Counter(page["file"] for case in truth for page in case["pages"])
    assert {path.name for path in folder.iterdir()} == {*named, "truth.jsonl"}
    forms = {(page["file"], page["index"]) for case in truth for page in case["pages"]}
    for name in named:
        for index, page in enumerate(pictures(folder / name)):
            assert abs(page.shape[0] - 2339) <= 2
            assert abs(page.shape[1] - 1654) <= 2
            dark = (page[200:-200, 150:-150] < 140).mean()
            assert ((name, index) in forms) == (dark > 0.01), (name, index, dark)


def test_same_seed_same_bytes(tmp_path):
    for name in ("one", "other"):
        make_pile(5, 21, tmp_path / name)
    one, other = ({p.name: p.read_bytes() for p in (tmp_path / n).iterdir()} for n in ("one", "other"))
    assert one == other


def test_other_seeds_other_numbers_and_other_pages(tmp_path):
    first, second = (make_pile(2, seed, tmp_path / str(seed)) for seed in (1, 2))
    assert not {c["receipt_number"] for c in first} & {c["receipt_number"] for c in second}
    assert [c["values"] for c in first] != [c["values"] for c in second]


def test_file_effects_occur(pile):
    _, truth = pile
    seen = {kind for case in truth for page in case["pages"] for kind in kinds(page["effects"])}
    assert seen >= FILE_EFFECTS


def test_scan_effects_occur():
    blank = np.full((800, 560), 255, np.uint8)
    hand = Hand("pen", "klee", (45, 42, 40), "check", "　")
    seen = set()
    for number in range(160):
        rng = Random(number)
        sheet = blank_sheet((560, 800), hand, rng, clean=False)
        mode = ("colour", "grey", "bilevel")[number % 3]
        picture, effects = scan(blank, sheet, Scanner(mode), rng)
        assert picture.size == (560, 800)
        assert picture.mode == {"bilevel": "1"}.get(mode, picture.mode)
        seen |= kinds(effects)
    assert seen == SCAN_EFFECTS


def filled(code, index, clean):
    """The pages of one application filled in: (form, application, sheets)."""
    form = load_form(code)
    rng = Random(f"test:{code}:{index}")
    application = draw_application(form.procedure, index, "埼玉県", rng)
    hand = draw_hand(application, rng, clean)
    sheets = [
        fill_page((1654, 2339), page["boxes"], form.fields, application, hand, rng, clean)
        for page in form.pages
    ]
    return form, application, sheets


@pytest.mark.slow
def test_writing_effects_and_every_hand_occur():
    seen, hands = set(), set()
    for code in PROCEDURES:
        for index in range(12):
            _, _, sheets = filled(code, index, clean=False)
            seen |= {kind for sheet in sheets for kind in kinds(sheet.effects)}
            hands |= {(sheet.hand.kind, sheet.hand.ticks) for sheet in sheets}
    assert seen == WRITING_EFFECTS
    assert {ticks for kind, ticks in hands if kind == "pen"} == {"check", "cross", "filled", "circle"}
    assert {kind for kind, _ in hands} == {"pen", "print"}


def inked(layer, box):
    x, y, width, height = box
    return (np.asarray(layer)[y : y + height, x : x + width] < 128).mean() > 0.001


@pytest.mark.parametrize("code", PROCEDURES)
def test_pages_show_what_the_truth_says(code):
    for index in range(4):
        form, application, sheets = filled(code, index, clean=True)
        for page, sheet in zip(form.pages, sheets, strict=True):
            for box in page["boxes"]:
                value = application.values[box["field"]]
                if box["field"] == "receipt_number":
                    assert inked(sheet.stamp, box["box"])
                elif box["kind"] == "mark":
                    ticked = [option for option, place in box["marks"].items() if inked(sheet.ink, place)]
                    assert ",".join(ticked) == value
                elif box["kind"] == "date":
                    assert any(inked(sheet.ink, place) for place in box["eras"].values()) == bool(value)
                else:
                    assert inked(sheet.ink, box["box"]) == bool(value), box["field"]


@pytest.mark.slow
@pytest.mark.parametrize("code", PROCEDURES)
def test_writing_stays_inside_its_boxes(code):
    """Nothing but ticks, crossings-out and seals may leave its box; here only lines and combs are looked at."""
    form, _, sheets = filled(code, 7, clean=True)
    for page, sheet in zip(form.pages, sheets, strict=True):
        ink = np.asarray(sheet.ink).copy()
        for box in page["boxes"]:
            places = [box["box"]] if "box" in box else [*box.get("eras", box.get("marks", {})).values()]
            if box["kind"] == "date":
                places += [box[part] for part in ("year", "month", "day")]
            for x, y, width, height in places:
                ink[y - 3 : y + height + 3, x - 3 : x + width + 3] = 255
        assert (ink < 128).sum() == 0


@pytest.mark.slow
def test_clean_pile_has_no_effects_and_can_be_of_one_procedure(tmp_path):
    truth = make_pile(3, 9, tmp_path, only="bus-pass", clean=True, prefecture="埼玉県")
    assert {case["procedure"] for case in truth} == {"bus-pass"}
    assert all(page["effects"] == [] for case in truth for page in case["pages"])
    blank = load_form("bus-pass").blanks[0]
    page = truth[0]["pages"][0]
    picture = pictures(tmp_path / page["file"])[page["index"]][: blank.shape[0], : blank.shape[1]]
    title = (slice(150, 260), slice(200, 1450))
    assert np.abs(picture[title].astype(int) - blank[title]).mean() < 6  # neither moved nor shaded


def test_impossible_piles_are_refused_in_words(tmp_path):
    with pytest.raises(ValueError, match="偶数"):
        make_pile(3, 1, tmp_path, only="nursery-admission")
    with pytest.raises(ValueError, match="1以上"):
        make_pile(0, 1, tmp_path)
    with pytest.raises(ValueError, match="都道府県"):
        make_pile(2, 1, tmp_path, prefecture="やくば県")


def test_missing_fonts_name_their_packages(tmp_path):
    with pytest.raises(SystemExit, match="fonts-klee") as stopped:
        fonts.require_fonts(root=tmp_path)
    assert "apt-get install" in str(stopped.value)
    fonts.require_fonts()  # and nothing is missing here


def test_face_without_the_glyph_is_not_chosen():
    rare = chr(min(fonts.characters("noto") - fonts.characters("konatu") - set(range(0x3000))))
    assert not fonts.can_write("konatu", rare)
    assert {draw_face(("konatu", "noto"), [rare, "山"], Random(n)) for n in range(20)} == {"noto"}


def test_readings_in_half_width_and_addresses_in_full_width():
    assert half_width("ガギグ　パーヴ") == "ｶﾞｷﾞｸﾞ　ﾊﾟｰｳﾞ"
    form, application, _ = filled("bus-pass", 1, clean=True)
    hand = Hand("print", "gothic", (30, 30, 30), "check", " ", half_kana=True, full_digits=True)
    assert as_written(hand, application, form.fields["kana"]).isprintable()
    assert not set("0123456789-") & set(as_written(hand, application, form.fields["address"]))


def test_command_line_writes_a_pile(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr("sys.argv", ["generate.py", "--sheets", "1", "--seed", "3", "--out", str(tmp_path)])
    generate.main()
    assert (tmp_path / "truth.jsonl").is_file()
    assert "1件（1枚）" in capsys.readouterr().out
