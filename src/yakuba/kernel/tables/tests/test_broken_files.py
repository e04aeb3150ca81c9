"""Files that are broken, or made to break whoever reads them: told with where, good rows kept, and never for ever."""

from __future__ import annotations

import io
import json
import zipfile

import pytest
from openpyxl import Workbook

from yakuba.kernel.tables import reading, recognising, workbook
from yakuba.kernel.tables.reading import headings_in, rows

HEAD = ("番号", "氏名")
GOOD = [("1", "甲"), ("2", "乙")]
MANY = 200_000
CELL = '<c r="{}" t="{}"><v>{}</v></c>'


def book(rows_behind: str = "", tail: str = "", *, styles: str = "") -> bytes:
    """Two good rows, and what else the sheet's XML holds behind them and behind all rows."""
    made = Workbook()
    for line in (HEAD, *GOOD):
        made.active.append(line)
    plain, full = io.BytesIO(), io.BytesIO()
    made.save(plain)
    with zipfile.ZipFile(plain) as source, zipfile.ZipFile(full, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            text = source.read(name).decode()
            if name.endswith("sheet1.xml"):
                text = text.replace("</sheetData>", f"{rows_behind}</sheetData>{tail}")
            if name.endswith("styles.xml"):
                text = text.replace("</styleSheet>", f"{styles}</styleSheet>")
            target.writestr(name, text)
    return full.getvalue()


def read(data: bytes):
    problems = []
    return [one.get("氏名") for one in rows(data, HEAD, problems)], problems


def told(data: bytes):
    """The names that the other process tells of the one sheet, and the line from which on it is broken: in this process,
    where its limits can be set."""
    ((head, body),) = workbook.look(io.BytesIO(data), 9)
    return [cells[1] for _, cells, _ in json.loads(body)], head["fault"]


@pytest.mark.parametrize(
    "row",
    [
        f'<row r="4">{CELL.format("A4", "s", 999_999)}</row>',  # a text that is not in the table of texts
        f'<row r="4">{CELL.format("A4", "s", -1)}</row>',
        f'<row r="4">{CELL.format("A4", "n", "abc")}</row>',
        f'<row r="4">{CELL.format("A4", "d", "abc")}</row>',
        f'<row r="4">{CELL.format("ZZZZ4", "n", 1)}</row>',
        f'<row r="99999999999">{CELL.format("A99999999999", "n", 1)}</row>',
        f'<row r="2">{CELL.format("A2", "n", 1)}</row>',  # a second row 2, which would be passed over
    ],
)
def test_what_is_broken_in_a_row_is_told_there_and_the_rows_above_are_kept(row):
    found, problems = read(book(row))
    assert found == ["甲", "乙"]
    assert [(one.line, one.place) for one in problems] == [(4, "シート「Sheet」")]
    assert "壊れていて" in problems[0].reason
    assert "保存し直し" in problems[0].reason


@pytest.mark.parametrize("word", ["<c ", "<row ", "<mergeCell ", '<c r="A1" ' + 'r="A1" ' * 10])
def test_tags_without_an_end_cost_no_more_than_other_text(word):
    text = word * (MANY * len("<c ") // len(word))
    assert read(book(tail=f"<!--{text}-->")) == (["甲", "乙"], [])


def test_a_comment_without_an_end_is_not_looked_through_anew_for_ever(monkeypatch):
    """expat before 2.6 begins at its start with every piece."""
    sizes = []
    really = workbook._InPieces.read
    monkeypatch.setattr(
        workbook._InPieces, "read", lambda self, size=-1: sizes.append(len(piece := really(self))) or piece
    )
    assert told(book(tail=f"<!--{' ' * (3 * workbook.PIECE)}-->")) == (["氏名", "甲", "乙"], 0)
    assert sorted(sizes)[-3:] == [workbook.PIECE] * 3
    monkeypatch.setattr(workbook, "MOST_WITHOUT_ROW", 2 * workbook.PIECE)
    assert told(book(tail=f"<!--{' ' * (4 * workbook.PIECE)}-->")) == (["氏名", "甲", "乙"], 4)


def test_a_merged_range_costs_no_more_than_the_rows_that_are_there():
    refs = [f"D{at}:D1048576" for at in range(5, 400)] + ["E5:E99999999999"]
    tail = "".join(f'<mergeCell ref="{ref}"/>' for ref in refs)
    found, problems = read(book(tail=f"<mergeCells>{tail}</mergeCells>"))
    assert found == ["甲", "乙"]
    assert len(problems) <= 1  # the one that no Excel writes may be told


def test_a_cell_merged_downwards_holds_where_the_file_has_no_cell_below():
    tail = '<mergeCells><mergeCell ref="B3:B4"/></mergeCells>'
    found, problems = read(book(f'<row r="4">{CELL.format("A4", "n", 3)}</row>', tail))
    assert (found, problems) == (["甲", "乙", "乙"], [])


def test_a_cell_far_to_the_right_makes_no_row_of_thousands():
    cells = CELL.format("A4", "n", 3) + CELL.format("XFD4", "n", 1)
    found, problems = read(book(f'<row r="4">{cells}</row>'))
    assert found == ["甲", "乙"]
    assert [one.line for one in problems] == [4]
    assert "余分" in problems[0].reason


def test_a_workbook_that_unpacks_to_many_times_its_size_is_told(monkeypatch):
    monkeypatch.setattr(workbook, "ALWAYS_UNPACKED", 1_000)
    ((head, _),) = workbook.look(io.BytesIO(book(tail=f"<!--{' ' * 5_000_000}-->")), 9)
    assert "大きすぎます（開くと5MB）" in head["problem"]


def test_what_is_read_at_one_go_is_small(monkeypatch):
    monkeypatch.setattr(workbook, "LARGEST_PART", 100_000)
    ((head, _),) = workbook.look(io.BytesIO(book(styles=f"<!--{' ' * 200_000}-->")), 9)
    assert head["problem"] == workbook.BROKEN


def test_a_text_of_comments_is_no_riddle():
    found, problems = read(b"<!---->" * 500 + b"x\n")
    assert found == []
    assert "見出し" in problems[0].place
    (told,) = read(b"<!-- a --> <!---->\n<html>")[1]
    assert "Webページ" in told.reason


@pytest.mark.slow
def test_thousands_of_headings_are_told_and_not_compared_with_one_another():
    data = ",".join(f"c{at}" for at in range(MANY)).encode() + b"\n"
    (told,) = read(data)[1]
    assert "列が多すぎます（300列まで）" in told.reason
    problems = []
    assert headings_in(data, HEAD, problems) == []
    assert [one.reason for one in problems] == [told.reason]


def test_marks_within_quotation_marks_are_read_as_written():
    data = '番号,氏名\n1,"甲""乙"\n2,""""\n3,"甲""\n乙"\n4,"丙"\n'
    found, problems = read(data.encode())
    assert (found, problems) == (['甲"乙', '"', '甲"\n乙', "丙"], [])


@pytest.mark.parametrize("encoding", ["utf-8", "cp932", "utf-16"])
def test_a_line_that_is_no_row_of_any_table_is_told(monkeypatch, encoding):
    monkeypatch.setattr(recognising, "LONGEST_LINE", 1_000)
    found, problems = read(("番号,氏名\r\n1,甲\r\n" + "乙" * 1_001).encode(encoding))
    assert found == []
    assert [(one.line, "行が長すぎます" in one.reason) for one in problems] == [(3, True)]


def test_a_workbook_whose_sheets_are_all_hidden_is_told_like_a_hidden_row():
    with zipfile.ZipFile(io.BytesIO(book())) as source:
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w") as target:
            for name in source.namelist():
                text = source.read(name).replace(b'state="visible"', b'state="hidden"')
                target.writestr(name, text)
    found, problems = read(buffer.getvalue())
    assert found == []
    assert [one.reason for one in problems] == [workbook.ALL_HIDDEN]


def test_cells_without_end_cost_no_more_than_a_table_has(monkeypatch):
    looked = []
    monkeypatch.setattr(reading, "plain", lambda text: looked.append(text) or text)
    wide = "," * 50_000
    problems = []
    found = list(rows(f"番号,氏名\n1,甲\n{wide}x\n2,乙{wide}\n".encode(), ("番号", "氏名"), problems))
    assert [row.get("番号") for row in found] == ["1", "2"]
    assert [(one.line, "余分なコンマ" in one.reason) for one in problems] == [(3, True)]
    assert len(looked) < 50 * reading.MOST_COLUMNS


def test_a_head_with_a_column_far_to_the_right_has_too_many():
    problems = []
    head = "番号,氏名" + "," * 1_000 + "住所"
    assert list(rows(f"{head}\n1,甲\n".encode(), ("番号", "氏名"), problems)) == []
    assert "列が多すぎます" in problems[0].reason
