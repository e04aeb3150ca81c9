"""What is hardly meant asks once more; what people are really called and live at does not."""

import pytest

from yakuba.kernel.definitions.procedures import FieldDefinition, ProcedureDefinition
from yakuba.services.reading.actions.plausibility import doubt, misread


def field(type_, **more):
    return field_of("x", type_, **more)


def field_of(code, type_, **more):
    return FieldDefinition(code, "欄", type_, **more)


@pytest.mark.parametrize(
    ("type_", "read", "value", "words"),
    [
        ("name", "島津寛美", "島津寛美申請者に電話して聞く島津寛美", "二度"),
        ("name", "島津寛美", "申請者に電話して聞く", "覚え書き"),
        ("name", "山田太郎", "山田太郎山田太郎", "二度"),
        ("name", "", "山田太郎山田太郎", "二度"),
        ("name", "", "不明", "覚え書き"),
        ("name", "", "山田0312345678", "使わない文字"),
        ("name", "", "山田太郎。", "使わない文字"),
        ("name", "", "東京都千代田区霞が関", "住所"),
        ("name", "", "父の山田が代わりに書いた", "文"),
        ("name", "", "寿限無五劫海砂利水魚水行末雲来末風来末", "長すぎる"),
        ("kana", "ヤマダ", "ヤマダハナコヤマダ", "二度"),
        ("kana", "", "ア" * 31, "長すぎる"),
        ("address", "", "申請者に電話して聞く", "覚え書き"),
        ("address", "", "0312345678", "住所ではない"),
        ("address", "霞が関1-2", "霞が関1-2霞が関1-2", "二度"),
        ("address", "やくば市", "やくば市", "町名や番地"),
        ("address", "", "茨城県東茨城郡城里町", "町名や番地"),
        ("address", "", "東京都千代田区", "町名や番地"),
        ("text", "", "読めない", "覚え書き"),
        ("date", "", "1066-10-14", "日付"),
        ("date", "", "2999-01-01", "日付"),
        ("digits", "0123", "01230123", "二度"),
        ("number", "", "1" * 13, "長すぎる"),
    ],
)
def test_what_is_hardly_meant_asks_once_more(type_, read, value, words):
    assert words in doubt(field(type_), value, read)


@pytest.mark.parametrize(
    ("type_", "value"),
    [
        *(("name", name) for name in ("島津寛美", "佐々木のぞみ", "三ツ谷さくら", "髙橋﨑子", "ササキ・マリア",
          "MARIACLARADASILVA", "MARIA CLARA DA SILVA SANTOS", "グエン・ティ・フォン", "四十九院サヨ", "林林",
          "市川都", "府中市子", "辻󠄀太郎")),
        *(("kana", kana) for kana in ("ヤマダタロウ", "ハハ", "ササササ")),
        *(("address", place) for place in ("東京都千代田区霞が関1-2-3", "大字上野", "霞が関1-1-1-1", "一宮町一宮2457", "府中市1")),
        ("text", "電話"), ("text", "中央保育園"), ("text", "株式会社確認社"),
        ("date", "1900-01-01"), ("date", "2026-11-20"), ("number", "0"), ("digits", "0000"),
        ("name", ""),
    ],
)  # fmt: skip
def test_what_people_are_really_called_does_not(type_, value):
    assert doubt(field(type_), value) == ""


def test_rules_of_the_procedure_ask_too():
    assert "ふつうは4文字" in doubt(field("digits", length=4), "12345")
    assert "ふつうは10から20" in doubt(field("number", range=("10", "20")), "21")
    assert "令和" in doubt(field("date", range=("2020-04-02", "2027-03-31")), "2019-01-01")
    assert "必ず記入する欄" in doubt(field("name", required=True), "")


@pytest.mark.parametrize(
    ("field", "value", "beside", "words"),
    [
        ("kana", "ワタナベシズ", {"name": "山田太郎"}, "辞書にない読み方"),
        ("name", "渡辺静", {"kana": "ヤマダタロウ"}, "辞書にない読み方"),
        ("kana", "ヤマダタロウ", {"name": "山田太郎"}, ""),
        ("kana", "ヤマダジロウ", {"name": "山田次郎"}, ""),
        ("kana", "ササキノゾミ", {"name": "佐々木のぞみ"}, ""),
        ("kana", "グエンフォン", {"name": "グエン・フォン"}, ""),
        ("kana", "ヤマダキラリ", {"name": "山田綺羅璃"}, ""),  # no part of the name is in the dictionary
        ("kana", "ヤマダタロウ", {}, ""),
    ],
)
def test_a_reading_that_no_dictionary_has_for_the_name_asks_once_more(field, value, beside, words):
    fields = (field_of("name", "name"), field_of("kana", "kana", reading_of="name"))
    procedure = ProcedureDefinition("p", "手続", 1, 1.0, "estimated", "例", fields, {})
    said = misread(procedure, field, value, beside)
    assert words in said
    assert bool(words) == bool(said)
