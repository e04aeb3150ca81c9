"""Server-sent events (WHATWG HTML, 9.2) as model servers send them: the data of each, however the bytes are cut."""

from __future__ import annotations

import codecs
from collections.abc import Iterable, Iterator

LONGEST_LINE = 1_000_000  # characters


def data_of(parts: Iterable[bytes]) -> Iterator[str]:
    """The `data` of each event that ends with a blank line; what is cut before that is not told. Raises ValueError for
    bytes that are no UTF-8 and for a line without end."""
    said: list[str] = []
    for line in _lines(parts):
        if not line:
            if said:
                yield "\n".join(said)
            said = []
        elif line.startswith("data:"):
            said.append(line[5:].removeprefix(" "))


def _lines(parts: Iterable[bytes]) -> Iterator[str]:
    decoder = codecs.getincrementaldecoder("utf-8")()
    rest = ""
    for part in parts:
        rest += decoder.decode(part)
        *whole, rest = rest.replace("\r\n", "\n").split("\n")
        yield from whole
        if len(rest) > LONGEST_LINE:
            raise ValueError("a line without end")
