"""How long a person looked: a page carries a signed note of what it was about, who was shown it, and when."""

from __future__ import annotations

import time
from typing import Any

from django.core import signing

SALT = "ui.shown"
OLDEST = 12 * 3600  # seconds; a note is of today


def shown_token(user: Any, subject: str) -> str:
    """The note of when the page about `subject` was shown to the person."""
    return signing.dumps({"s": subject, "u": user.pk, "t": time.time()}, salt=SALT)


def seconds_since(token: str, user: Any, subject: str) -> float:
    """Seconds since the page was shown; 0 for a note that is not ours or not about this."""
    shown_at = _shown_at(token, user, subject)
    return 0.0 if shown_at is None else max(0.0, time.time() - shown_at)


def about_this(token: str, user: Any, subject: str) -> bool:
    """Whether the note is ours, this person's, of today and about this subject."""
    return _shown_at(token, user, subject) is not None


def _shown_at(token: str, user: Any, subject: str) -> float | None:
    try:
        note = signing.loads(token, salt=SALT, max_age=OLDEST)
    except signing.BadSignature:
        return None
    return float(note["t"]) if (note["s"], note["u"]) == (subject, user.pk) else None
