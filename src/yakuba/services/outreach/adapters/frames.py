"""A town's table as one Parquet file, which lies encrypted with the town's others. polars takes long to import: inside."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from typing import Any

from yakuba.kernel.files.models import StoredFile
from yakuba.kernel.files.storage import content_of
from yakuba.services.outreach.engine.columns import ColumnSpec

TYPES = {"text": "String", "number": "Float64", "date": "Date", "flag": "Boolean"}


def written(columns: Mapping[str, Sequence[Any]], specs: Sequence[ColumnSpec]) -> bytes:
    """The file of these columns."""
    import polars

    schema = {one.heading: getattr(polars, TYPES[one.kind]) for one in specs if one.heading in columns}
    frame = polars.DataFrame({name: list(columns[name]) for name in schema}, schema=schema)
    buffer = io.BytesIO()
    frame.write_parquet(buffer, compression="zstd")
    return buffer.getvalue()


def read(file: StoredFile, names: Sequence[str] | None = None) -> dict[str, list[Any]]:
    """Heading → values; of these columns, or of all."""
    import polars

    frame = polars.read_parquet(
        io.BytesIO(content_of(file)), columns=list(names) if names is not None else None
    )
    return {name: frame[name].to_list() for name in frame.columns}
