"""Definition files: the samples load, and a broken file says what to do."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from yakuba.kernel.definitions import DefinitionError
from yakuba.kernel.definitions.procedures import load_procedure
from yakuba.services.reading.engine.library import FormLibrary
from yakuba.services.reading.engine.loading import load_form

PROCEDURE = """
procedure: p
title: 見本
version: 1
baseline: {minutes_per_case: 4, kind: estimated}
fields:
  - {code: receipt_number, label: 受付番号, type: receipt_number, required: true}
  - {code: sex, label: 性別, type: choice, options: {male: 男, female: 女}}
"""
FORM = """
form: f
version: 1
procedure: p
title: 見本
pages:
  - page: 1
    image: page-1.png
    boxes:
      - {field: receipt_number, kind: comb, cells: 10, box: [10, 10, 100, 20]}
      - {field: sex, kind: mark, marks: {male: [10, 50, 20, 20]}}
"""


def write(folder: Path, form: str = FORM, procedure: str = PROCEDURE) -> tuple[Path, Path]:
    (folder / "forms/f").mkdir(parents=True, exist_ok=True)
    (folder / "procedures").mkdir(exist_ok=True)
    (folder / "procedures/p.yaml").write_text(procedure, encoding="utf-8")
    (folder / "forms/f/form.yaml").write_text(form, encoding="utf-8")
    cv2.imwrite(str(folder / "forms/f/page-1.png"), np.full((200, 150), 255, np.uint8))
    return folder / "forms", folder / "procedures"


def test_samples_load(library: FormLibrary) -> None:
    assert {t.name for t in library.templates} == {
        "bus-pass/1",
        "nursery-admission/1",
        "nursery-admission/2",
        "resident-tax-change/1",
    }
    assert len(library.fields("nursery-admission")["wish_1"].words) >= 20
    assert library.fields("resident-tax-change")["tax_total"].sum_of == ("tax_collected", "tax_uncollected")


def test_a_small_definition_loads(tmp_path: Path) -> None:
    library = FormLibrary.load(*write(tmp_path))
    assert library.templates[0].definition.boxes[1].marks == {"male": (10, 50, 20, 20)}


def with_free(text: str) -> str:
    return f"{FORM}    free: {text}\n"


def test_free_areas_load(tmp_path: Path) -> None:
    page = FormLibrary.load(*write(tmp_path, with_free("[[10, 120, 100, 40], [60, 50, 20, 20]]")))
    assert page.templates[0].definition.free == ((10, 120, 100, 40), (60, 50, 20, 20))


@pytest.mark.parametrize(
    ("areas", "expected"),
    [
        ("[[100, 25, 30, 40]]", "項目「receipt_number」の枠と重なっています"),
        ("[[5, 60, 30, 40]]", "項目「sex」の枠と重なっています"),
        ("[[10, 120, 100]]", "[x, y, 幅, 高さ]"),
        ("[[10, 180, 100, 40]]", "はみ出しています"),
        ("[10, 120, 100, 40]", "free[1]"),
        ("{a: 1}", "一覧で書いてください"),
        (f"[{', '.join(['[10, 120, 10, 10]'] * 41)}]", "40か所まで"),
    ],
)
def test_a_wrong_free_area_is_refused(tmp_path: Path, areas: str, expected: str) -> None:
    with pytest.raises(DefinitionError) as error:
        FormLibrary.load(*write(tmp_path, with_free(areas)))
    assert expected in str(error.value)


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("kind: comb", "kind: combo", "kind「combo」は使えません"),
        ("[10, 10, 100, 20]", "[10, 10, 100]", "[x, y, 幅, 高さ]"),
        ("[10, 10, 100, 20]", "[90, 10, 100, 20]", "はみ出しています"),
        ("cells: 10", "cells: 0", "「cells」は 1 以上の整数"),
        ("male: [", "other: [", "「other」は選択肢にありません"),
        ("field: sex", "field: age", "項目「age」は手続「p」にありません"),
        ("page-1.png", "page-2.png", "白紙の様式画像 page-2.png がありません"),
        ("procedure: p", "procedure: q", "手続「q」の定義がありません"),
        ("  - page: 1", " - page: 1\n   - x", "書き方が正しくありません"),
        (
            "field: sex, kind: mark, marks: {male: [10, 50, 20, 20]}",
            "field: receipt_number, kind: line, box: [1, 1, 9, 9]",
            "枠が二つ",
        ),
    ],
)
def test_a_broken_form_is_refused(tmp_path: Path, old: str, new: str, expected: str) -> None:
    assert old in FORM
    with pytest.raises(DefinitionError) as error:
        FormLibrary.load(*write(tmp_path, FORM.replace(old, new)))
    assert expected in str(error.value)


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("type: choice", "type: chioce", "型 chioce はありません"),
        ("options: {male: 男, female: 女}", "required: no", "options がありません"),
        ("title:", "version:", "「version」が二つあります"),
        ("code: sex", "code: receipt_number", "二度あります"),
        ("type: choice,", "type: choice, lexicon: none,", "語の一覧 none がありません"),
        ("type: choice,", "type: choice, reading_of: name,", "項目 name がありません"),
        ("fields:", "felds:", "fields がありません"),
        ("version: 1", "version: one", "version は1以上の整数"),
    ],
)
def test_a_broken_procedure_is_refused(tmp_path: Path, old: str, new: str, expected: str) -> None:
    _, procedures = write(tmp_path, procedure=PROCEDURE.replace(old, new))
    with pytest.raises(DefinitionError) as error:
        load_procedure(procedures / "p.yaml")
    assert expected in str(error.value)
    assert "p.yaml" in str(error.value)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(DefinitionError, match=r"none\.yaml"):
        load_form(tmp_path / "none.yaml", {})
