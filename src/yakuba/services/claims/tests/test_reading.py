"""Claim files: whole, cut, broken, old and new; nothing is silently zero."""

from __future__ import annotations

import pytest

from yakuba.services.claims.engine import making, reading
from yakuba.services.claims.engine.dates import BadDate, day_of, month_of


def lines(count: int = 3, **more) -> list[bytes]:
    return list(making.lines(iter(making.ordered(list(making.samples(count, seed=1, **more))))))


def read(content: list[bytes]):
    faults: list = []
    told = reading.Told()
    return list(reading.claims(content, faults, told)), faults, told


def of(content: list[bytes], kind: bytes) -> int:
    """The place of the first record of that type."""
    return next(at for at, line in enumerate(content) if line.startswith(kind))


def test_a_whole_file_is_read_to_its_end_without_faults():
    content = lines(50)
    claims, faults, told = read(content)
    assert (len(claims), faults, told.complete, told.left_out) == (50, [], True, 0)
    assert content[-1] == b"\x1a"
    assert all(one.total == one.points for one in claims)
    whole = b"".join(content)
    for one in claims:
        record = whole[one.offset : one.offset + one.length]
        assert record.startswith(b"RE,")
        assert record.count(b"RE,") == 1
        assert record.endswith(b"\r\n")


def test_points_stand_on_the_last_line_of_a_group_and_none_is_not_zero():
    group = [
        b"SI,60,1,160000001,,,1,,,,,,\r\n",
        b"IY,21,1,620000001,2,,3,,,,,,\r\n",
        b"IY,,1,620000002,1,10,3,,,,,,\r\n",
    ]
    content = lines(1)
    at = of(content, b"SI")
    claims, faults, _ = read([*content[:at], *group, *content[at:]])
    first, second, third = claims[0].items[:3]
    assert (first.points, first.value) == (None, None), "another section began before any points"
    assert (second.points, second.value) == (None, 30)
    assert (third.points, third.value, third.section) == (10, 30, 21)
    assert not faults


def test_a_file_cut_in_the_middle_of_a_line_loses_the_last_claim_alone():
    content = lines(3)
    whole = b"".join(content[:-2])
    cut = whole[: whole.rfind(b"RE,") + 200].splitlines(keepends=True)
    claims, faults, told = read(cut)
    assert len(claims) == 2
    assert told.left_out == 1
    assert not told.complete
    assert "行の途中で" in faults[0].reason
    assert "バイト目" in faults[0].place
    assert "GO" in faults[-1].reason


def test_a_file_cut_between_lines_is_known_by_the_sum_of_its_last_claim():
    content = lines(2)
    last = max(at for at, line in enumerate(content) if line.startswith((b"SI", b"IY")))
    claims, faults, _ = read(content[:last])
    assert len(claims) == 1
    assert "途中で切れています" in faults[0].reason


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda line: line.replace(b"\r\n", b",,\r\n"), "項目が46個"),
        (lambda line: line.replace(b",1,199", b",1,x99", 1), "数字ではありません"),
        (lambda line: line[:12] + b"\r\n", "項目が"),
    ],
)
def test_one_bad_record_spoils_its_claim_and_no_other(change, said):
    content = lines(3)
    at = of(content, b"SI")
    content[at] = change(content[at])
    claims, faults, told = read(content)
    assert [one.number for one in claims] == [2, 3]
    assert told.left_out == 1
    assert faults[0].line == at + 1
    assert said in faults[0].reason
    assert "点検に入れません" in faults[0].reason


def test_unknown_and_insurers_types_are_kept_and_counted():
    content = lines(1)
    at = of(content, b"SY")
    content[at:at] = [
        b"MN,0123456789,,\r\n",
        b"KH,anything at all\r\n",
        b"JD," + b",".join([b""] * 31) + b"\r\n",
    ]
    claims, faults, told = read(content)
    assert not faults
    assert told.others == {"MN": 1, "KH": 1, "JD": 1}
    assert claims[0].others == told.others


def test_totals_are_checked_against_what_stands_there():
    content = lines(2)
    at = of(content, b"GO")
    content[at] = b"GO,7,1,99\r\n"
    claims, faults, _ = read(content)
    assert len(claims) == 2
    assert "総件数は7件" in faults[0].reason
    assert "総合計点数は1点" in faults[0].reason


def test_letters_of_another_encoding_are_told_and_the_claim_is_read():
    content = lines(1)
    at = of(content, b"RE")
    content[at] = content[at].replace("見本".encode("cp932"), b"\x81 \x81 ", 1)
    claims, faults, _ = read(content)
    assert len(claims) == 1
    assert "�" in claims[0].name
    assert "文字コード" in faults[0].reason


def test_a_claim_of_a_later_edition_may_have_more_items():
    content = lines(1)
    at = of(content, b"RE")
    longer = content[at].replace(b",202004,", b",202604,").replace(b"\r\n", b",new\r\n")
    assert len(read([*content[:at], longer, *content[at + 1 :]])[0]) == 1
    older = content[at].replace(b"\r\n", b",new\r\n")
    claims, faults, _ = read([*content[:at], older, *content[at + 1 :]])
    assert not claims
    assert "項目が39個" in faults[0].reason


def test_records_before_a_claim_and_files_of_something_else_are_told():
    claims, faults, _ = read([b"SY,1,2\r\n", "こんにちは\r\n".encode("cp932")])
    assert not claims
    assert "REより前" in faults[0].reason or "より前にあります" in faults[0].reason
    assert not read([b"%PDF-1.7\n", b"\0\0\0\n"])[0]


def test_dates_are_read_by_their_length():
    assert (month_of("50804"), month_of("202604"), month_of("42101")) == (202604, 202604, 200901)
    assert (day_of("5080430"), day_of("20260430"), day_of("3640107")) == (20260430, 20260430, 19890107)
    for bad in ("", "6080401", "202613", "20260230", "x", "2026", "０８０４０１０"):
        with pytest.raises(BadDate):
            day_of(bad)
