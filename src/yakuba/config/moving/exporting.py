"""Taking a municipality out: all its rows of one moment, and all its files."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.db import connection, models, transaction

from yakuba.config.backup.copying import settled
from yakuba.config.backup.taking import applied, release
from yakuba.config.moving import frames
from yakuba.config.moving.coverage import rows_of, tables
from yakuba.config.moving.frames import End, Head
from yakuba.config.moving.rows import stored
from yakuba.config.moving.sealed import SealedWriter
from yakuba.kernel.audit import head as kept_apart
from yakuba.kernel.audit.chain import on_paper, record, verify
from yakuba.kernel.cli.drafts import drafted
from yakuba.kernel.files.models import StoredFile
from yakuba.kernel.files.storage import pieces_of
from yakuba.kernel.refusals import Conflict, Unavailable
from yakuba.kernel.tenancy import active_municipality
from yakuba.kernel.tenancy.models import Municipality

Told = Callable[[str, int, int], None]


def export(town: Municipality, target: Path, passphrase: str, told: Told) -> End:
    """Write the municipality into a new file, which is there when all of it is. Work goes on meanwhile; what changes
    later is not in it. Raises Refused."""
    if os.path.lexists(target):
        raise Conflict(f"{target} はもうあります。", remedy="別の名前を指定してください。")
    with active_municipality(town):
        _require_whole_record()
        record("audit.municipality_exported")
        try:
            return _write(town, target, passphrase, told)
        except OSError as error:
            raise Unavailable(
                f"{target} に書けません（{error.strerror}）。", remedy="空きと、書く権限を確かめてください。"
            ) from error


def _require_whole_record() -> None:
    problems = [*verify()[1], *kept_apart.problems()]
    if problems:
        raise Conflict(
            f"監査記録に問題があるため、書き出しません。{problems[0]}",
            remedy="yakuba audit verify で調べ、直してから書き出してください。",
        )


def _write(town: Municipality, target: Path, passphrase: str, told: Told) -> End:
    with drafted(target, over=False) as file:
        writer = SealedWriter(file, passphrase)
        end = _fill(writer, town, told)
        writer.close()
    settled(target.parent)
    return end


def _fill(writer: SealedWriter, town: Municipality, told: Told) -> End:
    with _moment():
        frames.put_json(writer, frames.HEAD, _head(town).model_dump())
        counts = dict.fromkeys(tables(), 0)
        for done, (label, model) in enumerate(tables().items(), start=1):
            counts[label] = _put_rows(writer, label, model, town)
            told("表", done, len(counts))
        files = list(rows_of(StoredFile, town))
    size, lacking = 0, []
    for done, row in enumerate(files, start=1):
        if not _put_file(writer, row):
            lacking.append(str(row.pk))
        size += row.size
        told("ファイル", done, len(files))
    end = End(rows=counts, files=len(files), size=size, lacking=lacking)
    frames.put_json(writer, frames.END, end.model_dump())
    return end


def _head(town: Municipality) -> Head:
    paper = on_paper()
    return Head(
        release=release(),
        made_at=datetime.now(UTC).isoformat(timespec="seconds"),
        code=town.code,
        name=town.name,
        migrations=applied(),
        digest=paper.digest if paper else "",
    )


def _put_rows(writer: SealedWriter, label: str, model: type[models.Model], town: Municipality) -> int:
    count, held = 0, []
    for row in rows_of(model, town).iterator(chunk_size=frames.ROWS_A_FRAME):
        held.append(stored(row))
        count += 1
        if len(held) == frames.ROWS_A_FRAME:
            frames.put_json(writer, frames.ROWS, {"table": label, "rows": held})
            held = []
    if held:
        frames.put_json(writer, frames.ROWS, {"table": label, "rows": held})
    return count


def _put_file(writer: SealedWriter, row: StoredFile) -> bool:
    """Whether the file is there. Raises Conflict where it went since the moment of the rows: another moment is needed."""
    try:
        pieces = pieces_of(row)
    except FileNotFoundError:
        if StoredFile.all_municipalities.filter(pk=row.pk).exists():
            return False
        raise Conflict(
            "書き出しているあいだにファイルが消されました。", remedy="もう一度書き出してください。"
        ) from None
    frames.put_json(writer, frames.FILE, {"id": str(row.pk)})
    for piece in pieces:
        frames.put(writer, frames.PIECE, piece)
    return True


@contextmanager
def _moment() -> Iterator[None]:
    """All rows are read as they were at one moment, and nobody who writes waits for it."""
    if connection.in_atomic_block:  # somebody else's transaction: it is one moment
        yield
    elif connection.vendor == "postgresql":
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            yield
    else:
        with _reader(connection):
            yield


@contextmanager
def _reader(sqlite: Any) -> Iterator[None]:
    """A reader's transaction: Django's own would take the writers' lock."""
    with sqlite.cursor() as cursor:
        cursor.execute("BEGIN DEFERRED")
        try:
            yield
        finally:
            cursor.execute("COMMIT")
