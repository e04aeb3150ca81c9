"""How cells and tables of an inventory are read: what is clear is read, what is not is told at its cell."""

from __future__ import annotations

import io
from decimal import Decimal

import openpyxl
import pytest

from yakuba.kernel.tables.reading import rows
from yakuba.services.reform.contracts import Core, Judgement, TaskRow
from yakuba.services.reform.engine import cells
from yakuba.services.reform.engine.inventory import (
    CASES,
    EXCEPTIONS,
    HOURS,
    MINUTES,
    NUMBER,
    PROCESS,
    TASK,
    Table,
    key_of,
    pasted,
    read_row,
    read_table,
)

CLASSES = {"入力": "入力", "確認": "確認", "相談": "相談"}


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        ("90", "90"), ("９０", "90"), ("90分", "90"), ("90 分間", "90"), ("1:30", "90"), ("01:30:00", "90"), ("0:45", "45"),
        ("1時間30分", "90"), ("1.5時間", "90"), ("90秒", "1.5"), ("1,200", "1200"), ("約15分", "15"), ("15分程度", "15"), ("7.5", "7.5"),
    ],
)  # fmt: skip
def test_minutes_are_read_as_people_write_them(text, minutes):
    assert cells.minutes(text)[0] == Decimal(minutes)


@pytest.mark.parametrize(
    "text", ["5~10分", "5～10", "10-15", "毎日", "すぐ", "1:75", "-5", "1e3", "９９９９９９９"]
)
def test_minutes_that_could_be_anything_are_refused(text):
    with pytest.raises(cells.BadCell):
        cells.minutes(text)


def test_what_could_have_been_meant_otherwise_is_told():
    assert "1時間30分（90分）" in cells.minutes("1:30")[1]
    assert cells.minutes("90分")[1] == ""
    assert "15" in cells.minutes("約15分")[1]
    assert "1年に360件" in cells.cases("月30件")[1]


@pytest.mark.parametrize(
    ("text", "count"),
    [("1200", 1200), ("１，２００件", 1200), ("1,200 件/年", 1200), ("月30件", 360), ("年間50回", 50)],
)
def test_cases_are_read(text, count):
    assert cells.cases(text)[0] == count


@pytest.mark.parametrize("text", ["100～200件", "多数", "毎日10件", "週5件"])
def test_cases_that_are_no_number_a_year_are_refused(text):
    with pytest.raises(cells.BadCell):
        cells.cases(text)


def test_what_nobody_knows_is_not_nought():
    assert cells.cases("不明") == (None, "")
    assert cells.minutes("") == (None, "")
    assert cells.exceptions("なし") == (Decimal(0), "")


def test_a_share_below_one_says_what_it_is():
    assert cells.exceptions("5%")[0] == cells.exceptions("５％")[0] == cells.exceptions("5")[0] == Decimal(5)
    assert cells.exceptions("0.5%")[0] == Decimal("0.5")
    assert cells.exceptions("1割")[0] == Decimal(10)
    with pytest.raises(cells.BadCell, match=r"0\.05%か5%か"):
        cells.exceptions("0.05")
    with pytest.raises(cells.BadCell, match="100%"):
        cells.exceptions("120%")


@pytest.mark.parametrize(
    ("text", "months"),
    [
        ("", ""),
        ("通年", ""),
        ("3月、4月", "3,4"),
        ("11～2月", "1,2,11,12"),
        ("1～12", ""),
        ("４", "4"),
        ("3,4,4", "3,4"),
    ],
)
def test_months_are_read(text, months):
    assert cells.months(text)[0] == months


@pytest.mark.parametrize("text", ["13月", "春", "0", "3～4～5"])
def test_what_is_no_month_is_refused(text):
    with pytest.raises(cells.BadCell):
        cells.months(text)


def test_words_are_read_by_their_marks_too():
    read = read_row({PROCESS: "業務", TASK: "作業", "コア": "×", "判断": "裁量がある", "定型": "○"}, CLASSES)
    assert read.row is not None
    assert (read.row.core, read.row.judgement, read.row.routine) == (
        Core.NONCORE,
        Judgement.DISCRETION,
        "routine",
    )


def test_every_bad_cell_of_a_row_is_told_at_once():
    read = read_row(
        {PROCESS: "業務", TASK: "", CASES: "多数", MINUTES: "5～10", "事務分類": "その他", EXCEPTIONS: "0.1"},
        CLASSES,
    )
    assert read.row is None
    assert set(read.faults) == {TASK, CASES, MINUTES, "事務分類", EXCEPTIONS}
    assert "入力、確認、相談" in read.faults["事務分類"]


def test_hours_that_are_not_cases_times_minutes_are_told():
    row = {PROCESS: "業務", TASK: "作業", CASES: "100", MINUTES: "30", HOURS: "50"}
    assert read_row(row, CLASSES).row is not None
    assert "80.0時間とありますが" in read_row(row | {HOURS: "80"}, CLASSES).faults[HOURS]


PASTED = "\n".join(
    "\t".join(line)
    for line in (
        ("番号", "業務名", "工程", "作業内容", "分類", "年間件数", "1件あたりの時間", "年間時間"),
        ("1", "入所申込", "受付", "申込書を確かめる", "確認", "１，２００件", "15分", "300"),
        ("2", "", "", "入力する", "入力", "1,200", "0:10", "200"),
        ("3", "", "審査", "話を聞く", "相談", "多数", "30", ""),
        ("5", "給付", "", "支払を入力する", "入力", "600", "5", "50"),
        ("6", "給付", "", "支払を入力する", "入力", "600", "6", "60"),
        ("7", "給付", "", "支払を入力する", "入力", "600", "5", "50"),
        ("", "合計", "", "", "", "", "", "610"),
    )
)


def test_a_pasted_table_is_read_row_by_row_and_loses_nothing_good():
    table = read_table(pasted(PASTED, Table()), CLASSES)
    assert {line: (row.process, row.step, row.task) for line, row in table.rows.items()} == {
        2: ("入所申込", "受付", "申込書を確かめる"),
        3: ("入所申込", "受付", "入力する"),  # merged cells hold for the rows below
        5: ("給付", "", "支払を入力する"),
    }
    told = {(one.line, one.place) for one in table.problems}
    assert told == {
        (4, CASES),
        (5, NUMBER),
        (6, TASK),
    }  # not read; a row is missing; the same task with other minutes
    notes = " ".join(str(one) for one in table.notes)
    assert "5行目と同じ行" in notes
    assert "確かめていません" in notes  # the sum, since a row was left out


def test_a_total_that_does_not_add_up_is_told_and_costs_no_row():
    good = "業務\t作業\t件数\t分\t時間/年\nA\tB\t100\t30\t50\nA\tC\t100\t30\t50\n合計\t\t\t\t{}\n"
    assert read_table(pasted(good.format(100), Table()), CLASSES).problems == []
    table = read_table(pasted(good.format(120), Table()), CLASSES)
    (problem,) = table.problems
    assert "120.0時間とありますが、上の行を足すと100.0時間" in problem.reason
    assert len(table.rows) == 2


def test_without_headings_the_columns_are_those_of_the_page():
    (row,) = read_table(
        pasted("入所申込\t受付\t確かめる\t確認\t正規職員\t10\t5\n", Table()), CLASSES
    ).rows.values()
    assert row == TaskRow("入所申込", "受付", "確かめる", "確認", "regular", Decimal(10), Decimal(5))


def test_a_workbook_with_merged_cells_times_and_full_width_digits_is_read():
    book = openpyxl.Workbook()
    sheet = book.active
    for line in (
        ["子育て課 業務棚卸し"],
        ["業務", "工程", "作業", "件数/年", "分/件"],
        ["入所申込", "受付", "確かめる", "１２０", "90分"],
        [None, None, "入力する", 120, None],
    ):
        sheet.append(line)
    sheet["E4"] = 1.5 / 24
    sheet["E4"].number_format = "h:mm"
    sheet.merge_cells("A3:A4")
    sheet.merge_cells("B3:B4")
    file = io.BytesIO()
    book.save(file)
    problems = []
    found = read_table(rows(file, (PROCESS, TASK), problems), CLASSES)
    assert not problems
    assert [(row.process, row.step, row.task, row.cases, row.minutes) for row in found.rows.values()] == [
        ("入所申込", "受付", "確かめる", 120, 90),
        ("入所申込", "受付", "入力する", 120, 90),
    ]


def test_the_same_task_is_the_same_in_another_width():
    assert key_of(TaskRow("ｶﾞｽ", "", "入力１")) == key_of(TaskRow("ガス", "", "入力1"))
