"""How a notice is laid out as a letter: in smaller letters where its reasons are long, then without the last of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from yakuba.kernel.letters.letter import Addressee, Layout, Letter, Marked
from yakuba.kernel.letters.mailing import table
from yakuba.kernel.letters.wording import filled
from yakuba.kernel.letters.written import WordTemplate
from yakuba.kernel.tables.spreadsheets import Table
from yakuba.services.nursery.adapters import word_letters
from yakuba.services.nursery.engine.telling.notices import Frame, Kind, Notice, Reason, field_values

TEMPLATE = "nursery/print/notices.html"
SIZES = ("normal", "small", "tiny")
ROOM = {"normal": 600, "small": 1000}  # characters of reasons that surely fit in, lines counted as half full
ELSEWHERE = "ほかの希望については、窓口でご説明します。"
KINDS = {Kind.GRANTED: "承諾", Kind.HELD: "保留", Kind.KEPT: "転園保留"}


def letter(notice: Notice) -> Letter:
    """The notice as a letter to who applied."""
    to = Addressee(notice.guardian, notice.postal_code, notice.address)
    return Letter(notice.child, to, notice)


@dataclass(frozen=True)
class Look:
    """What is the same for all notices of a print: its texts, and the town's own Word file for each kind that has one."""

    texts: Frame
    words: Mapping[Kind, WordTemplate] = field(default_factory=dict)


def layout(
    frame: Frame, *, draft: bool, name: str, words: Mapping[Kind, WordTemplate] | None = None
) -> Layout:
    """name: of the print, in every mark; words: kind -> the town's own Word file."""
    look = Look(frame, words or {})
    pictures = {address: png for one in look.words.values() for address, png in one.pictures.items()}
    return Layout(TEMPLATE, look, variants, name, draft, pictures)


def variants(notice: Notice, look: Look) -> Iterator[Mapping[str, Any]]:
    """From the size with which it probably fits on to the smallest, and of this with fewer and fewer reasons."""
    if template := look.words.get(notice.kind):
        for word in word_letters.variants(notice, look.texts, template, ELSEWHERE):
            yield {"word": word}
    else:
        yield from _house_variants(notice, look.texts)


def _house_variants(notice: Notice, frame: Frame) -> Iterator[Mapping[str, Any]]:
    values = field_values(notice)
    texts = {part: filled(frame.of(part, notice.kind), values) for part in ("title", "intro", "after")}
    texts["document_number"] = filled(frame.document_number, values)
    for size in SIZES[SIZES.index(_size_of(notice)) :]:
        yield {"notice": notice, "size": size, **texts}
    for count in range(len(notice.reasons) - 1, -1, -1):
        reasons = (*notice.reasons[:count], Reason("", "", "", ELSEWHERE))
        yield {"notice": replace(notice, reasons=reasons), "size": SIZES[-1], **texts}


def _size_of(notice: Notice) -> str:
    amount = sum(len(reason.text) + len(reason.facilities) + 30 for reason in notice.reasons)
    return next((size for size, room in ROOM.items() if amount <= room), SIZES[-1])


def mailing(letters: Sequence[Marked]) -> Table:
    """The mailing file that goes with the pages."""
    more = {
        "受付番号": [one.letter.recipient for one in letters],
        "通知の種類": [KINDS[one.letter.body.kind] for one in letters],
    }
    return table("通知の宛名", letters, more)
