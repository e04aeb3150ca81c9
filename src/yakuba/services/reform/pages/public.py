"""What everybody may read without a login: the published effects of a town and its group, as a page and as open data."""

from __future__ import annotations

import json
from collections.abc import Callable

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from yakuba.kernel.residents import for_residents
from yakuba.kernel.tables import files
from yakuba.kernel.tables.spreadsheets import Table
from yakuba.kernel.tenancy import current_municipality
from yakuba.services.reform.engine import opendata
from yakuba.services.reform.operations.register import register_document
from yakuba.services.reform.queries import register as queries

SHOWN = 100  # effects on a page; the files have all
CHARSETS = {"utf-8": "utf-8", "cp932": "Shift_JIS"}


def for_everybody(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Nothing is changed there, and no cookie is set."""
    return for_residents("reform", "reform.public")(require_safe(view))


@for_everybody
def index(request: HttpRequest) -> HttpResponse:
    """The register by population."""
    rows = queries.published()
    context = {
        "town": current_municipality(),
        "page": Paginator(rows, SHOWN).get_page(request.GET.get("page")),
        "bands": opendata.by_band(rows),
        "about": opendata.ABOUT,
        "licence": queries.licence(),
    }
    return render(request, "reform/public/effects.html", context)


@for_everybody
def table(request: HttpRequest, form: str) -> HttpResponse:
    """CSV; in Shift_JIS characters that it lacks become 〓, as the page says."""
    rows = [opendata.row(one, words=True) for one in queries.published()]
    content = files.written([Table("効果の登録簿", opendata.HEAD, rows)], form, accept=True)
    answer = HttpResponse(content.read(), content_type=f"text/csv; charset={CHARSETS[form]}")
    answer["Content-Disposition"] = f'attachment; filename="effects-{form}.csv"'
    return answer


@for_everybody
def document(request: HttpRequest) -> HttpResponse:
    """JSON."""
    content = json.dumps(register_document(), ensure_ascii=False, indent=1)
    answer = HttpResponse(content, content_type="application/json; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="effects.json"'
    return answer


@for_everybody
def schema(request: HttpRequest) -> HttpResponse:
    """The JSON Schema of that file."""
    return JsonResponse(opendata.SCHEMA, json_dumps_params={"ensure_ascii": False, "indent": 1})
