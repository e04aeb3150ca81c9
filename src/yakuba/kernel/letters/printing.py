"""Letters as one PDF for the printer, a page a letter.

Laying out takes by far the most time, so the parts of a long print are laid out beside each other, each in a process of
its own (`lanes`), and each is put on a shelf as soon as it is ready: who is killed on the way goes on with what lies
there.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable, Generator, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import Any, Protocol

import pypdfium2
from django.template.loader import get_template

from yakuba.kernel.letters import lanes
from yakuba.kernel.letters.letter import Layout, Letter, Marked, marked
from yakuba.kernel.letters.press import Part, PdfUnavailable, Press
from yakuba.kernel.refusals import Invalid

__all__ = ["NothingFits", "PdfUnavailable", "Printed", "Shelf", "print_file"]

IN_A_PART = 100  # pages written together at most; each part has fonts of its own, all its pages are in memory
SMALLEST_PART = 25
PARTS = 12  # of a print that is not long: what a kill costs is one part of each process

TOO_LONG = "文面が長すぎて1枚に収まりません。文面を短くしてください。"

Told = Callable[[int, int], None]


class NothingFits(Invalid):
    """Not even the shortest letter fits on its page."""


class Shelf(Protocol):
    """Where parts that are laid out are kept."""

    def get(self, digest: str) -> bytes | None:
        """The part of that digest, if it lies there."""

    def put(self, digest: str, content: bytes, pages: int) -> None:
        """Keep a part; committed when it returns."""


class NoShelf:
    """Keeps nothing."""

    def get(self, digest: str) -> bytes | None:
        return None

    def put(self, digest: str, content: bytes, pages: int) -> None:
        pass


@dataclass(frozen=True)
class Printed:
    """pdf: page n is `letters[n - 1]`. misfits: recipients whose letter is not in it, as it fits on no page."""

    pdf: bytes
    letters: tuple[Marked, ...]
    misfits: tuple[str, ...]


def print_file(
    letters: Sequence[Letter], layout: Layout, *, told: Told | None = None, shelf: Shelf | None = None
) -> Printed:
    """The letters in one PDF.

    told(done, total) hears of the progress and may raise to stop. shelf: parts that lie there are not laid out again.
    A letter that fits on no page costs itself alone: the others are numbered anew and laid out without it, from the
    first one on, because every page says how many there are. Raises PdfUnavailable, and NothingFits where no letter
    fits, which is found before the first is laid out.
    """
    rest = list(letters)
    misfits: list[str] = []
    while rest:
        numbered = marked(rest, layout.print)
        _refuse_hopeless(numbered, layout)
        size = min(IN_A_PART, max(SMALLEST_PART, -(-len(rest) // PARTS)))
        parts = [numbered[at : at + size] for at in range(0, len(rest), size)]
        ready = _ready(parts, layout, _counted(told, len(rest)), shelf or NoShelf())
        found = {recipient for part in ready for recipient in part.misfits}
        if not found:
            if told is not None:
                told(len(rest), len(rest))
            return Printed(_merged(ready), tuple(numbered), tuple(misfits))
        misfits += sorted(found)
        rest = [one for one in rest if one.recipient not in found]
    if misfits:
        raise NothingFits(TOO_LONG)
    return Printed(_merged([]), (), ())


def digest_of(part: Sequence[Marked], layout: Layout) -> str:
    """Same digest, same pages: sha256 over all that is printed and the template."""
    template: Any = get_template(layout.template)
    said = [template.template.source, repr(layout.frame), repr(layout.draft), *map(repr, part)]
    return hashlib.sha256("\0".join(said).encode("utf-8", "surrogatepass")).hexdigest()


def _refuse_hopeless(letters: Sequence[Marked], layout: Layout) -> None:
    """Texts around the letters that are too long would have every letter tried in every size."""
    shortest = min(letters, key=lambda one: len(repr(one.letter)))
    if not Press(layout).fits(shortest):
        raise NothingFits(TOO_LONG)


def _ready(
    parts: Sequence[Sequence[Marked]], layout: Layout, told: Callable[[int], None], shelf: Shelf
) -> list[Part]:
    """Every part, in order: from the shelf, or laid out and put there if it is whole."""
    digests = [digest_of(part, layout) for part in parts]
    kept = {number: shelf.get(digest) for number, digest in enumerate(digests)}
    ready = {number: Part(content) for number, content in kept.items() if content is not None}
    missing = [number for number in range(len(parts)) if number not in ready]
    before = sum(len(parts[number]) for number in ready)
    told(before)
    rest = [parts[number] for number in missing]
    with closing(_printed(rest, layout, lambda done: told(before + done))) as printed:
        for at, part in printed:
            number = missing[at]
            if not part.misfits:
                shelf.put(digests[number], part.pdf, len(parts[number]))
            ready[number] = part
    return [ready[number] for number in range(len(parts))]


def _printed(
    parts: Sequence[Sequence[Marked]], layout: Layout, told: Callable[[int], None]
) -> Generator[tuple[int, Part]]:
    """Each part's number and its pages, as soon as they are ready. Few pages need no processes of their own, which take
    seconds to start."""
    if sum(map(len, parts)) > IN_A_PART:
        yield from lanes.printed(parts, layout, told)
    elif parts:
        press, done = Press(layout), 0
        for number, part in enumerate(parts):
            yield number, press.printed(part, lambda some, before=done: told(before + some))  # type: ignore[misc]
            done += len(part)


def _counted(told: Told | None, total: int) -> Callable[[int], None]:
    """Tells how many are done."""
    return lambda done: told(done, total) if told is not None else None


def _merged(parts: Sequence[Part]) -> bytes:
    whole = pypdfium2.PdfDocument.new()
    try:
        for part in parts:
            document = pypdfium2.PdfDocument(part.pdf)
            whole.import_pages(document)
            document.close()
        buffer = io.BytesIO()
        whole.save(buffer)
        return buffer.getvalue()
    finally:
        whole.close()
