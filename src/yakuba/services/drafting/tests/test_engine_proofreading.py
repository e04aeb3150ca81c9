"""Every rule with what it finds and what it leaves alone. The sentences are our own."""

from __future__ import annotations

import pytest

from yakuba.kernel.refusals import Invalid
from yakuba.services.drafting.contracts import Strength, TextClass, TownWord
from yakuba.services.drafting.engine.proofreading import applying, tables
from yakuba.services.drafting.engine.proofreading.proofread import findings
from yakuba.services.drafting.engine.proofreading.text import LONGEST

NOTICE, EXPLANATION = TextClass.NOTICE, TextClass.EXPLANATION

# text → rule, what is found, what is suggested
WRONG = [
    ("窓口で見て下さい。", "auxiliary", "下さい", "ください"),
    ("お願い致します。", "auxiliary", "致し", "いたし"),
    ("申請して頂きます。", "auxiliary", "頂き", "いただき"),
    ("貼って置きます。", "auxiliary", "置き", "おき"),
    ("届け出た事を証します。", "formal-noun", "事", "こと"),
    ("次の通りとします。", "formal-noun", "通り", "とおり"),
    ("防災の為に備えます。", "formal-noun", "為", "ため"),
    ("申請する時は持参します。", "formal-noun", "時", "とき"),
    ("但し、市民に限ります。", "kana", "但し", "ただし"),
    ("予め連絡します。", "kana", "予め", "あらかじめ"),
    ("雨天だった。従って、中止した。", "kana", "従って", "したがって"),
    ("窓口で出来ることです。", "kana", "出来る", "できる"),
    ("窓口に於いて配ります。", "kana", "に於いて", "において"),
    ("かならず持参します。", "kanji", "かならず", "必ず"),
    ("市長または副市長が行います。", "conjunction", "または", "又は"),
    ("市長及び教育長、ならびに部長とします。", "conjunction", "ならびに", "並びに"),
    ("ご連絡をお願いします。", "prefix-kanji", "ご", "御"),
    ("申し込みの方法は次のとおりです。", "okurigana", "申し込み", "申込み"),
    ("申し込み書を出します。", "okurigana", "申し込み", "申込"),
    ("転入の手続きをします。", "okurigana", "手続き", "手続"),
    ("受け付けは9時からです。", "okurigana", "受け付け", "受付"),
    ("3ヶ月の間です。", "counter", "ヶ", "か"),
    ("5カ所に置きます。", "counter", "カ", "か"),
    ("午前10時より開始します。", "from", "より", "から"),
    ("約10名程度を募集します。", "doubled", "約10名程度", "約10名"),
    ("一番最初に行います。", "doubled", "一番最初", "最初"),
    ("ないことはないと考えます。", "double-negative", "ないことはな", None),
    ("この資料を見れる人です。", "ra-nuki", "見れる", "見られる"),
    ("手数料は12000円です。", "thousands", "12000", "12,000"),
    ("令和8年11月30日（火）に開きます。", "weekday", "火", "月"),
    ("2月30日までに出します。", "no-such-day", "2月30日", None),
    ("令和9年2月29日までに出します。", "no-such-day", "令和9年2月29日", None),
    ("平成40年4月1日から始めます。", "no-such-day", "平成40年4月1日", None),
    ("午後13時に開きます。", "no-such-day", "午後13時", "午後1時"),
    ("令和1年の事業です。", "first-year", "1", "元"),
    ("市の職員の家族の車です。", "three-no", "の職員の家族の", None),
    ("ﾃﾞｰﾀを送ります。", "half-kana", "ﾃﾞｰﾀ", "データ"),
    ("コンソーシアムを作ります。", "loanword", "コンソーシアム", "共同事業体"),
    ("危険な箇所を繋ぐ橋です。", "joyo", "繋ぐ", None),
    ("拝見させていただきました。", "honorific", "拝見させていただ", "拝見し"),
    ("サーバーを置き、サーバの費用を払います。", "two-spellings", "サーバ", "サーバー"),
    ("１２人が参加し、15人が見学し、20人が欠席します。", "digit-width", "１２", "12"),
    ("春は、夏は，秋は、冬です。", "punctuation", "，", "、"),
]  # fmt: skip

# What is right, or may be.
RIGHT = [
    "窓口で御覧ください。",
    "賞状を頂く。",
    "規則に従って処理する。",
    "市長又は副市長が行う。",
    "お問い合わせください。",
    "市役所に届け出てください。",
    "窓口で申し込みます。",
    "期限までに申し込み、書類を出してください。",
    "その時点で決まります。",
    "10時以後より前の分は除きます。",
    "必ず、既に、全て、更に検討する。",
    "霞ヶ関駅から市役所に行く。",
    "山田繋さんは市民課の職員である。",
    "令和8年11月30日（月）に開きます。",
    "2028年2月29日（火）に開きます。",
    "午後1時30分から始めます。",
    "１人で来る人と10人で来る人がいる。",
    "文書番号12000号です。",
    "電話0120-000-001へどうぞ。",
    "詳しくはhttps://www.example.jp/下さい/申し込み書.htmlを見る。",
    "考えれば分かる。",
    "切れる包丁です。",
    "料金を支払わなければならない。",
]  # fmt: skip


def told(
    text: str, kind: TextClass = NOTICE, words: tuple[TownWord, ...] = ()
) -> list[tuple[str, str, str | None]]:
    return [(one.rule, one.found, one.suggestion) for one in findings(text, kind, words)]


@pytest.mark.parametrize(("text", "rule", "found", "suggestion"), WRONG, ids=[one[2] for one in WRONG])
def test_it_is_found(text, rule, found, suggestion):
    assert (rule, found, suggestion) in told(text)


@pytest.mark.parametrize("text", RIGHT)
def test_it_is_left_alone(text):
    assert told(text) == []


def test_what_is_sure_is_taken_over_and_then_there_is_nothing_more():
    text = "但し、申し込み書は予め提出して下さい。\r\n手続きは3ヶ月以内とする。\n"
    found = findings(text, NOTICE)
    mended = applying.applied(text.replace("\r\n", "\n"), [one for one in found if one.sure])
    assert mended == "ただし、申込書はあらかじめ提出してください。\n手続は3か月以内とする。\n"
    assert [one for one in findings(mended, NOTICE) if one.sure] == []


def test_a_place_has_its_line_and_column():
    (one,) = findings("市民課\n　窓口で見て下さい。", NOTICE)
    place = one.places[0]
    assert (place.line, place.column, place.start, place.end) == (2, 7, 10, 13)
    assert (one.strength, one.source[:8]) == (Strength.WRONG, "公用文における漢")


def test_a_boilerplate_is_told_once():
    text = "問い合わせ先　市民課\n" * 20
    (one,) = findings(text, NOTICE)
    assert len(one.places) == 20
    assert applying.applied(text, [one]) == "問合せ先　市民課\n" * 20


def test_two_rules_do_not_send_a_word_to_and_fro():
    assert told("申し込みの日。申込みの場所。申し込みの方法。") == [("okurigana", "申し込み", "申込み")]


def test_the_class_decides_which_rules_run():
    text = "ご連絡は、市民課または支所へ。手続きがあります。"
    assert {rule for rule, _, _ in told(text)} == {"prefix-kanji", "conjunction", "okurigana"}
    (one,) = findings(text, EXPLANATION)
    assert (one.rule, one.strength) == ("okurigana", Strength.CONSIDER)


def test_the_towns_own_list_beats_the_rules():
    text = "障害者の手続き。子供の申し込み。"
    own = (
        TownWord("障害者", "障がい者", "町の方針"),
        TownWord("", "手続き"),
        TownWord("子供", "こども", classes=(EXPLANATION,)),
    )
    found = findings(text, NOTICE, own)
    assert [(one.rule, one.found) for one in found] == [("own-word", "障害者"), ("okurigana", "申し込み")]
    assert (found[0].strength, found[0].why) == (Strength.TOWN, "町の方針")
    assert "子供" in [one.found for one in findings(text, EXPLANATION, own)]
    assert told("障がい者の障害", NOTICE, (TownWord("障害", "障害者"),)) == [("own-word", "障害", "障害者")]
    assert told("障害者", NOTICE, (TownWord("障害", "障害者"),)) == [], "it stands within the right one"


def test_a_year_that_is_missing_is_that_of_the_last_date_or_fiscal_year():
    assert told("令和8年度の日程。4月1日（水）、3月31日（水）。") == []
    assert told("令和8年11月1日（日）から11月30日（火）まで。") == [("weekday", "火", "月")]


def test_sentences_are_looked_at_as_a_whole():
    long = (
        "この制度は、" + "市民の皆さまの暮らしを支えるために設けられたもので、" * 5 + "令和8年度から始まる。"
    )
    rules = {one.rule for one in findings(long, NOTICE)}
    assert {"long-sentence", "commas"} <= rules
    (one,) = [
        one
        for one in findings("本日は晴天です。会議を開きます。会議は中止である。", NOTICE)
        if one.rule == "style"
    ]
    assert one.found == "会議は中止である。"
    assert "です・ます" in one.why


def test_the_pieces_of_a_page_are_the_text_with_each_mark_at_its_place():
    text = "市民課で見て下さい。本日は晴天である。明日も見て下さい。"
    found = findings(text, NOTICE)
    parts = applying.pieces(text, found)
    assert "".join(part.text for part in parts) == text
    assert [part.text for part in parts if part.number == 1] == ["下さい", "下さい"]
    assert [part.ends for part in parts if part.ends] == [(2,)]


def test_the_tables_are_whole():
    assert len(tables.regular_kanji()) == 2136
    rules = tables.rules()
    assert all(rule.strengths and rule.source and rule.why for rule in rules.values())
    _, pairs = tables.okurigana()
    assert len(pairs) > 180
    assert all(instead not in pairs for instead in pairs.values())


@pytest.mark.parametrize(
    "text",
    ["", "\n\n", "\0\ud800abc", "。" * 500, "（" * 500, "a" * 5000, "令和0年13月99日99時99分", "ー" * 300],
)
def test_odd_texts_end(text):
    assert isinstance(findings(text, NOTICE), list)


def test_a_text_that_is_too_long_is_refused():
    with pytest.raises(Invalid, match="文が長すぎます"):
        findings("あ" * (LONGEST + 1), NOTICE)
