"""What the worker does for this room. Of a town's logs one is read at a time: two would write the same parts."""

from __future__ import annotations

from yakuba.kernel.jobs import JobContext, chore, job, limit_lane
from yakuba.services.worklogs.actions import imports, preparing
from yakuba.services.worklogs.models import LogImport

limit_lane("worklogs", 1)
chore(3600.0, preparing.look_everywhere)
chore(3600.0, imports.forget_everywhere)


@job(
    imports.JOB,
    label="操作ログの取り込み",
    attempts=2,
    ended=imports.give_up,
    again=imports.take_up,
    permission="worklogs.load",
    about=lambda import_id: LogImport.objects.get(pk=import_id),
)
def take_in(context: JobContext, *, import_id: int) -> None:
    """Read, mask and store one log. Killed half way it begins anew; no row is taken twice."""
    imports.work(import_id, context.went_on)


@job(preparing.JOB, label="操作ログの集計", attempts=2, permission="worklogs.load")
def prepare(context: JobContext) -> None:
    """Calculate what the pages show. Nothing is stored before the end."""
    preparing.work(context.went_on)
