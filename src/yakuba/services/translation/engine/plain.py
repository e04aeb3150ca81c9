"""Checks Japanese against what makes it plain, place by place, with what may stand there instead.

No program writes やさしい日本語: these rules find what is known to be hard, and a person of the group reads the text last
(the guideline's third step). A place that may be right is asked about and does not count.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from yakuba.kernel.search import cutting
from yakuba.kernel.values import calendar
from yakuba.services.translation.contracts import Checked, Finding, Rule
from yakuba.services.translation.engine.easier_words import (
    EASIER,
    HONORIFICS,
    KNOWN_LOANWORDS,
    LOANWORDS,
    MIMETICS,
    OFFICIAL,
)

LONGEST_SENTENCE, MOST_VERBS, LONGEST_PAGE, LONGEST = 40, 2, 1_000, 20_000
SHORTEST_TOLD = 8  # characters of a sentence whose end is looked at; shorter ones are greetings
NEAR_LONG = 30  # characters from which a sentence is asked about
ENGLISH_LETTERS = 3  # 略語 of fewer letters are left
_SENTENCE = re.compile(r"[^。！？!?\n]+[。！？!?]*")
_DOUBLE = re.compile(
    r"ない(?:こと|わけ|もの|ところ)(?:は|も|では|でも)(?:ない|ありません)|(?:なく|なけれ)(?:は|も)ない"
    r"|ずには?(?:いられ|おけ|済ま|すま)|ざるを得|ないとは(?:限|言え|いえ)|(?:ない|なけれ)(?:と|ば)(?:なら|なり|いけ)(?:ない|ませ)"
    r"|ないで(?:は|も)(?:ない|ありません)"
)
_MUST = re.compile(r"(?:ない|なけれ)(?:と|ば)(?:なら|なり|いけ)")
_YEAR = re.compile(r"(令和|平成|昭和|大正|明治|(?<![A-Za-z])[RHSTM])\s?([0-9０-９]{1,2}|元)\s?[年.．]")
_YEAR_ONE = {word: era.year_one for era in calendar.ERAS.values() for word in (era.name, era.letter)}
_DATES: tuple[tuple[re.Pattern[str], str, str], ...] = (
    (re.compile(r"(?:1[3-9]|2[0-4]|１[３-９]|２[０-４])(?:時|[:：][0-5０-５][0-9０-９])"), "24時間の書き方は、わかりにくい人がいます。", "午後1時30分 のように書く"),
    (re.compile(r"(?<![0-9])[0-9０-９]{1,2}[/／][0-9０-９]{1,2}(?![0-9０-９/／])"), "国によって、月と日の順が違います。", "4月1日 のように書く"),
    (re.compile(r"土日祝日?|土・日・祝日?|土日"), "短くした言葉です。", "土曜日、日曜日、祝日（国の休みの日）"),
    (re.compile(r"(?<=[（(])[月火水木金土日](?=[）)])"), "曜日は1文字だとわかりにくいです。", "月曜日 のように書く"),
)  # fmt: skip
_BETWEEN = re.compile(r"(?<=[0-9０-９時分日月年円])\s?[〜～~\-－]\s?(?=[0-9０-９])")
_KANJI_RUN = re.compile(r"[一-鿿々]{4,}")
_KATAKANA = re.compile(r"[ァ-ヴー]{3,}")
_POLITE = re.compile(
    r"(?:です|ます|ました|ません|でした|でしょう|ください|ましょう|か|さい|せん)[。！？!?」）)]*$"
)
_PASSIVES = ("れる", "られる")
_CAUSATIVES = ("せる", "させる")
_LISTED = re.compile(r"^\s*(?:[・●○◆■\-*]|[0-9０-９]+[.．)）]|[①-⑳])")


def check(text: str) -> Checked:
    """What is hard to read in a text of at most `LONGEST` characters."""
    text = text[:LONGEST].replace("\r\n", "\n")
    sentences = [(one.start(), one.end()) for one in _SENTENCE.finditer(text) if one[0].strip()]
    findings: list[Finding] = []
    for number, (start, end) in enumerate(sentences):
        findings += _apart(sorted(_of_sentence(text[start:end], number, start), key=_order))
    wrong = {one.sentence for one in findings if not one.ask}
    score = round(100 * (len(sentences) - len(wrong)) / len(sentences)) if sentences else 100
    characters = sum(not c.isspace() for c in text)
    return Checked(text, tuple(sentences), tuple(findings), score, characters, _notes(text, characters))


def _of_sentence(text: str, number: int, at: int) -> Iterator[Finding]:
    for rule in (_length, _negatives, _honorifics, _words, _dates, _between, _compounds, _loanwords, _ending):
        for start, end, kind, why, instead, ask in rule(text):
            yield Finding(kind, number, at + start, at + end, text[start:end], why, instead, ask)


Found = tuple[int, int, Rule, str, str, bool]


def _length(text: str) -> Iterator[Found]:
    said = text.strip()
    if len(said) > LONGEST_SENTENCE:
        why = f"{len(said)}文字あります。{LONGEST_SENTENCE}文字までの文に分けてください。"
        yield 0, len(text), Rule.LONG, why, "", False
    elif len(said) > NEAR_LONG:
        why = f"{len(said)}文字あります。{NEAR_LONG}文字くらいまでだと、もっと読みやすくなります。"
        yield 0, len(text), Rule.LONG, why, "", True


def _negatives(text: str) -> Iterator[Found]:
    for one in _DOUBLE.finditer(text):
        if _MUST.match(one[0]):
            yield (
                *one.span(),
                Rule.DOUBLE_NEGATIVE,
                "「ない」が重なる言い方です。",
                "〜てください／〜が必要です",
                False,
            )
        else:
            yield (
                *one.span(),
                Rule.DOUBLE_NEGATIVE,
                "二重否定は、反対の意味に読まれます。",
                "「〜です」「〜ます」で言う",
                False,
            )


def _honorifics(text: str) -> Iterator[Found]:
    for pattern, instead in _patterns():
        for one in pattern.finditer(text):
            yield *one.span(), Rule.HONORIFIC, "敬語は「です・ます」だけにします。", instead, False
    for word in MIMETICS:
        at = text.find(word)
        if at >= 0:
            yield (
                at,
                at + len(word),
                Rule.MIMETIC,
                "音や様子の言葉は、伝わりにくいです。",
                "",
                word == "ゆっくり",
            )


def _words(text: str) -> Iterator[Found]:
    at, verbs = 0, 0
    last = ""
    for word in cutting.as_words(text):
        start, end = at, at + len(word.surface)
        at = end
        if word.kinds[0] == "助動詞" and word.form in (*_PASSIVES, *_CAUSATIVES):
            passive = word.form in _PASSIVES
            why = (
                "受け身は、だれがするのかわかりにくいです。"
                if passive
                else "「させる」は、だれがするのかわかりにくいです。"
            )
            yield start, end, Rule.PASSIVE, why, "する人を「〜が」で書く", word.form == "られる"
        elif word.surface in EASIER or word.form in EASIER:
            yield from _easier(EASIER.get(word.surface) or EASIER[word.form], start, end)
        if word.kinds[0] == "動詞" and word.kinds[1] == "一般" and last not in ("て", "で"):
            verbs += 1
        last = word.surface
    if verbs > MOST_VERBS:
        yield (
            0,
            len(text),
            Rule.VERBS,
            f"動詞が{verbs}つあります。{MOST_VERBS}つまでの文に分けてください。",
            "",
            False,
        )


def _easier(easier: str, start: int, end: int) -> Iterator[Found]:
    if easier.startswith("（"):
        why = "役所の紙に出る言葉です。残して、あとに説明を付けてください。"
        yield start, end, Rule.HARD_WORD, why, f"…{easier}", True
    else:
        yield start, end, Rule.HARD_WORD, "やさしい言葉があります。", easier, False


def _dates(text: str) -> Iterator[Found]:
    for one in _YEAR.finditer(text):
        year = _YEAR_ONE[one[1]] - 1 + (1 if one[2] == "元" else int(one[2]))
        yield *one.span(), Rule.DATE, "元号は、知らない人がいます。", f"西暦（{year}年）で書く", False
    for pattern, why, instead in _DATES:
        for one in pattern.finditer(text):
            yield *one.span(), Rule.DATE, why, instead, False


def _between(text: str) -> Iterator[Found]:
    for one in _BETWEEN.finditer(text):
        if not re.search(
            r"[0-9０-９]{2,}[-－][0-9０-９]+[-－]", text[max(0, one.start() - 8) : one.end() + 8]
        ):
            ask = one[0].strip() in "-－"  # a telephone or a number of a house may stand there
            yield *one.span(), Rule.BETWEEN, "「〜」は読み方がわかりにくいです。", "から…まで", ask


def _compounds(text: str) -> Iterator[Found]:
    for one in _KANJI_RUN.finditer(text):
        if one[0] not in OFFICIAL and one[0] not in EASIER:
            why = f"漢字が{len(one[0])}つ続いています。短い言葉に分けるか、あとに（説明）を付けてください。"
            yield *one.span(), Rule.KANJI, why, "", True


def _loanwords(text: str) -> Iterator[Found]:
    for one in _KATAKANA.finditer(text):
        if one[0] in LOANWORDS:
            easier = LOANWORDS[one[0]]
            told = f"…{easier}" if easier.startswith("（") else easier
            yield (
                *one.span(),
                Rule.KATAKANA,
                "外来語は、元の言葉と意味や音が違います。",
                told,
                easier.startswith("（"),
            )
        elif one[0] not in KNOWN_LOANWORDS and len(one[0]) > 3:
            yield *one.span(), Rule.KATAKANA, "外来語です。やさしい言葉がないか考えてください。", "", True


def _ending(text: str) -> Iterator[Found]:
    said = text.strip()
    if (
        len(said) > SHORTEST_TOLD
        and said.endswith(("。", "！", "!"))
        and not _POLITE.search(said)
        and not _LISTED.match(text)
    ):
        yield (
            max(0, len(text.rstrip()) - 4),
            len(text.rstrip()),
            Rule.ENDING,
            "文の終わりは「です・ます」にします。",
            "",
            False,
        )


def _notes(text: str, characters: int) -> tuple[str, ...]:
    found = []
    if characters > LONGEST_PAGE:
        found.append(f"全部で{characters:,}文字あります。1枚は{LONGEST_PAGE:,}文字くらいまでにしてください。")
    first = re.search(r"[0-9０-９]", text)
    if first and first.start() > 300:
        found.append("日にちや金額がはじめて出るのが遅いです。大切なことを先に書いてください。")
    if re.search(r"例えば|たとえば", text) and text.count("例") + text.count("たとえば") > 3:
        found.append("例は3つまでにしてください。")
    return tuple(found)


@cache
def _patterns() -> tuple[tuple[re.Pattern[str], str], ...]:
    return tuple((re.compile(pattern), instead) for pattern, instead in HONORIFICS)


def _order(one: Finding) -> tuple[int, int]:
    return one.start, -one.end


def _apart(found: list[Finding]) -> list[Finding]:
    """Of two findings at one place the one that says what to write; those about the whole sentence stay."""
    kept: list[Finding] = []
    for one in found:
        whole = one.rule in (Rule.LONG, Rule.VERBS)
        over = next((k for k in kept if k.rule not in (Rule.LONG, Rule.VERBS) and k.end > one.start), None)
        if whole or over is None:
            kept.append(one)
        elif not over.instead and one.instead:
            kept[kept.index(over)] = one
    return kept
