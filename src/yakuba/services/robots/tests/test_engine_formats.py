"""How values are written."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yakuba.kernel.values import calendar, types
from yakuba.services.robots.contracts import FieldSpec, Unconfirmed
from yakuba.services.robots.engine.errors import BadValue
from yakuba.services.robots.engine.filling import FieldPart, SecretPart, Template
from yakuba.services.robots.engine.redact import COVER, Redactor

DAY = "2021-04-01"


@pytest.mark.parametrize(
    ("value", "names", "written"),
    [
        (DAY, ("和暦略",), "R03.04.01"),
        (DAY, ("和暦短",), "R3.4.1"),
        (DAY, ("和暦",), "令和3年4月1日"),
        (DAY, ("和暦7桁",), "5030401"),
        (DAY, ("元号",), "令和"),
        (DAY, ("元号略",), "R"),
        (DAY, ("元号番号",), "5"),
        (DAY, ("和暦年2桁",), "03"),
        (DAY, ("月2桁",), "04"),
        (DAY, ("日",), "1"),
        (DAY, ("西暦",), "2021年4月1日"),
        (DAY, ("西暦スラッシュ",), "2021/04/01"),
        (DAY, ("西暦8桁",), "20210401"),
        (DAY, ("和暦略", "全角"), "Ｒ０３．０４．０１"),
        ("2019-05-01", ("和暦",), "令和元年5月1日"),
        ("1989-01-08", ("和暦",), "平成元年1月8日"),
        ("1926-12-25", ("和暦",), "昭和元年12月25日"),
        ("2019-05-01", ("和暦年",), "1"),
        ("-500", ("桁区切り",), "-500"),
        ("-1500", ("桁区切り",), "-1,500"),
        ("MARIA CLARA", ("全角",), "ＭＡＲＩＡ　ＣＬＡＲＡ"),
        ("\ufa19田", ("全角",), "\ufa19田"),
        ("2019-04-30", ("和暦略",), "H31.04.30"),
        ("2019-05-01", ("和暦略",), "R01.05.01"),
        ("1989-01-07", ("和暦略",), "S64.01.07"),
        ("1989-01-08", ("和暦略",), "H01.01.08"),
        ("1926-12-24", ("和暦略",), "T15.12.24"),
        ("1926-12-25", ("和暦略",), "S01.12.25"),
        ("1912-07-29", ("和暦略",), "M45.07.29"),
        ("1912-07-30", ("和暦略",), "T01.07.30"),
        ("1000001", ("ハイフン",), "100-0001"),
        ("1000001", ("前3桁",), "100"),
        ("1000001", ("後4桁",), "0001"),
        ("1234567", ("桁区切り",), "1,234,567"),
        ("ヴァイオリン・パーティー", ("半角カナ",), "ｳﾞｧｲｵﾘﾝ･ﾊﾟｰﾃｨｰ"),
        ("ｳﾞｧｲｵﾘﾝ･ﾊﾟｰﾃｨｰ", ("全角",), "ヴァイオリン・パーティー"),
        ("霞が関1-2-3", ("全角",), "霞が関１－２－３"),
        ("霞が関１－２－３", ("半角",), "霞が関1-2-3"),
        ("ヤマダ", ("ひらがな",), "やまだ"),
    ],
)
def test_formats(value: str, names: tuple[str, ...], written: str) -> None:
    assert types.written(value, names) == written


@pytest.mark.parametrize(
    ("value", "name"), [("1872-12-31", "和暦略"), ("R3.4.1", "月"), ("123", "ハイフン"), ("千円", "桁区切り")]
)
def test_what_cannot_be_written_is_refused(value: str, name: str) -> None:
    with pytest.raises(ValueError, match=value):
        types.written(value, (name,))


WHOLE = ("西暦", "西暦ハイフン", "西暦スラッシュ", "西暦8桁", "和暦", "和暦略", "和暦短")
LAST = date(2117, 12, 31)  # 令和99年


@given(st.dates(date(1873, 1, 1), LAST), st.sampled_from(WHOLE))
def test_every_day_comes_back_from_what_is_written(day: date, name: str) -> None:
    assert calendar.read_date(types.written(day.isoformat(), (name,))) == day


@given(st.dates(date(1873, 1, 1), LAST), st.sampled_from(["和暦略", "和暦7桁"]))
def test_a_format_of_fixed_length_keeps_its_length(day: date, name: str) -> None:
    assert len(types.written(day.isoformat(), (name,))) == {"和暦略": 9, "和暦7桁": 7}[name]


@pytest.mark.parametrize("day", ["9999-12-31", "2118-01-01"])
@pytest.mark.parametrize("name", ["和暦", "和暦略", "和暦短", "和暦7桁", "和暦年", "和暦年2桁", "元号"])
def test_a_year_of_three_digits_is_told(day: str, name: str) -> None:
    with pytest.raises(ValueError, match=day):
        types.written(day, (name,))
    assert types.written(day, ("西暦8桁",)) == day.replace("-", "")


@given(st.sampled_from(["date", "postal_code", "number", "text"]), st.data())
def test_empty_stays_empty(kind: str, data: st.DataObject) -> None:
    assert types.written("", (data.draw(st.sampled_from(types.TYPES[kind].writings())),)) == ""


def test_a_bad_value_names_its_field_and_line() -> None:
    born = FieldSpec("birth", "生年月日", "date")
    with pytest.raises(BadValue) as caught:
        Template((FieldPart(born, ("和暦略",)),), 12).fill({"birth": "まだ"}, {})
    assert (caught.value.problem.field, caught.value.problem.where) == ("生年月日", "シナリオ 12行目")


def test_what_nobody_confirmed_is_written_nowhere_be_it_empty() -> None:
    note = FieldSpec("note", "備考", "text")
    for value in ("急ぎ", ""):
        with pytest.raises(BadValue, match="だれも確かめていない"):
            Template(("見", FieldPart(note)), 3).fill({"note": Unconfirmed(value)}, {})


def test_options_are_written_by_label_or_code() -> None:
    routes = FieldSpec("routes", "路線", "choices", {"east": "東ルート", "west": "西ルート"})
    values = {"routes": "east,west"}
    assert Template((FieldPart(routes),), 1).fill(values, {}).texts == ("東ルート", "西ルート")
    assert Template((FieldPart(routes, ("コード",)),), 1).fill(values, {}).text == "east、west"
    with pytest.raises(BadValue, match="moon"):
        Template((FieldPart(routes),), 1).fill({"routes": "moon"}, {})


def test_a_filled_secret_does_not_show_itself() -> None:
    filled = Template((SecretPart("パスワード"),), 1).fill({}, {"パスワード": "himitsu"})
    assert filled.text == "himitsu"
    assert "himitsu" not in repr(filled)


def test_secrets_are_covered_and_longer_numbers_are_not() -> None:
    cover = Redactor(["90001", "himitsu", ""])
    assert (
        cover("職員番号90001、himitsu2、K-090001、1900012") == f"職員番号{COVER}、{COVER}2、K-090001、1900012"
    )
    assert Redactor([])("何もない") == "何もない"
