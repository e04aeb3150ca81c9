"""The pages on which staff open and close web forms."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from yakuba.kernel.accounts import permission_required
from yakuba.services.intake.queries import forms


@permission_required("intake.view")
def index(request: HttpRequest) -> HttpResponse:
    """Every procedure, and whether residents may send it by web."""
    return render(request, "intake/index.html", {"rows": forms.rows()})
