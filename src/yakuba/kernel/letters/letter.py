"""A letter, how letters of a kind are laid out, and the mark by which each page tells whose it is."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, unquote

from yakuba.kernel.values import cp932

MARK = re.compile(r"Y1:([^:\s]*):([^:\s]+):(\d{1,9})/(\d{1,9}):([0-9A-F]{8})")
PLAIN = "-_.~"  # what stands in a mark as it is, besides ASCII letters and digits


@dataclass(frozen=True)
class Addressee:
    """Who gets it, as in the window of the envelope. postal_code: as written, 〒 left out."""

    name: str
    postal_code: str
    address: str
    title: str = "様"


@dataclass(frozen=True)
class Letter:
    """One page. recipient: its id, once in a print (a receipt number); body: what the template prints; it goes to other
    processes, and its `repr` tells all that is printed of it."""

    recipient: str
    addressee: Addressee
    body: Any


@dataclass(frozen=True)
class Layout:
    """How the letters of one print look.

    template: of Django, with `<section id="{{ letter.mark.anchor }}">` for each of `letters` and `{% letter_mark %}` in
    it; frame: the same for all letters; variants: a function of a module, (body, frame) → what the template is given
    for a letter, ever smaller ones, the first one probably fitting on the page; print: name of the print, in each mark;
    pictures: address → PNG, all that a page may fetch. What is in frame tells by its `repr` all that is printed of it.
    """

    template: str
    frame: Any
    variants: Callable[[Any, Any], Iterator[Mapping[str, Any]]]
    print: str
    draft: bool = False
    pictures: Mapping[str, bytes] = field(default_factory=dict, repr=False)


@dataclass(frozen=True)
class Mark:
    """What stands on the page as a QR code and as text. Names do not read back from a PDF faithfully, this does.

    sequence: from 1 to total; seal: of id, postal code, address and name, so that a mailing list of which one column was
    sorted alone is found.
    """

    print: str
    recipient: str
    sequence: int
    total: int
    seal: str

    def __str__(self) -> str:
        """ASCII, without blanks."""
        who = ":".join(quote(text, safe=PLAIN) for text in (self.print, self.recipient))
        return f"Y1:{who}:{self.sequence}/{self.total}:{self.seal}"

    @property
    def anchor(self) -> str:
        """The id of the letter's section."""
        return f"letter-{self.sequence}"


@dataclass(frozen=True)
class Marked:
    """A letter at its place in the print."""

    letter: Letter
    mark: Mark


def marked(letters: Sequence[Letter], name: str) -> list[Marked]:
    """The letters numbered from 1 in the order given. Raises ValueError where two have one recipient."""
    if len({one.recipient for one in letters}) < len(letters):
        raise ValueError("two letters of one print have the same recipient")
    return [
        Marked(one, Mark(name, one.recipient, number, len(letters), seal(one.recipient, one.addressee)))
        for number, one in enumerate(letters, start=1)
    ]


def read_mark(text: str) -> Mark | None:
    """The mark that `text` is; None where it is none."""
    match = MARK.fullmatch(text)
    if not match:
        return None
    name, recipient, sequence, total, sealed = match.groups()
    return Mark(unquote(name), unquote(recipient), int(sequence), int(total), sealed)


def seal(recipient: str, addressee: Addressee) -> str:
    """Eight hexadecimal digits. The texts are taken as a Shift_JIS file has them, so that both encodings of the mailing
    list have the same seals."""
    texts = (recipient, addressee.postal_code, addressee.address, addressee.name)
    plain = [cp932.written(text)[0].lstrip("'").strip() for text in texts]
    return hashlib.sha256("\0".join(plain).encode()).hexdigest()[:8].upper()
