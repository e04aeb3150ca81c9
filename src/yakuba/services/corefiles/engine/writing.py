"""The lines of a file by a layout. Nothing is ever cut or replaced in silence: a case of which a value does not fit where
it belongs is refused whole, with its column and what to do."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from yakuba.kernel.definitions.procedures import ProcedureDefinition
from yakuba.kernel.values.cp932 import Loss
from yakuba.kernel.values.cp932 import written as as_cp932
from yakuba.kernel.values.field_type import SHOWN
from yakuba.kernel.values.reduction import reduced
from yakuba.kernel.values.types import written
from yakuba.services.corefiles.engine.layout import Encoding, Fact, Form, Layout, LayoutColumn

MARK = "\ufeff"  # the beginning of a UTF-8 file that says so
_NEWLINES = ("\r\n", "\r", "\n", "\u2028", "\u2029")
_BREAKS = frozenset(_NEWLINES)


@dataclass(frozen=True)
class Given:
    """What is written of one case. values: field code → canonical value; received: local day."""

    values: Mapping[str, str]
    received: date


@dataclass(frozen=True)
class ColumnFault:
    """Why a case cannot be written: the column's heading and a sentence."""

    heading: str
    reason: str

    def __str__(self) -> str:
        return f"{self.heading}：{self.reason}"


@dataclass(frozen=True)
class WrittenCase:
    """A case as it stands in the file. notes: characters that were reduced by the town's table."""

    cells: tuple[str, ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Writer:
    """Writes cases by a layout. made: the file's day; reduction: the town's table of reduced characters."""

    layout: Layout
    procedure: ProcedureDefinition
    made: date
    reduction: Mapping[str, str]

    def case(self, given: Given, line: int) -> WrittenCase | list[ColumnFault]:
        """One case as the `line`th (from 1), or everything that keeps it out of the file."""
        cells, faults, notes = [], [], []
        for column in self.layout.columns:
            try:
                cell, told = self._fitting(column, self._value(column, given, line))
            except ValueError as error:
                faults.append(ColumnFault(column.heading, str(error)))
                continue
            cells.append(cell)
            notes += [f"{column.heading}：{one}" for one in told]
        return faults or WrittenCase(tuple(cells), tuple(notes))

    def file(self, cases: Sequence[WrittenCase]) -> bytes:
        """The whole file."""
        head = [tuple(column.heading for column in self.layout.columns)] if self.layout.head else []
        text = "".join(self._line(row) for row in (*head, *(case.cells for case in cases)))
        marked = self.layout.encoding is Encoding.UTF8_MARKED
        return ((MARK if marked else "") + text).encode(self.layout.encoding.codec)

    def own_faults(self) -> list[ColumnFault]:
        """What of the layout itself no file can hold, whatever the case: headings, and texts that stand in it."""
        faults = []
        for column in self.layout.columns:
            texts = [(column.instead, ()), *((one, column.formats) for one in _texts(column))]
            try:
                if self.layout.head:
                    self._written(column.heading, {})  # a heading is not reduced
                for text, formats in texts:
                    if text:
                        self._fitting(column, written(text, formats))
            except ValueError as error:
                faults.append(ColumnFault(column.heading, str(error)))
        return faults

    def _line(self, cells: Sequence[str]) -> str:
        if self.layout.form is Form.FIXED:
            return "".join(cells) + self.layout.newline
        line = io.StringIO()
        csv.writer(
            line,
            delimiter="\t" if self.layout.form is Form.TSV else ",",
            quoting=csv.QUOTE_ALL if self.layout.quoted else csv.QUOTE_MINIMAL,
            lineterminator=self.layout.newline,
        ).writerow(cells)
        return line.getvalue()

    def _value(self, column: LayoutColumn, given: Given, line: int) -> str:
        """What stands in the column before it is made to fit. Raises ValueError with a sentence."""
        if column.fact is Fact.LINE:
            return written(str(line), column.formats)
        if column.fact is not None:
            day = given.received if column.fact is Fact.RECEIVED else self.made
            return written(day.isoformat(), column.formats or ("西暦ハイフン",))
        if not column.field:
            return written(column.text, column.formats)
        value = given.values.get(column.field, "")
        if column.option and (value or not (column.required or column.instead)):
            return "1" if column.option in value.split(",") else "0"
        text = self._formatted(column, value) if value else ""
        if not text.strip(" ,\u3000"):
            if column.required and not column.instead:
                raise ValueError("値がありません。このレイアウトでは必須です。")
            return column.instead or text
        return text

    def _formatted(self, column: LayoutColumn, value: str) -> str:
        item = self.procedure.field(column.field)
        if column.codes:
            lacking = [one for one in value.split(",") if one not in column.codes]
            if lacking:
                names = "、".join(item.options.get(one, one) for one in lacking)
                raise ValueError(
                    f"「{names}」の変換先がありません。レイアウトの「変換」に書き足してください。"
                )
            value = ",".join(column.codes[one] for one in value.split(","))
        elif SHOWN in column.formats:
            value = item.shown(value, revealed=True)
        return written(value, column.formats)

    def _fitting(self, column: LayoutColumn, value: str) -> tuple[str, list[str]]:
        """The value as the file can hold it, at its width, and what was reduced in it. Raises ValueError."""
        if column.breaks:
            for one in _NEWLINES:
                value = value.replace(one, " ")
        value, notes = self._written(value, self.reduction)
        return (self._at_width(column, value) if column.width else value), notes

    def _written(self, value: str, reduction: Mapping[str, str]) -> tuple[str, list[str]]:
        """The text in the file's characters, and what was reduced in it. Raises ValueError."""
        bad = next((one for one in value if not one.isprintable() and one != "\u3000"), "")
        if bad in _BREAKS:
            raise ValueError("改行があります。値を直すか、「改行を空白に: はい」にしてください。")
        if bad:
            raise ValueError(
                f"タブや見えない文字など、ファイルに書けない文字（U+{ord(bad):04X}）があります。値を直してください。"
            )
        if self.layout.encoding is not Encoding.CP932:
            return value, []
        value, told = reduced(value, reduction)
        value, losses = as_cp932(value)
        if losses:
            raise ValueError(_unwritable(losses))
        return value, [str(one) for one in told]

    def _at_width(self, column: LayoutColumn, value: str) -> str:
        if self.layout.form is not Form.FIXED:
            if len(value) > column.width:
                raise ValueError(f"{len(value)}文字あります。{column.width}文字までです。")
            return value if column.fill != "0" else _filled(value, column, column.width - len(value), 1)
        codec = self.layout.encoding.codec
        length = len(value.encode(codec))
        if length > column.width:
            raise ValueError(f"{length}バイトあります。{column.width}バイトまでです。")
        return _filled(value, column, column.width - length, len(column.fill.encode(codec)))


def _texts(column: LayoutColumn) -> list[str]:
    """What stands in the column by the layout alone, before its formats."""
    return [column.text, *column.codes.values()]


def _unwritable(losses: Sequence[Loss]) -> str:
    characters = "、".join(f"「{one.character}」（U+{ord(one.character[-1]):04X}）" for one in losses)
    return f"{characters}はShift_JISで書けません。縮退表に加えるか、文字コードをUTF-8にしてください。"


def _filled(value: str, column: LayoutColumn, room: int, size: int) -> str:
    """The value with its room filled; what is left of the room by a wide blank is filled with narrow ones."""
    fill = column.fill * (room // size) + " " * (room % size)
    return fill + value if column.right else value + fill
