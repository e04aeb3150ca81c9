"""Canonical values and how they are shown."""

from __future__ import annotations

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yakuba.kernel.values import canonical_choice
from yakuba.kernel.values import shown as display
from yakuba.kernel.values.receipt_numbers import check_digits as receipt_check
from yakuba.services.reading.engine.formats import FormatError, canonical, era_date


@pytest.mark.parametrize(
    ("type_", "raw", "value"),
    [
        ("name", "山田　太郎", "山田太郎"),
        ("name", "髙﨑 花子", "髙﨑花子"),
        ("kana", "ﾔﾏﾀﾞ ﾀﾛｳ", "ヤマダタロウ"),
        ("kana", "やまだ たろう", "ヤマダタロウ"),
        ("date", "令和3年4月1日", "2021-04-01"),
        ("date", "R3.4.1", "2021-04-01"),
        ("date", "昭和６４年１月７日", "1989-01-07"),
        ("date", "平成元年1月8日", "1989-01-08"),
        ("date", "2021/4/1", "2021-04-01"),
        ("date", "20210401", "2021-04-01"),
        ("postal_code", "〒100−0001", "1000001"),
        ("phone", "03(1234)5678", "0312345678"),
        ("digits", "００123", "00123"),
        ("number", "1,200円", "1200"),
        ("number", "007", "7"),
        ("address", "霞が関１−２−３", "霞が関1-2-3"),
        ("address", "霞が関 1ー2", "霞が関1-2"),
        ("address", "コーポ青葉１０１", "コーポ青葉101"),
        ("text", " 株式会社やくば ", "株式会社やくば"),
        ("receipt_number", "0832714446", "0832714446"),
        ("phone", "", ""),
    ],
)
def test_canonical(type_: str, raw: str, value: str) -> None:
    assert canonical(type_, raw) == value


@pytest.mark.parametrize(
    ("type_", "raw"),
    [
        ("date", "令和3年2月29日"),
        ("date", "平成31年5月1日"),
        ("date", "昭和64年1月8日"),
        ("date", "きのう"),
        ("postal_code", "100-000"),
        ("phone", "1234567890"),
        ("phone", "090-1234-56789"),
        ("digits", "12a"),
        ("number", "-5.5"),
        ("kana", "山田"),
        ("receipt_number", "0832714447"),
    ],
)
def test_what_is_no_value_is_refused_with_a_sentence(type_: str, raw: str) -> None:
    with pytest.raises(FormatError) as error:
        canonical(type_, raw)
    assert str(error.value).endswith("。")


@pytest.mark.parametrize(
    ("type_", "value", "shown"),
    [
        ("date", "2019-05-01", "令和元年5月1日"),
        ("date", "1989-01-07", "昭和64年1月7日"),
        ("date", "1850-01-01", "1850年1月1日"),
        ("postal_code", "1000001", "〒100-0001"),
        ("phone", "09012345678", "090-1234-5678"),
        ("phone", "0312345678", "03-1234-5678"),
        ("number", "1234567", "1,234,567"),
        ("name", "山田太郎", "山田太郎"),
        ("date", "", ""),
    ],
)
def test_display(type_: str, value: str, shown: str) -> None:
    assert display(type_, value) == shown


def test_choices_are_shown_by_their_labels() -> None:
    options = {"mon": "月", "tue": "火"}
    assert display("choices", "mon,tue", options) == "月、火"
    assert canonical_choice(options, "火、mon") == "mon,tue"
    with pytest.raises(FormatError):
        canonical_choice(options, "日")


@given(st.dates(datetime.date(1873, 1, 1), datetime.date(2099, 12, 31)))
def test_every_date_survives_being_shown_and_typed_again(date: datetime.date) -> None:
    assert canonical("date", display("date", date.isoformat())) == date.isoformat()


@given(st.integers(0, 99_999_999), st.integers(0, 9), st.integers(0, 9))
def test_check_digits_find_every_single_wrong_digit(number: int, place: int, digit: int) -> None:
    first = f"{number:08d}"
    whole = first + receipt_check(first)
    wrong = whole[:place] + str(digit) + whole[place + 1 :]
    assert (receipt_check(wrong[:8]) == wrong[8:]) == (wrong == whole)


def test_an_era_ends_on_its_last_day() -> None:
    assert era_date("heisei", 31, 4, 30) == "2019-04-30"
    with pytest.raises(FormatError, match="平成の期間"):
        era_date("heisei", 31, 5, 1)
