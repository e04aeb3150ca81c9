"""What is to be said of a sentence as a whole, and turns of phrase."""

from __future__ import annotations

import re
from collections.abc import Iterator

from yakuba.services.drafting.engine.proofreading.hits import Hit
from yakuba.services.drafting.engine.proofreading.tables import phrases, table
from yakuba.services.drafting.engine.proofreading.text import Span, Text

LONG, VERY_LONG = 80, 100  # characters, without what stands in brackets
MOST_COMMAS = 4
_BRACKETS = re.compile(r"（[^（）]*）|\([^()]*\)|「[^「」]*」")
_GA = re.compile(r"(?<=[すたるいだん])が、")
_ITEM = re.compile(
    r"\s*(?:[・●○◎■□◆◇※*\-－]|[(（]?[0-9０-９ア-ンa-zA-Z①-⑳一二三四五六七八九十]{1,3}[)）.．、　 ])"
)
_POLITE = re.compile(
    r"(?:です|ます|でした|ました|ません|でしょう|ましょう|ください|下さい|ませんでした)(?:か|ね|よ)?[。！？!?」）)]*$"
)
_PLAIN = re.compile(
    r"(?:である|であった|だ|だった|であろう|だろう|とする|した|する|できる|ある|いる|なる|られる|される|せる|ない|なかった|定める|による|行う|認める|よる)[。」）)]+$"
)
_NO = re.compile(r"の")


def hits(text: Text) -> Iterator[Hit]:
    """All of them."""
    for span in text.sentences:
        yield from _of_sentence(text, span)
    for group in phrases():
        for pattern, instead in group.pairs:
            for found in pattern.finditer(text.content):
                if found[0]:
                    yield Hit(*found.span(), group.rule, found.expand(instead) if instead else None)
    yield from _ra_nuki(text)
    yield from _style(text)


def _of_sentence(text: Text, span: Span) -> Iterator[Hit]:
    said = text.content[span.start : span.end]
    bare = _BRACKETS.sub("", said).strip()
    if "。" in said or len(bare) > LONG:
        if len(bare) > LONG:
            much = "とても長い文です" if len(bare) > VERY_LONG else "長い文です"
            yield _whole(span, "long-sentence", f"{much}（括弧の中を除いて{len(bare)}字）。")
        if bare.count("、") + bare.count("，") > MOST_COMMAS:
            yield _whole(span, "commas")
        if len(_GA.findall(bare)) > 1:
            yield _whole(span, "two-ga")
    yield from _three_no(text, span)


def _three_no(text: Text, span: Span) -> Iterator[Hit]:
    """AのBのCのD, without a verb or a comma between."""
    first, last = text.word_at(span.start), text.word_at(span.end - 1)
    run: list[int] = []
    for at in range(first, last + 1):
        word = text.words[at]
        if word.surface == "の" and word.kind == "助詞":
            run.append(at)
            if len(run) == 3:
                yield Hit(text.words[run[0]].start, word.end, "three-no", None, whole=True)
                return
        elif word.kind not in ("名詞", "接尾辞", "接頭辞", "代名詞"):
            run = []


def _whole(span: Span, rule: str, more: str = "") -> Hit:
    return Hit(span.start, span.end, rule, None, sure=False, whole=True, more=more)


def _ra_nuki(text: Text) -> Iterator[Hit]:
    """見れる: an own verb for Sudachi, whose normalised form is another one that takes られる."""
    ichidan = table("ichidan")
    for word in text.words:
        if word.kind != "動詞" or word.type != "下一段-ラ行" or not word.base.endswith("れる"):
            continue
        stem = word.base[:-2]
        if word.normal == word.base or word.normal[:1] != word.base[:1] or stem not in ichidan:
            continue
        yield Hit(word.start, word.end, "ra-nuki", word.surface.replace("れ", "られ", 1))


def _style(text: Text) -> Iterator[Hit]:
    """Sentences that end in the way of which there are fewer."""
    polite, plain = [], []
    for span in text.sentences:
        said = text.content[span.start : span.end].rstrip()
        if not said.endswith("。") or _ITEM.match(said) or text.in_any(text.quoted, span.end - 2, span.end):
            continue
        if _POLITE.search(said):
            polite.append(span)
        elif _PLAIN.search(said):
            plain.append(span)
    if not polite or not plain:
        return
    fewer, other = (plain, "です・ます") if len(plain) <= len(polite) else (polite, "である")
    more = f"この文書では「{other}」の文の方が多くあります。"
    for span in fewer:
        yield _whole(span, "style", more)
