"""The guard between a sentence and its translation, and the memory of sentences, without a database."""

from __future__ import annotations

import pytest

from yakuba.services.translation.engine import guard
from yakuba.services.translation.engine.memory import Memory, differences


@pytest.mark.parametrize(
    ("japanese", "language", "text"),
    [
        ("令和9年4月1日に来てください。", "en", "Please come on April 1, 2027."),
        ("令和9年4月1日に来てください。", "vi", "Vui lòng đến vào ngày 1 tháng 4 năm 2027."),
        ("令和９年４月１日に来てください。", "zh-Hans", "请于2027年4月1日前来。"),
        ("令和9年4月1日に来てください。", "fr", "Veuillez venir le 1 avril 2027."),
        ("1万2,000円を払ってください。", "pt-BR", "Pague 12.000 ienes."),
        ("12,000円を払ってください。", "fr", "Veuillez payer 12\u202f000 yens."),
        ("手数料は300円です。", "ko", "수수료는 300엔입니다."),
        ("3万円です。", "ko", "3만 엔입니다."),
        ("午後1時30分に始まります。", "en", "It starts at 1:30 p.m."),
        ("午後1時30分に始まります。", "th", "เริ่มเวลา 13:30"),
        ("2人で来てください。", "en", "Please come with two people."),
        ("3回目です。", "my", "၃ ကြိမ်မြောက်ပါ။"),
        ("お金はいりません。", "es", "No se necesita dinero."),
        ("子ども1人につき5,000円です。", "id", "5.000 yen untuk satu anak."),
        ("1.5倍です。", "en", "It is 1.5 times."),
        ("医療費の3割を払います。", "fr", "Vous payez 30\u202f% des frais médicaux."),
        ("夜にごみを出さないでください。", "en", "Please do not put out garbage at night."),
        ("払わなければなりません。", "es", "Hay que pagar."),
        ("届けが必要かもしれません。", "en", "You may have to notify us."),
        ("日本語はわかりますか。", "th", "คุณเข้าใจภาษาญี่ปุ่นหรือไม่"),
        ("日本語はわかりますか。", "vi", "Bạn có hiểu tiếng Nhật không?"),
    ],
)
def test_what_says_the_same_raises_no_doubt(japanese, language, text):
    assert guard.doubts(japanese, text, language) == ()


@pytest.mark.parametrize(
    ("japanese", "language", "text", "said"),
    [
        ("手数料は300円です。", "en", "The fee is 3,000 yen.", "300"),
        ("令和9年4月1日まで", "en", "Until April 1, 2028", "令和9"),
        ("12,000円を払ってください。", "vi", "Vui lòng trả 120.000 yên.", "12,000"),
        ("令和9年4月1日に来てください。", "es", "Venga el 1 de mayo de 2027.", "4"),
        ("午後1時です。", "th", "เวลา 11:00", "午後1"),
        ("届けは必要ありません。", "en", "You need to notify us.", "〜ない"),
        ("来てください。", "zh-Hans", "请不要来。", "〜ない"),
        ("3日までに来てください。", "en", "Please come soon.", "3"),
    ],
)
def test_another_number_and_a_lost_negation_are_told(japanese, language, text, said):
    assert any(said in one for one in guard.doubts(japanese, text, language)), said


def test_the_towns_word_is_asked_for():
    terms = [("福祉課", "Welfare Division")]
    assert guard.doubts("福祉課に来てください。", "Come to the welfare office.", "en", terms)
    assert not guard.doubts("福祉課に来てください。", "Come to the Welfare Division.", "en", terms)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("届出は必要です。", "届出は不要です。"),
        ("手数料は300円です。", "手数料は3,000円です。"),
        ("受け付けます。", "受け付けません。"),
        ("18歳以上の人です。", "18歳未満の人です。"),
        ("午前9時に始まります。", "午後9時に始まります。"),
        ("転入の届けを出してください。", "転出の届けを出してください。"),
    ],
)
def test_opposites_are_never_offered_for_each_other(one, other):
    assert not guard.same_meaning(one, other)
    assert Memory([(one, "x")]).near(other) is None


def test_what_is_nearly_the_same_is_offered_with_its_differences():
    near = Memory(
        [("市民課の窓口に来てください。", "Please come to the Citizens' Division."), ("x", "y")]
    ).near("税務課の窓口に来てください。")
    assert near.target.startswith("Please come")
    assert [part for part, differs in near.parts if differs] == ["市民"]
    assert Memory([]).near("x") is None
    assert "".join(part for part, _ in differences("abc", "abc")) == "abc"
