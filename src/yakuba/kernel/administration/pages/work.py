"""Jobs and failures: what works in the background, what stopped, and starting it again (`kernel.ui.work`)."""

from __future__ import annotations

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from yakuba.kernel.accounts import permission_required
from yakuba.kernel.administration.pages.lists import JOBS
from yakuba.kernel.lists.pages import respond


@permission_required("jobs.manage")
def jobs(request: HttpRequest) -> HttpResponseBase:
    """The list, newest first."""
    return respond(request, JOBS)
