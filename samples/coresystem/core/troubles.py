"""The troubles that the system can be told to make, each drawn from its own seeded sequence."""

from __future__ import annotations

import random
import threading
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

_RATES = ("error_rate", "logout_rate", "drop_rate", "broken_rate", "late_rate", "refuse_known")
_SECONDS = ("slow", "slow_submit", "late_seconds")
_LONGEST = 600.0


@dataclass(frozen=True)
class Settings:
    """Seconds 0–600; rates as shares of requests (0–1); `refuse_known` 0 or 1; layout 1 or 2."""

    slow: float = 0.0
    slow_submit: float = 0.0
    error_rate: float = 0.0
    logout_rate: float = 0.0
    drop_rate: float = 0.0
    broken_rate: float = 0.0
    late_rate: float = 0.0
    late_seconds: float = 0.0
    refuse_known: float = 0.0
    layout: int = 1
    seed: int = 0

    def changed(self, changes: Mapping[str, Any]) -> Settings:
        """A copy with some settings changed; raises ValueError that names what is wrong."""
        unknown = set(changes) - set(asdict(self))
        if unknown:
            raise ValueError(f"unknown setting: {', '.join(sorted(unknown))}")
        checked: dict[str, Any] = {name: _number(name, value) for name, value in changes.items()}
        new = replace(self, **checked)
        if any(not 0 <= getattr(new, name) <= 1 for name in _RATES):
            raise ValueError("a rate lies between 0 and 1")
        if any(not 0 <= getattr(new, name) <= _LONGEST for name in _SECONDS):
            raise ValueError(f"seconds lie between 0 and {_LONGEST:g}")
        if new.layout not in (1, 2):
            raise ValueError("layout is 1 or 2")
        return new


def _number(name: str, value: Any) -> float | int:
    whole = name in ("layout", "seed")
    if isinstance(value, bool) or not isinstance(value, int if whole else (int, float)):
        raise ValueError(f"{name}: not a {'whole number' if whole else 'number'}")
    return value if whole else float(value)


class Troubles:
    """Draws troubles and counts what happened. Safe to share between threads.

    Every kind of trouble has its own random sequence, so changing one rate does not shift the others.
    """

    def __init__(self, settings: Settings) -> None:
        self._lock = threading.Lock()
        self._counts: Counter[str] = Counter()
        self._late: list[str] = []
        self.settings = settings
        self._sequences = _sequences(settings.seed)

    def change(self, changes: Mapping[str, Any]) -> None:
        """Apply changes; a seed, even the same one, starts every sequence anew. Raises ValueError."""
        with self._lock:
            self.settings = self.settings.changed(changes)
            if "seed" in changes:
                self._sequences = _sequences(self.settings.seed)

    def wait(self, name: str) -> None:
        """Sleep for a setting in seconds, times a jitter of 0.5 to 1.5."""
        seconds: float = getattr(self.settings, name)
        if seconds:
            with self._lock:
                seconds *= self._sequences[name].uniform(0.5, 1.5)
            time.sleep(seconds)

    def strikes(self, name: str) -> bool:
        """Whether the trouble of that rate hits this time."""
        with self._lock:
            return self._sequences[name].random() < getattr(self.settings, name)

    def count(self, what: str) -> None:
        with self._lock:
            self._counts[what] += 1

    def count_late(self, receipt_number: str) -> None:
        """A row that is stored after its client has gone."""
        with self._lock:
            self._counts["late"] += 1
            self._late.append(receipt_number)

    def report(self) -> dict[str, Any]:
        """Settings, counters and the receipt numbers of the late rows as plain JSON values."""
        names = (
            "requests",
            "logins",
            "stored",
            "dropped",
            "broken",
            "late",
            "errors",
            "logouts",
            "timeouts",
            "refused",
        )
        with self._lock:
            counters = {name: self._counts[name] for name in names}
            return {"settings": asdict(self.settings), "counters": counters, "late": list(self._late)}


def _sequences(seed: int) -> dict[str, random.Random]:
    return {name: random.Random(f"{seed}:{name}") for name in _RATES + _SECONDS}
