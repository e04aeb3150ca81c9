"""Claims on the disk: three Parquet files for a claim file (claims, items, diseases). No number of a row stands in them, so
that they move with their town; a run numbers claims by the place of their file in it.

pyarrow takes long to import: it is imported where it is used.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Any

from yakuba.services.claims.contracts import Claim

AT_ONCE = 5_000  # claims that are held while a file is read
WEEK = 7
CLAIMS = {
    "number": "int32", "line": "int32", "offset": "int64", "length": "int32", "month": "int32", "month_no": "int32", "edition": "int32",
    "kind": "int8", "inpatient": "bool_", "institution": "int64", "institution_code": "string", "institution_name": "string",
    "prescriber": "int64", "insurer": "string", "symbol": "string", "insured": "string", "branch": "string", "person": "int64",
    "name": "string", "kana": "string", "sex": "int8", "birth": "int32", "age": "int16", "points": "int64", "visits": "int32",
    "benefit": "int16", "payer": "string", "department": "string", "total": "int64",
}  # fmt: skip
ITEMS = {
    "number": "int32", "line": "int32", "kind": "int8", "section": "int16", "code": "int32", "amount": "float64",
    "points": "int64", "times": "int32", "days": "int32", "weeks": "int8", "daily": "string", "value": "int64",
}  # fmt: skip
DISEASES = {
    "number": "int32", "line": "int32", "code": "int32", "start": "int32", "started": "int32", "outcome": "int8", "main": "bool_",
    "suspected": "bool_",
}  # fmt: skip
FILES = {"claims": CLAIMS, "items": ITEMS, "diseases": DISEASES}


def digest(text: str) -> int:
    """The same 62 bits for the same text anywhere; 0 for none."""
    if not text:
        return 0
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "big") >> 2


def person_of(insurer: str, symbol: str, insured: str, branch: str) -> int:
    """By which a person is known in all files: insurer, symbol, number without zeros in front, branch."""
    if not insured:
        return 0
    return digest(
        "|".join(
            (insurer.lstrip("0"), symbol.strip(), insured.strip().lstrip("0"), branch.strip().lstrip("0"))
        )
    )


def month_index(month: int) -> int:
    """Months since year 0."""
    return month // 100 * 12 + month % 100 - 1


class Writing:
    """Claims on their way into three files of a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._rows: dict[str, list[tuple[Any, ...]]] = {name: [] for name in FILES}
        self._writers: dict[str, Any] = {}

    def path(self, name: str) -> Path:
        """Where the file of that name lies."""
        return self._folder / f"{name}.parquet"

    def __enter__(self) -> Writing:
        import pyarrow as pa
        import pyarrow.parquet as pq

        self._schemas = {
            name: pa.schema([(column, getattr(pa, kind)()) for column, kind in columns.items()])
            for name, columns in FILES.items()
        }
        self._writers = {
            name: pq.ParquetWriter(self.path(name), schema, compression="zstd")
            for name, schema in self._schemas.items()
        }
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self._write()
        for writer in self._writers.values():
            writer.close()

    def add(self, claim: Claim) -> None:
        """One more."""
        self._rows["claims"].append(_claim(claim))
        first = first_weekday(claim.month)
        number = claim.number
        self._rows["items"] += [
            (
                number, one.line, one.kind, one.section, one.code, one.amount, one.points, one.times, one.days,
                _weeks(one.days, first), ",".join(map(str, one.daily)) if one.daily else None, one.value,
            )
            for one in claim.items
        ]  # fmt: skip
        self._rows["diseases"] += [
            (
                number,
                one.line,
                one.code,
                one.start,
                month_index(one.start // 100),
                one.outcome,
                one.main,
                one.suspected,
            )
            for one in claim.diseases
        ]
        if len(self._rows["claims"]) >= AT_ONCE:
            self._write()

    def _write(self) -> None:
        import pyarrow as pa

        for name, schema in self._schemas.items():
            columns = list(zip(*self._rows[name], strict=True)) or [()] * len(schema)
            arrays = [pa.array(column, field.type) for column, field in zip(columns, schema, strict=True)]
            self._writers[name].write_batch(pa.RecordBatch.from_arrays(arrays, schema=schema))
            self._rows[name] = []


def _claim(one: Claim) -> tuple[Any, ...]:
    person = person_of(one.insurer, one.symbol, one.insured, one.branch)
    return (
        one.number, one.line, one.offset, one.length, one.month, month_index(one.month), one.edition, one.table, one.inpatient,
        digest(one.institution), one.institution, one.institution_name, digest(one.prescriber), one.insurer, one.symbol,
        one.insured, one.branch, person, one.name, one.kana, one.sex, one.birth, one.age, one.points, one.visits, one.benefit,
        one.payer, one.department, one.total,
    )  # fmt: skip


def first_weekday(month: int) -> int:
    """The weekday of the first of a month, Sunday 0: weeks of the fee schedule begin on Sunday."""
    from datetime import date

    return date(month // 100, month % 100, 1).isoweekday() % WEEK


def _weeks(days: int, first: int) -> int:
    """Bit n for the n-th week of the month, for the days of a month that begins on that weekday."""
    weeks = 0
    for week in range(6):
        start = week * WEEK - first
        mask = 0x7F << start if start >= 0 else 0x7F >> -start
        if days & mask & 0x7FFFFFFF:
            weeks |= 1 << week
    return weeks


def one_claim(path: Path, number: int) -> dict[str, Any] | None:
    """The claim with that number in its file, as a row."""
    import pyarrow.parquet as pq

    found = pq.read_table(path, filters=[("number", "=", number)]).to_pylist()
    return dict(found[0]) if found else None


def rows_of(path: Path) -> Iterator[dict[str, Any]]:
    """All rows of a file, some thousands at a time."""
    import pyarrow.parquet as pq

    with pq.ParquetFile(path) as file:
        for batch in file.iter_batches(batch_size=AT_ONCE):
            yield from batch.to_pylist()
