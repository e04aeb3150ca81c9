"""The audit record: looked through, verified, and its end on paper."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_POST

from yakuba.kernel.accounts import permission_required, person_of
from yakuba.kernel.administration.forms import AuditFilter
from yakuba.kernel.audit import head
from yakuba.kernel.audit.chain import on_paper, record, verify
from yakuba.kernel.audit.models import AuditEvent
from yakuba.kernel.registry import audit_sentences

PAGE_SIZE = 50


@permission_required("audit.view")
def events(request: HttpRequest) -> HttpResponse:
    """The list, newest first, narrowed by event, person, day and subject."""
    form = AuditFilter(request.GET)
    valid = form.is_valid()
    rows = AuditEvent.objects.select_related("actor").order_by("-sequence")
    page = Paginator(rows.filter(**_wanted(form.cleaned_data)), PAGE_SIZE).get_page(request.GET.get("page"))
    for row in page:
        row.sentence = audit_sentences().get(row.name, row.name)
    if page.number == 1:
        record("audit.listed", actor=person_of(request))
    query = urlencode({key: value for key, value in request.GET.items() if value and key != "page"})
    context = {"page": page, "form": form, "query": query, "narrowed": bool(query)}
    return render(request, "administration/audit.html", context, status=200 if valid else 422)


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


def _wanted(given: dict[str, Any]) -> dict[str, Any]:
    """The conditions; a field that was filled in wrong narrows nothing and says so at its place."""
    found = {
        "name": given.get("event"),
        "actor__username": given.get("person"),
        "subject": given.get("subject"),
        "at__gte": _midnight(given.get("first")),
        "at__lt": _midnight(given.get("last"), days=1),
    }
    return {key: value for key, value in found.items() if value}


def _midnight(day: Any, days: int = 0) -> datetime | None:
    return timezone.make_aware(datetime.combine(day + timedelta(days=days), time())) if day else None
