"""The record of a meeting as plain data, and its copies: the original, in which everything stands with its mark, and the
published one (地方自治法123条・129条), in which what was withdrawn, said behind closed doors or has to be withheld does not stand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

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
    text = one.text
    # The longest first, so that what holds another goes as a whole.
    for hide in sorted(one.hidden, key=lambda hide: -len(hide.words or one.text)):
        put = WITHDRAWN if hide.withdrawn else WITHHELD
        text = text.replace(hide.words, put) if hide.words else put
    return replace(one, text=text, hidden=())


def _marked(one: Said) -> Said:
    text = one.text
    for hide in one.hidden:
        words = hide.words or text
        name = "取消し" if hide.withdrawn else "非公開"
        text = text.replace(words, f"〔{name}：{words}〕")
    if one.secret:
        text = f"〔秘密会〕{text}"
    return replace(one, text=text)
