"""The buttons beside a long piece of work: cancel it, begin it again. One place for all rooms."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST

from yakuba.kernel.accounts import allowed, person_of
from yakuba.kernel.jobs import steering, work
from yakuba.kernel.jobs.models import Job
from yakuba.kernel.ui.refusals import came_from


@require_POST
@login_required
def cancel_work(request: HttpRequest, job_id: int) -> HttpResponse:
    """Take a job out of the queue; a running one ends at its next check."""
    row = steering.cancel(person_of(request), _job(request, job_id).pk)
    messages.success(
        request, f"「{_called(request, row)}」を中止します。実行中のものは、切りのよいところで止まります。"
    )
    return _back(request)


@require_POST
@login_required
def retry_work(request: HttpRequest, job_id: int) -> HttpResponse:
    """Put a failed or cancelled job back in the queue. Its room may refuse."""
    row = steering.try_again(person_of(request), _job(request, job_id).pk)
    messages.success(request, f"「{_called(request, row)}」をもう一度動かします。")
    return _back(request)


def may_steer(user: object, permission: str) -> bool:
    """Whether the buttons of work with this permission are the person's."""
    return allowed(user, "jobs.manage") or bool(permission and allowed(user, permission))


def _called(request: HttpRequest, row: Job) -> str:
    """The job's name; with what it works on only for those whose work it is."""
    return str(row) if not row.permission or allowed(request.user, row.permission) else row.label


def _job(request: HttpRequest, job_id: int) -> Job:
    row: Job = get_object_or_404(Job.objects, pk=job_id)
    if not may_steer(request.user, work.told(row).permission):
        raise PermissionDenied("jobs.manage")
    return row


def _back(request: HttpRequest) -> HttpResponse:
    return redirect(came_from(request) or "home")
