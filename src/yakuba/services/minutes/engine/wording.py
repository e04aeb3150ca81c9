"""Spoken and doubtful wording in a speech, each with what minutes write instead. Nothing is changed by itself."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

LONGEST_SENTENCE = 150  # characters


@dataclass(frozen=True)
class Hint:
    """A place in a text: from `start` to `end`. better: what to write instead, empty where only a person can say."""

    start: int
    end: int
    words: str
    better: str
    why: str


SPOKEN = "話し言葉"
WRITTEN = "公用文の書き方"
DOUBT = "書き間違いか聞き違いかもしれません"
_RULES: tuple[tuple[str, str, str], ...] = (
    (r"っていう(?=[のこもか人方ふ点話])", "という", SPOKEN),
    (r"とゆう", "という", SPOKEN),
    (r"そうゆう", "そういう", SPOKEN),
    (r"こうゆう", "こういう", SPOKEN),
    (r"じゃない(?=[かでと。、です])", "ではない", SPOKEN),
    (r"じゃありません", "ではありません", SPOKEN),
    (r"やっぱり|やっぱし", "やはり", SPOKEN),
    (r"いろんな", "いろいろな", SPOKEN),
    (r"ちょっと", "少し", SPOKEN),
    (r"(?<=[てで])る(?=んです)", "いる", SPOKEN),
    (r"んですけど", "のですが", SPOKEN),
    (r"ですけど(?=[、。])", "ですが", SPOKEN),
    (r"ますけど(?=[、。])", "ますが", SPOKEN),
    (r"なんですが", "なのですが", SPOKEN),
    (r"しなきゃ", "しなければ", SPOKEN),
    (r"(?<=[見来食着出])れる(?=[のこよかとだ。、])", "られる", "「ら」が抜けています"),
    (r"(?<=[てで])下さい", "ください", WRITTEN),
    (r"出来(?=[るまなれ])", "でき", WRITTEN),
    (r"致し(?=ま)", "いたし", WRITTEN),
    (r"(?<=[てで])頂(?=[きいけく])", "いただ", WRITTEN),
    (r"(?<=[てで])行(?=[きくけ])", "い", WRITTEN),
    (r"(?<=する|した|いる|ある|れる)事(?=[がをにはもで])", "こと", WRITTEN),
    (r"(?<=する|した|いる|ある|れる)為(?=[にの、])", "ため", WRITTEN),
    (r"様な(?=[^々])", "ような", WRITTEN),
    (r"宜しく", "よろしく", WRITTEN),
    (r"有難う|有り難う", "ありがとう", WRITTEN),
    (r"女節", "除雪", DOUBT),
    (r"市民化(?=[でにのはが])", "市民課", DOUBT),
    (r"混年度", "今年度", DOUBT),
    (r"児童(?=車)", "自動", DOUBT),
)
_COMPILED = tuple((re.compile(pattern), better, why) for pattern, better, why in _RULES)
_DOUBLED = re.compile(r"([がをにはへ])\1(?=[^\1])|(、、+|。。+)")
_SENTENCE = re.compile(r"[^。！？\n]+[。！？]?")


def hints(text: str, own: Mapping[str, str] | None = None) -> list[Hint]:
    """Every doubtful place, in order. own: words that the recogniser of the town gets wrong, and what is meant."""
    found = [*_ruled(text), *_doubled(text), *_long(text), *_own(text, own or {}), *_open(text)]
    kept: list[Hint] = []
    for one in sorted(found, key=lambda one: (one.start, -one.end)):
        if (
            not kept
            or not one.better
            or one.start >= max(before.end if before.better else 0 for before in kept)
        ):
            kept.append(one)
    return kept


def mended(text: str, hint: Hint) -> str:
    """The text with what the hint says, wherever it still stands; unchanged where it does not."""
    if text[hint.start : hint.end] != hint.words:
        return text
    return text[: hint.start] + hint.better + text[hint.end :]


def terms(lines: str) -> dict[str, str]:
    """誤=正, one a line."""
    pairs = (re.split(r"[=＝→]", line, maxsplit=1) for line in lines.splitlines())
    return {
        one[0].strip(): one[1].strip() for one in pairs if len(one) == 2 and one[0].strip() and one[1].strip()
    }


def _ruled(text: str) -> Iterator[Hint]:
    for pattern, better, why in _COMPILED:
        for one in pattern.finditer(text):
            yield Hint(one.start(), one.end(), one[0], better, why)


def _doubled(text: str) -> Iterator[Hint]:
    for one in _DOUBLED.finditer(text):
        yield Hint(one.start(), one.end(), one[0], one[0][0], "同じ字が重なっています")


def _own(text: str, own: Mapping[str, str]) -> Iterator[Hint]:
    for wrong, right in own.items():
        for one in re.finditer(re.escape(wrong), text):
            yield Hint(one.start(), one.end(), wrong, right, "この町の言葉の一覧にあります")


def _long(text: str) -> Iterator[Hint]:
    for one in _SENTENCE.finditer(text):
        if len(one[0]) > LONGEST_SENTENCE:
            yield Hint(
                one.start(),
                one.end(),
                one[0],
                "",
                f"一文が{len(one[0])}字あります。分けられないか見てください",
            )


def _open(text: str) -> Iterator[Hint]:
    stripped = text.rstrip()
    if stripped and stripped[-1] not in "。！？」』）)…":
        yield Hint(
            len(stripped) - 1,
            len(stripped),
            stripped[-1],
            f"{stripped[-1]}。",
            "文の終わりに「。」がありません",
        )
