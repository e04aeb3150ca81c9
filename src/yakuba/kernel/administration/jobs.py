"""What an administrator can do with a job."""

from __future__ import annotations

from django.db import transaction

from yakuba.kernel.audit.actor import Actor
from yakuba.kernel.audit.chain import record
from yakuba.kernel.jobs import cancel as cancel_job
from yakuba.kernel.jobs import retry
from yakuba.kernel.jobs.models import FINISHED, Job, State
from yakuba.kernel.refusals import Conflict


@transaction.atomic
def try_again(actor: Actor, job: int) -> Job:
    """Put a failed or cancelled job back in the queue. Raises Conflict for another."""
    row: Job = Job.objects.get(pk=job)
    if row.state not in (State.FAILED, State.CANCELLED):
        raise Conflict(f"「{row}」は失敗も中止もしていないので、何もしませんでした。")
    retry(row)
    record("jobs.retried", subject=f"job:{row.pk}", actor=actor)
    return row


@transaction.atomic
def cancel(actor: Actor, job: int) -> Job:
    """Take a job out of the queue; a running one ends at its next check. Raises Conflict for one that has ended."""
    row: Job = Job.objects.get(pk=job)
    if row.state in FINISHED:
        raise Conflict(f"「{row}」はもう終わっています。")
    cancel_job(row)
    record("jobs.cancelled", subject=f"job:{row.pk}", actor=actor)
    return row
