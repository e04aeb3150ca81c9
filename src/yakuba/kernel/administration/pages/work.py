"""Jobs and failures: what waits, runs and failed behind the pages, why, and what can be pressed."""

from __future__ import annotations

from urllib.parse import urlencode

from django.contrib import messages
from django.core.paginator import Paginator
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from yakuba.kernel.accounts import permission_required, person_of
from yakuba.kernel.administration.forms import JobFilter
from yakuba.kernel.audit.chain import record
from yakuba.kernel.jobs import cancel, retry
from yakuba.kernel.jobs.models import FINISHED, Job, State

PAGE_SIZE = 50
KINDS = {
    State.WAITING: "waiting",
    State.RUNNING: "running",
    State.PAUSED: "stopped",
    State.DONE: "success",
    State.FAILED: "error",
    State.CANCELLED: "neutral",
}


@permission_required("jobs.manage")
def jobs(request: HttpRequest) -> HttpResponse:
    """The list, newest first, narrowed by state and kind."""
    form = JobFilter(request.GET)
    form.is_valid()
    chosen = {key: value for key, value in form.cleaned_data.items() if value}
    page = Paginator(Job.objects.filter(**chosen).order_by("-pk"), PAGE_SIZE).get_page(
        request.GET.get("page")
    )
    for row in page:
        row.kind = KINDS[State(row.state)]
        row.may_retry = row.state in (State.FAILED, State.CANCELLED)
        row.may_cancel = row.state not in FINISHED
    context = {"page": page, "form": form, "query": urlencode(chosen), "narrowed": bool(chosen)}
    return render(request, "administration/jobs.html", context)


@permission_required("jobs.manage")
@require_POST
def again(request: HttpRequest, job_id: int) -> HttpResponse:
    """Put a failed or cancelled job back in the queue."""
    row = get_object_or_404(Job.objects, pk=job_id)
    if row.state not in (State.FAILED, State.CANCELLED):
        messages.info(request, f"「{row}」は失敗も中止もしていないので、何もしませんでした。")
        return redirect("administration:jobs")
    with transaction.atomic():
        retry(row)
        record("jobs.retried", subject=f"job:{row.pk}", actor=person_of(request))
    messages.success(request, f"「{row}」をもう一度動かします。")
    return redirect("administration:jobs")


@permission_required("jobs.manage")
@require_POST
def stop(request: HttpRequest, job_id: int) -> HttpResponse:
    """Take a job out of the queue; a running one ends at its next check."""
    row = get_object_or_404(Job.objects, pk=job_id)
    if row.state in FINISHED:
        messages.info(request, f"「{row}」はもう終わっています。")
        return redirect("administration:jobs")
    with transaction.atomic():
        cancel(row)
        record("jobs.cancelled", subject=f"job:{row.pk}", actor=person_of(request))
    messages.success(request, f"「{row}」を中止します。実行中のものは、切りのよいところで止まります。")
    return redirect("administration:jobs")
