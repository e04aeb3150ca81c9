"""Hiding what is personal, and putting it back. People and numbers are invented."""

from __future__ import annotations

import pytest

from yakuba.kernel.personaldata import hiding

LETTER = """申請者　山田　花子様
住所は東京都千代田区霞が関一丁目2番3号です。電話は03-1234-5678、携帯は０９０－１２３４－５６７８です。
メール hanako@example.jp 〒100-0013 生年月日：昭和60年4月1日
個人番号は1234 5678 9018、口座番号は1234567です。保険証の番号12345678
令和8年12月1日から始まります。手数料は300円です。山田花子さんに連絡してください。"""


def test_names_and_numbers_are_replaced_and_put_back():
    found = hiding.hidden(LETTER)
    words = [one.words for one in found.items]
    for secret in (
        "山田　花子",
        "03-1234-5678",
        "hanako@example.jp",
        "昭和60年4月1日",
        "1234 5678 9018",
        "12345678",
    ):
        assert secret in words, secret
        assert secret not in found.text
    assert "霞が関" not in found.text
    assert "０９０" not in found.text
    assert "令和8年12月1日から" in found.text, "a date that is nobody's stays"
    assert "300円" in found.text
    name = next(one for one in found.items if one.words == "山田　花子")
    assert name.count == 2, "the same name with and without a blank"
    assert hiding.restored(found.text, found.items)[0].replace("山田　花子さん", "山田花子さん") == LETTER
    assert "".join(text for text, _ in found.pieces) == found.text


@pytest.mark.parametrize(
    "place",
    [
        "やくば市中央1-2-3",
        "埼玉県さいたま市浦和区常盤6丁目4番4号",
        "つくば市研究学園一丁目1番地1",
        "伊都郡かつらぎ町丁ノ町2160番地",
    ],
)
def test_a_town_in_hiragana_is_a_part_of_the_address(place):
    found = hiding.hidden(f"住所は{place}です")
    assert [one.words for one in found.items] == [place]


def test_words_in_hiragana_make_no_address():
    assert hiding.hidden("これは市の3番窓口です。あまり町の2番とは違います。").items == ()


def test_a_birthday_with_the_letter_of_its_era_is_hidden():
    assert "S60" not in hiding.hidden("生年月日 S60.1.2").text


def test_what_is_known_is_hidden_first_and_the_longest_before_its_parts():
    found = hiding.hidden("妻宣悦と宣悦さくらが来た。宣 悦。", ["宣悦", "妻宣悦", "あ"])
    assert "悦" not in found.text
    assert [one.words for one in found.items][:2] == ["妻宣悦", "宣悦"]


def test_a_name_that_was_said_to_be_one_is_hidden_everywhere():
    assert "葦原" not in hiding.hidden("届出人：葦原漣です。葦原漣が来た。葦原　漣と話した。").text


def test_a_token_of_the_text_itself_is_not_taken_for_one_of_ours():
    found = hiding.hidden("〔氏名1〕と山田花子様")
    assert [one.token for one in found.items] == ["〔氏名2〕"]


def test_tokens_that_a_model_wrote_otherwise_come_back_and_invented_ones_are_told():
    items = hiding.hidden("氏名：山田花子です").items
    assert hiding.restored("［氏名１］さんと〔氏名7〕", items) == ("山田花子さんと〔氏名7〕", ["〔氏名7〕"])


@pytest.mark.parametrize(
    "text", ["市民の皆様へ", "保護者様", "担当者は市民課です。", "", "様", "参加者各位様"]
)
def test_nobody_is_hidden_where_nobody_is_named(text):
    assert hiding.hidden(text).items == ()


@pytest.mark.parametrize(
    "number",
    [
        "123456789018",
        "1234 5678 9018",
        "1234・5678・9018",
        "123456-789018",
        "1234\u200b5678\u200d9018",
        "１２３４／５６７８／９０１８",
    ],
)
def test_my_number_is_hidden_in_whatever_spelling(number):
    found = hiding.hidden(f"個人番号は{number}です。")
    assert not any(figure in found.text for figure in ("1234", "9018", "１２３４", "９０１８")), found.text


def test_what_a_person_hides_in_part_hides_the_rest_as_well():
    found = hiding.hidden("担当は090-1234-5678へ。", ["1234"])
    assert "090" not in found.text
    assert "5678" not in found.text


def test_a_surname_of_one_character_is_hidden_and_a_kana_is_not():
    assert "林" not in hiding.hidden("林が来た。", ["林"]).text
    assert hiding.hidden("のを見た。", ["の"]).text == "のを見た。"


def test_a_token_with_a_number_of_thousands_of_digits_is_none():
    text = f"〔氏名{'9' * 5000}〕"
    assert hiding.hidden(text).text == text
    assert hiding.restored(text, []) == (text, [])
