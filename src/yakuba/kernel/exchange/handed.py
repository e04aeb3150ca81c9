"""Reading what came from the outside, as what anybody may have written: whoever takes the outside over can seal one too. Each
raises ValueError, KeyError or TypeError, which `understood` turns into a sentence."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from yakuba.kernel.exchange import sealing
from yakuba.kernel.refusals import Invalid

MARK, HASH, NUMBER = re.compile(r"[0-9a-f]{32}"), re.compile(r"[0-9a-f]{64}"), re.compile(r"[0-9]{10}")
_PUBLIC = re.compile(r"[A-Za-z0-9+/]{43}=")
UNREADABLE = "届いたものの書き方が正しくありません。外の設備の版か、外の設備そのものに誤りがあります。"
LONGEST = 20_000  # characters of a text
MOST_TIMES = 2_000_000_000  # of a count that a database holds
STEP = 20  # by which a count is believed at once; more than are lost between two backups


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
    """A text that a database can hold and a page can show."""
    if not isinstance(given, str) or len(given) > longest or "\0" in given:
        raise ValueError("no text of that length")
    given.encode()  # half a character (a lone surrogate), which JSON can write, is none
    return given


def like(pattern: re.Pattern[str], given: Any) -> str:
    """A text of that shape."""
    if not isinstance(given, str) or not pattern.fullmatch(given):
        raise ValueError("not of that shape")
    return given


def public(given: Any) -> str:
    """A public key to which a standing can be sealed, base64."""
    key = like(_PUBLIC, given)
    if not sealing.can_be_sealed_to(sealing.bytes_of(key)):
        raise ValueError("no key")
    return key


def times(given: Any) -> int:
    """How often something was asked, as it is said; at least once."""
    return min(max(int(given), 1), MOST_TIMES)


def counted(known: int, said: int) -> int:
    """How often it was asked, as far as it was looked at: as it is said, and no more than STEP further than was known. What an
    outside said far too high could never be reached again, and the next word would not be sent."""
    return max(known, min(said, known + STEP))


def moment(given: Any) -> str:
    """An instant within ten years of now, in ISO 8601."""
    found = datetime.fromisoformat(text(given, 40))
    if found.tzinfo is None or abs(found - datetime.now(UTC)) > timedelta(days=3_660):
        raise ValueError("no moment of these years")
    return found.isoformat()
