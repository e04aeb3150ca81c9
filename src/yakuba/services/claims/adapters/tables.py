"""Rows of masters, checks and eligibility as Parquet files."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import astuple
from itertools import islice
from pathlib import Path
from typing import Any

from yakuba.services.claims.adapters.shelf import person_of
from yakuba.services.claims.engine.members import Member
from yakuba.services.claims.engine.tables import Check, Named

AT_ONCE = 50_000
NAMES = {"code": "int32", "name": "string"}
CHECKS = {
    "kind": "string", "code": "int32", "other": "int32", "low": "float64", "high": "float64", "unit": "int8", "span": "int16",
    "starts": "int32", "ends": "int32", "mark": "int8",
}  # fmt: skip
MEMBERS = {
    "person": "int64", "insurer": "string", "symbol": "string", "number": "string", "branch": "string", "name": "string", "kana": "string", "birth": "string",
    "since": "int32", "until": "int32", "benefit": "int16", "payer": "string", "resident": "string",
}  # fmt: skip


def write_names(path: Path, rows: Iterable[Named]) -> int:
    """How many."""
    return _write(path, NAMES, ((one.code, one.name) for one in rows))


def write_checks(path: Path, rows: Iterable[Check]) -> int:
    """How many."""
    return _write(path, CHECKS, (astuple(one) for one in rows))


def write_members(path: Path, rows: Iterable[Member]) -> int:
    """How many."""
    return _write(
        path,
        MEMBERS,
        (
            (
                person_of(one.insurer, one.symbol, one.insured, one.branch), one.insurer, one.symbol, one.insured, one.branch, one.name, one.kana,
                one.birth, one.since, one.until, one.benefit, one.payer, one.resident,
            )
            for one in rows
        ),
    )  # fmt: skip


def _write(path: Path, columns: dict[str, str], rows: Iterable[tuple[Any, ...]]) -> int:
    import pyarrow as pa
    import pyarrow.parquet as pq

    schema = pa.schema([(name, getattr(pa, kind)()) for name, kind in columns.items()])
    count = 0
    with pq.ParquetWriter(path, schema, compression="zstd") as writer:
        for part in _parts(rows):
            count += len(part)
            arrays = [
                pa.array(column, field.type)
                for column, field in zip(zip(*part, strict=True), schema, strict=True)
            ]
            writer.write_batch(pa.RecordBatch.from_arrays(arrays, schema=schema))
    return count


def _parts(rows: Iterable[tuple[Any, ...]]) -> Iterator[list[tuple[Any, ...]]]:
    left = iter(rows)
    while part := list(islice(left, AT_ONCE)):
        yield part


def names_in(path: Path, codes: set[int]) -> dict[int, str]:
    """What these codes are called."""
    import pyarrow.parquet as pq

    if not codes:
        return {}
    found = pq.read_table(path, filters=[("code", "in", sorted(codes))]).to_pylist()
    return {row["code"]: row["name"] for row in found}
