"""What a person can do with a job, and its audit event: for the buttons beside the work and for the list of all jobs."""

from __future__ import annotations

from django.db import transaction

from yakuba.kernel.audit.actor import Actor
from yakuba.kernel.audit.chain import record
from yakuba.kernel.jobs import port
from yakuba.kernel.jobs.models import FINISHED, Job, State
from yakuba.kernel.refusals import Conflict


@transaction.atomic
def try_again(actor: Actor, job: int) -> Job:
    """Put a failed or cancelled job back in the queue. Raises Conflict for another, and what its room refuses."""
    row: Job = Job.objects.get(pk=job)
    if row.state not in (State.FAILED, State.CANCELLED):
        raise Conflict(f"「{row}」は失敗も中止もしていないので、何もしませんでした。")
    port.retry(row)
    record("jobs.retried", subject=f"job:{row.pk}", actor=actor)
    return row


@transaction.atomic
def cancel(actor: Actor, job: int) -> Job:
    """Take a job out of the queue; a running one ends at its next check. Raises Conflict for one that has ended."""
    row: Job = Job.objects.get(pk=job)
    if row.state in FINISHED:
        raise Conflict(f"「{row}」はもう終わっています。")
    port.cancel(row)
    record("jobs.cancelled", subject=f"job:{row.pk}", actor=actor)
    return row
