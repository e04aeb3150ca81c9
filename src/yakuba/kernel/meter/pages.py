"""利用量: what the town used, month by month."""

from __future__ import annotations

from itertools import groupby

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render

from yakuba.kernel.accounts import permission_required
from yakuba.kernel.files.downloads import Download
from yakuba.kernel.meter import limits, queries
from yakuba.kernel.tables.files import written
from yakuba.kernel.tenancy import current_municipality


@permission_required("meter.view")
def months(request: HttpRequest) -> HttpResponse:
    """Every month with its sums, and the limits."""
    by_month = groupby(queries.totals(), key=lambda one: one.month)
    context = {
        "months": [(month, list(rows)) for month, rows in by_month],
        "limits": [one for one in limits.limits() if one["most"] is not None],
    }
    return render(request, "meter/months.html", context)


@permission_required("meter.view")
def table(request: HttpRequest) -> HttpResponseBase:
    """The same as CSV: sums, of nobody."""
    content = written([queries.table(queries.totals())], "utf-8")
    return Download(f"usage-{current_municipality().code}.csv", "text/csv", content).answer()
