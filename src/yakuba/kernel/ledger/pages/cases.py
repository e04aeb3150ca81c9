"""受付簿: the list of cases, and all their values as a file."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse

from yakuba.kernel.accounts import permission_required, person_of
from yakuba.kernel.accounts.proof import step_up
from yakuba.kernel.ledger.exporting import NothingToWrite, export
from yakuba.kernel.ledger.listing import CASES
from yakuba.kernel.lists.files import file_page
from yakuba.kernel.lists.pages import respond


@permission_required("ledger.view")
def cases(request: HttpRequest) -> HttpResponseBase:
    """The list. Looking for a value is recorded."""
    return respond(request, CASES)


@permission_required("ledger.export")
@step_up
def export_cases(request: HttpRequest) -> HttpResponseBase:
    """The same cases as a file; where characters would be lost, a page that says which."""
    form = request.GET.get("form", "xlsx")
    asked, accept = CASES.wanted(request.GET), "accept" in request.GET
    try:
        return file_page(
            request,
            lambda: export(asked, form, accept=accept, actor=person_of(request)),
            CASES.title,
            reverse("ledger:cases"),
        )
    except KeyError:
        raise Http404("この形では書き出せません。") from None
    except NothingToWrite as error:
        messages.error(request, str(error))
        return redirect("ledger:cases")
