"""Personal data out of a text before anything else sees it, and back into what comes of it.

What is known goes first (names of the case, words that a person adds), then what rules find, then what Sudachi holds for a
name. No such thing finds every name: whoever sends a text looks at it first.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from yakuba.kernel.search import cutting

_D = "[0-9０-９]"
_H = "[-‐-―−ーｰ－ 　]?"
_NAME = "[一-龥々〆ヶァ-ヴーぁ-ん]"
_Z = "[\u00ad\u034f\u200b-\u200f\u2060-\u2064\ufe00-\ufe0f\ufeff]*"  # nobody sees these between two digits
_FOUR = rf"(?:\d{_Z}){{4}}"
_BETWEEN = r"[-‐-―−ーｰ－・./．／\s]{0,3}"
_RULES: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("番号", re.compile(rf"(?<!\d)(?:{_FOUR}{_BETWEEN}{_FOUR}{_BETWEEN}{_FOUR}|(?:\d{_Z}){{6}}{_BETWEEN}(?:\d{_Z}){{6}})(?!\d)")),  # My Number, in any spelling
    ("メール", re.compile(r"(?<![\w.+\-])[\w.+\-]{1,64}[@＠][\w\-]{1,63}(?:[.．][\w\-]{1,63}){1,8}", re.ASCII)),
    ("電話", re.compile(rf"(?<!{_D})[0０]{_D}{{1,4}}[-‐-―−ーｰ－(（]{_D}{{1,4}}[-‐-―−ーｰ－)）]{_D}{{3,4}}(?!{_D})|(?<!{_D})[0０]{_D}{{9,10}}(?!{_D})")),
    ("郵便番号", re.compile(rf"〒\s?{_D}{{3}}{_H}{_D}{{4}}|(?<!{_D}){_D}{{3}}[-‐-―−－]{_D}{{4}}(?!{_D}|[-‐-―−－])")),
    ("口座", re.compile(rf"(?<=口座番号)[はが：: 　]*{_D}{{5,8}}|(?<=普通)[ 　：:]*{_D}{{6,8}}|(?<=当座)[ 　：:]*{_D}{{6,8}}")),
    ("被保険者番号", re.compile(rf"(?<=番号)[はが：: 　]*{_D}{{6,11}}")),
    ("生年月日", re.compile(rf"(?:(?:昭和|平成|令和|大正|明治)(?:元|{_D}{{1,2}})|{_D}{{4}})年{_D}{{1,2}}月{_D}{{1,2}}日(?=\s*生)|(?<=生年月日)[はが：: 　]*(?:(?:昭和|平成|令和|大正|明治)(?:元|{_D}{{1,2}})|{_D}{{4}})[年.／/-]{_D}{{1,2}}[月.／/-]{_D}{{1,2}}日?")),
    ("住所", re.compile(rf"(?:[一-龥々]{{2,4}}[都道府県])?[一-龥々ヶケァ-ヴ]{{1,8}}[市区町村郡][一-龥々ヶケぁ-んァ-ヴ]{{0,12}}(?:{_D}|[一二三四五六七八九十])+(?:丁目|番地?|号|[-‐-―−ーｰ－の](?={_D}))(?:(?:{_D}|[一二三四五六七八九十])+(?:丁目|番地?|号室?|[-‐-―−ーｰ－の](?={_D}))?)*(?:{_D}+)?")),
)  # fmt: skip
_CUES = (
    re.compile(rf"(?:氏名|名前|申請者|世帯主|届出人|保護者|本人氏名|相談者|対象者)(?:は|が|：|:|[ 　])[ 　]*({_NAME}{{2,8}}?(?:[ 　]{_NAME}{{1,6}}?)?)(?=です|で|と|が|の|は|、|。|（|\(|\s|$|様|さん)"),
    re.compile(r"([一-龥々〆]{2,6}|[一-龥々〆]{1,4}[ 　][一-龥々〆ぁ-んァ-ヴー]{1,5}|[ァ-ヴー・]{3,12})(?=[ 　]?(?:様|さん|さま|氏|君|くん|ちゃん)(?![一-龥]))"),
)  # fmt: skip
_NOBODY = re.compile(
    "(?:市民|住民|町民|村民|皆|各位|お客|利用者|申請者|保護者|担当者?|職員|事業者|奥|子|お子|王|神|患者|来場者|参加者|御本人|本人|世帯主|会長|市長|町長|村長|課長|部長|知事|議長|委員長?)+"
)
_SURNAME = re.compile("[一-龥]")  # 林 and 森 are names; one letter of kana is none
_TOKEN = re.compile(
    r"[〔［\[【]\s*(氏名|番号|メール|電話|郵便番号|口座|被保険者番号|生年月日|住所|語)\s*([0-9０-９]{1,6})\s*[〕］\]】]"
)
SUSPICIOUS = re.compile(
    r"(?:これまで|以前|上記|前)の(?:すべての|全ての)?(?:指示|命令|文)を(?:無視|忘れ)|ignore (?:all |the )?(?:previous|above)|system ?prompt|システムプロンプト|あなたは.{0,20}として(?:振る舞|答え|行動)|(?:と|だと)(?:だけ)?答え(?:て|なさい|よ)|do not tell|開発者モード|jailbreak",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Item:
    """What was hidden: the words, the token that stands for them, and how often."""

    words: str
    token: str
    count: int


@dataclass(frozen=True)
class Hidden:
    """text: with tokens. pieces: the same in pieces, each with whether it is a token."""

    text: str
    items: tuple[Item, ...]

    @property
    def pieces(self) -> list[tuple[str, bool]]:
        """For a page."""
        if not self.items:
            return [(self.text, False)]
        tokens = re.compile("(" + "|".join(re.escape(one.token) for one in self.items) + ")")
        known = {one.token for one in self.items}
        return [(part, part in known) for part in tokens.split(self.text) if part]


@dataclass(frozen=True)
class _Found:
    """spans: start, end, kind; taken: 1 for each character that is in one."""

    spans: list[tuple[int, int, str]]
    taken: bytearray


def hidden(text: str, known: Iterable[str] = ()) -> Hidden:
    """The text with a token for each thing. known: names of the case, and what a person wants hidden, longest first."""
    spans = _Found([], bytearray(len(text)))
    words = {one.strip() for one in known}
    words = {one for one in words if len(one) > 1 or _SURNAME.fullmatch(one)}
    for word in sorted(words, key=len, reverse=True):
        _add(spans, [(*found.span(), "語") for found in re.finditer(_loosely(word), text)])
    for kind, pattern in _RULES:
        _add(spans, [(*_trimmed(text, found), kind) for found in pattern.finditer(text)])
    for cue in _CUES:
        found = [one for one in cue.finditer(text) if not _NOBODY.fullmatch(one[1])]
        _add(spans, [(*one.span(1), "氏名") for one in found])
    _add(spans, [(start, end, "氏名") for start, end in _joined(text, cutting.person_names(_plain(text)))])
    names = {text[start:end] for start, end, kind in spans.spans if kind == "氏名" and end - start > 2}
    for name in sorted(names, key=len, reverse=True):  # also where nothing beside it says that it is one
        _add(spans, [(*one.span(), "氏名") for one in re.finditer(_loosely(name), text)])
    return _replaced(text, sorted(spans.spans))


def restored(text: str, items: Sequence[Item]) -> tuple[str, list[str]]:
    """What a model wrote with the words put back, and tokens in it that stand for nothing."""
    words = {_bare(one.token): one.words for one in items}
    unknown: list[str] = []

    def back(found: re.Match[str]) -> str:
        key = f"{found[1]}{int(unicodedata.normalize('NFKC', found[2]))}"
        if key not in words:
            unknown.append(found[0])
            return found[0]
        return words[key]

    return _TOKEN.sub(back, text), unknown


def suspicious(text: str) -> list[str]:
    """Phrases that speak to a model and not to a reader: an alarm, no wall."""
    return list(dict.fromkeys(found[0] for found in SUSPICIOUS.finditer(unicodedata.normalize("NFKC", text))))


def _plain(text: str) -> str:
    """As long as before, without lone halves of a character."""
    return re.sub("[\ud800-\udfff]", "?", text)


def _loosely(word: str) -> str:
    """A name with or without a blank in it."""
    return r"[ 　]?".join(re.escape(one) for one in re.sub(r"[\s　]", "", word))


def _trimmed(text: str, found: re.Match[str]) -> tuple[int, int]:
    """Without particles and blanks that a rule took along."""
    start, end = found.span()
    while start < end and text[start] in "はが：: 　":
        start += 1
    return start, end


def _joined(text: str, names: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """A surname and the given name behind it are one name."""
    found: list[tuple[int, int]] = []
    for start, end in names:
        if found and text[found[-1][1] : start].strip(" 　") == "" and start - found[-1][1] <= 1:
            found[-1] = (found[-1][0], end)
        else:
            found.append((start, end))
    return found


def _add(found: _Found, more: Iterable[tuple[int, int, str]]) -> None:
    """What of them is not hidden already: where a person hid a part, the rest of a name or number goes as well."""
    for start, end, kind in more:
        for free in re.finditer(b"\0+", bytes(found.taken[start:end])):
            first, last = start + free.start(), start + free.end()
            found.taken[first:last] = b"\1" * (last - first)
            found.spans.append((first, last, kind))


def _replaced(text: str, spans: Sequence[tuple[int, int, str]]) -> Hidden:
    """The same words have the same token; a token that stands in the text itself is passed over."""
    tokens: dict[tuple[str, str], str] = {}
    words: dict[str, str] = {}
    counts: dict[str, int] = {}
    numbers: dict[str, int] = {}
    parts, at = [], 0
    taken = {_bare(found[0]) for found in _TOKEN.finditer(text)}
    for start, end, kind in spans:
        key = (kind, re.sub(r"[\s　]", "", text[start:end]))
        if key not in tokens:
            numbers[kind] = numbers.get(kind, 0) + 1
            while f"{kind}{numbers[kind]}" in taken:
                numbers[kind] += 1
            tokens[key] = f"〔{kind}{numbers[kind]}〕"
            words[tokens[key]] = text[start:end]
        token = tokens[key]
        counts[token] = counts.get(token, 0) + 1
        parts += [text[at:start], token]
        at = end
    return Hidden(
        "".join(parts) + text[at:],
        tuple(Item(words[token], token, counts[token]) for token in tokens.values()),
    )


def _bare(token: str) -> str:
    found = _TOKEN.fullmatch(token)
    return f"{found[1]}{int(unicodedata.normalize('NFKC', found[2]))}" if found else token
