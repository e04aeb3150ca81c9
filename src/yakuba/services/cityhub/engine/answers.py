"""What is answered: status, headers, body."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from yakuba.services.cityhub.engine.errors import NgsiError

JSON = "application/json"


@dataclass(frozen=True)
class Answer:
    """One answer. kind: the content type, empty where there is no body; error: what it tells, where it is a refusal in the words
    of NGSIv2."""

    status: int
    body: bytes = b""
    kind: str = ""
    headers: tuple[tuple[str, str], ...] = field(default=())
    error: NgsiError | None = None


NO_CONTENT = Answer(204)


def dumped(value: Any) -> bytes:
    """A value as JSON in UTF-8."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def given(value: Any, headers: tuple[tuple[str, str], ...] = ()) -> Answer:
    """200 with a JSON value."""
    return Answer(200, dumped(value), JSON, headers)


def made(location: str, status: int = 201) -> Answer:
    """Something new, or changed, is at `location`."""
    return Answer(status, headers=(("Location", location),))


def refused(error: NgsiError) -> Answer:
    """The documented body of an error."""
    return Answer(error.status, dumped(error.body()), JSON, error.headers, error)


def counted(total: int | None) -> tuple[tuple[str, str], ...]:
    """The header with the count, where it was asked for."""
    return () if total is None else (("Fiware-Total-Count", str(total)),)
