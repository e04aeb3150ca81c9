"""受付簿: the list of cases, searched, narrowed, sorted, and taken along as a file."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from yakuba.kernel.accounts import permission_required, person_of
from yakuba.kernel.audit.chain import record
from yakuba.kernel.ledger import queries
from yakuba.kernel.ledger.exporting import FORMATS, Lacking, NothingToWrite, export
from yakuba.kernel.ledger.listing import SORTS, Wanted, listed
from yakuba.kernel.ledger.workflow import LABELS, STATUS_KINDS, Status

PAGE_SIZE = 50
REMEMBERED = "ledger_filter"
KEYS = ("text", "receipt_number", "procedure", "status", "sort")
MOST_TOLD = 50  # characters that cannot be written


@permission_required("ledger.view")
def cases(request: HttpRequest) -> HttpResponse:
    """The list; what narrows and sorts it is remembered for the visit. Looking for a value is recorded."""
    if "clear" in request.GET:
        request.session.pop(REMEMBERED, None)
        return redirect("ledger:cases")
    wanted = _remembered(request)
    page = Paginator(listed(wanted), PAGE_SIZE).get_page(request.GET.get("page"))
    if wanted.text and request.GET.get("text"):
        record("ledger.searched", actor=person_of(request), found=page.paginator.count)
    titles = dict(queries.procedures().values_list("code", "title"))
    context = {
        "page": page,
        "titles": titles,
        "statuses": [(status.value, LABELS[status]) for status in Status],
        "wanted": wanted,
        "conditions": [
            (words, urlencode(wanted.without(key)) or "clear=1") for key, words in wanted.conditions(titles)
        ],
        "headings": _headings(wanted),
        "kinds": STATUS_KINDS,
        "query": urlencode(wanted.parameters()),
        "formats": FORMATS,
    }
    return render(request, "ledger/cases.html", context)


@permission_required("ledger.export")
def export_cases(request: HttpRequest) -> HttpResponse:
    """The same cases as a file; where characters would be lost, a page that says which."""
    form = request.GET.get("form", "xlsx")
    wanted = Wanted.of(request.GET)
    try:
        return export(wanted, form, accept="accept" in request.GET, actor=person_of(request)).answer()
    except KeyError:
        raise Http404("この形では書き出せません。") from None
    except NothingToWrite as error:
        messages.error(request, str(error))
        return redirect("ledger:cases")
    except Lacking as lacking:
        context = {
            "problems": lacking.problems[:MOST_TOLD],
            "count": len(lacking.problems),
            "query": urlencode(wanted.parameters()),
        }
        return render(request, "ledger/lacking.html", context, status=422)


def _headings(wanted: Wanted) -> list[dict[str, Any]]:
    """The columns' heads; each sorts by its column, and the other way when it does already."""
    headings = []
    for key, (label, _) in SORTS.items():
        now = {key: "ascending", f"-{key}": "descending"}.get(wanted.sort, "")
        chosen = wanted.parameters() | {"sort": f"-{key}" if now == "ascending" else key}
        headings.append({"label": label, "now": now, "query": urlencode(chosen)})
    return headings


def _remembered(request: HttpRequest) -> Wanted:
    if any(key in request.GET for key in KEYS):
        wanted = Wanted.of(request.GET)
        request.session[REMEMBERED] = wanted.parameters()
        return wanted
    return Wanted.of(request.session.get(REMEMBERED) or {})
