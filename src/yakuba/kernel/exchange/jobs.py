"""What the worker does by itself: inside it pulls and takes up, outside it lets go what has been delivered long enough."""

from __future__ import annotations

from yakuba.kernel.exchange import arriving, carrying, keys, pulling, queue
from yakuba.kernel.jobs import chore, in_each_town
from yakuba.kernel.outbound import part


def pull_everywhere() -> None:
    """In each town whose turn it is, by its setting."""
    if part.is_inside():
        in_each_town("the pull from the outside", pulling.pull_by_itself)


def take_up_everywhere() -> None:
    """In each town: what a crash left, what a person wants to be tried again, what came by file."""
    if part.is_inside():
        in_each_town("what came from the outside", arriving.take_up)


def tidy_everywhere() -> None:
    """In each town."""
    if part.is_outside():
        in_each_town("what residents handed in together", carrying.gather)
        in_each_town("what was delivered long enough ago", queue.let_go)
    if part.part() in keys.OTHER:
        in_each_town("keys of before", keys.destroy_old)


chore(20.0, pull_everywhere)
chore(10.0, take_up_everywhere)
chore(3600.0, tidy_everywhere)
