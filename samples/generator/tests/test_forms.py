"""The committed forms: boxes where the picture has them, one for every field, and a readable mark."""

import draw_forms
import numpy as np
import pytest
import yaml
import zxingcpp
from layouts import FORMS
from PIL import Image

SAMPLES = draw_forms.SAMPLES
CODES = [form.code for form in FORMS]


def definition(code):
    return yaml.safe_load((SAMPLES / "forms" / code / "form.yaml").read_text(encoding="utf-8"))


def procedure(code):
    return yaml.safe_load((SAMPLES / "procedures" / f"{code}.yaml").read_text(encoding="utf-8"))


def rectangles(box):
    """Every rectangle of a box, as (name, x, y, width, height)."""
    if box["kind"] == "mark":
        parts = box["marks"].items()
    elif box["kind"] == "date":
        parts = [*box["eras"].items(), *((part, box[part]) for part in ("year", "month", "day"))]
    else:
        parts = [("", box["box"])]
    return [(f"{box['field']}.{name}", *place) for name, place in parts]


def overlap(one, other):
    _, ax, ay, aw, ah = one
    _, bx, by, bw, bh = other
    return ax < bx + bw and bx < ax + aw and ay < by + bh and by < ay + ah


@pytest.mark.parametrize("code", CODES)
def test_boxes_lie_on_the_page_and_do_not_overlap(code):
    for page in definition(code)["pages"]:
        with Image.open(SAMPLES / "forms" / code / page["image"]) as image:
            width, height = image.size
            assert image.mode == "L"
        assert (width, height) == (1654, 2339)
        places = [place for box in page["boxes"] for place in rectangles(box)]
        for name, x, y, w, h in places:
            assert x > 0, name
            assert y > 0, name
            assert w > 0, name
            assert h > 0, name
            assert x + w < width, name
            assert y + h < height, name
        for number, one in enumerate(places):
            for other in places[number + 1 :]:
                assert not overlap(one, other), (one, other)


@pytest.mark.parametrize("code", CODES)
def test_every_field_has_one_box_and_every_page_the_receipt_number(code):
    fields = {one["code"]: one for one in procedure(code)["fields"]}
    seen = []
    for page in definition(code)["pages"]:
        codes = [box["field"] for box in page["boxes"]]
        assert codes.count("receipt_number") == 1
        seen += [one for one in codes if one != "receipt_number"]
        for box in page["boxes"]:
            if box["kind"] == "mark":
                assert list(box["marks"]) == list(fields[box["field"]]["options"])
            assert (box["kind"] == "date") == (fields[box["field"]]["type"] == "date")
    assert sorted(seen) == sorted(fields.keys() - {"receipt_number"})


@pytest.mark.parametrize("code", CODES)
def test_procedure_refers_to_its_own_fields_only(code):
    content = procedure(code)
    fields = {one["code"]: one for one in content["fields"]}
    assert len(fields) == len(content["fields"])
    for one in content["fields"]:
        for key in ("reading_of", "postal_code_of"):
            assert one.get(key, "receipt_number") in fields
        assert set(one.get("sum_of", ())) <= fields.keys()
        assert one.get("lexicon", "nurseries") in {"nurseries"} | content.get("lexicons", {}).keys()
        assert ("options" in one) == (one["type"] in ("choice", "choices"))


@pytest.mark.parametrize("form", FORMS, ids=CODES)
def test_drawing_again_gives_the_committed_files(form, tmp_path):
    (tmp_path / "procedures").symlink_to(SAMPLES / "procedures")
    draw_forms.write_form(form, tmp_path)
    for path in sorted((tmp_path / "forms" / form.code).iterdir()):
        committed = SAMPLES / "forms" / form.code / path.name
        if path.suffix == ".png":
            assert np.array_equal(np.array(Image.open(path)), np.array(Image.open(committed))), path.name
        else:
            assert path.read_text(encoding="utf-8") == committed.read_text(encoding="utf-8")


@pytest.mark.parametrize("code", CODES)
def test_code_on_the_page_names_form_version_and_page(code):
    content = definition(code)
    for page in content["pages"]:
        picture = np.array(Image.open(SAMPLES / "forms" / code / page["image"]))
        texts = [one.text for one in zxingcpp.read_barcodes(picture)]
        assert texts == [f"yakuba-form:{code}:{content['version']}:{page['page']}"]


def test_options_that_do_not_fit_are_refused():
    form = FORMS[0]
    content = procedure(form.code)
    for one in content["fields"]:
        if one["code"] == "care_days":
            one["options"] = {str(n): "とても長い選択肢" for n in range(9)}
    with pytest.raises(ValueError, match="care_days"):
        draw_forms.draw_page(form, 1, content)
