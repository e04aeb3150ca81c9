"""A CSV text → its records, read strictly (RFC 4180): what a lenient reader would swallow is told instead.

A quotation mark that is never closed makes one value of all rows behind it. Its row is told and left out, and reading
goes on with the next line, so that the mark costs its own row alone. Two such rows may even close each other, so that
nothing is wrong but that a value holds whole rows: a value that runs over lines and has a row's delimiters in it, or
makes its row longer than the head, is taken for that.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field

from yakuba.kernel.definitions import Problem
from yakuba.kernel.tables.recognising import Text

QUOTE = '"'
LONGEST_CELL = 2_000  # characters
MOST_COLUMNS = 300
MOST_WAITING = 1_000  # short rows in a line that may be parts of one value
IN_QUOTES = re.compile('[^"]*+(?:""[^"]*+)*+')  # up to the mark that closes, or the end of the line
NEVER_OPENED = (
    f"引用符（{QUOTE}）の閉じ忘れか、余分な引用符があります。引用符を直すか消してください。"
    "この行は取り込まず、次の行から続けて読みました。"
)
CUT = (
    f"値が次の行に続いています（{{}}行目に引用符（{QUOTE}）の終わりだけがあります）。はじめの引用符が抜けているため、値の"
    "途中までしか分からず、この行は取り込みませんでした。引用符を直してください。"
)


@dataclass(frozen=True)
class Record:
    """One record: the line on which it begins, from 1, and its cells as they are meant, blanks kept."""

    line: int
    cells: list[str]


class _Misquoted(ValueError):
    """The quotation mark opened on line `opened` (from 0) does not hold; it would swallow up to line `last`."""

    def __init__(self, opened: int, last: int) -> None:
        super().__init__()
        self.opened = opened
        self.last = last


class _Lines:
    """The lines of a text by number (from 0), as far as they are needed: those before `forget` are gone."""

    def __init__(self, lines: Iterator[str], count: int) -> None:
        self.count = count  # up to the last one that is not empty
        self._lines = lines
        self._first = 0
        self._kept: deque[str] = deque()

    def __getitem__(self, at: int) -> str:
        while at >= self._first + len(self._kept):
            self._kept.append(next(self._lines).removesuffix("\n"))
        return self._kept[at - self._first]

    def forget(self, before: int) -> None:
        """Nobody asks for these any more."""
        while self._first < before:
            self._first += 1
            if self._kept:
                self._kept.popleft()


@dataclass
class Reader:
    """Reads the records of a text. columns: how many the head has, once it is known (0 before); width: with the empty
    ones at its end."""

    text: Text
    delimiter: str
    problems: list[Problem]
    columns: int = 0
    width: int = 0
    _lines: _Lines = field(init=False)

    def __iter__(self) -> Iterator[Record]:
        """A whole row waits until it is clear that the lines behind it are no part of it."""
        with self.text.opened() as lines:
            self._lines = _Lines(lines, self.text.lines)
            yield from self._records()

    def _records(self) -> Iterator[Record]:
        waiting: list[Record] = []
        for found in self._read():
            if isinstance(found, Problem):
                if waiting and found.reason == NEVER_OPENED and self._is_short(found.line):
                    self.problems.append(Problem(waiting.pop(0).line, "", CUT.format(found.line)))
                self.problems.append(found)
                yield from waiting
                waiting = []
            elif waiting and len(found.cells) < self.width and len(waiting) < MOST_WAITING:
                waiting.append(found)
            else:
                yield from waiting
                waiting = [found] if self.width else []
                if not self.width:  # the head: who reads it says then how many columns there are
                    yield found
        yield from waiting

    def _is_short(self, line: int) -> bool:
        return len(self._lines[line - 1].split(self.delimiter)) < self.width

    def _read(self) -> Iterator[Record | Problem]:
        at = 0
        while at < self._lines.count:
            self._lines.forget(at)
            line = self._lines[at]
            if QUOTE not in line:
                yield Record(at + 1, line.split(self.delimiter))
                at += 1
                continue
            try:
                cells, last = self._quoted(at)
            except _Misquoted as found:
                yield Problem(found.opened + 1, "", _reason(at, found))
                at = found.opened + 1
            else:
                yield Record(at + 1, cells)
                at = last + 1

    def _quoted(self, at: int) -> tuple[list[str], int]:
        """The cells of a record with quotation marks that begins on line `at`, and its last line."""
        cells: list[str] = []
        swallowed: _Misquoted | None = None  # what it would be if the row turns out too long
        position = 0
        while True:
            if self._lines[at].startswith(QUOTE, position):
                opened = at
                cell, at, position = self._in_quotes(at, position + 1)
                if at > opened:
                    swallowed = swallowed or _Misquoted(opened, at)
            else:
                end = self._lines[at].find(self.delimiter, position)
                end = len(self._lines[at]) if end < 0 else end
                cell, position = self._lines[at][position:end], end
                if cell.endswith(QUOTE) and cell.count(QUOTE) % 2:
                    raise _Misquoted(at, at)  # closed, but never opened
            cells.append(cell)
            if position >= len(self._lines[at]):
                if swallowed and self.width and len(cells) > self.width:
                    raise swallowed
                return cells, at
            position += len(self.delimiter)

    def _in_quotes(self, at: int, position: int) -> tuple[str, int, int]:
        """A cell behind its opening mark: its text, and the line and position behind its closing mark."""
        opened, length = at, 0
        parts: list[str] = []
        while True:
            line = self._lines[at]
            match = IN_QUOTES.match(line, position)
            assert match  # the pattern matches nothing too
            part, end = match[0].replace(QUOTE * 2, QUOTE), match.end()
            parts.append(part)
            length += len(part)
            if end == len(line):
                if at + 1 >= self._lines.count or length > LONGEST_CELL:
                    raise _Misquoted(opened, self._lines.count - 1)
                parts.append("\n")
                at, position = at + 1, 0
            elif end + 1 == len(line) or line.startswith(self.delimiter, end + 1):
                cell = "".join(parts)
                if at > opened and self.columns and cell.count(self.delimiter) >= self.columns - 1:
                    raise _Misquoted(opened, at)
                return cell, at, end + 1
            else:
                raise _Misquoted(opened, at)


def _reason(began: int, found: _Misquoted) -> str:
    lost = f"（{began + 1}行目から始まる行）" if began < found.opened else ""
    if found.last <= found.opened and not lost:
        return NEVER_OPENED
    if found.last <= found.opened:
        return (
            f"引用符（{QUOTE}）の閉じ忘れか、余分な引用符があります{lost}。引用符を直すか消してください。"
            "この行は取り込まず、次の行から続けて読みました。"
        )
    rows = found.last - found.opened
    return (
        f"引用符（{QUOTE}）の閉じ忘れがあります{lost}。このままでは{found.last + 1}行目までの{rows}行が"
        "この行の一つの値になるため、この行は取り込まず、次の行から続けて読みました。引用符を直すか消してください。"
    )
