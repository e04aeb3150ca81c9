"""What is personal in a question goes before it is kept. People and numbers are invented."""

from __future__ import annotations

import pytest

from yakuba.services.answers.engine.masking import HIDDEN, masked


@pytest.mark.parametrize(
    ("asked", "kept"),
    [
        ("私は山田花子です。電話は090-1234-5678です。", f"私は{HIDDEN}です。電話は{HIDDEN}です。"),
        ("個人番号は1234\u200b5678\u200d9018です", f"個人番号は{HIDDEN}です"),
        ("a.b@example.jpに送って", f"{HIDDEN}に送って"),
    ],
)
def test_what_is_personal_goes(asked, kept):
    assert masked(asked) == kept


@pytest.mark.parametrize(
    "asked", ["粗大ごみの申込みは何日前までですか。", "令和8年12月1日から児童手当はいくらですか。"]
)
def test_what_is_of_nobody_stays(asked):
    assert masked(asked) == asked
