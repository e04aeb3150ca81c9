"""Words that say that there is no value are a value of no type that is written freely."""

from __future__ import annotations

import pytest

from yakuba.kernel.values import TYPES
from yakuba.kernel.values.no_value import says_none

SAID = (
    *("なし", "無し", "無", "ナシ", "ﾅｼ", "な　し", "なし。", "（なし）", "なし（求職中）", "特になし", "該当なし", "該当者なし"),
    *("勤務先はなし", "いません", "ありません", "同上", "同左", "〃", "々々", "上に同じ", "父に同じ", "未定", "後日", "のちほど"),
    *("―", "ーー", "／", "×", "xxx", "○○", "不明", "空欄", "以下余白", "N/A", "該当なレ", "無L"),
)  # fmt: skip
VALUES = (
    *("やまなし商店", "かみなし", "高梨一", "無印工房", "同仁会", "花王", "101", "A", "林一", "一二三", "のの", "三越", "二葉"),
    *("未来工業", "外山", "なの花薬局", "一ノ瀬", "なつみ", "後藤", "不二家", "予定屋"),
)  # fmt: skip


@pytest.mark.parametrize("text", SAID)
def test_a_word_for_no_value_surprises_in_every_type_that_is_written_freely(text: str) -> None:
    assert says_none(text)
    for code in ("text", "name", "address"):
        assert TYPES[code].odd(TYPES[code].canonical(text))


@pytest.mark.parametrize("kana", ["ナシ", "トクニナシ", "フメイ", "ミテイ", "ー"])
def test_and_in_kana(kana: str) -> None:
    assert "値がないことを表す語" in TYPES["kana"].odd(kana)


@pytest.mark.parametrize("text", VALUES)
def test_a_value_that_begins_or_ends_like_one_is_a_value(text: str) -> None:
    assert not says_none(text)
    assert not TYPES["text"].odd(text)


def test_nothing_says_nothing() -> None:
    assert not says_none("")
    assert not says_none("　")


@pytest.mark.parametrize("text", ["緑町商店又は若葉商店", "山田太郎または花子", "緑町1-2もしくは若葉町3"])
def test_two_values_in_one_are_no_value(text: str) -> None:
    assert all(TYPES[code].odd(text) for code in ("text", "name", "address"))
