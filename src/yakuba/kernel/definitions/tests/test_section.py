"""A mapping read key by key: each fault once, with its line."""

import pytest

from yakuba.kernel.definitions import DefinitionRefused, Faults, Problem, Section, parse, plain, suggestion


def section(text, *required, optional=None):
    faults = Faults()
    return Section(parse(text), "所", faults, required, optional), faults


def told(faults):
    return [str(one) for one in faults.found]


def test_unknown_missing_and_repeated_keys():
    _, faults = section("名前: a\n名前名: b\n名前: c\n", "名前", "版", optional=())
    assert told(faults) == [
        "2行目 所: 「名前名」は使えません。「名前」の間違いではありませんか。",
        "3行目 所: 「名前」が二つあります。一つにしてください。",
        "1行目 所: 「版」がありません。書き足してください。",
    ]


def test_values_of_the_wrong_kind():
    read, faults = section("a: [1]\nb:\nc: 1.5\nd: 999\ne: yes\nf: 多い\ng: x\nh: {i: 1}\nk: nan\n")
    assert read.text("a", "x") == "x"
    assert read.text("b") == ""
    assert read.whole("c", 3, 1, 9) == 3
    assert read.number("d", 3, 1, 9) == 3
    assert read.flag("e", True) is False
    assert read.word("f", {"大": 1, "小": 2}, 2) == 2
    assert list(read.rows("g")) == []
    assert read.texts("h") == ()
    assert read.number("k", 3, 1, 9) == 3
    assert [one.line for one in faults.found] == [1, 2, 3, 4, 5, 6, 7, 8, 9]


def test_what_may_be_left_out_has_a_default():
    read, faults = section("a: １，０００\nb: はい\nc: 大\nd: [1, 二]\ne: 一つ\n")
    assert read.whole("a", 0, 1, 9999) == 1000
    assert read.number("x", 2.5, 1, 9) == 2.5
    assert (read.flag("b", False), read.flag("x", True)) == (True, True)
    assert (read.word("c", {"大": 1}, 0), read.word("x", {"大": 1}, 0)) == (1, 0)
    assert (read.texts("d"), read.texts("e"), read.texts("x")) == (((4, "1"), (4, "二")), ((5, "一つ"),), ())
    assert faults.found == []


def test_no_mapping_is_one_fault():
    for text in ("- 1\n", "文"):
        _, faults = section(text, "名前", "版", optional=())
        assert told(faults) == ["1行目 所: 「項目: 値」の形で書いてください。"]


def test_a_refusal_tells_each_problem_once_in_the_order_of_lines_and_not_without_end():
    refused = DefinitionRefused([Problem(2, "", "b"), Problem(1, "所", "a"), Problem(2, "", "b")])
    assert str(refused) == "1行目 所: a\n2行目：b"
    assert len(DefinitionRefused(Problem(line, "", "x") for line in range(999)).problems) == 200


def test_a_similar_word_is_named_and_otherwise_all():
    assert suggestion("申込人", ["申込日", "収入"]) == "「申込日」の間違いではありませんか。"
    assert suggestion("x", ["", "収入", "月"]) == "書けるのは 収入、月 です。"
    assert suggestion("x", []) == "ここに書けるものはありません。"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("　Ａ１２　", "A12"),
        ("ｶﾞｸﾄﾞｳ", "ガクドウ"),
        ("か\u3099", "が"),
        ("会社 勤務", "会社 勤務"),
        ("\ufa19谷", "\ufa19谷"),
        ("10m²", "10m²"),
    ],
)
def test_a_plain_text_keeps_its_kanji_and_signs(text, expected):
    assert plain(text) == expected
