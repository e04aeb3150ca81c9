"""What matters in a notice, in its own sentences: a summary with its source marked, and a notice of 200 characters.

Where a sentence stands and how like the others it is say nothing in a notice; what it asks for, for whom and until when
does.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from yakuba.services.drafting.engine.proofreading.text import Span, Text

SHORT = 200  # characters
_CUES: tuple[tuple[float, re.Pattern[str]], ...] = tuple(
    (weight, re.compile(pattern))
    for weight, pattern in (
        (
            3.0,
            r"(?:して|で)?(?:ください|下さい)|お願いし|お願いいた|なければなりません|必要です|必要があります|しなければ",
        ),
        (3.0, r"までに|まで(?:とし|です|に)|締切|締め切|期限|提出"),
        (2.5, r"対象|の方(?:は|が)|に該当"),
        (2.5, r"決め|決定|定め|変わり|変更|廃止|開始|始まり|始め|広げ|なりました|実施|開催|募集|中止|延期"),
        (1.5, r"無料|料金|手数料|費用|円|助成|支給|給付"),
        (1.0, r"[0-9０-９]+(?:月|日|時|年|円|人|件|か月|歳|％|%)"),
        (1.0, r"場所|会場|窓口|電話|問合せ|問い合わせ|持ち物"),
        (
            -2.0,
            r"ありがとう|御礼|お礼|日頃|日ごろ|拝啓|時下|御清栄|御健勝|御協力|ご協力|ご理解|お知らせします[。]?$",
        ),
    )
)
_ROLES: dict[str, re.Pattern[str]] = {
    "だれが": re.compile(r"対象|の方(?:は|が|で)|に該当|歳|世帯|お住まい|在住|申請者"),
    "何を": re.compile(
        r"について|提出|申請|届出|申込|申し込|開催|実施|募集|変わり|変更|中止|始ま|開始|助成|支給|配布|ください|下さい|行います"
    ),
    "いつ": re.compile(r"[0-9０-９]+月[0-9０-９]+日|[0-9０-９]+時|毎週|毎月|期間|期限|日時"),
    "どこで": re.compile(
        r"場所|会場|窓口|市役所|役場|センター|公民館|体育館|支所|会館|ホーム ?ページ|オンライン"
    ),
    "問合せ": re.compile(
        r"電話|問合せ|問い合わせ|連絡先|メール|[0-9０-９]{2,4}[-－‐(（][0-9０-９]{2,4}[-－‐)）][0-9０-９]{3,4}"
    ),
}
_DATE_ALONE = re.compile(r"(?:令和|平成)?[0-9０-９元]+年[0-9０-９]+月[0-9０-９]+日|.{0,12}第[0-9０-９]+号")
_LEADING = re.compile(r"^(?:さて、|つきましては、|なお、|また、|そこで、|このたび、|この度、|ついては、)")
_BRACKETS = re.compile(r"（[^（）0-9０-９]*）")


@dataclass(frozen=True)
class Chosen:
    """A sentence of the source: its words, where it stands, and its line from 1."""

    text: str
    start: int
    end: int
    line: int


@dataclass(frozen=True)
class Short:
    """A notice cut short. length: what a person counts; missing: what found no room or is not in the source."""

    text: str
    length: int
    chosen: tuple[Chosen, ...]
    missing: tuple[str, ...]


def length(text: str) -> int:
    """Characters as a person counts them: composed, without signs that stand on another one and without line ends."""
    return sum(
        1
        for one in unicodedata.normalize("NFC", text)
        if one != "\n"
        and not unicodedata.combining(one)
        and unicodedata.category(one) not in ("Cf", "Mn", "Me")
    )


def summary(content: str, most: int = 5) -> list[Chosen]:
    """The sentences that matter most, in the order of the source. Of a text without any cue, its first ones."""
    text = Text(content)
    spans = [span for span in text.sentences if _says_something(content[span.start : span.end].strip())]
    ranked = sorted(spans, key=lambda span: (-_weight(content[span.start : span.end]), span.start))
    return [_chosen(text, span) for span in sorted(ranked[:most], key=lambda span: span.start)]


def shortened(content: str, most: int = SHORT) -> Short:
    """Whole sentences of the source that say who, what, when, where and whom to ask, as far as they fit."""
    text = Text(content)
    spans = [span for span in text.sentences if content[span.start : span.end].strip()]
    taken: list[Span] = []
    said = {span: _bare(content[span.start : span.end]) for span in spans}
    for role, pattern in _ROLES.items():
        if any(pattern.search(said[span]) for span in taken):
            continue
        able = [span for span in spans if span not in taken and pattern.search(said[span])]
        able.sort(key=lambda span: (-_worth(said[span], role), length(said[span])))
        fits = next((span for span in able if _size(said, [*taken, span]) <= most), None)
        if fits:
            taken.append(fits)
    for span in sorted(spans, key=lambda span: -_weight(said[span])):
        if span not in taken and _weight(said[span]) >= 3 and _size(said, [*taken, span]) <= most:
            taken.append(span)
    taken.sort(key=lambda span: span.start)
    whole = "\n".join(said[span] for span in taken)
    missing = tuple(role for role, pattern in _ROLES.items() if not pattern.search(whole))
    return Short(whole, length(whole), tuple(_chosen(text, span) for span in taken), missing)


def _says_something(said: str) -> bool:
    """Not the date or the number above a letter."""
    return length(said) > 5 and not _DATE_ALONE.fullmatch(said)


def _worth(said: str, role: str) -> float:
    """How much else a sentence says that fills a role."""
    return _weight(said) + 2 * sum(bool(pattern.search(said)) for pattern in _ROLES.values())


def _size(said: dict[Span, str], spans: list[Span]) -> int:
    return sum(length(said[span]) for span in spans)


def _bare(said: str) -> str:
    """Without a word that only leads over, and without brackets that hold no number."""
    return _BRACKETS.sub("", _LEADING.sub("", said.strip()))


def _weight(said: str) -> float:
    return sum(weight * len(pattern.findall(said)[:2]) for weight, pattern in _CUES)


def _chosen(text: Text, span: Span) -> Chosen:
    place = text.place(span.start, span.end)
    return Chosen(text.content[span.start : span.end].strip(), span.start, span.end, place.line)
