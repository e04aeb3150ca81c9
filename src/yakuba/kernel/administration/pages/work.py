"""Jobs and failures: what waits, runs and failed behind the pages, why, and what can be pressed."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST

from yakuba.kernel.accounts import permission_required
from yakuba.kernel.administration.jobs import cancel, try_again
from yakuba.kernel.administration.pages.lists import JOBS
from yakuba.kernel.jobs.models import Job
from yakuba.kernel.lists.pages import respond


@permission_required("jobs.manage")
def jobs(request: HttpRequest) -> HttpResponseBase:
    """The list, newest first."""
    return respond(request, JOBS)


@permission_required("jobs.manage")
@require_POST
def again(request: HttpRequest, job_id: int) -> HttpResponse:
    """Put a failed or cancelled job back in the queue."""
    row = try_again(request.user, get_object_or_404(Job.objects, pk=job_id).pk)
    messages.success(request, f"「{row}」をもう一度動かします。")
    return redirect("administration:jobs")


@permission_required("jobs.manage")
@require_POST
def stop(request: HttpRequest, job_id: int) -> HttpResponse:
    """Take a job out of the queue; a running one ends at its next check."""
    row = cancel(request.user, get_object_or_404(Job.objects, pk=job_id).pk)
    messages.success(request, f"「{row}」を中止します。実行中のものは、切りのよいところで止まります。")
    return redirect("administration:jobs")
