"""Events on the disk: a Parquet file for 25 PCs and a month (a part), sorted by PC and time.

What an event needs of its neighbours (how long until the next one, in which application that is) is written beside it when
a part is made. So every figure is a plain grouping, which any engine behind Ibis calculates alike, and no part has to be
read beside another. A part is made anew where rows for it come late; a row that stands in it already is not taken twice.

pyarrow, Ibis and DuckDB take long to import: they are imported where they are used.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO

PCS_IN_A_PART = 25
AT_ONCE = 20_000  # rows that are held while a log is read
MOST_COLUMNS = 300
LONGEST_TEXT = 5_000  # characters of somebody's cell; longer than any that is taken, so that it is told
MEMORY = "512MB"  # of DuckDB; what does not fit is written to the folder of the work
CONTENT = ("machine", "at", "person", "section", "application", "title", "screen", "action", "object", "step")
TEXTS = ("section", "application", "title", "screen", "action", "object")
NEIGHBOURS = ("gap_before", "gap_after", "application_after")


@dataclass(frozen=True, slots=True)
class Kept:
    """An event as it is kept. machine, person: numbers of pseudonyms (person 0: not known); at: milliseconds; screen: the
    title without digits; step: what it is as a number; place: its line, by which events of one moment keep their order."""

    machine: int
    at: int
    person: int
    section: str
    application: str
    title: str
    screen: str
    action: str
    object: str
    step: int
    place: int
    month: int

    @property
    def bucket(self) -> int:
        """Which PCs it lies with."""
        return bucket_of(self.machine)


@dataclass(frozen=True)
class Merged:
    """A part that was made. events: in it; new: of them, how many were not there before; first, last: milliseconds."""

    events: int
    new: int
    first: int
    last: int


def bucket_of(machine: int) -> int:
    """The bucket of the PC with that number, from 1."""
    return (machine - 1) // PCS_IN_A_PART


class Incoming:
    """The events of a log on their way into the parts, in a file of their own. parts: bucket and month → how many rows."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.parts: dict[tuple[int, int], int] = {}
        self._rows: list[Kept] = []

    def __enter__(self) -> Incoming:
        import pyarrow as pa
        import pyarrow.parquet as pq

        text = pa.dictionary(pa.int32(), pa.string())
        types = {"machine": pa.int32(), "person": pa.int32(), "month": pa.int32(), "bucket": pa.int32()}
        names = (*CONTENT, "place", "month", "bucket")
        self._schema = pa.schema(
            [(name, types.get(name, text if name in TEXTS else pa.int64())) for name in names]
        )
        self._writer = pq.ParquetWriter(self.path, self._schema, compression="zstd")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self._write()
        self._writer.close()

    def add(self, event: Kept) -> None:
        """One more."""
        key = event.bucket, event.month
        self.parts[key] = self.parts.get(key, 0) + 1
        self._rows.append(event)
        if len(self._rows) >= AT_ONCE:
            self._write()

    def _write(self) -> None:
        import pyarrow as pa

        columns = [
            pa.array([getattr(row, field.name) for row in self._rows], _plain(field.type)).cast(field.type)
            for field in self._schema
        ]
        self._writer.write_batch(pa.RecordBatch.from_arrays(columns, schema=self._schema))
        self._rows = []


def _plain(type_: Any) -> Any:
    return getattr(type_, "value_type", type_)


def engine(folder: Path) -> Any:
    """DuckDB behind Ibis, for a work that has this folder."""
    import ibis

    found = ibis.duckdb.connect(threads=2, memory_limit=MEMORY, temp_directory=str(folder / "spilt"))
    # Nothing is fetched from anywhere, and nothing is drawn on a terminal.
    for name in ("autoinstall_known_extensions", "autoload_known_extensions", "enable_progress_bar"):
        found.raw_sql(f"SET {name} = false")
    return found


def merge(folder: Path, incoming: Path, part: tuple[int, int], old: Path | None, made: Path) -> Merged:
    """Write the part anew: what was in it and what of the incoming events belongs to it, each once. old: as it was."""
    import ibis

    con = engine(folder)
    bucket, month = part
    rows = con.read_parquet(str(incoming))
    found = _cast(rows.filter(rows.bucket == bucket, rows.month == month))
    before = 0
    if old is not None:
        stands = _cast(con.read_parquet(str(old)))
        before = stands.count().to_pyarrow().as_py()
        found = stands.union(found)
    once = found.group_by(list(CONTENT)).agg(place=found.place.min())
    order = [once.at, once.place, once.step, once.title]
    window = ibis.window(group_by=once.machine, order_by=order)
    kept = once.mutate(
        gap_before=once.at - once.at.lag(1).over(window),
        gap_after=once.at.lead(1).over(window) - once.at,
        application_after=once.application.lead(1).over(window).fill_null(""),
    )
    kept = kept.order_by([kept.machine, kept.at, kept.place, kept.step, kept.title])
    con.to_parquet(kept, str(made), compression="zstd")
    written = con.read_parquet(str(made))
    told = written.agg(n=written.count(), first=written.at.min(), last=written.at.max()).to_pyarrow()
    events, first, last = (int(told[name][0].as_py()) for name in ("n", "first", "last"))
    con.disconnect()
    return Merged(events, events - before, first, last)


def _cast(rows: Any) -> Any:
    """The columns that make an event, of one type wherever they come from."""
    return rows.select(
        **{name: rows[name].cast("string") if name in TEXTS else rows[name] for name in (*CONTENT, "place")}
    )


def opened(con: Any, path: Path) -> Any:
    """A part as a table of Ibis, in whichever back end."""
    return con.read_parquet(str(path))


def columns_of(path: Path, names: Sequence[str]) -> dict[str, Any]:
    """Columns of a part as arrays of numpy, in the order of the file: numbers; where there is none (the first event of a
    PC, the last one), -1."""
    import pyarrow.parquet as pq

    table = pq.read_table(path, columns=list(names))
    return {name: table[name].fill_null(-1).to_numpy() for name in names}


def rows_between(path: Path, machine: int, first: int, last: int, most: int) -> list[dict[str, Any]]:
    """The events of one PC between two moments, both included, at most so many; in their order."""
    import pyarrow.parquet as pq

    wanted = [("machine", "=", machine), ("at", ">=", first), ("at", "<=", last)]
    table = pq.read_table(
        path, columns=["at", "person", "application", "title", "action", "object", "step"], filters=wanted
    )
    return list(table.slice(0, most).to_pylist())


def table_rows(path: Path | BinaryIO) -> Iterator[list[str]]:
    """The rows of somebody's Parquet file (its path, or the open file) as texts, the head first, a few thousand at a time: columns of texts,
    numbers and moments, no nested ones. A text that stands a million times in the file's dictionary is held once.
    Raises ValueError where there are hundreds of columns."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    with pq.ParquetFile(path) as plain:
        if len(plain.schema_arrow.names) > MOST_COLUMNS:
            raise ValueError("hundreds of columns")
        fields = [one for one in plain.schema_arrow if pa.types.is_primitive(one.type) or _is_text(one.type)]
    names = list(dict.fromkeys(one.name for one in fields))
    words = [one.name for one in fields if _is_text(one.type)]
    if not isinstance(path, Path):
        path.seek(0)
    with pq.ParquetFile(path, read_dictionary=words) as file:
        yield [one.name for one in fields]
        for batch in file.iter_batches(batch_size=AT_ONCE, columns=names):
            for row in zip(*map(_texts, batch.columns), strict=True):
                yield list(row)


def _is_text(type_: Any) -> bool:
    import pyarrow as pa

    kind = type_.value_type if pa.types.is_dictionary(type_) else type_
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind))


def _texts(column: Any) -> Iterator[str]:
    import pyarrow as pa

    if isinstance(column, pa.DictionaryArray):
        words = [*map(_text, column.dictionary.to_pylist()), ""]
        return (words[at] for at in column.indices.fill_null(len(words) - 1).to_pylist())
    if pa.types.is_timestamp(column.type) and column.type.unit == "ns":  # finer than a datetime
        column = column.cast(pa.timestamp("us", column.type.tz), safe=False)
    return map(_text, column.to_pylist())


def _text(value: Any) -> str:
    return "" if value is None else str(value)[:LONGEST_TEXT]
