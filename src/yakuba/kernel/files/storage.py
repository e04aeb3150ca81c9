"""Where blobs lie: one folder for each municipality, each blob encrypted under that municipality's key."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

from django.conf import settings

from yakuba.kernel.audit.actor import Actor
from yakuba.kernel.files.models import StoredFile
from yakuba.kernel.privacy.encryption import decrypt, encrypt
from yakuba.kernel.tenancy import current_municipality


def store(
    kind: StoredFile.Kind, name: str, media_type: str, content: bytes, *, actor: Actor = None, pages: int = 1
) -> StoredFile:
    """Keep `content`. The blob is on disk before the row is written, so a row never lacks its blob."""
    row = StoredFile(
        kind=kind,
        name=name[-255:],
        media_type=media_type,
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        pages=pages,
        created_by=actor if getattr(actor, "pk", None) else None,
    )
    blob = encrypt(str(row.pk), content)
    path = blob_path(row)
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_suffix(".part")
    with temporary.open("wb") as file:
        file.write(blob)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)
    row.save(force_insert=True)
    return row


def content_of(row: StoredFile) -> bytes:
    """The bytes that were stored. Raises WrongKey, or FileNotFoundError when the blob was removed."""
    return decrypt(str(row.pk), blob_path(row).read_bytes())


def remove(row: StoredFile) -> None:
    """Nothing of it stays. The row goes first: a row never lacks its blob."""
    path = blob_path(row)
    row.delete()
    path.unlink(missing_ok=True)


def blob_path(row: StoredFile) -> Path:
    """Where the blob of `row` lies."""
    key = str(row.pk)
    return Path(settings.YAKUBA.data_dir) / "files" / current_municipality().code / key[:2] / key
