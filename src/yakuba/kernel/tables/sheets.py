"""The sheets of somebody's Excel workbook, which another process opens (`workbook`): their records by line, as a person sees
them, and what cannot be taken."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import BinaryIO

from yakuba.kernel.definitions import Problem
from yakuba.kernel.files.apart import read, understood
from yakuba.kernel.refusals import Refused
from yakuba.kernel.tables.recognising import size_of
from yakuba.kernel.tables.records import MOST_COLUMNS, Record

OPENED_BY = (
    "yakuba.kernel.tables.workbook"  # which nothing imports here: openpyxl takes a quarter of a second
)
FEW = 500  # records of each sheet that are looked at together; a small workbook is read in one go
SECONDS, BYTES_A_SECOND = (
    60.0,
    100_000,
)  # of CPU; a million rows of ten columns, 60 MB, take about two minutes
MOST_TOLD = 3_000_000_000  # bytes of one sheet, which pass through; what it unpacks to is half of it at most
BROKEN_HERE = "ここから下は、ファイルが壊れていて読めませんでした。Excelで開き、xlsxで保存し直してください。"


@dataclass
class Reader:
    """Reads the records of one sheet; like `records.Reader` for texts. columns, width: how many columns the head has, once
    it is known. _first: its first records, each with the reason why it cannot be taken; _fault: the line behind them from
    which on it is broken."""

    title: str
    problems: list[Problem]
    _file: BinaryIO
    _at: int
    _first: list[tuple[Record, str]]
    _more: bool
    _fault: int
    columns: int = 0
    width: int = 0

    def __iter__(self) -> Iterator[Record]:
        for record, reason in self._records():
            if not self.width:
                yield record
            elif reason:
                self.problems.append(Problem(record.line, self._place, reason))
            else:
                yield Record(record.line, record.cells + [""] * (self.width - len(record.cells)))

    def _records(self) -> Iterator[tuple[Record, str]]:
        yield from self._first
        last = self._first[-1][0].line if self._first else 0
        if not self._more:
            self._tell(self._fault, BROKEN_HERE)
            return
        try:
            frames = read(
                f"{OPENED_BY}:whole",
                self._file,
                seconds=_seconds(self._file),
                scratch=True,
                most=MOST_TOLD,
                at=self._at,
            )
            for frame in frames:
                with understood():
                    self._tell(int(frame.head.get("fault", 0)), BROKEN_HERE)
                    records = _records(frame.body)
                for record, reason in records:
                    if record.line > last:
                        last = record.line
                        yield record, reason
        except Refused as refusal:
            self._tell(last + 1, str(refusal))

    def _tell(self, line: int, reason: str) -> None:
        told = Problem(line, self._place, reason)
        if line and told not in self.problems:  # the beginning is read more than once
            self.problems.append(told)

    @property
    def _place(self) -> str:
        return f"シート「{self.title}」"


def readers(file: BinaryIO, problems: list[Problem]) -> list[Reader]:
    """One for each visible sheet; empty where `problems` tells why the file cannot be read."""
    found = []
    try:
        for frame in read(f"{OPENED_BY}:look", file, seconds=_seconds(file), scratch=True, few=FEW):
            head = frame.head
            with understood():
                if "problem" in head:
                    problems.append(Problem(0, str(head["place"]), str(head["problem"])))
                    return []
                first, more, fault = _records(frame.body), bool(head["more"]), int(head["fault"])
                found.append(Reader(str(head["sheet"]), problems, file, int(head["at"]), first, more, fault))
    except Refused as refusal:
        problems.append(Problem(0, "", str(refusal)))
        return []
    return found


def begins(reader: Reader, records: int) -> Sequence[Record]:
    """Its first records."""
    return list(islice(reader, records))


def names(readers: Iterable[Reader]) -> str:
    """The sheets as a message names them."""
    return "、".join(f"「{reader.title}」" for reader in readers)


def _seconds(file: BinaryIO) -> float:
    return SECONDS + size_of(file) / BYTES_A_SECOND


def _records(body: bytes) -> list[tuple[Record, str]]:
    return [
        (Record(int(line), [str(cell) for cell in cells][: MOST_COLUMNS + 1]), str(reason))
        for line, cells, reason in json.loads(body or b"[]")
    ]
