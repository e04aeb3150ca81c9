"""What the workers do by themselves: inside they pull and take up, outside they let go what has been delivered long enough.
The outside may be slow, and what came may take its time: both are jobs in a lane of the town's own, so that a worker goes on
with everything else meanwhile."""

from __future__ import annotations

from yakuba.kernel.exchange import arriving, carrying, keys, pulling, queue
from yakuba.kernel.jobs import JobContext, chore, enqueue, in_each_town, job, limit_lane
from yakuba.kernel.jobs.models import FINISHED, Job
from yakuba.kernel.outbound import part
from yakuba.kernel.tenancy import current_municipality

PULL, TAKE_UP = "exchange.pull", "exchange.take_up"
KEY = "line"
limit_lane("exchange", 1)


def _ask(name: str) -> None:
    if not Job.objects.filter(name=name, key=KEY).exclude(state__in=FINISHED).exists():
        enqueue(name, key=KEY, lane=f"exchange:{current_municipality().code}-{name}")


def _pull_in_turn() -> None:
    if pulling.has_its_turn():
        _ask(PULL)


def _take_up_what_waits() -> None:
    if arriving.waits():
        _ask(TAKE_UP)


def pull_everywhere() -> None:
    """In each town whose turn it is, by its setting."""
    if part.is_inside():
        in_each_town("the pull from the outside", _pull_in_turn)


def take_up_everywhere() -> None:
    """In each town: what a crash left, what a person wants to be tried again, what came by file."""
    if part.is_inside():
        in_each_town("what came from the outside", _take_up_what_waits)


def tidy_everywhere() -> None:
    """In each town."""
    if part.is_outside():
        in_each_town("what residents handed in together", carrying.gather)
        in_each_town("what was delivered long enough ago", queue.let_go)
    if part.is_inside():
        in_each_town("what came and belongs to nothing", arriving.let_go_of_orphans)
    if part.part() in keys.OTHER:
        in_each_town("keys of before", keys.destroy_old)


chore(20.0, pull_everywhere)
chore(10.0, take_up_everywhere)
chore(3600.0, tidy_everywhere)


@job(PULL, label="外の設備から受け取る", attempts=1, permission="exchange.view")
def pull(context: JobContext) -> None:
    """One pull; the next one has its turn whatever becomes of this."""
    pulling.pull_by_itself()


@job(TAKE_UP, label="外から届いたものを受け付ける", attempts=1, permission="exchange.view")
def take_up(context: JobContext) -> None:
    """All that waits."""
    for _ in arriving.taking_up():
        context.check()
