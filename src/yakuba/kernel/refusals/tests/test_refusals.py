"""The tree says the same everywhere: what staff read, what a program is told, what a shell is told."""

from __future__ import annotations

import pickle

import pytest

from yakuba.kernel.definitions import DefinitionRefused
from yakuba.kernel.refusals import Conflict, Forbidden, Invalid, Missing, Problem, Refused, Unavailable


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
