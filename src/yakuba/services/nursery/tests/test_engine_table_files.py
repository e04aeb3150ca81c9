"""Table files as they come: quotation marks left open, numbers that a spreadsheet changed, files of another kind."""

import io
import random
import zipfile

import pytest
from openpyxl import Workbook

from yakuba.kernel.tables import recognising
from yakuba.services.nursery.engine.preparing import tables

HEAD = "受付番号,世帯番号,児童氏名,生年月日,地区,第1希望,第2希望,備考"
RIGHT = ["0800700178", "0800700275", "0800700372", "0800700469"]


def row(number: str, note: str = "", **more: str) -> str:
    cells = {
        "世帯番号": "",
        "児童氏名": "児童",
        "生年月日": "2024-05-01",
        "地区": "東",
        "第1希望": "青葉保育園",
    }
    cells |= {"第2希望": "", "備考": note} | more
    return ",".join([number, *cells.values()])


def file(*rows: str, end: str = "\n") -> bytes:
    return end.join([HEAD, *rows, ""]).encode()


def ids(found) -> list[str]:
    return sorted(child.id for household in found for child in household.children)


def test_an_open_quotation_mark_costs_its_own_row_and_says_how_many_it_would_have_swallowed():
    found, problems = tables.read_households(
        file(row("1"), row("2", '"要確認'), row("3"), row("4"), row("5"))
    )
    assert ids(found) == ["1", "3", "4", "5"]
    assert [one.line for one in problems] == [3]
    assert "閉じ忘れ" in problems[0].reason
    assert "6行目までの3行" in problems[0].reason


def test_two_open_quotation_marks_are_both_told():
    data = file(row("1"), row("2", '"要確認'), row("3"), row("4", '"要確認'), row("5"))
    found, problems = tables.read_households(data)
    assert ids(found) == ["1", "3", "5"]
    assert [one.line for one in problems] == [3, 5]


@pytest.mark.parametrize("apart", [1, 2, 5])
def test_two_marks_that_close_each_other_are_no_value(apart):
    """The first opens, the last closes: by the letter of the format it is one value that holds whole rows."""
    rows = [row(str(number)) for number in range(1, 9)]
    rows[1] = row("2", '"要確認')
    rows[1 + apart] = row(str(2 + apart), '済み"')
    found, problems = tables.read_households(file(*rows))
    assert ids(found) == sorted({*map(str, range(1, 9))} - {"2", str(2 + apart)})
    assert [one.line for one in problems] == [3, 3 + apart]


def test_a_mark_that_swallows_from_the_middle_of_one_row_to_the_middle_of_another():
    rows = [row(str(number)) for number in range(1, 7)]
    rows[1] = row("2", 児童氏名='"木戸')
    rows[3] = row("4", 児童氏名='村沢"')
    found, problems = tables.read_households(file(*rows))
    assert ids(found) == ["1", "3", "5", "6"]
    assert [one.line for one in problems] == [3, 5]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_a_line_break_and_marks_inside_closed_marks_are_part_of_the_value(end):
    data = file(row("1", f'"上の子が{end}在園、""要""連絡"'), row("2", '身長5"くらい'), row("3"), end=end)
    found, problems = tables.read_households(data)
    assert problems == []
    notes = [child.facts.get("備考") for household in found for child in household.children]
    assert notes == ['上の子が\n在園、"要"連絡', '身長5"くらい', None]


@pytest.mark.parametrize("cell", ['"東町"1-2', '東町1-2"', '"a"b"c"'])
def test_marks_in_the_wrong_place_are_told(cell):
    found, problems = tables.read_households(file(row("1", cell), row("2")))
    assert (ids(found), [one.line for one in problems]) == (["2"], [2])
    assert "引用符" in problems[0].reason


def test_a_mark_that_closes_in_the_first_cell_of_the_next_row_costs_both_a_word():
    data = file(row("1"), row("2", '"要確認'), '3"' + row("3")[1:], row("4"))
    found, problems = tables.read_households(data)
    assert (ids(found), [one.line for one in problems]) == (["1", "4"], [3, 4])
    assert all("引用符" in one.reason for one in problems)


def test_no_row_is_ever_missing_without_a_word():
    """Marks put in or taken out anywhere: every row is read, or told at its line or where the mark began before it."""
    for seed in range(300):
        chance = random.Random(seed)
        rows = [row(str(number), chance.choice(["", "あ", '"い"', '"う\nえ"'])) for number in range(1, 12)]
        text = "\n".join([HEAD, *rows, ""])
        for _ in range(chance.randint(1, 3)):
            at = chance.randrange(len(HEAD) + 1, len(text))
            text = text[:at] + '"' + text[at + (text[at] == '"') :]
        found, problems = tables.read_households(text.encode())
        told = {one.line for one in problems}
        lines = text.split("\n")
        for number in {*map(str, range(1, 12))} - {*ids(found)}:
            at = next((n for n, line in enumerate(lines, 1) if line.strip('"').startswith(number + ",")), 0)
            assert not at or told & {at - 1, at, at + 1}, (seed, number, text)


def test_mixed_line_ends_and_empty_columns_at_the_end():
    data = HEAD.replace("備考", "備考,,") + "\r\n" + row("1") + ",,\n" + row("2") + "\r" + row("3") + ",,\r\n"
    found, problems = tables.read_households(data.encode())
    assert (ids(found), problems) == (["1", "2", "3"], [])


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (row("2") + ",余分", "この行は9列あります"),
        ("2,,児童,2024-05-01", "4列しかありません"),
        (row("2", 児童氏名="木\0戸"), "NUL"),
        (row("2", 児童氏名="木�戸"), "文字化け"),
        (row("2", 児童氏名="〓田"), "書けなかった字の印"),
        (HEAD, "見出しの行がもう一度"),
        ("\ufeff" + HEAD, "見出しの行がもう一度"),
    ],
)
def test_a_row_that_does_not_fit_its_head_is_told(line, words):
    found, problems = tables.read_households(file(row("1"), line, row("3")))
    assert (ids(found), [one.line for one in problems]) == (["1", "3"], [3])
    assert words in problems[0].reason


def test_a_table_below_another_one_is_read_by_its_own_head():
    other = HEAD.replace("第1希望,第2希望", "第2希望,第1希望")
    data = "\n".join(
        [HEAD, row("1", 第1希望="甲園", 第2希望="乙園"), other, row("2", 第1希望="乙園", 第2希望="甲園")]
    )
    found, problems = tables.read_households(data.encode())
    assert [one.children[0].wishes for one in found] == [("甲園", "乙園")] * 2
    assert [one.line for one in problems] == [3]
    assert "列が上の見出しと違います" in problems[0].reason


def test_rows_above_a_head_that_was_sorted_into_them_are_told():
    found, problems = tables.read_facilities("A,青葉,5\nB,北浜,\n施設番号,施設名,1歳\nC,南,3\n".encode())
    assert ([one.id for one in found], [one.line for one in problems]) == (["C"], [1, 2])
    found, problems = tables.read_facilities("令和9年度,,4月\n施設番号,施設名,1歳\nC,南,3\n".encode())
    assert ([one.id for one in found], problems) == (["C"], [])


@pytest.mark.parametrize("cell", ["#N/A", "#REF!", "#NAME?", "#DIV/0!", "########"])
def test_what_a_spreadsheet_writes_for_a_lost_value_is_told(cell):
    """Two such household numbers are no household."""
    found, problems = tables.read_households(
        file(row("1", 世帯番号=cell), row("2", 世帯番号=cell), row("3", "#1 番"))
    )
    assert (ids(found), [one.line for one in problems]) == (["3"], [2, 3])
    assert "表計算ソフトのエラー" in problems[0].reason


def test_a_value_under_no_heading_is_told():
    data = (HEAD.replace("地区", "") + "\n" + row("1") + "\n").encode()
    found, problems = tables.read_households(data)
    assert found == []
    assert "5列目に見出しがない" in problems[0].reason


# What a spreadsheet does to numbers


@pytest.mark.parametrize(
    ("number", "words"),
    [
        ("800700178", "0800700178 ではありませんか"),
        ("8.007E+08", "数として書きかえた"),
        ("８.００７Ｅ＋０８", "数として書きかえた"),
        ("800700178.0", "数として書きかえた"),
    ],
)
def test_a_receipt_number_that_a_spreadsheet_changed_is_told(number, words):
    for kind in ("", tables.RECEIPT_NUMBER):
        found, problems = tables.read_households(file(row(number), row(RIGHT[1])), kind)
        assert (ids(found), [one.line for one in problems]) == ([RIGHT[1]], [2])
        assert words in problems[0].reason


@pytest.mark.parametrize("number", ["0800700179", "08007001780", "080070017", "A800700178", "②800700178"])
def test_a_number_of_the_ledgers_type_needs_its_check_digits(number):
    found, problems = tables.read_households(file(row(number)), tables.RECEIPT_NUMBER)
    assert found == []
    assert "受付番号" in problems[0].reason


def test_numbers_are_folded_before_they_are_compared():
    data = file(
        row("０８００７００３７２", 世帯番号="S0002"),
        row("0800 700372"),
        row(RIGHT[0], 世帯番号="Ｓ０００２"),
    )
    found, problems = tables.read_households(data, tables.RECEIPT_NUMBER)
    assert [(one.id, len(one.children)) for one in found] == [("S0002", 2)]
    assert found[0].children[0].facts["受付番号"] == "0800700372"
    assert [one.line for one in problems] == [3]
    assert "同じ受付番号が2行目にも" in problems[0].reason


@pytest.mark.parametrize("cell", ['="0800700178"', "'0800700178", '"=""0800700178"""'])
def test_a_number_marked_as_text_is_the_number(cell):
    found, problems = tables.read_households(file(row(cell)), tables.RECEIPT_NUMBER)
    assert (ids(found), problems) == ([RIGHT[0]], [])


@pytest.mark.parametrize(("one", "other"), [("0012", "12"), ("12", "0012"), ("1.2E+11", "1.2E+11")])
def test_household_numbers_that_a_spreadsheet_changed_join_nobody(one, other):
    found, problems = tables.read_households(file(row("1", 世帯番号=one), row("2", 世帯番号=other)))
    assert all(len(household.children) == 1 for household in found)
    assert problems
    assert "世帯番号" in problems[-1].reason


@pytest.mark.parametrize("written", ["S－2", "S‐2", "S−2", "Sー2", "Ｓ－２", "S–2", "S - 2"])
def test_a_hyphen_is_a_hyphen_whichever_key_gave_it(written):
    found, problems = tables.read_households(file(row("1", 世帯番号="S-2"), row("2", 世帯番号=written)))
    assert ([(one.id, len(one.children)) for one in found], problems) == ([("S-2", 2)], [])


@pytest.mark.parametrize("written", ["s0002", "ｓ０００２"])
def test_household_numbers_that_differ_in_capitals_alone_are_told(written):
    data = file(row("1", 世帯番号="S0002"), row("2", 世帯番号=written), row("3", 世帯番号="S0002"))
    found, problems = tables.read_households(data)
    assert (ids(found), [one.line for one in problems]) == (["1", "3"], [3])
    assert "大文字か小文字か" in problems[0].reason


@pytest.mark.parametrize("written", ["1月2日", "2027/1/2", "2-Jan", "Jan-02", '"1,234"'])
def test_a_household_number_that_became_a_day_or_an_amount_is_told(written):
    found, problems = tables.read_households(file(row("1", 世帯番号=written), row("2", 世帯番号="1-2")))
    assert (ids(found), [one.line for one in problems]) == (["2"], [2])
    assert "書きかえた" in problems[0].reason


def test_two_numbers_for_the_same_ages_are_told():
    head = "施設番号,施設名,3歳,4歳,共用枠\n"
    for shared in ("3-4歳:席10、3-4歳:席8", "3歳:席10、３-３歳：席8", "3-4歳:保育士2、3-4歳:保育士2"):
        found, problems = tables.read_facilities(f"{head}A,青葉保育園,5,5,{shared}\n".encode())
        assert found == []
        assert "二つあります" in problems[0].reason
    found, problems = tables.read_facilities(f"{head}A,青葉,5,5,3-4歳:席10、3-4歳:保育士2\n".encode())
    assert problems == []
    assert (found[0].shared[0].seats, found[0].shared[0].teachers) == (10, 2)
    assert "小さい年齢から" in tables.read_facilities(f"{head}A,青葉,5,5,4-3歳:席1\n".encode())[1][0].reason


# Files of another kind

TABLE = [HEAD.split(","), *(row(number).split(",") for number in RIGHT)]


@pytest.mark.parametrize("delimiter", ["\t", ";", ","])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932", "utf-16"])
def test_other_delimiters_and_encodings_are_read_where_the_head_is_certain(delimiter, encoding):
    text = "\r\n".join(delimiter.join(cells) for cells in TABLE)
    found, problems = tables.read_households(text.encode(encoding))
    assert (ids(found), problems) == (RIGHT, [])


def test_a_title_above_the_head_is_passed_over_and_values_there_are_told():
    text = "\n".join(["令和9年4月入所,,,,,,,", "", *(",".join(cells) for cells in TABLE)])
    found, problems = tables.read_households(text.encode())
    assert (ids(found), problems) == (RIGHT, [])
    found, problems = tables.read_households(f"{row('1')}\n{text}".encode())
    assert (ids(found), [one.line for one in problems]) == (RIGHT, [1])
    assert "見出し（4行目）の上" in problems[0].reason


def workbook(kind: str) -> bytes:
    buffer = io.BytesIO()
    if kind == "xlsx":
        book = Workbook()
        for cells in TABLE:
            book.active.append(cells)
        book.save(buffer)
    else:
        with zipfile.ZipFile(buffer, "w") as packed:
            first = ("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
            packed.writestr(*(first if kind == "ods" else ("表.csv", HEAD)))
    return buffer.getvalue()


HTML = "<html><head><meta charset=utf-8></head><body><table><tr><td>受付番号</td></tr></table></body></html>"


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"{\\rtf1\\ansi", "RTF"),
        (b'[{"id": 1}]', "JSON"),
        ("受付番号,第1希望\n1,あおば\n".encode("euc_jp"), "EUC-JP"),
        ("受付番号,第1希望\n1,あおば\n".encode("iso2022_jp"), "ISO-2022-JP"),
        (workbook("ods"), "OpenDocument"),
        (workbook("zip"), "ZIP"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "古い形式のExcel"),
        (HTML.encode(), "Webページ"),
        (("\ufeff\r\n" + HTML.upper()).encode(), "Webページ"),
        (HTML.encode("utf-16"), "Webページ"),
        (b"<style>td{}</style><table><tr><td>", "Webページ"),
        (b"MIME-Version: 1.0\r\nX-Document-Type: Workbook\r\n", "Webページ"),
        (b"<?xml version='1.0'?><Workbook/>", "XML"),
        (b"%PDF-1.7\n", "PDF"),
        (b"\x1f\x8b\x08" + bytes(30), "gzip"),
        (b"\x89PNG\r\n\x1a\n" + bytes(99), "画像"),
        (b"\xff\xd8\xff\xe0\0\x10JFIF" + bytes(99), "画像"),
        ("\n".join([HEAD, row("1")]).encode("utf-16-le"), "UTF-16"),
        (
            ("施設番号,施設名\n" + "あ,とても長い名前を持つ東地区の中心にある保育園\n" * 9).encode(
                "utf-16-be"
            ),
            "UTF-16",
        ),
        (file(row("1")) + row("2", "備考").encode("cp932"), "混ざっています"),
        ((HEAD + "\n" + row("1")).encode("cp932") + b"\n" + row("2", "備考").encode(), "混ざっています"),
        ("\n".join([HEAD, row("1")]).encode("utf-16")[:-1], "UTF-16の文字が途中で"),
    ],
)
def test_a_file_of_another_kind_is_told_what_it_is(data, words):
    for read in (tables.read_households, tables.read_facilities):
        found, problems = read(data)
        assert found == []
        assert len(problems) == 1
        assert words in problems[0].reason, problems


def test_one_stray_nul_in_a_short_file_costs_its_row_only():
    found, problems = tables.read_households(file(row("1"), row("2").replace("2", "2\0", 1), row("3")))
    assert ids(found) == ["1", "3"]
    assert [problem.line for problem in problems] == [3]
    assert "NUL文字" in problems[0].reason


def test_a_file_too_large_is_told(monkeypatch):
    monkeypatch.setattr(recognising, "LARGEST", 10)
    assert "大きすぎます" in tables.read_households(file(row("1")))[1][0].reason


def test_a_value_over_lines_without_its_first_mark_is_told_and_not_cut():
    whole = file(row("1"), row("2", '上の子が\n在園、下の子も\n要連絡"'), row("3"))
    found, problems = tables.read_households(whole)
    assert ids(found) == ["1", "3"]
    assert problems[0].line == 3
    assert "途中までしか分からず" in problems[0].reason
    assert {one.line for one in problems} == {3, 4, 5}


def test_a_workbook_is_read_whatever_its_name():
    found, problems = tables.read_households(workbook("xlsx"))
    assert (ids(found), problems) == (sorted(RIGHT), [])


@pytest.mark.parametrize("sign", ["²", "②", "½"])
def test_a_sign_that_stands_for_a_number_is_no_digit(sign):
    found, problems = tables.read_households(
        file(row("1", 世帯番号="12"), row("2", 世帯番号=f"1{sign}"), row("3"))
    )
    assert (ids(found), [one.line for one in problems]) == (["1", "3"], [3])
    assert sign in problems[0].reason
