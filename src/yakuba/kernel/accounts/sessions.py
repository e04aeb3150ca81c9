"""Who is logged in where, and until when: sessions end by idleness, by age, by their person, and with the password, the
roles or the post.

A session carries a random word; its row says the rest. Without the row it is over, so that it can be ended from anywhere.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import MutableMapping
from datetime import timedelta
from typing import Any

from django.http import HttpRequest
from django.utils import timezone

from yakuba.kernel.accounts.models import SignedIn, User
from yakuba.kernel.tenancy import active_municipality, every_municipality

WORD = "signed_in"  # in the session
OLDEST = timedelta(hours=12)
AHEAD = timedelta(minutes=5)  # by which the clocks of two machines may differ
NOTED = timedelta(minutes=1)  # how exactly it is known when somebody was last seen
LONGEST_BROWSER = 200


def begin(request: HttpRequest, user: User) -> None:
    """The person has just logged in with this session."""
    if user.municipality is None:  # who belongs to no town sees nothing
        return
    word = secrets.token_hex(16)
    request.session[WORD] = word
    now = timezone.now()
    with active_municipality(user.municipality):
        SignedIn.objects.filter(user=user, began_at__lt=now - OLDEST).delete()
        SignedIn.objects.create(
            user=user,
            digest=digest_of(word),
            seen_at=now,
            address=request.META.get("REMOTE_ADDR", "")[:45],
            browser=request.headers.get("User-Agent", "")[:LONGEST_BROWSER],
        )


@every_municipality("a person's own session, asked before the town is active")
def row_of(session: MutableMapping[str, Any], user: User) -> SignedIn | None:
    """The session's row; None where it has ended."""
    rows = SignedIn.all_municipalities.filter(user=user, digest=digest_of(str(session.get(WORD, ""))))
    found: SignedIn | None = rows.first()
    return found


def is_old(row: SignedIn) -> bool:
    """Whether it is over however much it is used. One that begins in the future was begun by a clock that went wrong, and
    would last until then."""
    return not -AHEAD <= timezone.now() - row.began_at <= OLDEST


def is_idle(row: SignedIn, idle: timedelta) -> bool:
    """Whether nobody has used it for so long."""
    return not -AHEAD <= timezone.now() - row.seen_at <= idle


@every_municipality("a person's own session, asked before the town is active")
def note_seen(row: SignedIn) -> None:
    """Its person has done something just now."""
    now = timezone.now()
    if now - row.seen_at > NOTED:
        SignedIn.all_municipalities.filter(pk=row.pk).update(seen_at=now)


@every_municipality("a person's own session, asked before the town is active")
def end_all(user: User, *, but: str = "") -> int:
    """End all sessions of a person, but the one with that word. Returns how many."""
    rows = SignedIn.all_municipalities.filter(user=user)
    return int(rows.exclude(digest=digest_of(but)).delete()[0])


def digest_of(word: str) -> str:
    """What is kept of the word: who reads the table cannot take a session over."""
    return hashlib.sha256(word.encode()).hexdigest()
