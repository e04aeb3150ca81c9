"""A log in XES (IEEE 1849) as a table: one row an event, one column an attribute.

The file is read by expat in one go of constant memory. A document type is refused: with it a file of a kilobyte grows to
gigabytes, or reads others.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import BinaryIO
from xml.parsers.expat import ExpatError, ParserCreate

from yakuba.kernel.refusals import Invalid

OF_TRACE = "trace:"  # before the key of an attribute that a trace has, and all its events share
MOST_COLUMNS = 60
PIECE = 1 << 20  # bytes that the parser gets together
LONGEST = 5_000  # characters of a value; longer than any that is taken, so that it is told
_VALUES = ("string", "date", "int", "float", "boolean", "id")


def is_xes(head: bytes) -> bool:
    """Whether a file that begins like this is one."""
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    return start.startswith((b"<?xml", b"<log", b"<!DOCTYPE"))


def rows(file: BinaryIO) -> Iterator[list[str]]:
    """The head of the table, then its events. Raises Invalid for what is no XES."""
    keys: dict[str, None] = {}

    def learn(event: dict[str, str]) -> None:
        for key in event:
            keys.setdefault(key)
        if len(keys) > MOST_COLUMNS:
            raise Invalid(f"属性が多すぎます（{MOST_COLUMNS}まで）。要らない属性を除いて書き出してください。")

    number = _each(file, learn)
    if not number:
        raise Invalid("XESのファイルに、出来事（event）が一つもありません。書き出し方を確かめてください。")
    yield list(keys)
    file.seek(0)
    waiting: list[list[str]] = []
    reader = _Reader(lambda event: waiting.append([event.get(key, "") for key in keys]))
    for _ in _parsed(file, reader):
        yield from waiting
        waiting.clear()


def _each(file: BinaryIO, take: Callable[[dict[str, str]], None]) -> int:
    reader = _Reader(take)
    for _ in _parsed(file, reader):
        pass
    return reader.number


def _parsed(file: BinaryIO, reader: _Reader) -> Iterator[None]:
    """Let the reader hear the file, a piece at a time."""
    parser = ParserCreate()
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.StartDoctypeDeclHandler = _refuse
    try:
        while piece := file.read(PIECE):
            parser.Parse(piece, False)
            yield
        parser.Parse(b"", True)
        yield
    except (ValueError, LookupError) as error:  # an encoding that expat does not know, or nobody
        raise Invalid("XESのファイルの文字コードを読めません。UTF-8で書き出し直してください。") from error
    except ExpatError as error:
        raise Invalid(
            f"XESのファイルを{error.lineno}行目で読めません。途中で切れていないか確かめ、書き出し直してください。"
        ) from error


def _refuse(*_: object) -> None:
    raise Invalid("文書型（DOCTYPE）のあるXESは読みません。それを除いて書き出してください。")


class _Reader:
    """Attributes directly in an event, and those directly in its trace."""

    def __init__(self, take: Callable[[dict[str, str]], None]) -> None:
        self.number = 0
        self._take = take
        self._path: list[str] = []
        self._trace: dict[str, str] = {}
        self._event: dict[str, str] = {}

    def start(self, name: str, given: dict[str, str]) -> None:
        name = name.rsplit(":", 1)[-1]
        above = self._path[-1] if self._path else ""
        self._path.append(name)
        if name == "trace":
            self._trace = {}
        elif name == "event":
            self._event = {}
        elif name in _VALUES and "key" in given:
            value = " ".join(given.get("value", "").split())[:LONGEST]
            if above == "event":
                self._event[given["key"]] = value
            elif above == "trace":
                self._trace[f"{OF_TRACE}{given['key']}"] = value

    def end(self, name: str) -> None:
        if self._path and self._path.pop() == "event":
            self.number += 1
            self._take(self._trace | self._event)
