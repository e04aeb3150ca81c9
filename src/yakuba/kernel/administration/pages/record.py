"""The audit record: looked through, verified, and its end on paper."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_POST

from yakuba.kernel.accounts import permission_required, person_of
from yakuba.kernel.administration.pages.lists import EVENTS
from yakuba.kernel.audit import head
from yakuba.kernel.audit.chain import on_paper, record, verify
from yakuba.kernel.lists.pages import respond


@permission_required("audit.view")
def events(request: HttpRequest) -> HttpResponseBase:
    """The list, newest first. Looking through it is recorded."""
    if request.GET and request.GET.get("page", "1") == "1":
        record("audit.listed", actor=person_of(request))
    return respond(request, EVENTS, "administration/audit.html")


@permission_required("audit.view")
@require_POST
def verify_chain(request: HttpRequest) -> HttpResponse:
    """Check the whole chain, and its end against the one kept apart."""
    count, problems = verify()
    problems += head.problems()
    record("audit.verified", actor=person_of(request), events=count, problems=len(problems))
    context = {"count": count, "problems": problems, "when": timezone.now()}
    return render(request, "administration/verified.html", context)


@permission_required("audit.view")
def digest(request: HttpRequest) -> HttpResponse:
    """The record's end for paper, which nobody at a keyboard can change."""
    context = {"paper": on_paper(), "today": timezone.localdate()}
    answer = render(request, "administration/digest.html", context)
    record("audit.digest_printed", actor=person_of(request))
    return answer
