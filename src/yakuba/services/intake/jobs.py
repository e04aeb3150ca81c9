"""What the worker does by itself: drafts go when their day is over, and so does what was said at the counter."""

from __future__ import annotations

from yakuba.kernel.jobs import chore, in_each_town
from yakuba.services.intake.actions import hand_overs, taking
from yakuba.services.intake.actions.drafts import throw_away_old
from yakuba.services.intake.actions.visits import forget_old


def throw_away_everywhere() -> None:
    """In each town."""
    in_each_town("drafts that nobody opened again", throw_away_old)
    in_each_town("visits at the counter that nobody ended", forget_old)
    in_each_town("applications from the outside that were not taken up", taking.forget_old)
    in_each_town("hand-overs to the counter that nobody used", hand_overs.forget_old)


def look_everywhere() -> None:
    """In each town's folders of programs that hand data over."""
    in_each_town("the folder of the counter", hand_overs.look)


chore(2.0, look_everywhere)
chore(3600.0, throw_away_everywhere)
