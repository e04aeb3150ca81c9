"""CSV tables of facilities and applications."""

import subprocess
import sys
from pathlib import Path

import pytest

from yakuba.services.nursery.contracts import SharedAges
from yakuba.services.nursery.engine.preparing import tables

SAMPLES = Path(__file__).parents[5] / "samples" / "nursery-round"
FACILITIES = """施設番号,施設名,種別,地区,0歳,1歳,2歳,3歳,4歳,5歳,共用枠,土曜開所
A,青葉保育園,保育所,東,3,4,0,,-,2,,あり
B,若葉保育園,認定こども園,西,１,2,2,2,2,2,3-5歳:席4、0-1歳:保育士2、3〜5歳:保育士1,なし
"""
APPLICATIONS = """受付番号,世帯番号,児童氏名,生年月日,地区,きょうだいの希望,第1希望,第2希望,今の施設,今の席を空ける,入所保留の希望,父の状況
0001,S1,山田一郎,2024-05-01,東,together,青葉保育園,若葉保育園,,,,会社勤務
0002,S1,山田二郎,令和7年8月2日,,,若葉保育園,,A,はい,,会社勤務
0003,,佐藤花子,R6.4.1,西,,A,B,,,○,
"""


def test_facilities_by_their_headings():
    found, problems = tables.read_facilities(FACILITIES.encode())
    assert problems == []
    first, second = found
    assert dict(first.vacancies) == {0: 3, 1: 4, 2: 0, 5: 2}
    assert (first.id, first.name, first.kind, first.district) == ("A", "青葉保育園", "保育所", "東")
    assert first.facts["土曜開所"] == "あり"
    assert second.vacancies[0] == 1
    assert second.shared == (SharedAges("3-5歳", (3, 4, 5), 4, 1), SharedAges("0-1歳", (0, 1), None, 2))


@pytest.mark.parametrize("encode", [str.encode, lambda t: t.encode("utf-8-sig"), lambda t: t.encode("cp932")])
def test_applications_in_any_usual_encoding(encode):
    found, problems = tables.read_households(encode(APPLICATIONS))
    assert problems == []
    together, alone = found
    assert [child.id for child in together.children] == ["0001", "0002"]
    assert (together.id, together.sibling_mode, together.district, together.line) == (
        "S1",
        "together",
        "東",
        2,
    )
    assert together.children[0].wishes == ("青葉保育園", "若葉保育園")
    second = together.children[1]
    assert (second.birth.isoformat(), second.current, second.gives_up) == ("2025-08-02", "A", True)
    assert (alone.id, alone.line, alone.children[0].wants_hold) == ("0003", 4, True)
    assert alone.children[0].birth.isoformat() == "2024-04-01"
    assert together.children[0].facts["父の状況"] == "会社勤務"


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("0001,,x,2024-05-01,,,A,,,,,", ["5行目", "同じ受付番号が2行目にも"]),
        (",,x,2024-05-01,,,A,,,,,", ["5行目", "受付番号が空"]),
        ("0009,,x,,,,A,,,,,", ["5行目", "生年月日が空"]),
        ("0009,,x,2024-02-30,,,A,,,,,", ["5行目", "日付ではありません"]),
        ("0009,,x,6/5/1,,,A,,,,,", ["5行目", "日付ではありません", "令和9年4月1日"]),
        ("0009,,x,平成0年5月1日,,,A,,,,,", ["5行目", "日付ではありません"]),
        ("0009,,x,2024-05-01,,,A,,,たぶん,,", ["5行目", "今の席を空ける", "たぶん"]),
        ("0009,S1,x,2024-05-01,,apart,A,,,,,", ["5行目", "同じ世帯の2行目と違います"]),
        ("0009,,x,2024-05-01,,,A,,,,,,余分", ["5行目", "12列", "13列"]),
        (f"0009,,{'長' * 3000},2024-05-01,,,A,,,,,", ["5行目", "長すぎる"]),
    ],
)
def test_a_bad_row_is_told_and_the_good_ones_are_kept(row, words):
    found, problems = tables.read_households((APPLICATIONS + row + "\n").encode())
    assert [child.id for one in found for child in one.children] == ["0001", "0002", "0003"]
    assert len(problems) == 1
    assert all(word in str(problems[0]) for word in words), str(problems[0])


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("A,x,,,1,,,,,,,", ["4行目", "前の行にも"]),
        ("C,x,,,-1,,,,,,,", ["4行目", "「0歳」の空き「-1」"]),
        ("C,x,,,たくさん,,,,,,,", ["4行目", "たくさん"]),
        ("C,x,,,1,,,,,,みんなで10,", ["4行目", "みんなで10", "3-5歳:席10"]),
        (",x,,,1,,,,,,,", ["4行目", "施設番号が空"]),
    ],
)
def test_a_bad_facility_is_told(row, words):
    found, problems = tables.read_facilities((FACILITIES + row + "\n").encode())
    assert [one.id for one in found] == ["A", "B"]
    assert all(word in str(problems[0]) for word in words), str(problems[0])


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "空です"),
        ("受付番号,第2希望\n1,A\n".encode(), "「第1希望」の列がありません"),
        ("受付番号,第1希望,第1希望\n".encode(), "列が二つ"),
        (b"\x81\xff\xfe\n", "読めない文字"),
        (("受付番号,第1希望\n" + '1,"' + "x" * 200_000).encode(), '引用符（"）の閉じ忘れ'),
        (("受付番号,第1希望" + ",x" * 400 + "\n").encode(), "列が多すぎ"),
    ],
)
def test_a_file_that_is_no_table_is_told(data, words):
    found, problems = tables.read_households(data)
    assert found == []
    assert any(words in one.reason for one in problems), problems


def test_names_keep_their_kanji_and_decomposed_kana_are_put_together():
    rows = "受付番号,児童氏名,生年月日,第1希望\n1,\ufa19田か\u3099く,㋿6年5月1日,A\n2,\u795e田,2024/05/01 0:00,A\n"
    found, problems = tables.read_households(rows.encode())
    assert problems == []
    assert [home.children[0].name for home in found] == ["\ufa19田がく", "\u795e田"]
    assert {home.children[0].birth.isoformat() for home in found} == {"2024-05-01"}


def test_a_day_outside_its_era_is_told_with_the_day_that_it_may_be():
    rows = "受付番号,児童氏名,生年月日,第1希望\n1,山田花,平成31年5月1日,A\n"
    found, problems = tables.read_households(rows.encode())
    assert found == []
    assert "令和元年5月1日" in problems[0].reason


def test_lines_are_counted_with_line_breaks_in_cells():
    text = APPLICATIONS + '0008,,"改行\nあり",2024-05-01,,,A,,,,,\n0009,,x,,,,A,,,,,\n'
    found, problems = tables.read_households(text.encode())
    assert found[-1].line == 5
    assert problems[0].line == 7


def test_the_sample_round_is_read_without_a_fault():
    places, in_places = tables.read_facilities((SAMPLES / "facilities.csv").read_bytes())
    households, in_households = tables.read_households((SAMPLES / "applications.csv").read_bytes())
    assert (in_places, in_households) == ([], [])
    assert len(places) == 24
    assert len(households) == 260
    assert sum(len(one.children) for one in households) == 300


def test_the_sample_round_is_what_its_generator_draws(tmp_path):
    command = [sys.executable, str(SAMPLES / "generate.py"), "--out", str(tmp_path)]
    subprocess.run(command, check=True, timeout=600)
    for name in ("facilities.csv", "applications.csv"):
        assert (tmp_path / name).read_bytes() == (SAMPLES / name).read_bytes()
