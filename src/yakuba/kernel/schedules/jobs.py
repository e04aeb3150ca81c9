"""The job that begins what is due, and the look at the clock."""

from __future__ import annotations

from yakuba.kernel.jobs import JobContext, chore, job
from yakuba.kernel.schedules import actions, queries

chore(20.0, actions.begin_due)
chore(3600.0, actions.look_again_everywhere)


@job(actions.JOB, label="予定した仕事を始める", ended=actions.give_up, about=queries.named)
def begin(context: JobContext, *, schedule_id: int) -> None:
    """Begin it."""
    actions.begin(schedule_id)
