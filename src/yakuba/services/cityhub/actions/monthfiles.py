"""The file of a month (Parquet): a row group holds readings of one series, the oldest first. Written, read, and written anew with
what came late; of two that say something of one moment the newer holds."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import IO, Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from yakuba.kernel.files import storage
from yakuba.kernel.files.temporary import nameless_file
from yakuba.kernel.privacy.keys import WrongKey
from yakuba.services.cityhub.engine.units import may_come_of
from yakuba.services.cityhub.models import MonthFile, RawReading, Series

ROWS = 50_000  # of a row group
NAMES = ("path", "id", "type", "attribute")
Name = tuple[str, str, str, str]  # path, id, type, attribute
SCHEMA = pa.schema(
    [
        ("path", pa.string()),
        ("id", pa.string()),
        ("type", pa.string()),
        ("attribute", pa.string()),
        ("unit", pa.string()),
        ("at", pa.timestamp("us", tz="UTC")),
        ("value", pa.float64()),
        ("sent", pa.float64()),  # before calibration or conversion, where that was another value
        ("sent_unit", pa.string()),  # where it was converted
        ("doubtful", pa.bool_()),
    ]
)


def name_of(series: Series) -> Name:
    """By which a file knows it: numbers of rows change when a town moves."""
    return series.path, series.entity_id, series.entity_type, series.attribute


class MonthReader:
    """A stored file. rows: how many readings it has."""

    def __init__(self, content: IO[bytes]) -> None:
        self._file = pq.ParquetFile(content)
        self.rows: int = self._file.metadata.num_rows
        self._runs: dict[Name, list[tuple[int, int, int]]] = {}  # row group, first row, how many
        for number in range(self._file.num_row_groups):
            for name, start, same in _runs(self._file.read_row_group(number, columns=list(NAMES))):
                self._runs.setdefault(name, []).append((number, start, same))

    def names(self) -> list[Name]:
        """The series in it."""
        return list(self._runs)

    def tables(self, name: Name) -> Iterator[pa.Table]:
        """The readings of a series, part by part, with all columns of SCHEMA."""
        for number, start, same in self._runs.get(name, []):
            yield _complete(self._file.read_row_group(number).slice(start, same))


def _runs(names: pa.Table) -> Iterator[tuple[Name, int, int]]:
    """Rows that follow each other and are of one series: name, first row, how many."""
    if not names.num_rows:
        return
    changes = np.zeros(names.num_rows, dtype=bool)
    for column in names.columns:
        codes = column.combine_chunks().dictionary_encode().indices.to_numpy()
        changes[1:] |= codes[1:] != codes[:-1]
    starts = [0, *np.flatnonzero(changes).tolist()]
    for start, end in zip(starts, [*starts[1:], names.num_rows], strict=True):
        first = names.slice(start, 1).to_pylist()[0]
        yield tuple(first[one] for one in NAMES), start, end - start  # type: ignore[misc]


def _complete(table: pa.Table) -> pa.Table:
    """With the columns that earlier files had not."""
    for field in SCHEMA:
        if field.name not in table.column_names:
            table = table.append_column(field, pa.nulls(table.num_rows, field.type))
    return table.select(SCHEMA.names).cast(SCHEMA)


@contextmanager
def opened(rows: Sequence[MonthFile]) -> Iterator[list[MonthReader]]:
    """The stored files, proved. Raises OSError, ValueError where one cannot be read or is not whole."""
    with ExitStack() as stack:
        found = []
        for row in rows:
            content = stack.enter_context(nameless_file())
            try:
                content.writelines(storage.pieces_of(row.file))
            except WrongKey as error:  # a bit that changed on the disk is told so as well
                raise OSError(f"{row}: {error}") from error
            content.seek(0)
            reader = MonthReader(content)
            if reader.rows != row.readings:
                raise OSError(f"the file of {row} has {reader.rows} readings instead of {row.readings}")
            found.append(reader)
        yield found


def current(month: Any) -> list[MonthFile]:
    """The files that together have what was written out of a month, the oldest first: one, or of a town that has upgraded
    several, of which each has what came after the one before."""
    return list(
        MonthFile.objects.filter(month=month, replaced_by=None).select_related("file").order_by("part")
    )


def write(file: IO[bytes], before: Sequence[MonthReader], rows: Any, start: int, until: int) -> int:
    """What the files before have, and these rows of `Reading`, as one file. Returns how many readings."""
    names = dict.fromkeys(name for reader in before for name in reader.names())
    listed = {
        one.pk: one
        for one in Series.objects.filter(pk__in=rows.order_by().values("series").distinct()).order_by("pk")
    }
    by_name = {name_of(one): one for one in listed.values()}
    number = 0
    with pq.ParquetWriter(file, SCHEMA, compression="zstd") as writer:
        for name in [*names, *(name for name in by_name if name not in names)]:
            old = [table for reader in before for table in reader.tables(name)]
            series = by_name.get(name)
            new = [] if series is None else list(_of_rows(series, rows, start, until))
            for table in _merged(old, new):
                writer.write_table(table)
                number += table.num_rows
    return number


def _merged(old: list[pa.Table], new: list[pa.Table]) -> Iterator[pa.Table]:
    if not old:
        yield from new
        return
    if not new and len(old) == 1:
        yield from old
        return
    whole = pa.concat_tables([*old, *new]).combine_chunks()
    moments = whole.column("at").cast(pa.int64()).to_numpy()
    order = np.argsort(moments, kind="stable")  # of one moment the newer stays behind the older
    ordered = moments[order]
    kept = order[np.append(ordered[1:] != ordered[:-1], True)]
    for start in range(0, len(kept), ROWS):
        yield whole.take(pa.array(kept[start : start + ROWS]))


def _of_rows(series: Series, rows: Any, start: int, until: int) -> Iterator[pa.Table]:
    found = rows.filter(series=series).order_by("at").values_list("at", "number", "doubtful")
    kept = RawReading.objects.filter(series=series, at__gte=start, at__lt=until)
    sent = {at: (number, unit) for at, number, unit in kept.values_list("at", "number", "unit")}
    for listed in _groups(found.iterator(chunk_size=ROWS)):
        same = len(listed)
        raw = [_sent_of(sent.get(at), number, series.unit) for at, number, _ in listed]
        columns = [
            *([word] * same for word in (*name_of(series), series.unit)),
            pa.array([at for at, _, _ in listed], pa.timestamp("us", tz="UTC")),
            [number for _, number, _ in listed],
            pa.array([number for number, _ in raw], pa.float64()),
            pa.array([unit or None for _, unit in raw], pa.string()),
            [bool(doubtful) for _, _, doubtful in listed],
        ]
        yield pa.table(columns, schema=SCHEMA)


def _sent_of(
    kept: tuple[float, str] | None, number: float, unit: str
) -> tuple[float, str] | tuple[None, None]:
    return kept if kept is not None and may_come_of(number, *kept, unit) else (None, None)


def _groups(found: Iterator[Any]) -> Iterator[list[Any]]:
    part: list[Any] = []
    for row in found:
        part.append(row)
        if len(part) == ROWS:
            yield part
            part = []
    if part:
        yield part
