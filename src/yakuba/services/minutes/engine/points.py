"""Sentences that decide something, give somebody something to do, or say when one meets again; and those that sum up. Every
one of them is a sentence that was said: nothing is written anew."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from yakuba.kernel.search import cutting
from yakuba.services.minutes.engine import sentences

SHARE = 0.12  # of the sentences that sum a meeting up
FEWEST, MOST = 3, 40
SHORTEST, LONGEST = 12, 160  # characters of a sentence that may sum up
_DECISION = re.compile(
    "決定(?:し|いた|され|と)|可決|否決|採択|承認(?:し|いた|され|する)|了承(?:し|いた|され|する)|継続(?:審査|審議)と|"
    "(?:する|した|いたす|進める|行う)ことと(?:し|いた|決)|ことに(?:決|いたし|しま)|に決まりました|異議(?:なし|がない|はない|ございません)と?認め"
)
_TASK = re.compile(
    "(?:まで|中|以内)に.{0,40}(?:提出|報告|回答|確認|用意|準備|作成|整理|検討|提示|お願い|示し|まとめ|配布|送付|調査)|宿題|持ち帰|"
    "(?:調べ|確認し|整理し|検討し)て.{0,12}(?:報告|回答|お答え|提示|ご連絡)|担当.{0,20}(?:お願い|いたし|します|する)"
)
_NEXT = re.compile(r"次回.{0,30}(?:\d|[〇一二三四五六七八九十]|開催|開き|予定|日程)")
_WHO = re.compile(
    r"([一-龥々ァ-ヴーA-Za-zＡ-Ｚ0-9０-９]{0,12}(?:課長|部長|局長|係長|室長|課|係|部|局|室|事務局|委員会|委員長|委員|議長|担当者?|教育長|市長|町長|村長))(?=[がはにでの、へ])"
)
_UNTIL = re.compile(
    r"((?:令和|平成)?(?:[0-9０-９〇一二三四五六七八九十元]+年度?)?(?:[0-9０-９〇一二三四五六七八九十]+月(?:[0-9０-９〇一二三四五六七八九十]+日|上旬|中旬|下旬|末)?|"
    r"今月末?|来月(?:末|中)?|年度(?:末|内)|年末|年内|今週中?|来週(?:中|[月火水木金]曜日?)?|次回(?:の[^、。]{0,12}?)?|次の[^、。]{0,10}?(?:会議|委員会|定例会)|[0-9０-９]+(?:日|週間|か月)以内))(?:まで|中|以内)?に?"
)


@dataclass(frozen=True)
class Found:
    """A sentence of the speech of that key. kind: decision, task, next, summary."""

    key: int
    kind: str
    sentence: str
    who: str = ""
    until: str = ""


def found(speeches: Sequence[tuple[int, str]]) -> list[Found]:
    """What decides, what is to be done, when one meets again. speeches: key and text, in their order."""
    return [one for key, text in speeches for sentence in sentences.of(text) for one in _of(key, sentence)]


def _of(key: int, sentence: str) -> Iterator[Found]:
    if sentence.endswith(("か。", "か？", "か")):
        return  # a question decides nothing
    if _NEXT.search(sentence):
        yield Found(key, "next", sentence, until=_until(sentence.replace("次回", "", 1)))
    elif _TASK.search(sentence):
        who = _WHO.search(sentence)
        yield Found(key, "task", sentence, who[1][:60] if who else "", _until(sentence))
    elif _DECISION.search(sentence):
        yield Found(key, "decision", sentence)


def _until(sentence: str) -> str:
    when = _UNTIL.search(sentence)
    return when[0].removesuffix("に")[:60] if when else ""


def summary(speeches: Sequence[tuple[int, str]]) -> list[Found]:
    """The sentences that say most of what the others say, in their order. A sentence's weight is that of its words, which
    counts how often they were said and in how few speeches; one much like a chosen one is left out."""
    rows = [
        (key, at, sentence)
        for key, text in speeches
        for at, sentence in enumerate(sentences.of(text))
        if SHORTEST <= len(sentence) <= LONGEST
    ]
    cut = [Counter(word for word, _, _, _ in cutting.words(sentence)) for _, _, sentence in rows]
    weights = _weights(cut)
    wanted = min(max(FEWEST, round(len(rows) * SHARE)), MOST)
    order = sorted(range(len(rows)), key=lambda at: -_score(cut[at], weights, rows[at][2]))
    chosen: list[int] = []
    for at in order:
        if len(chosen) == wanted:
            break
        if all(_alike(cut[at], cut[other]) < 0.6 for other in chosen):
            chosen.append(at)
    return [Found(rows[at][0], "summary", rows[at][2]) for at in sorted(chosen)]


def _weights(cut: Sequence[Counter[str]]) -> dict[str, float]:
    said: Counter[str] = Counter()
    within: Counter[str] = Counter()
    for words in cut:
        said.update(words)
        within.update(words.keys())
    return {
        word: math.log1p(number) * math.log(1 + len(cut) / within[word]) if number > 1 else 0.0
        for word, number in said.items()
    }


def _score(words: Counter[str], weights: dict[str, float], sentence: str) -> float:
    if not words:
        return 0.0
    bonus = 1.6 if _DECISION.search(sentence) or _TASK.search(sentence) else 1.0
    question = 0.7 if sentence.endswith(("か。", "か？")) else 1.0
    return bonus * question * sum(weights[word] for word in words) / math.sqrt(len(words) + 4)


def _alike(one: Counter[str], other: Counter[str]) -> float:
    both = len(one.keys() & other.keys())
    return both / max(1, min(len(one), len(other)))


def strongest(text: str, most: int) -> list[str]:
    """The sentences of one speech that say most, in their order: those that decide something first, then the fullest of
    words. A speech of a few sentences stays whole."""
    rows = sentences.of(text)
    if len(rows) <= most:
        return rows

    def weight(at: int) -> float:
        decides = bool(_DECISION.search(rows[at]) or _TASK.search(rows[at]))
        full = len({word for word, _, _, _ in cutting.words(rows[at])})
        return 100.0 * decides + full

    chosen = sorted(range(len(rows)), key=lambda at: (-weight(at), at))[:most]
    return [rows[at] for at in sorted(chosen)]
