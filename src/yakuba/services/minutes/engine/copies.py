"""The record of a meeting as plain data, and its copies: the original, in which everything stands with its mark, and the
published one (地方自治法123条・129条), in which what was withdrawn, said behind closed doors or has to be withheld does not stand."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

SHORTEST = 2  # characters of words that are looked for elsewhere: a single one stands in many others
WITHHELD = "●●"
WITHDRAWN = "――――（発言取消し）"
SECRET = "（秘密会につき、この間の発言は掲載しない）"  # noqa: S105  # no password


@dataclass(frozen=True)
class Hidden:
    """Words of a speech that are not published, wherever they stand in it; all of it where `words` is empty. withdrawn: by
    地方自治法129条, else withheld."""

    words: str
    withdrawn: bool = False


@dataclass(frozen=True)
class Said:
    """A speech or a line of the record. number: its place in the record; kind: speech, heading, note, vote; speaker: as it
    is printed behind the ○."""

    number: int
    kind: str
    text: str
    speaker: str = ""
    name: str = ""
    kana: str = ""
    group: str = ""
    office: str = ""
    role: str = ""
    start: float | None = None
    end: float | None = None
    secret: bool = False
    hidden: tuple[Hidden, ...] = ()


@dataclass(frozen=True)
class Matter:
    """A matter and its outcome."""

    kind: str
    title: str
    proposer: str = ""
    outcome: str = ""
    ayes: int | None = None
    noes: int | None = None
    names: tuple[str, ...] = ()


@dataclass(frozen=True)
class Point:
    """A sentence of the speech `number`: kind is decision, task, next, or summary."""

    number: int
    kind: str
    sentence: str
    speaker: str = ""
    who: str = ""
    until: str = ""


@dataclass(frozen=True)
class Record:
    """A meeting. facts: heading and lines, in the order in which they are printed."""

    title: str
    kind: str
    facts: tuple[tuple[str, tuple[str, ...]], ...]
    said: tuple[Said, ...]
    matters: tuple[Matter, ...] = ()
    points: tuple[Point, ...] = ()
    signers: tuple[str, ...] = ()
    names: dict[str, str] = field(
        default_factory=dict
    )  # of the open file: nameOfHouse, session, issue, date …
    published: bool = False


def lost(said: Sequence[Said]) -> list[tuple[int, str]]:
    """Number of the speech and the words that were to be withheld from it but stand in it no more."""
    return [(one.number, hide.words) for one in said for hide in one.hidden if hide.words not in one.text]


def original(record: Record) -> Record:
    """Everything, with a mark at what is not published."""
    return replace(record, said=tuple(_marked(one) for one in record.said))


def published(record: Record) -> Record:
    """What may be read by everybody. Points whose sentence holds what is hidden go with it."""
    kept: list[Said] = []
    for one in record.said:
        if one.secret:
            if not kept or kept[-1].text != SECRET:
                kept.append(Said(one.number, "note", SECRET))
            continue
        kept.append(_hidden(one))
    texts = {one.number: one.text for one in kept}
    points = tuple(one for one in record.points if one.sentence in texts.get(one.number, ""))
    return replace(record, said=tuple(kept), points=points, published=True)


def _hidden(one: Said) -> Said:
    whole = [hide for hide in one.hidden if not hide.words]
    if whole:
        text = WITHDRAWN if any(hide.withdrawn for hide in whole) else WITHHELD
        return replace(one, text=text, hidden=())
    text, at = "", 0
    for start, end, withdrawn in _covered(one):
        text += one.text[at:start] + (WITHDRAWN if withdrawn else WITHHELD)
        at = end
    return replace(one, text=text + one.text[at:], hidden=())


def _covered(one: Said) -> list[tuple[int, int, bool]]:
    """Start, end and whether withdrawn of each stretch that is not published. Words that overlap are one stretch: were they
    put out one after the other, the second would not be found any more and half of it would stay."""
    spans = sorted(
        (found.start(), found.start() + len(hide.words), hide.withdrawn)
        for hide in one.hidden
        for found in re.finditer(f"(?={re.escape(hide.words)})", one.text)
    )
    joined: list[tuple[int, int, bool]] = []
    for start, end, withdrawn in spans:
        if joined and start < joined[-1][1]:
            first, last, before = joined[-1]
            joined[-1] = (first, max(last, end), before or withdrawn)
        else:
            joined.append((start, end, withdrawn))
    return joined


def _marked(one: Said) -> Said:
    text = one.text
    for hide in one.hidden:
        words = hide.words or text
        name = "取消し" if hide.withdrawn else "非公開"
        text = text.replace(words, f"〔{name}：{words}〕")
    if one.secret:
        text = f"〔秘密会〕{text}"
    return replace(one, text=text)


def beside_the_speeches(record: Record) -> Iterator[tuple[str, str]]:
    """Heading and words: what is withheld in a speech and stands in what is published beside the speeches, where nothing is
    hidden."""
    written = [
        ("会議の名前", record.title),
        *((heading, "\n".join(lines)) for heading, lines in record.facts),
    ]
    for matter in record.matters:
        written.append(
            ("議案と採決", "\n".join((matter.title, matter.proposer, matter.outcome, *matter.names)))
        )
    for point in record.points:
        written.append(("担当と期限", f"{point.who}\n{point.until}"))
    for one in record.said:
        written.append(("話した人の名前", f"{one.speaker}\n{one.name}\n{one.kana}"))
    hidden = {one.words for said in record.said for one in said.hidden if not one.withdrawn}
    for words in sorted(one for one in hidden if len(one) >= SHORTEST):
        for heading in dict.fromkeys(heading for heading, text in written if words in text):
            yield heading, words
