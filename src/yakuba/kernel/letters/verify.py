"""The finished PDF read back: whether each page is there once, at its place, and belongs to whom the list says.

Each page is drawn and its QR code read as a machine beside the printer would, and its text is read apart from that. Both
must say the same, and the whole must be the list.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

import pypdfium2
import zxingcpp

from yakuba.kernel.letters.letter import MARK, Mark, read_mark

DPI = 200
CORNER = (20.0, 20.0)  # mm from the left and from the bottom, where `letter_mark` draws the code
INCH = 25.4
POINTS = 72.0


class Kind(StrEnum):
    """What is wrong with a page, or with the whole."""

    UNREADABLE = "unreadable"
    DISAGREES = "disagrees"
    FOREIGN = "foreign"
    DOUBLED = "doubled"
    MISPLACED = "misplaced"
    CONTENT = "content"
    MISSING = "missing"


@dataclass(frozen=True)
class Finding:
    """page: from 1, 0 where there is none; recipient: whose, as far as known; reason: a sentence for staff."""

    kind: Kind
    page: int
    recipient: str
    reason: str


@dataclass(frozen=True)
class Page:
    """What one page says of itself. text: all its text without blanks and without the mark."""

    coded: Mark | None
    written: Mark | None
    text: str


def verify(
    pdf: bytes,
    expected: Sequence[Mark],
    *,
    shows: Mapping[str, Sequence[str]] | None = None,
    told: Callable[[int, int], None] | None = None,
) -> list[Finding]:
    """What is wrong, in the order of the pages; empty when every page is proved.

    expected: the mailing list, row n for page n. shows: recipient → what else must stand on the page as text (ASCII
    reads back, names may not). told(pages read, pages) may raise to stop. Raises pypdfium2.PdfiumError for no PDF.
    """
    places = {mark: number for number, mark in enumerate(expected, start=1)}
    seen: Counter[Mark] = Counter()
    found: list[Finding] = []
    document = pypdfium2.PdfDocument(pdf)
    try:
        for number, page in enumerate(document, start=1):
            said = _read(page)
            finding = _judged(number, said, places, seen, (shows or {}))
            found += [finding] if finding else []
            if told is not None:
                told(number, len(document))
    finally:
        document.close()
    for mark in expected:
        if mark not in seen:
            reason = f"「{mark.recipient}」の紙面（{mark.sequence}枚目）がありません。"
            found.append(Finding(Kind.MISSING, 0, mark.recipient, reason))
    return found


def own_list(pdf: bytes) -> list[Mark]:
    """What the list must have been, as the PDF's first readable mark says it, by the text of its pages: for a PDF that
    came without its list. Sequence numbers that no page has are filled with unknown marks, so that they are missed."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        marks = [mark for page in document if (mark := _written(_text(page)))]
    finally:
        document.close()
    if not marks:
        return []
    first = marks[0]
    known = {mark.sequence: mark for mark in marks if (mark.print, mark.total) == (first.print, first.total)}
    unknown = "（不明）"
    return [
        known.get(number) or Mark(first.print, unknown, number, first.total, "00000000")
        for number in range(1, first.total + 1)
    ]


def _judged(
    number: int,
    said: Page,
    places: Mapping[Mark, int],
    seen: Counter[Mark],
    shows: Mapping[str, Sequence[str]],
) -> Finding | None:
    mark = said.coded or said.written
    who = mark.recipient if mark else ""
    if said.coded is None or said.written is None:
        what = "QRコード" if said.coded is None else "文字の照合符号"
        return Finding(Kind.UNREADABLE, number, who, f"{number}ページの{what}が読めません。")
    if said.coded != said.written:
        reason = (
            f"{number}ページのQRコードは「{said.coded.recipient}」、文字は「{said.written.recipient}」です。"
        )
        return Finding(Kind.DISAGREES, number, who, reason)
    if said.coded not in places:
        reason = f"{number}ページは「{who}」のもので、この宛名の一覧の紙面ではありません。"
        return Finding(Kind.FOREIGN, number, who, reason)
    seen[said.coded] += 1
    if seen[said.coded] > 1:
        return Finding(Kind.DOUBLED, number, who, f"{number}ページの「{who}」の紙面は、前にもあります。")
    if lacking := [text for text in shows.get(who, ()) if text not in said.text]:
        reason = f"{number}ページは「{who}」のはずですが、「{'」「'.join(lacking)}」が書かれていません。"
        return Finding(Kind.CONTENT, number, who, reason)
    if places[said.coded] != number:
        reason = f"{number}ページに、一覧の{places[said.coded]}行目の「{who}」の紙面があります。"
        return Finding(Kind.MISPLACED, number, who, reason)
    return None


def _read(page: pypdfium2.PdfPage) -> Page:
    text = _text(page)
    return Page(_coded(page), _written(text), "".join(MARK.sub("", text).split()))


def _text(page: pypdfium2.PdfPage) -> str:
    read = page.get_textpage()
    try:
        return str(read.get_text_bounded())
    finally:
        read.close()


def _written(text: str) -> Mark | None:
    """The one mark that stands there as text."""
    found = [match[0] for match in MARK.finditer(text)]
    return read_mark(found[0]) if len(found) == 1 else None


def _coded(page: pypdfium2.PdfPage) -> Mark | None:
    """The one mark that is drawn: looked for in the corner where it belongs, then on the whole page."""
    width, height = page.get_size()
    left, bottom = (side / INCH * POINTS for side in CORNER)
    corner = (
        0,
        0,
        max(0.0, width - left),
        max(0.0, height - bottom),
    )  # what is cut off: left, bottom, right, top
    for crop in (corner, (0, 0, 0, 0)):
        image = page.render(scale=DPI / POINTS, crop=crop, grayscale=True).to_numpy()
        codes = zxingcpp.read_barcodes(image, formats=zxingcpp.BarcodeFormat.QRCode)  # type: ignore[arg-type]  # takes one as well
        marks = [mark for code in codes if (mark := read_mark(code.text))]
        if marks:
            return marks[0] if len(marks) == 1 else None
    return None
