"""Jobs: long work done by the worker, surviving crashes. Rooms see this door and never the engine behind it.

    @job("reading.read_sheet", label="用紙の読み取り", attempts=3)
    def read_sheet(context: JobContext, *, sheet_id: int) -> None: ...

    enqueue("reading.read_sheet", key="sheet-12", lane="reading", sheet_id=12)

A handler is called again until it has finished, so it asks its rows what is left to do, works in small
committed steps and calls `context.check()` between them. What it cannot do it refuses (`kernel.refusals`): the job
fails with that sentence, at once unless the kind of refusal is worth another try.
"""

from yakuba.kernel.jobs.apart import in_each_town, with_each
from yakuba.kernel.jobs.context import JobContext, JobPostponed, JobStopped
from yakuba.kernel.jobs.port import cancel, enqueue, lock, pause, resume, retry
from yakuba.kernel.jobs.registry import chore, job, limit_lane

__all__ = [
    "JobContext",
    "JobPostponed",
    "JobStopped",
    "cancel",
    "chore",
    "enqueue",
    "in_each_town",
    "job",
    "limit_lane",
    "lock",
    "pause",
    "resume",
    "retry",
    "with_each",
]
