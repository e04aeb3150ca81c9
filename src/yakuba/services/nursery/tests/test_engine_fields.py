"""Facts as they stand in files: what is understood, what is told, and what is kept as written."""

import pytest

from yakuba.services.nursery.engine.rules.fields import BadValue, Field, Kind, read_value
from yakuba.services.nursery.queries.facts import value_of

HOURS = Field("hours", "就労時間", Kind.NUMBER, unit="時間")
TEXT = Field("employer", "勤務先", Kind.TEXT)
DAY = Field("since", "就労開始日", Kind.DATE)


@pytest.mark.parametrize(
    ("text", "number"),
    [("160時間", 160), ("１６０", 160), ("1,600 時間", 1600), ("-5", -5), ("▲5", -5), ("0", 0)],
)
def test_numbers(text, number):
    assert read_value(HOURS, text) == number


@pytest.mark.parametrize("text", ["1-2", "1,2", "1²", "(5)", "時間", "①", "一日8時間", "9" * 13])
def test_a_number_that_is_not_understood_is_told(text):
    with pytest.raises(BadValue, match="整数ではありません"):
        read_value(HOURS, text)
    assert value_of(HOURS, text) == text  # kept as written, until a person puts it right


def test_a_text_is_kept_with_its_kanji_and_its_width():
    assert value_of(TEXT, " \ufa19山商店（Ａ） ") == "\ufa19山商店（Ａ）"
    assert value_of(TEXT, "か\u3099くえん") == "がくえん"


def test_a_date_is_read_as_everywhere():
    assert value_of(DAY, "令和　９年　４月　１日") == "2027-04-01"
    assert value_of(DAY, "平成40年4月1日") == "平成40年4月1日"
