"""Comparing, extracting, outlining and composing: engines alone. The texts are our own."""

from __future__ import annotations

import io
import unicodedata
from datetime import date

import docx
import pytest

from yakuba.kernel.refusals import Invalid
from yakuba.services.drafting.engine import comparing, composing, extracting, outlining, wordfile

OLD = """（目的）
第1条　この条例は、必要な事項を定める。
（助成の額）
第２条　助成の額は、300円とする。
２　市長は、住所を有する者に限り助成する。
３　前項の規定は、市長が定める。
第3条　削られる条。
附則
この条例は、公布の日から施行する。
"""
NEW = (
    OLD.replace("第２条", "第2条").replace("300円", "400円").replace("有する者", "有し、かつ、現に居住する者")
)
NEW = NEW.replace("第3条　削られる条。", "第3条の2　新しい条。")
NOTICE = """日頃より市政に御協力いただき、ありがとうございます。
こども医療費の助成は、令和8年12月1日（火）から対象を18歳まで広げます（ほかの制度は変わりません）。
新たに対象となる方は、申込書を12月25日までに市民課の窓口に提出してください。
市の花は、桜です。
１　対象　　平成20年4月2日以後に生まれた方
２　持ち物　申込書
　　　　　　保険の資格が分かるもの
３　いろいろ　あります
問合せ先　市民課　電話0120-000-001
"""


def changed(lines: tuple[comparing.Line, ...]) -> list[str]:
    return [span.text for line in lines for span in line if span.changed]


def test_articles_are_paired_by_number_and_whole_words_are_marked():
    pairs = comparing.compared(OLD, NEW)
    assert [(one.key, one.same) for one in pairs if one.same] == [("第1条", True), ("附則", True)]
    second = next(one for one in pairs if one.key == "第2条")
    assert changed(second.after) == ["2", "400", "有し、かつ、現に居住する"]
    assert changed(second.before) == ["２", "300", "有する"]
    assert "".join(span.text for span in second.after[-1]) == "３　（略）"
    gone = next(one for one in pairs if one.key == "第3条")
    new = next(one for one in pairs if one.key == "第3条の2")
    assert (gone.after, changed(gone.before)) == ((), ["第3条　削られる条。"])
    assert (new.before, changed(new.after)) == ((), ["第3条の2　新しい条。"])


def test_a_text_without_articles_is_compared_line_by_line():
    pairs = comparing.compared(
        "あいさつです。\n会場は本庁舎です。\n終わり。",
        "あいさつです。\n会場は支所です。\n追加です。\n終わり。",
    )
    assert [one.same for one in pairs] == [True, False, False, True]
    assert (changed(pairs[1].after), changed(pairs[1].before)) == (["支所"], ["本庁舎"])
    assert all(one.same for one in comparing.compared(OLD, OLD))


def test_the_table_in_word_underlines_what_changed_and_leaves_out_what_did_not():
    file = wordfile.comparison(comparing.compared(OLD, NEW), "手数料条例")
    table = docx.Document(io.BytesIO(file)).tables[0]
    assert [cell.text for cell in table.rows[0].cells] == ["改正後", "改正前"]
    assert [cell.text for cell in table.rows[1].cells] == ["（略）", "（略）"]
    after, before = table.rows[2].cells
    assert [run.text for one in before.paragraphs for run in one.runs if run.underline] == [
        "２",
        "300",
        "有する",
    ]
    assert "第2条　助成の額は、400円とする。" in after.text


def test_a_notice_is_cut_at_sentence_ends_and_says_who_what_when_where_and_whom_to_ask():
    short = extracting.shortened(NOTICE)
    assert short.length <= 200
    assert short.missing == ()
    assert "令和8年12月1日" in short.text
    assert "電話0120-000-001" in short.text
    assert "桜" not in short.text
    assert "（ほかの制度は変わりません）" not in short.text
    for most in (20, 60, 100):
        cut = extracting.shortened(NOTICE, most)
        assert cut.length <= most
        assert all(one.text in NOTICE for one in cut.chosen), "whole sentences of the source"
    assert extracting.shortened("桜です。").missing == ("だれが", "何を", "いつ", "どこで", "問合せ")


def test_a_length_is_what_a_person_counts():
    text = unicodedata.normalize("NFD", "がぎぐ\n葛󠄀城")
    assert extracting.length(text) == 5


def test_a_summary_is_of_sentences_that_ask_and_say_where_they_stand():
    chosen = extracting.summary(NOTICE, 2)
    assert [one.line for one in chosen] == [2, 3]
    assert all(NOTICE[one.start : one.end].strip() == one.text for one in chosen)
    assert extracting.summary("", 3) == []
    assert [one.line for one in extracting.summary("令和8年11月30日\n" + NOTICE, 2)] == [3, 4]


def test_questions_come_from_headings_and_answers_from_what_stands_under_them():
    found = outlining.questions_and_answers(NOTICE)
    assert [(one.text, one.line) for one in found] == [
        ("だれが対象ですか。", 5),
        ("何を用意すればよいですか。", 6),
        ("いろいろについて教えてください。", 8),
        ("どこに問い合わせればよいですか。", 9),
    ]
    assert found[1].answer == "申込書\n保険の資格が分かるもの"
    assert "A2　申込書" in outlining.written(found, answered=True)
    asked = outlining.questionnaire(NOTICE)
    assert len(asked) == 6
    assert outlining.questionnaire("見出しのない文です。") == []


@pytest.mark.parametrize(
    ("opening", "ending"), [("拝啓", "敬具"), ("謹啓", "謹白"), ("前略", "草々"), ("拝復", "敬具")]
)
def test_the_end_of_a_letter_matches_its_beginning(opening, ending):
    text = composing.letter(composing.Wanted(date(2026, 11, 30), "文化祭", "invitation", "firm", opening))
    assert f"\n{opening}" in text
    assert ending in text
    assert ("向寒の候" in text) == (opening != "前略")


def test_the_season_follows_month_and_half():
    assert composing.season(date(2026, 4, 15)) != composing.season(date(2026, 4, 16))
    for month in range(1, 13):
        for day in (1, 20):
            assert composing.season(date(2026, month, day)).endswith("候")
            assert composing.season(date(2026, month, day), formal=False)


def test_the_parts_fit_the_addressee():
    day = date(2026, 11, 30)
    firm = composing.letter(
        composing.Wanted(day, "文化祭", "request", "firm", season=composing.JIKA, name="やくば商事")
    )
    assert "時下貴社ますます御盛栄" in firm
    assert "やくば商事　御中" in firm
    assert "候" not in firm
    person = composing.letter(composing.Wanted(day, "文化祭", "gratitude", "person"))
    assert "御健勝" in person
    residents = composing.letter(composing.Wanted(day, "断水", "notice", "residents"))
    assert not any(word in residents for word in ("拝啓", "敬具", "候", "お慶び"))
    sympathy = composing.letter(composing.Wanted(day, "大雨", "sympathy", "person"))
    assert "お慶び" not in sympathy
    assert "候" not in sympathy
    speech = composing.speech(composing.Wanted(day, "文化祭", "notice", body="10周年です。"), "市長", "")
    assert [part in speech for part in ("市長の（名前）", "文化祭の開催", "10周年です。", "お祈り")] == [
        True
    ] * 4
    with pytest.raises(Invalid, match="件名"):
        composing.letter(composing.Wanted(day, " ", "notice"))


def test_a_title_with_signs_that_no_word_file_holds_makes_one():
    content = wordfile.comparison(
        comparing.compared("第1条　料金は300円とする。", "第1条　料金は400円とする。"), "改正\x0c案\uffff"
    )
    assert docx.Document(io.BytesIO(content)).paragraphs[0].text == "改正案"
