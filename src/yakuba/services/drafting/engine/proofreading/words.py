"""Which words are written in kana and which in kanji, by the tables and Sudachi's tags."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from yakuba.services.drafting.engine.proofreading.hits import Hit
from yakuba.services.drafting.engine.proofreading.tables import okurigana, table, tails
from yakuba.services.drafting.engine.proofreading.text import KANJI, Text, Word

_PREDICATES = ("動詞", "形容詞", "助動詞")
_OBJECT = ("を", "が", "は", "も", "に")
_ENDED = "。、，\n 　（(「"
_COUNTER = re.compile(
    r"(?<=[0-9０-９数何])(?:[ヶヵケカｹｶ箇](?=月(?!曜)|所|国|年|条|村(?!町)|町|店|園|校)|ヶ月|カ月)"
)
_FROM = re.compile(
    r"(?<=[0-9０-９時分日月年)）])より(?=開始|開催|始ま|受付|行い|行う|実施|施行|適用|配布|販売)"
)
_PREFIX_KANA = re.compile(r"御(?=[ぁ-ん]{2})")
_EXPANDED = re.compile(r"ください|下さい|になる|になり|になっ|いただ|頂|いたし|致し|する|します")


def hits(text: Text) -> Iterator[Hit]:
    """All of them."""
    words = text.words
    for at, word in enumerate(words):
        before = words[at - 1] if at else None
        after = words[at + 1] if at + 1 < len(words) else None
        for look in _BY_WORD:
            hit = look(word, before, after)
            if hit is not None:
                yield hit
                break
    for find in (_phrases, _heads, _okurigana, _by_letters, _loanwords):
        yield from find(text)


def _auxiliary(word: Word, before: Word | None, after: Word | None) -> Hit | None:
    after_what = table("auxiliary").get(word.base)
    if not after_what or not _verbal(word) or not KANJI.search(word.surface) or before is None:
        return None
    follows = before.kind == "助詞" and before.detail == "接続助詞" and before.surface in ("て", "で")
    joined = (
        after_what == "any" and before.surface not in _OBJECT and before.kind in ("名詞", "動詞", "接尾辞")
    )
    if not follows and not joined:
        return None
    return Hit(word.start, word.end, "auxiliary", word.sound, sure=not after_what.endswith("?"))


def _plain_verb(word: Word, before: Word | None, after: Word | None) -> Hit | None:
    if not _verbal(word) or word.base not in table("plain") or not KANJI.search(word.surface):
        return None
    return Hit(word.start, word.end, "kana", word.sound)


def _verbal(word: Word) -> bool:
    return word.kind in ("動詞", "形容詞") and word.detail == "非自立可能"


def _formal_noun(word: Word, before: Word | None, after: Word | None) -> Hit | None:
    entry = table("formal-noun").get(word.surface)
    if entry is None or before is None or word.kind not in ("名詞", "接尾辞", "形状詞"):
        return None
    if after is not None and (after.kind == "接尾辞" or after.kind == "名詞"):
        return None  # 時間帯, 物品
    of_verb = before.kind in _PREDICATES and before.inflection.startswith(("連体形", "終止形"))
    pointed = before.kind == "連体詞" and word.surface not in ("他", "内")
    joined = entry["after"] == "の" and before.surface == "の" and before.kind == "助詞"
    if not of_verb and not pointed and not joined:
        return None
    return Hit(word.start, word.end, "formal-noun", entry["kana"], sure=entry["sure"] and not pointed)


def _kana(word: Word, before: Word | None, after: Word | None) -> Hit | None:
    kana = table("kana").get(word.kind, {}).get(word.surface)
    if kana is None or (word.surface == "又" and after is not None and after.surface == "は"):
        return None
    return Hit(word.start, word.end, "kana", kana)


def _kanji(word: Word, before: Word | None, after: Word | None) -> Hit | None:
    if word.kind in ("副詞", "接続詞", "名詞"):
        kanji = table("kanji").get(word.surface)
        if kanji is not None:
            return Hit(word.start, word.end, "kanji", kanji)
    if word.kind in ("接続詞", "副詞") and word.surface in table("conjunction"):
        return Hit(word.start, word.end, "conjunction", table("conjunction")[word.surface])
    return None


def _conjunction(word: Word, before: Word | None, after: Word | None) -> Hit | None:
    """また + は, which Sudachi cuts in two."""
    if word.surface == "は" and before is not None and before.surface == "また" and before.kind == "接続詞":
        return Hit(before.start, word.end, "conjunction", "又は")
    return None


def _prefix(word: Word, before: Word | None, after: Word | None) -> Hit | None:
    if word.surface == "ご" and word.kind == "接頭辞" and after is not None and KANJI.match(after.surface):
        return Hit(word.start, word.end, "prefix-kanji", "御")
    return None


Look = Callable[[Word, Word | None, Word | None], Hit | None]
_BY_WORD: tuple[Look, ...] = (_auxiliary, _plain_verb, _formal_noun, _kana, _kanji, _conjunction, _prefix)


def _phrases(text: Text) -> Iterator[Hit]:
    for written, instead in table("phrases").items():
        at = text.content.find(written)
        while at >= 0:
            yield Hit(at, at + len(written), "kana", instead)
            at = text.content.find(written, at + 1)


def _heads(text: Text) -> Iterator[Hit]:
    for written, instead in table("heads").items():
        for found in re.finditer(re.escape(written), text.content):
            if found.start() == 0 or text.content[found.start() - 1] in _ENDED:
                yield Hit(*found.span(), "kana", instead)


def _okurigana(text: Text) -> Iterator[Hit]:
    """Compounds that are nouns where they stand; a verb keeps its okurigana."""
    pattern, pairs = okurigana()
    cut, keep = tails()
    for found in pattern.finditer(text.content):
        start, end = found.span()
        instead = pairs[found[0]]
        tail = text.content[end : end + 1]
        if tail in cut and instead not in keep:
            yield Hit(start, end, "okurigana", re.sub("[ぁ-ん]", "", instead))
        elif _is_noun(text, start, end):
            yield Hit(start, end, "okurigana", instead)


def _is_noun(text: Text, start: int, end: int) -> bool:
    """Whether what stands there is used as a noun: お問い合わせください is a verb, and so is 申し込みます."""
    last = text.words[text.word_at(end - 1)]
    first = text.words[text.word_at(start)]
    if first.start < start and KANJI.match(text.content[start - 1]):
        return False  # 引取り引換え: the word begins before it
    following = text.words[text.word_at(end)] if last.end == end and end < len(text.content) else None
    if last.end > end:  # a longer word that the dictionary knows, 問い合わせ先
        return last.kind == "名詞"
    if following is not None and _EXPANDED.match(text.content, end):
        return last.kind == "名詞" and not _polite(text, start) and following.surface in ("する", "し")
    if last.kind == "名詞":
        return True
    is_stem = last.kind == "動詞" and last.inflection.startswith("連用形")
    return (
        is_stem
        and following is not None
        and following.kind in ("助詞", "接尾辞", "名詞")
        and (following.detail in ("格助詞", "係助詞", "名詞的") or following.kind == "名詞")
        and following.surface not in ("に", "も")
    )


def _polite(text: Text, start: int) -> bool:
    return text.content[start - 1 : start] in ("お", "ご", "御") if start else False


def _by_letters(text: Text) -> Iterator[Hit]:
    for found in _COUNTER.finditer(text.content):
        yield Hit(found.start(), found.end(), "counter", "か" + found[0][1:])
    for found in _FROM.finditer(text.content):
        yield Hit(*found.span(), "from", "から")
    for found in _PREFIX_KANA.finditer(text.content):
        if text.words[text.word_at(found.start())].surface == "御":
            yield Hit(*found.span(), "prefix-kana", "ご")


def _loanwords(text: Text) -> Iterator[Hit]:
    known = table("loanword")
    for word in text.words:
        if word.surface in known and word.kind == "名詞":
            yield Hit(word.start, word.end, "loanword", known[word.surface], sure=False)
