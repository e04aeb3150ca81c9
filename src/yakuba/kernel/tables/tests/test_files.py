"""What stands in a file that was written: nothing in it is a formula, and what an encoding lacks is told."""

from __future__ import annotations

import csv
import io

import openpyxl

from yakuba.kernel.definitions import Problem
from yakuba.kernel.tables import files
from yakuba.kernel.tables.spreadsheets import Table, write_csv
from yakuba.kernel.values.cp932 import GETA


def in_cp932(table: Table) -> tuple[str, list[Problem]]:
    buffer = io.BytesIO()
    problems = write_csv(table, buffer, "cp932")
    return buffer.getvalue().decode("cp932"), problems


NASTY = ["=1+1", "+81", "-5", "@x", "＝SUM(A1)", "\t=1", "甲"]


def test_formulas_are_harmless_in_csv_and_excel_and_numbers_stay_numbers():
    table = Table("表", ("値", "数"), [(text, -5) for text in NASTY])
    rows = list(csv.reader(io.StringIO(files.written([table], "utf-8").read().decode("utf-8-sig"))))
    assert [row[0] for row in rows[1:]] == [f"'{text}" for text in NASTY[:-1]] + ["甲"]
    assert rows[1][1] == "-5"
    sheet = openpyxl.load_workbook(files.written([table], "xlsx"))["表"]
    for row, text in zip(sheet.iter_rows(min_row=2), NASTY, strict=True):
        assert row[0].value == text
        assert row[0].data_type == "s"
        assert bool(row[0].quotePrefix) == (text != "甲")
        assert row[1].value == -5
    assert sheet.freeze_panes == "A2"


def test_what_cp932_can_say_in_another_way_is_written_and_losses_are_told():
    table = Table(
        "表", ("氏名",), [("か\u3099んこ\u3099",), ("葛\U000e0100城",), ("⼭⽥\u200b",), ("1–2",), ("José",)]
    )
    data, problems = in_cp932(table)
    rows = [row[0] for row in csv.reader(io.StringIO(data))]
    assert rows[1:] == ["がんご", "葛城", "山田", "1－2", "Jos〓"]
    assert [problem.line for problem in problems] == [3, 5, 6]
    assert "字形の指定" in problems[0].reason


def test_a_formula_does_not_hide_behind_what_cp932_leaves_out():
    table = Table("表", ("氏名",), [("\u200b=1+1",), ("–1",), ("\ufeff@x",)])
    rows = [row[0] for row in csv.reader(io.StringIO(in_cp932(table)[0]))]
    assert rows[1:] == ["'=1+1", "'－1", "'@x"]


def test_what_cp932_cannot_write_is_marked_and_told_with_its_place():
    table = Table("表", ("氏名", "住所"), [("髙木〜一", "やくば市"), ("𠮷田", "東町−1")])
    data, problems = in_cp932(table)
    rows = list(csv.reader(io.StringIO(data)))
    assert rows[1] == ["髙木～一", "やくば市"]
    assert rows[2] == [f"{GETA}田", "東町－1"]
    assert [(problem.line, problem.place) for problem in problems] == [(3, "氏名")]
    assert "U+20BB7" in problems[0].reason
    assert "𠮷田" in files.written([table], "utf-8").read().decode()
