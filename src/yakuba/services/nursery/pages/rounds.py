"""The list of rounds, one round with what is missing, and making one."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from yakuba.kernel.accounts import permission_required
from yakuba.services.nursery.queries import rounds as queries


@permission_required("nursery.view")
def index(request: HttpRequest) -> HttpResponse:
    """All rounds, the newest first."""
    return render(request, "nursery/index.html", {"rounds": queries.with_counts()})
