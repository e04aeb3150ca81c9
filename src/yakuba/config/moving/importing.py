"""Taking a municipality in: proved first, then all of it or nothing.

The files come first, into the municipality's folder, under the key of this installation; as long as no row knows them
they are nobody's. Then all rows in one transaction. A mark in the data folder says that the folder is an import's: what
a killed one left is removed by the next, and nothing else is.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import stat
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any
from uuid import UUID

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management.color import no_style
from django.db import DatabaseError, connection, models, transaction
from django.db.models import Max

from yakuba.config.backup.copying import settled
from yakuba.config.backup.taking import applied
from yakuba.config.moving import frames
from yakuba.config.moving.chaining import Chain, require_whole
from yakuba.config.moving.coverage import tables
from yakuba.config.moving.exporting import Told
from yakuba.config.moving.frames import End, Head
from yakuba.config.moving.references import moved
from yakuba.config.moving.resets import RESETS, Taken
from yakuba.config.moving.rows import built
from yakuba.config.moving.sealed import DAMAGED, SealedReader
from yakuba.kernel.administration.held import held_beyond_the_zone
from yakuba.kernel.audit import house
from yakuba.kernel.audit.chain import record
from yakuba.kernel.files.models import StoredFile
from yakuba.kernel.files.storage import blob_path
from yakuba.kernel.privacy.encryption import encrypted
from yakuba.kernel.privacy.keys import destroy, make
from yakuba.kernel.refusals import Conflict, Invalid, Unavailable
from yakuba.kernel.tenancy import active_municipality, every_municipality, rowsecurity
from yakuba.kernel.tenancy.models import Municipality

ROUND = 1_000_000  # new numbers begin behind a multiple of it, so that people see where they come from
SPARE = 256 * 1024 * 1024  # bytes that stay free


def take_in(source: Path, passphrase: str, told: Told) -> Taken:
    """Take the municipality of that file in, all or nothing. Raises Refused with what is wrong."""
    head = read_head(source, passphrase)
    _require_fits(head)
    town = Municipality(code=head.code, name=head.name)
    with _under_way(town) as folder, active_municipality(town):
        make(town.code)  # the files come before its row does
        try:
            end = _lay_files(source, passphrase, told)
            settled(folder)
            with transaction.atomic():
                taken = _lay_rows(source, passphrase, town, Taken(head, end), told)
                # Before the rows are there for good: a mark beside a town would say that its files are nobody's.
                _mark(town).unlink()
        except (DatabaseError, ValidationError, KeyError, TypeError, ValueError) as error:
            raise Invalid(
                f"ファイルの中の行を入れられません（{type(error).__name__}）。",
                remedy="書き出した版と同じ版で、書き出し直してください。",
            ) from error
    return taken


def read_head(source: Path, passphrase: str) -> Head:
    """What the file says of itself. Raises Invalid."""
    with opened(source) as file:
        return frames.head_of(SealedReader(file, passphrase))


def opened(source: Path) -> IO[bytes]:
    """An exported file. It is read several times: what can be read once only, like a pipe, is refused. Raises Invalid."""
    try:
        file = os.fdopen(os.open(source, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC), "rb")
    except OSError as error:
        raise Invalid(
            f"{source} を読めません（{error.strerror}）。", remedy="書き出したファイルを指定してください。"
        ) from error
    if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
        file.close()
        raise Invalid(
            f"{source} はファイルではありません。", remedy="ディスクに置いたファイルを指定してください。"
        )
    return file


def _require_fits(head: Head) -> None:
    here, there = set(applied()), set(head.migrations)
    if here != there:
        side = "新しい" if there - here else "古い"
        raise Conflict(
            f"このファイルは、ここより{side}版（{head.release}）で書き出されています。",
            remedy="両方を同じ版にしてから、書き出し直してください。",
        )
    if head.code in house.erasures():
        raise Conflict(
            f"団体コード {head.code} の自治体の消去が途中です。",
            remedy=f"先に yakuba municipality erase {head.code} を終えてください。",
        )
    if Municipality.objects.filter(code=head.code).exists():
        raise Conflict(
            f"団体コード {head.code} の自治体は、もうあります。",
            remedy="今あるものに重ねることはできません。別の据え付けに取り込んでください。",
        )


@contextmanager
def _under_way(town: Municipality) -> Iterator[Path]:
    """The data folder, with the mark; what was laid down goes where the block fails."""
    root = Path(settings.YAKUBA.data_dir)
    mark = _mark(town)
    laid = (root / "files" / town.code, root / "audit" / f"{town.code}.json")
    if not mark.exists() and (found := [path for path in laid if os.path.lexists(path)]):
        raise Conflict(
            f"{found[0]} がもうあります。",
            remedy="前にいた同じ自治体のものなら、控えを取ってから脇へ移してください。",
        )
    with open(os.open(mark, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600), "r+b") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise Conflict(
                "いま、同じ自治体を取り込んでいます。", remedy="終わるのを待ってください。"
            ) from error
        _clear(laid)
        try:
            yield root
        except BaseException:
            _clear(laid)
            destroy(town.code)
            mark.unlink(missing_ok=True)
            raise


def _mark(town: Municipality) -> Path:
    return Path(settings.YAKUBA.data_dir) / f"importing-{town.code}"


def _clear(laid: tuple[Path, ...]) -> None:
    for path in laid:
        shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink(missing_ok=True)


def _lay_files(source: Path, passphrase: str, told: Told) -> End:
    """Read the file to its end, which proves all of it, and lay its files down."""
    counts: Counter[str] = Counter()
    files: set[str] = set()
    with opened(source) as file:
        size = os.fstat(file.fileno()).st_size
        _require_room(size)
        reader = SealedReader(file, passphrase)
        frames.head_of(reader)
        blob: _Blob | None = None
        for kind, content in frames.frames(reader):
            told("確かめる", file.tell(), size)
            if kind == frames.PIECE and blob is not None:
                blob.add(content)
                continue
            if blob is not None:
                blob.close()
                blob = None
            if kind == frames.FILE:
                blob = _Blob(str(UUID(_json(content)["id"])))
                files.add(blob.key)
            elif kind == frames.ROWS:
                rows = _json(content)
                counts[rows["table"]] += len(rows["rows"])
        end = frames.end_of(content)
    wanted = {label: number for label, number in end.rows.items() if number}
    if (
        dict(counts) != wanted
        or len(files) + len(end.lacking) != end.files
        or end.rows.keys() != tables().keys()
    ):
        raise Invalid(DAMAGED)
    return end


class _Blob:
    """A file that comes in pieces and is written under this installation's key. It is held in memory until then, since
    nothing of it may lie on the disk in clear; no file of the house is larger than an upload may be."""

    def __init__(self, key: str) -> None:
        self.key = key
        self._pieces: list[bytes] = []
        self._path = blob_path(StoredFile(pk=UUID(key)))
        self._path.parent.mkdir(parents=True, exist_ok=True)

    def add(self, piece: bytes) -> None:
        """More of it."""
        self._pieces.append(piece)

    def close(self) -> None:
        """All of it is there."""
        with self._path.open("xb") as file:
            file.writelines(encrypted(self.key, self._pieces))


def _require_room(size: int) -> None:
    free = shutil.disk_usage(settings.YAKUBA.data_dir).free
    if free < 2 * size + SPARE:
        raise Unavailable(
            f"データフォルダの空きが足りません（要る大きさ {2 * size + SPARE:,}バイト、空き {free:,}バイト）。",
            remedy="空けてから、やり直してください。",
        )


def _json(content: bytes) -> Any:
    return json.loads(content)


def _lay_rows(source: Path, passphrase: str, town: Municipality, taken: Taken, told: Told) -> Taken:
    """All rows, in the transaction around. Foreign keys are proved by the database at its end."""
    taken.shift = _shift(source, passphrase, town)
    town.save(force_insert=True)
    known, done, total = tables(), 0, sum(taken.end.rows.values())
    chain = Chain(town)
    for table, rows in _rows(source, passphrase):
        model = known[table]
        built_rows = [built(model, _moved(model, table, row, town, taken)) for row in rows]
        chain.link(built_rows)
        _insert(model, built_rows)
        done += len(rows)
        told("行", done, total)
    _reset_sequences(list(known.values()))
    connection.check_constraints()
    chain.close()
    require_whole()
    if beyond := held_beyond_the_zone():
        raise Conflict("".join(beyond), remedy="上の系の設備へ取り込んでください。何も取り込んでいません。")
    record(
        "audit.municipality_imported",
        made_at=taken.head.made_at,
        end_before=taken.head.digest,
        shift=taken.shift,
        renamed=len(taken.renamed),
    )
    return taken


def _rows(source: Path, passphrase: str) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    with opened(source) as file:
        reader = SealedReader(file, passphrase)
        frames.head_of(reader)
        for kind, content in frames.frames(reader):
            if kind == frames.ROWS:
                one = _json(content)
                yield one["table"], one["rows"]
            elif kind in (frames.FILE, frames.END):  # all rows stand before the files
                return


@every_municipality("which numbers are free here, whosever they are")
def _shift(source: Path, passphrase: str, town: Municipality) -> int:
    """By how much all numbers of the municipality move, so that none is taken here: 0 where they are free as they are.
    The municipality gets the number that it had, moved too."""
    known = tables()
    spans: dict[type[models.Model], tuple[int, int]] = {}
    for table, rows in _rows(source, passphrase):
        model = known[table]
        if "municipality_id" in rows[0]:
            spans[Municipality] = (rows[0]["municipality_id"],) * 2
        if _is_number(model):
            keys = [int(row["id"]) for row in rows]
            least, most = spans.get(model, (keys[0], keys[0]))
            spans[model] = (min(least, *keys), max(most, *keys))
    shift = 0
    if any(_all(model).filter(pk__range=span).exists() for model, span in spans.items()):
        every: list[type[models.Model]] = [*known.values(), Municipality]
        highest = max(_highest(model) for model in every if _is_number(model))
        shift = (highest // ROUND + 1) * ROUND
    town.pk = spans[Municipality][0] + shift
    return shift


def _highest(model: type[models.Model]) -> int:
    return int(_all(model).aggregate(most=Max("pk"))["most"] or 0)


def _all(model: type[models.Model]) -> Any:
    return getattr(model, "all_municipalities", None) or model._default_manager


def _is_number(model: type[models.Model]) -> bool:
    return isinstance(model._meta.pk, models.AutoField)


def _moved(
    model: type[models.Model], table: str, row: dict[str, Any], town: Municipality, taken: Taken
) -> dict[str, Any]:
    row = moved(table, row, taken.shift)
    if taken.shift:
        for one in model._meta.concrete_fields:
            if row[one.attname] is not None and _holds_number(one):
                row[one.attname] += taken.shift
    reset = RESETS.get(table)
    if reset is not None:
        reset(row, taken)
    if "municipality_id" in row and row["municipality_id"] != town.pk:
        raise ValueError("a row of another municipality")
    return row


def _holds_number(one: models.Field[Any, Any]) -> bool:
    if isinstance(one, models.ForeignKey):
        return isinstance(one.target_field, models.AutoField)
    return isinstance(one, models.AutoField)


def _insert(model: type[models.Model], rows: list[models.Model]) -> None:
    """As they are: neither `save` nor the clock changes a column."""
    if rowsecurity.own_column(model):
        _insert_all(model, rows)
        return
    with every_municipality("what joins rows comes before those that it joins"):
        _insert_all(model, rows)


def _insert_all(model: type[models.Model], rows: list[models.Model]) -> None:
    fields = list(model._meta.local_concrete_fields)
    size = max(1, min(len(rows), connection.ops.bulk_batch_size(fields, rows)))
    manager: Any = model._base_manager
    for start in range(0, len(rows), size):
        manager._insert(rows[start : start + size], fields=fields, using=manager.db, raw=True)


def _reset_sequences(known: list[type[models.Model]]) -> None:
    """Where the database counts apart from the rows, it goes on behind them."""
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), [*known, Municipality]):
            cursor.execute(statement)
