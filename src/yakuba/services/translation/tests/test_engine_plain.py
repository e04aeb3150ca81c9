"""The checker of plain Japanese and furigana in Word, without a database."""

from __future__ import annotations

import io

import docx
import pytest

from yakuba.kernel.refusals import Invalid
from yakuba.services.translation.contracts import Rule
from yakuba.services.translation.engine import papers, plain


@pytest.mark.parametrize(
    ("text", "rule", "said"),
    [
        (
            "マイナンバーカードを持っている人は、必ず本人が窓口に来て、書類に名前と住所を書いてください。",
            Rule.LONG,
            None,
        ),
        ("申し込めないわけではありません。", Rule.DOUBLE_NEGATIVE, "ないわけではありません"),
        ("お金を払わなければなりません。", Rule.DOUBLE_NEGATIVE, "なければなりませ"),
        ("会場は市役所に変えられました。", Rule.PASSIVE, "られ"),
        ("ごみは朝に集められる。", Rule.PASSIVE, "られる"),
        ("家族に書かせます。", Rule.PASSIVE, "せ"),
        ("お送りいたします。", Rule.HONORIFIC, "いたしま"),
        ("紙をお持ちください。", Rule.HONORIFIC, "お持ちください"),
        ("カードを持参します。", Rule.HARD_WORD, "持参"),
        ("令和9年に始まります。", Rule.DATE, "令和9年"),
        ("会議は13:30からです。", Rule.DATE, "13:30"),
        ("土日祝は休みです。", Rule.DATE, "土日祝"),
        ("9時〜12時です。", Rule.BETWEEN, "〜"),
        ("特別徴収税額通知があります。", Rule.KANJI, "特別徴収税額通知"),
        ("イベントがあります。", Rule.KATAKANA, "イベント"),
        ("頭ががんがんします。", Rule.MIMETIC, "がんがん"),
        ("窓口は2階である。", Rule.ENDING, None),
    ],
)
def test_what_is_hard_is_found_where_it_stands(text, rule, said):
    found = [one for one in plain.check(text).findings if one.rule is rule]
    assert found, plain.check(text).findings
    assert said is None or said == found[0].said
    assert all(text[one.start : one.end] == one.said for one in found)


@pytest.mark.parametrize(
    "text",
    [
        "こんにちは。",
        "市役所に来てください。",
        "2027年4月1日（木曜日）は休みです。",
        "電話番号は 0120-000-000 です。",
        "朝ご飯を食べることができます。",
        "お金はいりません。",
        "土曜日、日曜日、祝日は休みです。",
        "午後1時30分から始まります。",
    ],
)
def test_what_is_plain_is_left_alone(text):
    checked = plain.check(text)
    assert [one for one in checked.findings if not one.ask] == []
    assert checked.score == 100


def test_the_score_is_the_share_of_sentences_with_nothing_to_mend():
    assert plain.check("紙を持参します。市役所に来てください。").score == 50
    assert plain.check("").score == 100
    assert "1枚は1,000文字" in plain.check("紙を書きます。" * 200).notes[0]


def test_a_file_of_any_kind_is_read_or_told(tmp_path):
    assert papers.paragraphs("一つ\n二つ".encode("cp932"), "a.txt") == ["一つ", "二つ"]
    for content, said in (
        (b"\x00\x01\x02\xff\xfe", "文章のファイル"),
        (b"PK\x03\x04x", "Word"),
        (b" \n", "文字がありません"),
    ):
        with pytest.raises(Invalid, match=said):
            papers.paragraphs(content, "a.bin")


def test_word_gets_ruby_for_every_kanji_and_gives_the_text_back_without_it():
    lines = ["住民票を取りに来てください。", "ひらがな", "4月1日です。"]
    content = papers.with_furigana(lines, "お知らせ")
    xml = docx.Document(io.BytesIO(content)).element.xml
    assert xml.count("<w:ruby>") == 6
    assert ">じゅうみんひょう<" in xml
    assert papers.word_paragraphs(content) == ["お知らせ", *lines]


@pytest.mark.parametrize(
    ("text", "year"),
    [
        ("令和8年に", "2026"),
        ("令和元年に", "2019"),
        ("平成３１年に", "2019"),
        ("R8.4に", "2026"),
        ("昭和64年に", "1989"),
    ],
)
def test_the_western_year_that_is_told_is_the_one_that_is_meant(text, year):
    (found,) = [one for one in plain.check(text).findings if one.rule is Rule.DATE]
    assert f"{year}年" in found.instead
