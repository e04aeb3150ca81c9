"""What an application is while it is on its way from the outside to the inside: one JSON document."""

from __future__ import annotations

import json
from collections.abc import Mapping
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

APPLICATION, FILE, ANSWER, WITHDRAWAL = (
    "intake.application",
    "intake.file",
    "intake.answer",
    "intake.withdrawal",
)
MOST_VALUES, MOST_FILES = 2_000, 200


@dataclass(frozen=True)
class HandedFile:
    """key: of the parcel that holds it."""

    key: str
    slot: str
    name: str


@dataclass(frozen=True)
class HandedIn:
    """values: field code → canonical value, with how many rows each group has; secret: the hash that is kept of it; public:
    base64, to what the applicant's standing is sealed; sent_at: ISO 8601."""

    procedure: str
    title: str
    form_version: int
    number: str
    secret: str
    public: str
    sent_at: str
    values: Mapping[str, str]
    files: tuple[HandedFile, ...] = ()

    def written(self) -> bytes:
        """The document."""
        return json.dumps(asdict(self), ensure_ascii=False).encode()

    def sent(self, now: datetime) -> datetime:
        """When it was sent, as far as that can be believed: not later than now."""
        return min(datetime.fromisoformat(self.sent_at), now)


def read(content: bytes) -> HandedIn:
    """The application of a document. Raises Invalid."""
    with understood():
        found = document(content)
        files = tuple(_file(one) for one in found["files"])
        values = {text(code, 80): text(value) for code, value in found["values"].items()}
        handed = HandedIn(
            text(found["procedure"], 60),
            text(found["title"], 120),
            int(found["form_version"]),
            like(NUMBER, found["number"]),
            like(HASH, found["secret"]),
            public(found["public"]),
            moment(found["sent_at"]),
            values,
            files,
        )
        if len(values) > MOST_VALUES or len(files) > MOST_FILES or not 0 <= handed.form_version < 2**31:
            raise ValueError("more than an application has")
    return handed


def read_answer(content: bytes) -> tuple[str, str, str]:
    """(key of the application, which question of the office, the answer). Raises Invalid."""
    with understood():
        found = document(content)
        return like(MARK, found["application"]), text(found["question"], 40), text(found["text"], 2_000)


def read_withdrawal(content: bytes) -> tuple[str, int]:
    """(key of the application, for how many times). Raises Invalid."""
    with understood():
        found = document(content)
        return like(MARK, found["application"]), times(found["times"])


def _file(one: Mapping[str, Any]) -> HandedFile:
    return HandedFile(like(MARK, one["key"]), text(one["slot"], 60), text(one["name"], 120))
