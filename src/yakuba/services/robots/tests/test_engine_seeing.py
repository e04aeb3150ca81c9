"""Which row of a table is the one that is looked for."""

from __future__ import annotations

import pytest

from yakuba.services.robots.engine.seeing import matches, plain


@pytest.mark.parametrize(
    ("shown", "wanted", "same"),
    [
        ("山田　太郎", "山田太郎", True),
        ("ﾔﾏﾀﾞ ﾀﾛｳ", "ヤマダタロウ", True),
        ("ＭＡＲＩＡ　ＣＬＡＲＡ", "MARIA CLARA", True),
        ("霞が関１－２－３", "霞が関1-2-3", True),
        ("\ufa19田", "\ufa19田", True),
        ("\u795e田", "\ufa19田", False),
        ("\ufa1b田", "\u798f田", False),
        ("MARIACLARA", "MARIA CLARA", False),
        ("", "山田", False),
    ],
)
def test_a_row_is_the_one_of_a_person_only_by_the_same_kanji(shown: str, wanted: str, same: bool) -> None:
    assert matches({plain("氏　名"): shown}, {plain("氏名"): wanted}) is same
