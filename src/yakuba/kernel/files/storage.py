"""Where blobs lie: one folder for each municipality, each blob encrypted under that municipality's key."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO

from django.conf import settings
from django.db import transaction

from yakuba.kernel.audit.actor import Actor, known
from yakuba.kernel.files.models import StoredFile
from yakuba.kernel.privacy.encryption import PIECE, decrypt, decrypted, encrypted
from yakuba.kernel.tenancy import current_municipality


def store(
    kind: StoredFile.Kind,
    name: str,
    media_type: str,
    content: bytes | IO[bytes],
    *,
    actor: Actor = None,
    pages: int = 1,
) -> StoredFile:
    """Keep `content`: bytes, or a file from where it stands to its end, of which no more than a piece is held in memory.
    The blob is on disk before the row is written, so a row never lacks its blob. What no other row names a day later goes
    (`unreferenced`): whoever keeps a file's number keeps it as a foreign key, or in words in the database."""
    row = StoredFile(
        kind=kind,
        name=name[-255:],
        media_type=media_type,
        size=0,
        pages=pages,
        created_by=known(actor),
    )
    seen = hashlib.sha256()

    def pieces() -> Iterator[bytes]:
        for piece in [content] if isinstance(content, bytes) else iter(lambda: content.read(PIECE), b""):
            seen.update(piece)
            row.size += len(piece)
            yield piece

    blob = encrypted(str(row.pk), pieces())  # before there is a file: the first one of all makes the key
    path = blob_path(row)
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_suffix(".part")
    try:
        with temporary.open("wb") as file:
            file.writelines(blob)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)  # a full disk is not filled further by what failed on it
        raise
    row.sha256 = seen.hexdigest()
    row.save(force_insert=True)
    return row


def pieces_of(row: StoredFile) -> Iterator[bytes]:
    """The bytes that were stored, piece by piece; proved before the first. Raises WrongKey, or FileNotFoundError when the
    blob was removed."""
    return decrypted(str(row.pk), blob_path(row))


def content_of(row: StoredFile) -> bytes:
    """The same at once, for what is small."""
    return decrypt(str(row.pk), blob_path(row).read_bytes())


def remove(*rows: StoredFile) -> int:
    """Nothing of them stays, once the transaction that this is part of is committed: a rollback brings the rows back, and
    no row lacks its blob. Gives how many. A blob whose row is gone, since somebody was killed between the two, goes with
    `retention.actions.remove_strays`."""
    once = {row.pk: blob_path(row) for row in rows}
    StoredFile.objects.filter(pk__in=list(once)).delete()
    # A lambda: Django logs a failure by its __qualname__, which a partial lacks.
    transaction.on_commit(lambda: _unlink(once.values()), robust=True)
    return len(once)


def _unlink(blobs: Iterable[Path]) -> None:
    for blob in blobs:
        blob.unlink(missing_ok=True)


def blob_path(row: StoredFile) -> Path:
    """Where the blob of `row` lies."""
    key = str(row.pk)
    return Path(settings.YAKUBA.data_dir) / "files" / current_municipality().code / key[:2] / key
