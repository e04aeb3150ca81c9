"""How often somebody without a name may ask: so many in a minute, by a bucket that fills again evenly."""

from __future__ import annotations

import threading
from collections import OrderedDict

MOST_KNOWN = 10_000  # senders that are remembered at a time; the one that was quiet longest is forgotten


class Limit:
    """A budget for each sender, in this process."""

    def __init__(self, at_once: int, in_a_minute: int) -> None:
        self._at_once, self._rate = at_once, in_a_minute / 60
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._lock = threading.Lock()

    def take(self, sender: str, now: float) -> bool:
        """Whether the sender may ask once more at `now`, in seconds of any clock that only goes forward."""
        with self._lock:
            left, since = self._left.pop(sender, (float(self._at_once), now))
            left = min(self._at_once, left + (now - since) * self._rate)
            allowed = left >= 1
            self._left[sender] = (left - 1 if allowed else left, now)
            while len(self._left) > MOST_KNOWN:
                self._left.popitem(last=False)
            return allowed

    def give_back(self, sender: str) -> None:
        """What was taken last turned out to be no guess: it does not count."""
        with self._lock:
            if sender in self._left:
                left, since = self._left[sender]
                self._left[sender] = (min(self._at_once, left + 1), since)

    def forget(self) -> None:
        """Everybody begins anew."""
        with self._lock:
            self._left.clear()
