"""The reports of residents, for staff."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from yakuba.kernel.accounts import permission_required


@permission_required("fieldwork.view")
def index(request: HttpRequest) -> HttpResponse:
    """The list."""
    return render(request, "fieldwork/index.html")
