"""What of a speech may not be published: names of people who hold no office here, how they are reached, where they live. The
rules miss rare names; a person reads every speech before it is published."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from yakuba.kernel.search import cutting

_DIGIT = r"[0-9０-９〇一二三四五六七八九十]"
_MAIL = r"[A-Za-z0-9Ａ-Ｚａ-ｚ０-９_.．+\-]"
_RULES = (
    (
        # Not \w: a speech without commas is one long word, looked through anew from each of its characters.
        re.compile(rf"(?<!{_MAIL}){_MAIL}{{1,64}}[@＠]{_MAIL}{{1,255}}"),
        "メールアドレス",
    ),
    (
        re.compile(
            r"(?<![0-9０-９])[0０][0-9０-９]{1,4}[-‐-―−ー－（(][0-9０-９]{1,4}[-‐-―−ー－）)][0-9０-９]{3,4}(?![0-9０-９])"
        ),
        "電話番号",
    ),
    (re.compile(r"(?<![0-9０-９])0[0-9]{9,10}(?![0-9])"), "電話番号"),
    (
        re.compile(
            rf"[一-龥々ヶケ]{{1,8}}(?:町|字|丁目|区)?{_DIGIT}{{1,4}}(?:丁目{_DIGIT}{{1,4}}番(?:地)?(?:{_DIGIT}{{1,4}}号)?|番地(?:の?{_DIGIT}{{1,4}})?)"
        ),
        "住所",
    ),
    (
        re.compile(
            rf"(?:明治|大正|昭和|平成|令和)(?:元|{_DIGIT}{{1,3}})年{_DIGIT}{{1,3}}月{_DIGIT}{{1,3}}日(?=生まれ|生)"
        ),
        "生年月日",
    ),
)
_TITLED = re.compile(r"([一-龥々]{2,6}|[ァ-ヴー]{2,12})(?=さん|様|さま|君|くん|ちゃん|氏(?![名]))")
_NOBODY = re.compile(
    r"(?:.*(?:長|委員|議員|課|係|部|局|室|会|団|員|者|民|業者|会社|商店|企業|区|市|町|村|所|館|校|園|家|主|客|親|子|父|母|兄|姉|弟|妹|皆|方|人|奥|誰|先生|患者|学生|生徒|児童|住職|隣))"
)


def found(text: str, known: Collection[str]) -> list[tuple[str, str]]:
    """Words and why they may have to be withheld, each once, in their order. known: names of who sat at the meeting, which
    are published."""
    seen: dict[str, str] = {}
    for words, why in sorted(_all(text), key=lambda one: text.index(one[0])):
        if not any(words in name or name in words for name in known if name):
            seen.setdefault(words, why)
    return [(words, why) for words, why in seen.items() if _stands_alone(words, text, seen)]


def _stands_alone(words: str, text: str, seen: Collection[str]) -> bool:
    """Whether the words stand anywhere but within longer ones that were found too."""
    for other in seen:
        if words != other and words in other:
            text = text.replace(other, "\n")
    return words in text


def _all(text: str) -> Iterator[tuple[str, str]]:
    for pattern, why in _RULES:
        for one in pattern.finditer(text):
            yield one[0], why
    for words in _numbers(text):
        yield words, "個人番号"
    for one in _TITLED.finditer(text):
        if not _NOBODY.fullmatch(one[1]):
            yield one[1], "氏名"
    for start, end in _joined(cutting.person_names(text)):
        if end - start > 1:
            yield text[start:end], "氏名"


def _numbers(text: str) -> Iterator[str]:
    hidden = cutting.without_my_numbers(text)
    if len(hidden) != len(text):
        return
    for one in re.finditer(r"\*[*\s\-]*\*", hidden):
        yield text[one.start() : one.end()]


def _joined(spans: Iterator[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Surname and given name beside each other are one name."""
    now: tuple[int, int] | None = None
    for start, end in spans:
        if now is not None and now[1] == start:
            now = (now[0], end)
            continue
        if now is not None:
            yield now
        now = (start, end)
    if now is not None:
        yield now
