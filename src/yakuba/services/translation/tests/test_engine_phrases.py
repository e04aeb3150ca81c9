"""The phrasebook without a database: reading, finding, saying, recognising a language, furigana."""

from __future__ import annotations

from datetime import date

import pytest

from yakuba.services.translation.contracts import Given, SlotKind
from yakuba.services.translation.engine import furigana, phrasebook, saying, words
from yakuba.services.translation.engine.finding import PhraseFinder
from yakuba.services.translation.engine.guest_words import guest_words
from yakuba.services.translation.engine.languages import LANGUAGES, recognised
from yakuba.services.translation.tests.conftest import PHRASES

BOOK = phrasebook.book(PHRASES)


def test_yes_and_no_are_words_and_a_sentence_with_other_slots_is_not_used():
    assert BOOK.phrases["greeting-02"].answers == ("yes", "no")
    assert BOOK.answers["vi"] == {"yes": "Có", "no": "Không"}
    assert set(BOOK.texts["vi"]) == {"greeting-02"}
    assert [one.partition(": ")[2] for one in BOOK.faults] == [
        "greeting-03: {time} がありません。日本語と同じところに、そのまま書いてください。",
        "nothing-01: その番号の日本語がありません。",
    ]


def test_the_house_phrases_can_all_be_used():
    book = phrasebook.book()
    assert book.faults == ()
    for code in book.answers["ja"] if book.phrases else ():
        for language in LANGUAGES:
            assert book.answers[language].get(code), (language, code)


def test_a_folder_without_phrases_and_a_broken_file_are_told(tmp_path):
    assert phrasebook.book(tmp_path).phrases == {}
    (tmp_path / "ja.yaml").write_text("phrases: [", encoding="utf-8")
    assert "ja.yaml" in phrasebook.book.__wrapped__(tmp_path).faults[0]


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("いらっしゃいませ", "greeting-01"),
        ("ざいりゅうかーどありますか", "greeting-02"),
        ("来週また来てほしい", "greeting-03"),
        ("手数料", "tax-01"),
        ("本人確認の書類", "greeting-04"),
    ],
)
def test_a_phrase_is_found_by_other_words(typed, code):
    assert PhraseFinder(list(BOOK.phrases.values())).find(typed)[0] == code


def test_what_has_nothing_to_do_with_any_phrase_finds_none():
    assert PhraseFinder(list(BOOK.phrases.values())).find("宇宙船") == []
    assert PhraseFinder([]).find("在留カード") == []


def test_values_are_written_as_each_language_writes_them():
    day = date(2027, 4, 1)
    for language in LANGUAGES:
        assert str(day.year) in saying.day_in(day, language)
        assert saying.yen_in(1, language)
    assert saying.day_in(day, "en") == "Thursday, April 1, 2027"
    assert saying.day_in(day, "zh-Hant") == "2027年4月1日（星期四）"
    assert saying.day_in(day, "vi") == "thứ Năm, ngày 1 tháng 4 năm 2027"
    assert saying.yen_in(12000, "pt-BR") == "12.000 ienes"
    assert saying.time_in("12:05", "en") == "12:05 p.m."
    assert saying.time_in("00:30", "ja") == "午前0時30分"
    assert saying.time_in("12:00", "ja") == "昼の12時"
    assert saying.time_in("13:30", "th") == "13:30"


def test_a_phrase_is_said_with_its_values_and_the_official_japanese_beside():
    phrase = BOOK.phrases["greeting-03"]
    given = {
        "date": Given(SlotKind.DATE, "2027-04-01"),
        "time": Given(SlotKind.TIME, "13:30"),
        "window": Given(SlotKind.WINDOW, "3番窓口"),
    }
    assert saying.said(phrase.plain, "ja", given).startswith("2027年4月1日（木曜日）の午後1時30分に、")
    assert (
        saying.said_officially(phrase.japanese, given)
        == "令和9年4月1日（木）の13:30に、3番窓口に来てください。"
    )
    with pytest.raises(KeyError):
        saying.said(phrase.plain, "ja", {})


def test_every_word_and_every_screen_is_there_in_every_language():
    for code in LANGUAGES:
        assert all(guest_words(code).values()), code
        for kind in (SlotKind.DOCUMENT, SlotKind.RELATION, SlotKind.PLACE):
            assert all(words.word(one, code) for one in words.known(kind)), (code, kind)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("すみません、住民票をください", "ja"),
        ("안녕하세요", "ko"),
        ("สวัสดีครับ", "th"),
        ("မင်္ဂလာပါ", "my"),
        ("नमस्ते, मलाई मद्दत चाहियो", "ne"),
        ("请问在哪里交钱", "zh-Hans"),
        ("請問在哪裡付錢", "zh-Hant"),
        ("住民票", ""),
        ("Where do I pay the tax?", "en"),
        ("Tôi muốn chuyển nhà", "vi"),
        ("Onde posso pagar o imposto?", "pt-BR"),
        ("¿Dónde puedo pagar el impuesto?", "es"),
        ("Où est-ce que je peux payer ?", "fr"),
        ("Saan po ako magbabayad ng buwis?", "fil"),
        ("Di mana saya bisa membayar pajak?", "id"),
        ("12345", ""),
        ("", ""),
    ],
)
def test_a_language_is_recognised_by_its_script_then_by_its_words(text, language):
    assert recognised(text) == language


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("申し込みます", "もうしこみます"),
        ("4月1日に来てください", "4がつついたちにきてください"),
        ("10分くらい待ちます", "10ぷんくらいまちます"),
        ("3階の2番窓口", "3がいの2ばんまどぐち"),
        ("子ども2人", "こどもふたり"),
        ("1日かかります", "1にちかかります"),
    ],
)
def test_kanji_stand_under_their_reading(text, said):
    pieces = furigana.ruby(text)
    assert "".join(base for base, _ in pieces) == text
    read = "".join(reading or base for base, reading in pieces)
    assert read.replace("4がつ", "しがつ") == said.replace("4がつ", "しがつ")
    assert furigana.unread(text) == []
