"""Claim files, tables and rules as they come when something went wrong: each is read where it is clear, else told."""

from __future__ import annotations

import io

import pytest

from yakuba.kernel.definitions import DefinitionRefused
from yakuba.kernel.tables.reading import rows
from yakuba.services.claims.adapters import shelf
from yakuba.services.claims.contracts import Claim
from yakuba.services.claims.engine import making, reading, tables
from yakuba.services.claims.engine.dates import BadDate, day_of, month_of
from yakuba.services.claims.engine.lines import LONGEST
from yakuba.services.claims.engine.rules import read_rules

BASE = b"".join(making.lines(iter(making.planted(6, seed=3, month=202604))))
NUMBERS = (b"9999999999", b"-1", b"-", b"70000", b"300", b"\x00", b"\xff", b"1.5", "１２".encode("cp932"))


def read(content: bytes, folder):
    faults: list = []
    told = reading.Told()
    with shelf.Writing(folder) as writing:
        found = []
        for one in reading.claims_of(io.BytesIO(content), faults, told):
            writing.add(one)
            found.append(one)
    return found, faults, told


def body(claim) -> tuple:
    return claim.points, len(claim.items), len(claim.diseases), claim.total


def test_cut_anywhere_no_claim_changes_and_the_cut_is_told(tmp_path):
    whole = {one.line: body(one) for one in read(BASE, tmp_path)[0]}
    places = {at for at in range(len(BASE)) if BASE[at - 1 : at] == b"\n"} | set(range(0, len(BASE), 97))
    for at in sorted(places):
        found, faults, told = read(BASE[:at], tmp_path)
        assert all(body(one) == whole[one.line] for one in found), at
        assert faults or not told.lines or at >= len(BASE) - 1, at


@pytest.mark.parametrize(
    "written",
    [
        BASE.replace(b"\r\n", b"\n"),
        BASE.replace(b"\r\n", b"\r"),
        BASE.decode("cp932").encode(),
        b"\xef\xbb\xbf" + BASE.decode("cp932").encode(),
    ],
    ids=["LF", "CR", "UTF-8", "UTF-8 with its mark"],
)
def test_whatever_ends_lines_and_in_either_encoding_it_is_the_same_file(tmp_path, written):
    wanted = [(one.name, one.institution_name, body(one)) for one in read(BASE, tmp_path)[0]]
    found, faults, _ = read(written, tmp_path)
    assert [(one.name, one.institution_name, body(one)) for one in found] == wanted
    assert not faults


def test_half_width_kana_that_look_like_utf_8_stay_kana(tmp_path):
    kana = "ﾂｱﾃｲ".encode("cp932")
    assert kana.decode("utf-8")  # by chance
    content = BASE.replace("ミホン".encode("cp932"), kana).replace("見本".encode("cp932"), b"A")
    content = content.replace("医院".encode("cp932"), b"B").replace("　".encode("cp932"), b" ")
    assert {one.kana for one in read(content, tmp_path)[0]} == {"ツアテイ"}


@pytest.mark.slow
def test_no_number_in_any_item_stops_the_file(tmp_path):
    lines = BASE.split(b"\r\n")
    for at in range(10):
        fields = lines[at].split(b",")
        for item in range(1, len(fields)):
            for number in NUMBERS:
                changed = [*fields[:item], number, *fields[item + 1 :]]
                found, _, told = read(
                    b"\r\n".join([*lines[:at], b",".join(changed), *lines[at + 1 :]]), tmp_path
                )
                assert len(found) + told.left_out == 7


def test_a_line_without_end_is_told_and_is_never_held_whole(tmp_path):
    first, rest = BASE.split(b"\r\n", 5)[:5], BASE.split(b"\r\n", 5)[5]
    long = b"CO," + b"x" * (5 * LONGEST)
    found, faults, told = read(b"\r\n".join([*first, long, rest]), tmp_path)
    assert "長すぎます" in faults[0].reason
    assert told.left_out == 1
    content = b"\r\n".join([*first, long, rest])
    assert all(content[one.offset :].startswith(b"RE,") for one in found)
    assert told.bytes == len(content)


def test_days_that_do_not_add_up_are_told_and_a_day_that_is_not_spoils_the_claim(tmp_path):
    lines = BASE.split(b"\r\n")
    at = next(place for place, line in enumerate(lines) if line.startswith(b"SI"))
    fields = lines[at].split(b",")
    more = [*fields[:6], b"7", *fields[7:]]
    found, faults, _ = read(b"\r\n".join([*lines[:at], b",".join(more), *lines[at + 1 :]]), tmp_path)
    assert "回数は7" in faults[0].reason
    assert faults[0].line == at + 1
    assert len(found) == 7
    fields[-1] = b"1"  # the 31st of April
    found, faults, told = read(b"\r\n".join([*lines[:at], b",".join(fields), *lines[at + 1 :]]), tmp_path)
    assert "4月にない日" in faults[0].reason
    assert (len(found), told.left_out) == (6, 1)


def test_years_that_an_era_never_had_are_no_dates():
    assert (month_of("43104"), day_of("3640107"), month_of("50101")) == (201904, 19890107, 201901)
    for bad in ("50004", "44004", "36501", "14602"):
        with pytest.raises(BadDate):
            month_of(bad)


def table(kind: str, text: str):
    faults: list = []
    known = tables.kinds()[kind]
    return list(
        tables.of_rows(
            known, rows(text.encode(), [one.name for one in known.columns if one.required], faults), faults
        )
    ), faults


def test_columns_taken_for_each_other_are_told_and_not_rows_that_never_find_anything():
    head = "医薬品コード,傷病名コード\n"
    assert len(table("drug_disease", head + "699000001,9900001\n")[0]) == 1
    found, faults = table("drug_disease", head + "9900001,699000001\n")
    assert not found
    assert "列を取り違えて" in faults[0].reason
    found, faults = table("drug_dose", "医薬品コード,1日量の上限,1日量の下限\n699000001,3,9\n")
    assert not found
    assert "必ず範囲の外" in faults[0].reason


RULE = "規則:\n  - {{符号: a, 名前: x, 出典: x, 重さ: 照会, 文: x, {0}}}\n  - {{符号: b, 名前: x, 出典: x, 重さ: 照会, 文: x, {1}}}\n"
MEN, WOMEN = "種類: 性別, 項目: [9900010], 性別: 男", "種類: 性別, 項目: [9900010], 性別: 女"


@pytest.mark.parametrize(
    ("first", "second", "said"),
    [
        (MEN, WOMEN, "反対のこと"),
        (
            "種類: 入外, 項目: [199000001], 入外: 入院",
            "種類: 入外, 項目: [199000001], 入外: 入院外",
            "反対のこと",
        ),
        (MEN, "種類: 年齢, 項目: [1], 下限: 9, 上限: 3", "必ず範囲の外"),
        (MEN, "種類: 適応, 項目: [699000001], 相手: [199000001]", "病名のコード"),
        (MEN, "種類: 第三者, 項目: [199000001]", "病名のコード"),
        (MEN, "種類: 重複, 適用: 2026-05から2026-04まで", "始まりより前"),
    ],
)
def test_rules_that_no_claim_could_follow_are_told(first, second, said):
    with pytest.raises(DefinitionRefused) as refused:
        read_rules(RULE.format(first, second))
    assert said in str(refused.value.problems[0])


def test_opposite_rules_of_other_months_are_two_rules():
    assert len(read_rules(RULE.format(MEN + ", 適用: 2026-03まで", WOMEN + ", 適用: 2026-04から"))) == 2


@pytest.mark.parametrize(
    ("birth", "month", "first", "last"),
    [
        (20200401, 202604, 6, 6), (20200402, 202604, 5, 6), (20200430, 202604, 5, 6), (20200501, 202604, 5, 5),
        (20200229, 202602, 5, 6), (20200229, 202603, 6, 6), (20260415, 202604, -1, 0),
    ],
)  # fmt: skip
def test_ages_at_both_ends_of_a_month(birth, month, first, last):
    one = Claim(1, 1, 0, month=month, birth=birth)
    assert (one.age, one.last_age) == (first, last)
