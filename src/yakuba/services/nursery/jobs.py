"""What the worker does for this room."""

from __future__ import annotations

import time
from collections.abc import Callable

from yakuba.kernel.accounts.models import User
from yakuba.kernel.jobs import JobContext, job
from yakuba.kernel.refusals import Conflict
from yakuba.services.nursery.actions import handing, notices, runs
from yakuba.services.nursery.models import NoticePrint, Round, Run

ATTEMPTS = 2
LOOK_EVERY = 0.25  # seconds between looks whether the job was stopped; the solver tells far more often


def _listener(context: JobContext) -> Callable[[int, int, str], None]:
    """Hears how far the work is, and ends it where the job was stopped."""
    looked = 0.0

    def told(done: int, total: int, note: str) -> None:
        nonlocal looked
        if time.monotonic() - looked >= LOOK_EVERY:
            looked = time.monotonic()
            context.check()
        context.progress(done, total, note)

    return told


@job(
    runs.JOB,
    label="入所選考の計算",
    attempts=ATTEMPTS,
    ended=runs.give_up,
    again=runs.take_up,
    permission="nursery.run",
    about=lambda run_id: Run.objects.get(pk=run_id),
)
def calculate(context: JobContext, *, run_id: int) -> None:
    """Calculate one run. Killed half way it starts anew: nothing is stored before the end."""
    runs.work(run_id, _listener(context))


@job(
    handing.JOB,
    label="入所の決定を入力に回す",
    attempts=ATTEMPTS,
    permission="nursery.propose",
    about=lambda round_id, actor_id: Round.objects.get(pk=round_id),
)
def hand_over(context: JobContext, *, round_id: int, actor_id: int) -> None:
    """Hand the decisions of a frozen round over; what stands already is left alone."""
    round, actor = Round.objects.get(pk=round_id), User.objects.get(pk=actor_id)
    done = handing.hand_over(round, actor=actor, told=_listener(context))
    if done.refused:
        raise Conflict(handing.sentence(done))


@job(
    notices.JOB,
    label="入所の通知を作る",
    attempts=ATTEMPTS,
    ended=notices.give_up,
    again=notices.take_up,
    permission="nursery.output",
    about=lambda print_id: NoticePrint.objects.select_related("round").get(pk=print_id).round,
)
def make_notices(context: JobContext, *, print_id: int) -> None:
    """Make a round's notices. Killed half way it goes on with the pages that were ready."""
    notices.work(print_id, _listener(context))
