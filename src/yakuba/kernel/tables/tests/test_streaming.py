"""Tables pass through row by row: what is in memory does not grow with them, and nothing of a row changes."""

from __future__ import annotations

import io
import json
import subprocess
import sys
import zipfile
from datetime import UTC, date, datetime
from xml.sax.saxutils import escape

import pytest
from openpyxl import Workbook, load_workbook

from yakuba.kernel.tables import recognising, records, workbook
from yakuba.kernel.tables.excel import write_excel
from yakuba.kernel.tables.files import FORMATS, Lacking, write, written
from yakuba.kernel.tables.reading import rows
from yakuba.kernel.tables.spreadsheets import Table

HEAD = ("番号", "氏名", "住所")
MOST_MORE = 25  # MB that 30,000 rows may take more than 1,000 do; a list of them takes several times as much
SHARED = (
    '<Override PartName="/xl/sharedStrings.xml" ContentType="application/vnd.openxmlformats-officedocument.'
    'spreadsheetml.sharedStrings+xml"/></Types>'
)
MEASURE = """
import resource, sys
from yakuba.kernel.tables.files import write
from yakuba.kernel.tables.reading import rows
from yakuba.kernel.tables.spreadsheets import Table

path, form, many = sys.argv[1], sys.argv[2], int(sys.argv[3])
if form == "read":
    problems = []
    with open(path, "rb") as file:
        found = sum(1 for row in rows(file, ("番号", "氏名"), problems) if row.get("番号"))
    assert (found, problems) == (many, []), (found, problems[:3])
else:
    made = (("%010d" % at, "山田　太郎%d" % at, "やくば市中央%d番地" % at * 5) for at in range(many))
    with open(path, "wb") as file:
        write([Table("名簿", ("番号", "氏名", "住所"), made)], form, file)
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
"""


def peak(path, form: str, many: int) -> float:
    """The most memory that a process of its own took, in MB."""
    asked = [sys.executable, "-c", MEASURE, str(path), form, str(many)]
    done = subprocess.run(asked, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    return float(done.stdout)


def with_shared_texts(path, many: int) -> None:
    """A workbook as Excel saves one: its texts stand in a table of their own, which grows with the rows."""
    book = Workbook()
    buffer = io.BytesIO()
    book.save(buffer)
    main = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    texts = [*HEAD, *(f"{part}{at}" for at in range(many) for part in ("0", "山田太郎", "やくば市中央" * 5))]
    lines = range(0, len(texts), 3)
    with zipfile.ZipFile(buffer) as empty, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as full:
        for name in empty.namelist():
            if "sheet1.xml" not in name and "sharedStrings" not in name:
                content = (
                    empty.read(name).decode().replace("</Types>", SHARED)
                    if "Types" in name
                    else empty.read(name)
                )
                full.writestr(name, content)
        cells = "".join(
            f'<row r="{at // 3 + 1}">'
            + "".join(
                f'<c r="{column}{at // 3 + 1}" t="s"><v>{at + n}</v></c>' for n, column in enumerate("ABC")
            )
            + "</row>"
            for at in lines
        )
        full.writestr(
            "xl/worksheets/sheet1.xml", f"<worksheet {main}><sheetData>{cells}</sheetData></worksheet>"
        )
        shared = "".join(f"<si><t>{escape(text)}</t></si>" for text in texts)
        full.writestr("xl/sharedStrings.xml", f"<sst {main}>{shared}</sst>")


@pytest.mark.slow
@pytest.mark.parametrize("form", ["utf-8", "cp932", "json", "xlsx"])
def test_memory_does_not_grow_with_the_rows(tmp_path, form):
    few, many = tmp_path / "few", tmp_path / "many"
    assert peak(many, form, 30_000) - peak(few, form, 1_000) < MOST_MORE
    if form != "json":
        assert peak(many, "read", 30_000) - peak(few, "read", 1_000) < MOST_MORE


@pytest.mark.slow
def test_memory_does_not_grow_with_the_texts_that_a_workbook_shares(tmp_path):
    few, many = tmp_path / "few.xlsx", tmp_path / "many.xlsx"
    with_shared_texts(few, 1_000)
    with_shared_texts(many, 30_000)
    assert peak(many, "read", 30_000) - peak(few, "read", 1_000) < MOST_MORE


def test_texts_that_a_workbook_shares_are_those_of_their_cells(tmp_path, monkeypatch):
    path = tmp_path / "a.xlsx"
    with_shared_texts(path, 40)
    monkeypatch.setattr("yakuba.kernel.tables.workbook.STRINGS_IN_MEMORY", 100)  # the rest lies on the disk
    with path.open("rb") as file:
        ((_, body),) = workbook.look(file, 99)  # in this process, where its limit is another
    assert [cells[:2] for _, cells, _ in json.loads(body)[1:]] == [
        [f"0{n}", f"山田太郎{n}"] for n in range(40)
    ]


@pytest.mark.parametrize("ends", ["\r\n", "\n", "\r"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932", "utf-16"])
def test_every_encoding_and_end_of_line_gives_the_same_rows_and_lines(encoding, ends):
    text = ends.join(
        [
            "名簿",
            "番号,氏名",
            '1,"山田\r\n太郎"' if ends == "\r\n" else "1,山田",
            "",
            "2,鈴木,",
            "3,林",
            "",
            "",
        ]
    )
    problems = []
    found = list(rows(io.BytesIO(text.encode(encoding)), ("番号", "氏名"), problems))
    more = 1 if ends == "\r\n" else 0
    assert [(one.line, one.get("番号")) for one in found] == [(3, "1"), (5 + more, "2"), (6 + more, "3")]
    assert problems == []


def test_a_file_is_left_open_and_can_be_read_again():
    file = io.BytesIO("番号,氏名\n1,甲\n2,乙\n".encode())
    assert next(rows(file, ("番号", "氏名"), [])).get("氏名") == "甲"
    assert len(list(rows(file, ("番号", "氏名"), []))) == 2
    assert not file.closed


def test_rows_that_are_short_without_end_do_not_pile_up(monkeypatch):
    monkeypatch.setattr(records, "MOST_WAITING", 5)
    data = "番号,氏名\n" + "1\n" * 50 + "2,乙\n"
    problems = []
    assert [one.get("番号") for one in rows(data.encode(), ("番号", "氏名"), problems)] == ["2"]
    assert [one.line for one in problems] == list(range(2, 52))


def test_a_character_cut_in_two_by_the_pieces_is_read_whole(monkeypatch):
    monkeypatch.setattr(recognising, "CHUNK", 7)
    monkeypatch.setattr(recognising, "OVERLAP", 12)
    buffer = io.BytesIO()
    write_excel([Table("表", HEAD, [("1", "甲", "やくば市")])], buffer)
    assert [one.get("氏名") for one in rows(buffer, ("番号", "氏名"), [])] == ["甲"]


def test_types_stay_and_nothing_is_taken_for_a_formula():
    moment = datetime(2027, 4, 1, 0, 30, tzinfo=UTC)
    row = ["=1+1", "+81", "-5", "@x", "\t=1", "\r=1", "0012", 7, 0.5, date(2027, 4, 1), moment, True, None]
    head = [f"列{number}" for number in range(len(row))]

    def once():
        return Table("表", head, iter([row]))

    sheet = load_workbook(written([once()], "xlsx"))["表"]
    cells = list(sheet[2])
    assert [cell.value for cell in cells[:4]] == row[:4]
    assert all(cell.data_type == "s" and cell.quotePrefix for cell in cells[:6])
    assert (cells[6].value, cells[6].number_format) == ("0012", "@")
    assert [cell.value for cell in cells[7:9]] == [7, 0.5]
    assert (cells[9].value, cells[10].value) == (datetime(2027, 4, 1), datetime(2027, 4, 1, 9, 30))
    assert sheet.freeze_panes == "A2"
    assert sheet.auto_filter.ref == "A1:M2"
    assert (
        written([once()], "utf-8")
        .read()
        .decode("utf-8-sig")
        .split("\r\n")[1]
        .startswith("'=1+1,'+81,'-5,'@x,")
    )
    assert "2027-04-01 09:30:00,TRUE," in written([once()], "utf-8").read().decode()
    assert json.load(written([once()], "json"))[0]["列10"] == "2027-04-01 09:30:00"
    assert json.load(written([Table("表", head, [])], "json")) == []


def test_what_shift_jis_lacks_is_refused_until_it_is_accepted():
    table = Table("名簿", ("氏名",), [("𠮷田",)])
    with pytest.raises(Lacking) as lacking:
        written([table], "cp932")
    assert [(one.line, one.place) for one in lacking.value.problems] == [(2, "氏名")]
    assert "〓田" in written([table], "cp932", accept=True).read().decode("cp932")
    with pytest.raises(KeyError):
        write([table], "ods", io.BytesIO())
    assert set(FORMATS) == {"xlsx", "cp932", "utf-8", "json"}
