"""Layouts and what is written by them, without the house."""

from __future__ import annotations

import csv
import io
from datetime import date
from pathlib import Path

import pytest

from yakuba.kernel.definitions import DefinitionRefused
from yakuba.kernel.definitions.procedures import load_procedure, parse_procedure
from yakuba.kernel.refusals import Invalid
from yakuba.kernel.tables.reading import rows
from yakuba.services.corefiles.engine import results
from yakuba.services.corefiles.engine.layout import procedure_of, read_layout
from yakuba.services.corefiles.engine.results import Result
from yakuba.services.corefiles.engine.writing import Given, Writer, WrittenCase
from yakuba.services.corefiles.tests.examples import LAYOUT, PROCEDURE

SAMPLES = Path(__file__).resolve().parents[5] / "samples"
DEFINITION = parse_procedure(PROCEDURE, "")
HEAD = "レイアウト: x\n名前: x\n手続: seal-card\n"
VALUES = {
    "receipt_number": "0800070163",
    "name": "髙橋花子",
    "kana": "タカハシハナコ",
    "birth": "1990-04-02",
    "kind": "new",
    "wants": "card",
    "note": "",
}


def writer(text: str, reduction=None) -> Writer:
    return Writer(read_layout(text, DEFINITION), DEFINITION, date(2026, 11, 29), reduction or {})


def written(text: str, reduction=None, **values: str) -> bytes:
    writing = writer(text, reduction)
    case = writing.case(Given(VALUES | values, date(2026, 11, 1)), 1)
    assert isinstance(case, WrittenCase), case
    return writing.file([case])


def faults(text: str, **values: str) -> list[str]:
    found = writer(text).case(Given(VALUES | values, date(2026, 11, 1)), 1)
    return [] if isinstance(found, WrittenCase) else list(map(str, found))


def columns(*each: str, head: str = HEAD) -> str:
    return head + "列:\n" + "".join(f"  - {{{one}}}\n" for one in each)


def test_a_csv_as_the_system_wants_it():
    content = written(LAYOUT)
    assert content.decode("cp932") == "受付番号,氏名,生年月日,区分\r\n0800070163,髙橋花子,4020402,1\r\n"


def test_fixed_length_counts_bytes_and_fills():
    text = columns(
        "見出し: a, 項目: receipt_number, 桁: 12, 寄せ: 右, 埋め: '0'",
        "見出し: b, 項目: name, 桁: 11, 埋め: 全角空白",
        "見出し: c, 項目: kana, 書式: [半角カナ], 桁: 8",
        "見出し: d, 値: 'Z', 桁: 1",
        head=HEAD + "形: 固定長\n改行: LF\n",
    )
    assert written(text).decode("cp932") == "000800070163髙橋花子　 ﾀｶﾊｼﾊﾅｺ Z\n"


def test_what_is_too_long_is_refused_and_never_cut():
    text = columns("見出し: 名, 項目: name, 桁: 6", head=HEAD + "形: 固定長\n")
    assert faults(text) == ["名：8バイトあります。6バイトまでです。"]
    assert faults(columns("見出し: 名, 項目: name, 桁: 3")) == ["名：4文字あります。3文字までです。"]


def test_every_fault_of_a_case_is_told_at_once():
    text = columns("見出し: 名, 項目: name, 桁: 1", "見出し: 生, 項目: birth, 必須: はい")
    assert len(faults(text, birth="")) == 2


def test_a_character_that_the_file_cannot_hold_keeps_the_case_out_until_the_towns_table_names_it():
    text = columns("見出し: 名, 項目: name")
    (told,) = faults(text, name="吉野𠮷子")
    assert "「𠮷」（U+20BB7）" in told
    assert "縮退表" in told
    assert written(text, {"𠮷": "吉"}, name="吉野𠮷子").decode("cp932").endswith("吉野吉子\r\n")


def test_what_was_reduced_is_told():
    writing = writer(columns("見出し: 名, 項目: name"), {"𠮷": "吉"})
    case = writing.case(Given(VALUES | {"name": "𠮷田"}, date(2026, 11, 1)), 1)
    assert "「吉」にしました" in case.notes[0]


def test_utf8_holds_every_character_with_or_without_its_mark():
    for encoding, mark in (("UTF-8", ""), ("UTF-8（BOM付き）", "\ufeff")):
        text = columns("見出し: 名, 項目: name", head=HEAD + f"文字コード: {encoding}\n")
        assert written(text, name="𠮷田").decode() == f"{mark}名\r\n𠮷田\r\n"


@pytest.mark.parametrize(
    ("column", "stands"),
    [
        ("項目: kind", "new"),
        ("項目: kind, 書式: [表示]", "新規"),
        ("項目: kind, 変換: {new: '01', lost: '02'}", "01"),
        ("項目: wants, 選択肢: card", "1"),
        ("項目: wants, 選択肢: paper", "0"),
        ("項目: birth", "1990-04-02"),
        ("項目: birth, 書式: [西暦8桁]", "19900402"),
        ("項目: birth, 書式: [和暦略]", "H02.04.02"),
        ("項目: note, 空のとき: なし", "なし"),
        ("項目: note", ""),
        ("項目: 受付日, 書式: [西暦8桁]", "20261101"),
        ("項目: 作成日", "2026-11-29"),
        ("項目: 通し番号", "1"),
        ("項目: 通し番号, 桁: 4, 寄せ: 右, 埋め: '0'", "0001"),
        ("値: ''", ""),
    ],
)
def test_a_column_is_written(column, stands):
    text = columns(f"見出し: x, {column}", "見出し: y, 値: '|'")
    line = written(text).decode("cp932").split("\r\n")[1]
    assert line == f"{stands},|"


def test_a_code_that_the_other_system_lacks_is_refused():
    (told,) = faults(columns("見出し: 区分, 項目: kind, 変換: {lost: '2'}"))
    assert told.startswith("区分：「新規」の変換先がありません。")


def test_line_breaks_are_refused_or_made_blanks_as_the_layout_says():
    assert "改行" in faults(columns("見出し: x, 項目: note"), note="一行目\n二行目")[0]
    text = columns("見出し: x, 項目: note, 改行を空白に: はい")
    assert written(text, note="一行目\r\n二行目").decode("cp932").endswith("一行目 二行目\r\n")
    assert "U+0009" in faults(text, note="タブ\tだけ")[0], "a tab is none"


def test_commas_and_quotation_marks_come_back_as_they_were():
    nasty = 'a,"b"、=1+1'
    text = columns(
        "見出し: x, 項目: note", "見出し: y, 項目: note", head=HEAD + "囲み: すべて\n形: タブ区切り\n"
    )
    content = written(text, note=nasty).decode("cp932")
    assert list(csv.reader(io.StringIO(content), delimiter="\t"))[1] == [nasty, nasty]
    assert content.startswith('"x"\t"y"')


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (columns("見出し: x, 項目: nme"), "「name」の間違い"),
        (columns("見出し: x"), "「項目」か「値」"),
        (columns("見出し: x, 項目: name, 値: a"), "「項目」か「値」"),
        (columns("見出し: x, 値: a", "見出し: x, 値: b"), "二つあります"),
        (columns("見出し: x, 項目: name, 書式: [和暦7桁]"), "使えません"),
        (columns("見出し: x, 項目: name, 変換: {a: b}"), "選択肢のある項目"),
        (columns("見出し: x, 項目: kind, 変換: {nwe: b}"), "「new」の間違い"),
        (columns("見出し: x, 項目: kind, 選択肢: gone"), "使えません"),
        (columns("見出し: x, 項目: kind, 選択肢: new, 書式: [表示]"), "1か0"),
        (columns("見出し: x, 項目: name", head=HEAD + "形: 固定長\n"), "「桁」（バイト数）"),
        (
            columns("見出し: x, 項目: name, 桁: 9", head=HEAD + "形: 固定長\n見出し: はい\n"),
            "見出しの行は書けません",
        ),
        (columns("見出し: x, 項目: name, 桁: 0"), "1から4000まで"),
        (columns("見出し: x, 値: a", head="レイアウト: Aあ\n名前: x\n手続: seal-card\n"), "英小文字"),
        (columns("見出し: x, 値: a", head="レイアウト: new\n名前: x\n手続: seal-card\n"), "new と load"),
        (HEAD + "列: []\n", "列を一つ以上"),
        (HEAD, "「列」がありません"),
    ],
)
def test_a_layout_says_what_is_wrong_with_it(text, told):
    with pytest.raises(DefinitionRefused, match=told):
        read_layout(text, DEFINITION)


def read(text: str):
    return results.read(rows(text.encode(), results.REQUIRED, []))


def test_results_are_read_with_what_is_no_result():
    found, problems = read(
        "受付番号,登録番号,理由\n０８００,A-1,\n0801,,住所エラー\n0802,,正常\n0803,B,ちがう\n,C,\n0804,1,\n0804,2,\n"
    )
    assert found == [Result("0800", "A-1"), Result("0801", "", "住所エラー"), Result("0802")]
    assert [one.line for one in problems] == [5, 6, 8], (
        "of a number that stands twice neither line is believed"
    )


@pytest.mark.parametrize("path", sorted(SAMPLES.glob("layouts/*.yaml")), ids=lambda path: path.stem)
def test_the_samples_are_layouts(path):
    text = path.read_text(encoding="utf-8")
    definition = load_procedure(SAMPLES / "procedures" / f"{procedure_of(text)}.yaml")
    assert read_layout(text, definition).columns


@pytest.mark.parametrize(
    "column",
    [
        "項目: kind, 変換: {new: '', lost: ''}, 必須: はい",
        "項目: wants, 変換: {card: '', paper: ''}, 必須: はい",
        "項目: wants, 選択肢: paper, 必須: はい",
        "項目: note, 必須: はい",
    ],
)
def test_what_must_stand_there_stands_there_after_its_conversion_too(column):
    values = {"wants": ""} if "選択肢" in column else {"wants": "card,paper", "note": "　"}
    (told,) = faults(columns(f"見出し: x, {column}"), **values)
    assert "必須です" in told


@pytest.mark.parametrize(
    ("column", "stands"),
    [
        ("項目: 通し番号, 書式: [全角]", "１"),
        ("値: '9', 書式: [全角]", "９"),
        ("項目: wants, 選択肢: card, 空のとき: '9'", "9"),
    ],
)
def test_nothing_of_a_column_is_passed_over(column, stands):
    assert written(columns(f"見出し: x, {column}"), wants="").decode("cp932") == f"x\r\n{stands}\r\n"


def test_a_conversion_and_the_shown_word_exclude_each_other():
    with pytest.raises(DefinitionRefused, match="「表示」と一緒に"):
        read_layout(columns("見出し: x, 項目: kind, 変換: {new: '1'}, 書式: [表示]"), DEFINITION)


@pytest.mark.parametrize(
    ("column", "head"),
    [
        ('見出し: "a\\nb", 項目: name', ""),
        ("見出し: 吉𠮷, 項目: name", ""),
        ('見出し: x, 値: "a\\nb"', ""),
        ('見出し: x, 項目: note, 空のとき: "𠮷"', ""),
        ("見出し: x, 項目: kind, 変換: {new: 長すぎる, lost: '2'}, 桁: 2", ""),
        ("見出し: x, 値: 長すぎる, 桁: 3", "形: 固定長\n"),
    ],
)
def test_a_layout_that_no_file_can_hold_is_told_whatever_the_case(column, head):
    assert writer(columns(column, head=HEAD + head)).own_faults()


def test_a_layout_that_can_be_written_has_no_faults_of_its_own():
    assert writer(LAYOUT).own_faults() == []
    assert writer(columns("見出し: 吉𠮷, 項目: name", head=HEAD + "文字コード: UTF-8\n")).own_faults() == []


def test_an_invisible_character_is_named():
    (told,) = faults(columns("見出し: x, 項目: note, 改行を空白に: はい"), note="あ\u200bい")
    assert "U+200B" in told


@pytest.mark.parametrize("word", ["正常終了", "登録済み", "エラーなし", "正常終了。", "ＯＫ", "０", "―"])
def test_a_reason_that_says_that_all_went_well_is_none(word):
    assert read(f"受付番号,登録番号,理由\n0800,A-1,{word}\n0801,,{word}\n")[0] == [
        Result("0800", "A-1"),
        Result("0801"),
    ]


def test_a_table_that_cannot_say_what_became_of_a_case_settles_none():
    lines = list(rows(b"\xef\xbb\xbf" + "受付番号,メッセージ\n0800,失敗\n".encode(), results.REQUIRED, []))
    with pytest.raises(Invalid, match="取り込まれたかどうか"):
        results.read(lines, ["受付番号", "メッセージ"])
    lines = list(rows("受付番号,登録番号\n0800,A\n0801,\n".encode(), results.REQUIRED, []))
    found, problems = results.read(lines, ["受付番号", "登録番号"])
    assert found == [Result("0800", "A")]
    assert [one.line for one in problems] == [3]


def test_a_receipt_number_is_one_with_and_without_the_zeros_that_a_spreadsheet_takes():
    found, problems = read("受付番号,登録番号,理由\n0800070163,A,\n800070163,B,\n")
    assert found == []
    assert len(problems) == 1


def test_a_table_longer_than_any_file_is_refused():
    lines = "".join(f"{number},A{number},\n" for number in range(results.MOST_RESULTS + 1))
    with pytest.raises(Invalid, match="20,000行"):
        read("受付番号,登録番号,理由\n" + lines)
