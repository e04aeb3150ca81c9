"""Seconds in a sound as people read them."""

from __future__ import annotations


def clock(seconds: float) -> str:
    """3725.4 → 1:02:05, 65 → 1:05."""
    whole = max(0, int(seconds))
    hours, rest = divmod(whole, 3600)
    minutes, left = divmod(rest, 60)
    return f"{hours}:{minutes:02d}:{left:02d}" if hours else f"{minutes}:{left:02d}"
