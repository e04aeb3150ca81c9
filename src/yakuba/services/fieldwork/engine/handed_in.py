"""What a report is while it is on its way from the outside to the inside: one JSON document."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from yakuba.kernel.exchange.handed import (
    HASH,
    MARK,
    NUMBER,
    document,
    like,
    moment,
    public,
    text,
    times,
    understood,
)
from yakuba.services.fieldwork.contracts import NewReport

REPORT, PHOTO, JOINED, REOPENED = (
    "fieldwork.report",
    "fieldwork.photo",
    "fieldwork.joined",
    "fieldwork.reopened",
)
MOST_PHOTOS = 10


@dataclass(frozen=True)
class HandedReport:
    """said: what the reporter says; label: of its category; number, secret, sent: receipt number, the hash that is kept of its
    secret, and that of the phone's key; public: base64, to what its standing is sealed; sent_at, due_at: ISO 8601; photos:
    the parcels that hold them; taken: what the camera of each says of its time, or empty, which is not in the picture that goes;
    hand: by which one that comes with the same key is known to be of the same reporter (`applicants.same_hand`)."""

    said: NewReport
    label: str
    language: str
    number: str
    secret: str
    sent: str
    public: str
    sent_at: str
    due_at: str
    photos: tuple[str, ...] = ()
    taken: tuple[str, ...] = ()
    hand: str = ""

    def written(self) -> bytes:
        """The document."""
        return json.dumps(asdict(self), ensure_ascii=False).encode()

    def received(self, now: datetime) -> datetime:
        """When it was sent, as far as that can be believed: not later than now."""
        return min(datetime.fromisoformat(self.sent_at), now)


def read(content: bytes) -> HandedReport:
    """The report of a document. Raises Invalid."""
    with understood():
        found = document(content)
        photos = tuple(like(MARK, one) for one in found["photos"])
        if len(photos) > MOST_PHOTOS or len(set(photos)) < len(photos):
            raise ValueError("more photographs than a report has")
        return HandedReport(
            _said(found["said"]),
            text(found["label"], 60),
            text(found["language"], 10),
            like(NUMBER, found["number"]),
            like(HASH, found["secret"]),
            like(HASH, found["sent"]),
            public(found["public"]),
            moment(found["sent_at"]),
            moment(found["due_at"]),
            photos,
            tuple(_taken(one) for one in found.get("taken", ())),
            like(HASH, found["hand"]) if found.get("hand") else "",
        )


def read_joined(content: bytes) -> tuple[str, str]:
    """(number of the report, hash of the phone's key). Raises Invalid."""
    with understood():
        found = document(content)
        return text(found["number"], 20), like(HASH, found["sent"])


def read_reopened(content: bytes) -> tuple[str, int, str]:
    """(key of the report, for how many times, why). Raises Invalid."""
    with understood():
        found = document(content)
        return like(MARK, found["report"]), times(found["times"]), text(found["text"], 2_000)


def _said(found: dict[str, Any]) -> NewReport:
    return NewReport(
        text(found["category"], 30),
        text(found["description"]),
        text(found["place"]),
        _degrees(found["latitude"]),
        _degrees(found["longitude"]),
        text(found["name"]),
        text(found["contact"]),
    )


def _taken(given: Any) -> str:
    """A camera's own time to the second, or nothing."""
    found = text(given, 19)
    return datetime.fromisoformat(found).isoformat(timespec="seconds") if found else ""


def _degrees(given: Any) -> float | None:
    if given is None:
        return None
    if isinstance(given, bool) or not isinstance(given, int | float):
        raise TypeError("no number")
    return float(given)
