"""The tree says the same everywhere: what staff read, what a program is told, what a shell is told."""

from __future__ import annotations

import pickle

import pytest

from yakuba.kernel.definitions import DefinitionRefused
from yakuba.kernel.refusals import (
    Conflict,
    Forbidden,
    Invalid,
    Missing,
    Problem,
    Refused,
    Unavailable,
    attempt,
    if_valid,
    said_as,
)


@pytest.mark.parametrize(
    ("kind", "status", "code"),
    [(Invalid, 422, 1), (Conflict, 409, 1), (Missing, 404, 2), (Forbidden, 403, 3), (Unavailable, 503, 1)],
)
def test_each_kind_has_its_status_and_exit_code(kind, status, code):
    error = kind("だめです。")
    assert (error.status, error.exit_code, error.facts()["status"]) == (status, code, status)
    assert isinstance(error, Refused)


def test_the_sentence_names_place_and_remedy():
    error = Invalid(
        "日付ではありません。", place="3行目 生年月日", remedy="令和3年4月1日の形で書いてください。"
    )
    assert str(error) == "3行目 生年月日: 日付ではありません。令和3年4月1日の形で書いてください。"
    assert error.facts()["place"] == "3行目 生年月日"
    assert str(Conflict("もうありません。")) == "もうありません。"


def test_many_problems_are_told_one_by_one():
    error = DefinitionRefused([Problem(7, "欄", "二度あります。"), Problem(2, "", "閉じていません。")])
    assert [one["line"] for one in error.facts()["errors"]] == [2, 7]
    assert str(error) == "2行目：閉じていません。\n7行目 欄: 二度あります。"
    assert isinstance(error, ValueError)


def test_a_refusal_comes_whole_out_of_another_process():
    error = pickle.loads(
        pickle.dumps(Invalid("だめです。", place="ここ", problems=[Problem(1, "", "これ。")]))
    )
    assert (str(error), error.problems[0].line) == ("ここ: だめです。", 1)


def even(text):
    if not text.isdigit():
        raise Invalid("数字ではありません。")
    if int(text) % 2:
        raise Conflict("奇数は使われています。")
    return int(text)


def test_who_only_asks_whether_it_can_be_read_is_told_of_nothing_else():
    assert (if_valid(even, "4"), if_valid(even, "四")) == (4, None)
    with pytest.raises(Conflict):
        if_valid(even, "3")
    with pytest.raises(AttributeError):
        if_valid(even, None)


def test_a_deed_gives_what_it_does_or_what_it_refuses():
    assert attempt(even, text="4") == (4, None)
    done, refused = attempt(even, "3")
    assert done is None
    assert (str(refused), refused.status) == ("奇数は使われています。", 409)
    with pytest.raises(AttributeError):
        attempt(even, None)


def test_what_is_invalid_is_said_with_whose_entry_it_is():
    with pytest.raises(KeyError, match="3行目：数字ではありません。") as said, said_as(KeyError, "3行目："):
        even("四")
    assert isinstance(said.value.__cause__, Invalid)
    with pytest.raises(Conflict), said_as(KeyError):
        even("3")
