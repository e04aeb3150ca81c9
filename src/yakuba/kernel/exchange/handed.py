"""Reading what came from the outside, as what anybody may have written: whoever takes the outside over can seal one too. Each
raises ValueError, KeyError or TypeError, which `understood` turns into a sentence."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from yakuba.kernel.refusals import Invalid

MARK, HASH, NUMBER = re.compile(r"[0-9a-f]{32}"), re.compile(r"[0-9a-f]{64}"), re.compile(r"[0-9]{10}")
PUBLIC = re.compile(r"[A-Za-z0-9+/]{43}=")
UNREADABLE = "届いたものの書き方が正しくありません。外の設備の版か、外の設備そのものに誤りがあります。"
LONGEST = 20_000  # characters of a text


@contextmanager
def understood() -> Iterator[None]:
    """What cannot be read is refused. Raises Invalid."""
    try:
        yield
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError) as error:
        raise Invalid(UNREADABLE) from error


def document(content: bytes) -> dict[str, Any]:
    """The JSON object that it is."""
    found = json.loads(content)
    if not isinstance(found, dict):
        raise TypeError("no object")
    return found


def text(given: Any, longest: int = LONGEST) -> str:
    """A text that a database can hold."""
    if not isinstance(given, str) or len(given) > longest or "\0" in given:
        raise ValueError("no text of that length")
    return given


def like(pattern: re.Pattern[str], given: Any) -> str:
    """A text of that shape."""
    if not isinstance(given, str) or not pattern.fullmatch(given):
        raise ValueError("not of that shape")
    return given


def moment(given: Any) -> str:
    """An instant within ten years of now, in ISO 8601."""
    found = datetime.fromisoformat(text(given, 40))
    if found.tzinfo is None or abs(found - datetime.now(UTC)) > timedelta(days=3_660):
        raise ValueError("no moment of these years")
    return found.isoformat()
