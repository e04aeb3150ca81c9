"""Two versions of a text side by side: articles paired by their numbers, then words compared, the changed ones marked."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from yakuba.kernel.refusals import Invalid
from yakuba.kernel.search import cutting

_NUMBER = r"[0-9０-９〇一二三四五六七八九十百千]+"
_ARTICLE = re.compile(
    rf"[\s　]*((?:第{_NUMBER}条(?:の{_NUMBER})*)|附\s*則|別表(?:第{_NUMBER})?|様式第{_NUMBER}号)(?=[\s　（(]|$)"
)
_CAPTION = re.compile(r"[\s　]*（[^（）]{1,40}）\s*$")
_PARAGRAPH = re.compile(rf"[\s　]*((?:{_NUMBER}|[⑴-⒇①-⑳ア-ン]|[(（]{_NUMBER}[)）]))[\s　．.]")
LEFT_OUT = "（略）"
MOST_PARTS = 3_000
NEAR = 8  # lines that are looked at for one that is like it
LONGEST_LINE = 4_000  # words of a line that are compared one by one


@dataclass(frozen=True)
class Span:
    """Some words. changed: they stand only in this version, or stand otherwise in the other."""

    text: str
    changed: bool


Line = tuple[Span, ...]


@dataclass(frozen=True)
class Pair:
    """An article (or paragraph) in both versions. key: its number as the new version writes it, empty for none; a version
    that lacks it has no lines. same: nothing was changed. after, before: lines without what did not change."""

    key: str
    after: tuple[Line, ...]
    before: tuple[Line, ...]
    same: bool


@dataclass(frozen=True)
class _Part:
    key: str
    lines: tuple[str, ...]


def compared(before: str, after: str) -> list[Pair]:
    """The pairs in the order of the new version, what was taken out where it stood. Raises Invalid for too many."""
    old, new = _parts(before), _parts(after)
    if max(len(old), len(new)) > MOST_PARTS:
        raise Invalid(f"条や段落が多すぎます（{MOST_PARTS:,}まで）。章ごとに分けて比べてください。")
    return [_pair(one, other) for one, other in _matched(old, new)]


def _parts(text: str) -> list[_Part]:
    """Articles with their captions; what stands before the first of them line by line, as a text without articles does."""
    parts: list[_Part] = []
    waiting: list[str] = []
    for line in (one.rstrip() for one in text.split("\n")):
        found = _ARTICLE.match(line)
        if found:
            parts.append(_Part(found[1], (*waiting, line)))
            waiting = []
        elif _CAPTION.match(line):
            parts += [_Part("", (one,)) for one in waiting]
            waiting = [line]
        elif line.strip():
            if waiting or not parts or not parts[-1].key:
                parts += [_Part("", (one,)) for one in (*waiting, line)]
                waiting = []
            else:
                parts[-1] = _Part(parts[-1].key, (*parts[-1].lines, line))
    return parts + [_Part("", (one,)) for one in waiting]


def _matched(old: list[_Part], new: list[_Part]) -> Iterator[tuple[_Part | None, _Part | None]]:
    """What has a number by its number (each once), anything else by what it says."""
    before = [_name(part, old[:at]) for at, part in enumerate(old)]
    after = [_name(part, new[:at]) for at, part in enumerate(new)]
    for kind, a, b, c, d in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if kind == "equal":
            yield from zip(old[a:b], new[c:d], strict=True)
            continue
        yield from _nearest(old[a:b], new[c:d])


def _nearest(old: Sequence[_Part], new: Sequence[_Part]) -> Iterator[tuple[_Part | None, _Part | None]]:
    """Within a run that differs: lines that are alike are one line that changed."""
    left = list(old)
    for one in new:
        like = [
            other
            for other in left[:NEAR]
            if not one.key and not other.key and _alike(other.lines[0], one.lines[0])
        ]
        if like:
            for gone in left[: left.index(like[0])]:
                yield gone, None
            left = left[left.index(like[0]) + 1 :]
            yield like[0], one
        else:
            yield None, one
    for gone in left:
        yield gone, None


def _alike(one: str, other: str) -> bool:
    return SequenceMatcher(None, one[:400], other[:400], autojunk=False).ratio() > 0.5


def _name(part: _Part, above: Sequence[_Part]) -> str:
    if not part.key:
        return part.lines[0].strip()
    key = _plain_key(part.key)
    return f"{key}#{sum(_plain_key(one.key) == key for one in above)}"


def _plain_key(key: str) -> str:
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", key))


def _pair(old: _Part | None, new: _Part | None) -> Pair:
    if old is None or new is None:
        part = new or old
        lines = tuple((Span(line, True),) for line in part.lines) if part else ()
        return Pair(part.key if part else "", lines if new else (), lines if old else (), same=False)
    if old.lines == new.lines:
        return Pair(new.key, _plain(new.lines), _plain(old.lines), same=True)
    before: list[Line] = []
    after: list[Line] = []
    for kind, a, b, c, d in SequenceMatcher(None, old.lines, new.lines, autojunk=False).get_opcodes():
        if kind == "equal":
            before += _omitted(old.lines[a:b])
            after += _omitted(new.lines[c:d])
            continue
        olds, news = list(old.lines[a:b]), list(new.lines[c:d])
        for at in range(max(len(olds), len(news))):
            one, other = (side[at] if at < len(side) else "" for side in (olds, news))
            was, now = _words(one, other)
            before += [was] if was else []
            after += [now] if now else []
    return Pair(new.key, tuple(after), tuple(before), same=False)


def _plain(lines: Sequence[str]) -> tuple[Line, ...]:
    return tuple((Span(line, False),) for line in lines)


def _omitted(lines: Sequence[str]) -> list[Line]:
    """Lines that did not change: the head of an article stands, a paragraph keeps its number."""
    found: list[Line] = []
    for line in lines:
        article, number = _ARTICLE.match(line), _PARAGRAPH.match(line)
        if article or number:
            head = article or number
            found.append((Span(f"{line[: head.end(1)] if head else ''}　{LEFT_OUT}", False),))
        elif _CAPTION.match(line):
            found.append((Span(line, False),))
        elif not found or found[-1] != (Span(LEFT_OUT, False),):
            found.append((Span(LEFT_OUT, False),))
    return found


def _words(one: str, other: str) -> tuple[Line, Line]:
    """Both lines with the words that differ marked."""
    olds, news = _cut(one), _cut(other)
    if max(len(olds), len(news)) > LONGEST_LINE:
        olds, news = [one] if one else [], [other] if other else []
    before: list[Span] = []
    after: list[Span] = []
    for kind, a, b, c, d in SequenceMatcher(None, olds, news, autojunk=False).get_opcodes():
        changed = kind != "equal"
        if a < b:
            before.append(Span("".join(olds[a:b]), changed))
        if c < d:
            after.append(Span("".join(news[c:d]), changed))
    return tuple(before), tuple(after)


def _cut(line: str) -> list[str]:
    return [word.surface() for _, word in cutting.morphemes(line)]
