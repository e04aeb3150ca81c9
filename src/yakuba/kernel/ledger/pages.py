"""受付簿: the list of cases, and one case with where every value came from."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from yakuba.kernel.accounts import permission_required
from yakuba.kernel.audit.chain import record
from yakuba.kernel.ledger import queries
from yakuba.kernel.ledger.display import event_label, shown_value, source_label
from yakuba.kernel.ledger.models import Case, CaseValue
from yakuba.kernel.ledger.workflow import LABELS, STATUS_KINDS, Status

PAGE_SIZE = 50


@permission_required("ledger.view")
def cases(request: HttpRequest) -> HttpResponse:
    """The list, narrowed by procedure, status and receipt number; the filter is remembered for the visit."""
    chosen = _remembered_filter(request)
    rows = queries.cases(chosen["procedure"], chosen["status"], chosen["receipt_number"])
    page = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "procedures": queries.procedures(),
        "statuses": [(status.value, LABELS[status]) for status in Status],
        "chosen": chosen,
        "kinds": STATUS_KINDS,
        "query": urlencode({key: value for key, value in chosen.items() if value}),
    }
    return render(request, "ledger/cases.html", context)


@permission_required("ledger.view")
def case(request: HttpRequest, case_id: int) -> HttpResponse:
    """One case. Opening it is recorded: who looked at whom."""
    row = get_object_or_404(Case.objects.select_related("procedure"), pk=case_id)
    record("ledger.case_viewed", subject=f"case:{row.pk}", actor=request.user)
    definition = row.procedure.definition
    events = [
        {"row": event, "label": event_label(event, definition)} for event in row.events.order_by("at", "pk")
    ]
    context = {
        "case": row,
        "kind": STATUS_KINDS[Status(row.status)],
        "values": _value_rows(row),
        "events": events,
    }
    return render(request, "ledger/case.html", context)


def _value_rows(case: Case) -> list[dict[str, Any]]:
    stored = {
        value.field: value for value in CaseValue.objects.filter(case=case).select_related("confirmed_by")
    }
    definition = case.procedure.definition
    return [
        {
            "label": item.label,
            "value": shown_value(item, stored[item.code].value) if item.code in stored else "",
            "row": stored.get(item.code),
            "source": source_label(stored.get(item.code)),
        }
        for item in definition.fields
    ]


def _remembered_filter(request: HttpRequest) -> dict[str, str]:
    keys = ("procedure", "status", "receipt_number")
    if any(key in request.GET for key in keys):
        chosen = {key: request.GET.get(key, "").strip() for key in keys}
        request.session["ledger_filter"] = chosen
        return chosen
    return request.session.get("ledger_filter") or dict.fromkeys(keys, "")
