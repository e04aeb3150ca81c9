"""An Excel workbook is read as a person sees it; what cannot be seen or is not in the file is told by its cell."""

from __future__ import annotations

import io
import json
from datetime import date, datetime

import pytest
from openpyxl import Workbook

from yakuba.kernel.tables import files
from yakuba.kernel.tables.reading import rows
from yakuba.kernel.tables.spreadsheets import Table

HEAD = ["番号", "世帯", "氏名", "生年月日"]


def saved(book: Workbook) -> bytes:
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def book_of(*lines, title="名簿") -> Workbook:
    book = Workbook()
    book.active.title = title
    for line in lines:
        book.active.append(line)
    return book


def read(data: bytes, **more):
    problems = []
    return list(rows(data, ("番号", "氏名"), problems, **more)), problems


def test_dates_numbers_and_leading_zeros_are_what_a_person_reads():
    book = book_of(
        ["名簿（令和9年）"],
        HEAD,
        [12, 3.0, "甲", datetime(2024, 5, 1)],
        ["0012", 0.5, "乙", date(2024, 5, 2)],
    )
    book.active["A3"].number_format = "0000"
    found, problems = read(saved(book))
    assert problems == []
    assert [list(one.cells.values()) for one in found] == [
        ["0012", "3", "甲", "2024-05-01"],
        ["0012", "0.5", "乙", "2024-05-02"],
    ]
    assert [one.line for one in found] == [3, 4]


def test_a_cell_merged_downwards_holds_for_each_row_and_one_merged_across_is_told():
    book = book_of(HEAD, [1, "S1", "甲", ""], [2, None, "乙", ""], [3, "S3", "丙", ""], [4, "S4", "丁", ""])
    book.active.merge_cells("B2:B3")
    book.active.merge_cells("B4:C4")
    found, problems = read(saved(book))
    assert [(one.get("番号"), one.get("世帯")) for one in found] == [("1", "S1"), ("2", "S1"), ("4", "S4")]
    assert [(one.line, "B4:C4" in one.reason) for one in problems] == [(4, True)]


def test_hidden_rows_and_formulas_without_a_result_are_told_and_left_out():
    book = book_of(HEAD, [1, "", "甲", ""], [2, "", "乙", ""], [3, "=1+1", "丙", ""])
    book.active.row_dimensions[3].hidden = True
    found, problems = read(saved(book))
    assert [one.get("番号") for one in found] == ["1"]
    assert [(one.line, one.place) for one in problems] == [(3, "シート「名簿」"), (4, "シート「名簿」")]
    assert "非表示" in problems[0].reason
    assert "B4" in problems[1].reason


def test_of_several_sheets_the_one_with_the_headings_is_read_and_two_are_told():
    book = book_of(["説明"], title="はじめに")
    for name in ("申込", "前年"):
        sheet = book.create_sheet(name)
        sheet.append(HEAD)
        sheet.append([1, "", name, ""])
    found, problems = read(saved(book))
    assert found == []
    assert "「申込」、「前年」" in problems[0].reason
    book["前年"].sheet_state = "hidden"
    found, problems = read(saved(book))
    assert ([one.get("氏名") for one in found], problems) == (["申込"], [])


def test_errors_and_missing_headings_are_told():
    found, problems = read(saved(book_of(HEAD, [1, "", "#REF!", ""])))
    assert (found, "エラー" in problems[0].reason) == ([], True)
    found, problems = read(saved(book_of(["番号", "名前"], [1, "甲"])))
    assert (found, "「氏名」の列がありません" in problems[0].reason) == ([], True)
    found, problems = read(saved(book_of(["番号", "名前"], [1, "甲"])), renamed={"名前": "氏名"})
    assert ([one.get("氏名") for one in found], problems) == (["甲"], [])


@pytest.mark.parametrize("cut", [100, 1000])
def test_a_broken_workbook_is_told(cut):
    data = saved(book_of(HEAD, [1, "", "甲", ""]))
    found, problems = read(data[:cut] + data[-200:])
    assert found == []
    assert len(problems) == 1


def test_json_holds_the_texts_as_they_are():
    table = Table("表", ("氏名", "数"), [("=1+1", 5), ("0012", None)])
    assert json.load(files.written([table], "json")) == [
        {"氏名": "=1+1", "数": 5},
        {"氏名": "0012", "数": None},
    ]
