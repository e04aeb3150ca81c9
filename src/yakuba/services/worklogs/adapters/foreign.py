"""A log that is no table (Parquet, XES) → CSV, in the process of its own in which it is opened (`kernel.files.apart`)."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import Any, BinaryIO

from yakuba.kernel.files.apart import Told
from yakuba.kernel.refusals import Invalid
from yakuba.services.worklogs.adapters import shelf
from yakuba.services.worklogs.engine import xes

PARQUET = b"PAR1"
PIECE = 1 << 20  # bytes of CSV that are told together
BROKEN = "Parquetのファイルを読めません。途中で切れていないか確かめ、書き出し直してください。"


def is_foreign(head: bytes) -> bool:
    """Whether a file that begins like this has to be made a table first."""
    return head.startswith(PARQUET) or xes.is_xes(head)


def as_csv(file: BinaryIO) -> Iterator[Told]:
    """The table, in pieces. Raises Invalid for what cannot be read."""
    head = file.read(200)
    file.seek(0)
    rows = _of_parquet(file) if head.startswith(PARQUET) else xes.rows(file)
    made = io.StringIO()
    writer = csv.writer(made)
    for row in rows:
        writer.writerow(row)
        if made.tell() > PIECE:
            yield {}, made.getvalue().encode("utf-8", "replace")
            made.seek(0)
            made.truncate()
    yield {}, made.getvalue().encode("utf-8", "replace")


def _of_parquet(file: Any) -> Iterator[list[str]]:
    try:
        yield from shelf.table_rows(file)
    except (
        ValueError,
        OSError,
        ArithmeticError,
        LookupError,
    ) as error:  # what pyarrow raises for a broken file
        raise Invalid(BROKEN) from error
