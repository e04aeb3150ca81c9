"""Jobs and failures: what waits, runs and failed behind the pages, why, and what can be pressed (`kernel.ui.work`)."""

from __future__ import annotations

from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from yakuba.kernel.accounts import permission_required
from yakuba.kernel.administration.forms import JobFilter
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
