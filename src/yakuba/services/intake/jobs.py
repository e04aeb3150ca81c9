"""What the worker does by itself: drafts go when their day is over, and so does what was said at the counter."""

from __future__ import annotations

from yakuba.kernel.jobs import chore, in_each_town
from yakuba.services.intake.actions.drafts import throw_away_old
from yakuba.services.intake.actions.visits import forget_old


def throw_away_everywhere() -> None:
    """In each town."""
    in_each_town("drafts that nobody opened again", throw_away_old)
    in_each_town("visits at the counter that nobody ended", forget_old)


chore(3600.0, throw_away_everywhere)
