"""What the worker does by itself: nothing stays called or waiting for ever."""

from __future__ import annotations

from yakuba.kernel.jobs import chore, in_each_town
from yakuba.services.queue.actions import end_forgotten


def end_everywhere() -> None:
    """In each town."""
    in_each_town("tickets that nobody ended", end_forgotten)


chore(600.0, end_everywhere)
