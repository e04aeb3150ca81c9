"""What of a speech may not be published: names of people who hold no office here, how they are reached, where they live. The
rules miss rare names; a person reads every speech before it is published."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from yakuba.kernel.personaldata import finding

# What the kernel's rules call it -> why it may have to be withheld.
_WHY = {"番号": "個人番号", "メール": "メールアドレス", "電話": "電話番号"}
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
    for start, end, kind in finding.by_shape(text):
        yield text[start:end], _WHY.get(kind, kind)
    for one in _TITLED.finditer(text):
        if not _NOBODY.fullmatch(one[1]):
            yield one[1], "氏名"
    for start, end in finding.names(text):
        if end - start > 1:
            yield text[start:end], "氏名"
