"""Who is logged in, and the entries they have begun. Kept in memory: a restart logs everybody out."""

from __future__ import annotations

import secrets
import threading
import time
from collections import OrderedDict, deque
from dataclasses import dataclass, field

_DRAFTS_KEPT = 20
# A browser repeats a request by itself, once for each kept-alive connection that turns out to be broken.
_REPEAT_SECONDS = 10.0


@dataclass
class Draft:
    """An entry that is being typed: it keeps the layout it was begun in."""

    token: str
    procedure: str
    layout: int
    values: dict[str, str] = field(default_factory=dict)


@dataclass
class Session:
    token: str
    staff_number: str
    last_used: float
    drafts: OrderedDict[str, Draft] = field(default_factory=OrderedDict)
    finished: deque[str] = field(default_factory=lambda: deque(maxlen=200))
    dropped: dict[str, float] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def begin(self, procedure: str, layout: int) -> Draft:
        """A new, empty draft; the oldest are forgotten when many are left lying."""
        draft = Draft(secrets.token_urlsafe(12), procedure, layout)
        with self.lock:
            self.drafts[draft.token] = draft
            while len(self.drafts) > _DRAFTS_KEPT:
                self.drafts.popitem(last=False)
        return draft

    def claim(self, token: str) -> Draft | None:
        """Take a draft out for storing: only one caller ever gets it, so one press stores one row."""
        with self.lock:
            draft = self.drafts.pop(token, None)
            if draft is not None:
                self.finished.append(token)
            return draft

    def leave_unanswered(self, token: str) -> None:
        """Note that the answer to this draft's registration was dropped just now."""
        now = time.monotonic()
        with self.lock:
            self.dropped = {old: at for old, at in self.dropped.items() if now - at < _REPEAT_SECONDS}
            self.dropped[token] = now

    def is_repeat_of_dropped(self, token: str) -> bool:
        """Whether that registration was dropped so recently that it is the browser who repeats it."""
        return time.monotonic() - self.dropped.get(token, -_REPEAT_SECONDS) < _REPEAT_SECONDS

    def give_back(self, draft: Draft) -> None:
        """Put a claimed draft back when it could not be stored."""
        with self.lock:
            self.drafts[draft.token] = draft
            self.finished.remove(draft.token)


class Sessions:
    """All sessions; one ends when nothing was asked for `timeout` seconds."""

    def __init__(self, timeout: float) -> None:
        self._timeout = timeout
        self._sessions: dict[str, Session] = {}
        self._lock = threading.Lock()

    def open(self, staff_number: str) -> Session:
        """Begin a session; expired ones are swept on the way."""
        now = time.monotonic()
        session = Session(secrets.token_urlsafe(24), staff_number, now)
        with self._lock:
            self._sessions = {
                token: old for token, old in self._sessions.items() if now - old.last_used <= self._timeout
            }
            self._sessions[session.token] = session
        return session

    def find(self, token: str) -> Session | None:
        """The live session with that token; being asked for keeps it alive."""
        now = time.monotonic()
        with self._lock:
            session = self._sessions.get(token)
            if session is None:
                return None
            if now - session.last_used > self._timeout:
                del self._sessions[token]
                return None
            session.last_used = now
            return session

    def close(self, token: str) -> None:
        """End a session; an unknown token is ignored."""
        with self._lock:
            self._sessions.pop(token, None)
