"""Personal data out of a text before anything else sees it, and back into what comes of it.

What is known goes first (names of the case, words that a person adds), then what has a shape, then what is said to be a name,
then what the dictionary holds for one.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from yakuba.kernel.personaldata import finding

_NAME = "[一-龥々〆ヶァ-ヴーぁ-ん]"
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
    _add(spans, finding.by_shape(text))
    for cue in _CUES:
        found = [one for one in cue.finditer(text) if not _NOBODY.fullmatch(one[1])]
        _add(spans, [(*one.span(1), "氏名") for one in found])
    _add(spans, [(start, end, "氏名") for start, end in finding.names(text)])
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


def _loosely(word: str) -> str:
    """A name with or without a blank in it."""
    return r"[ 　]?".join(re.escape(one) for one in re.sub(r"[\s　]", "", word))


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
