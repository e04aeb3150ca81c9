"""One object of every kind that an address of this part names."""

from __future__ import annotations

from typing import Any

from yakuba.kernel.accounts.models import User
from yakuba.kernel.exchange.models import Arrival
from yakuba.kernel.files.models import StoredFile
from yakuba.kernel.files.storage import store


def make(clerk: User, known: dict[str, Any]) -> dict[str, Any]:
    """A parcel that could not be taken up, for it is sealed to nobody."""
    file = store(StoredFile.Kind.UPLOAD, "example", "application/octet-stream", b"example")
    row = Arrival.objects.create(
        key="0" * 32, number=1, kind="example", size=7, content=file, state=Arrival.State.STUCK, reason="例"
    )
    return {"delivered_id": row.pk}
