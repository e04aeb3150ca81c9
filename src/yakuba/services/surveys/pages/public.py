"""What everybody may read without a login: the published results of a town's surveys, as pages and as open data."""

from __future__ import annotations

import json
from collections.abc import Callable

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from yakuba.kernel.residents import for_residents
from yakuba.kernel.tables import files
from yakuba.kernel.tenancy import current_municipality
from yakuba.services.surveys.engine import opendata
from yakuba.services.surveys.models import Asked, Edition
from yakuba.services.surveys.pages.results import overview, question_context
from yakuba.services.surveys.queries import published as queries
from yakuba.services.surveys.queries import results

FORMS = {"xlsx": "xlsx", "cp932": "csv", "utf-8": "csv"}
CHARSETS = {"utf-8": "; charset=utf-8", "cp932": "; charset=Shift_JIS"}
MOST_BODIES = 50


def for_everybody(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Nothing is changed there, and no cookie is set."""
    return for_residents("surveys", "surveys.public")(require_safe(view))


def _published(survey_code: str, edition_code: str) -> Edition:
    return get_object_or_404(queries.public_editions(), survey__code=survey_code, code=edition_code)


@for_everybody
def index(request: HttpRequest) -> HttpResponse:
    """The published editions."""
    context = {
        "town": current_municipality(),
        "editions": queries.public_editions()[:200],
        "licence": queries.licence(),
    }
    return render(request, "surveys/public/index.html", context)


@for_everybody
def edition(request: HttpRequest, survey_code: str, edition_code: str) -> HttpResponse:
    """Every question in a line, and the data."""
    row = _published(survey_code, edition_code)
    text = request.GET.get("body", "").strip()[:60]
    bodies = (
        Asked.objects.filter(edition=row, name__icontains=text).order_by("code")[:MOST_BODIES] if text else []
    )
    context = {
        "town": current_municipality(),
        "edition": row,
        "sections": overview(row),
        "licence": queries.licence(),
        "text": text,
        "bodies": bodies,
    }
    return render(request, "surveys/public/edition.html", context)


@for_everybody
def question(request: HttpRequest, survey_code: str, edition_code: str) -> HttpResponse:
    """One question."""
    row = _published(survey_code, edition_code)
    context = question_context(request, row, public=True) | {"town": current_municipality()}
    return render(request, "surveys/public/question.html", context)


@for_everybody
def card(request: HttpRequest, survey_code: str, edition_code: str) -> HttpResponse:
    """A body's own sheet, without texts and without numbers of persons."""
    row = _published(survey_code, edition_code)
    body = get_object_or_404(
        Asked.objects.select_related("edition__survey"), edition=row, code=request.GET.get("body", "")[:6]
    )
    context = {
        "town": current_municipality(),
        "edition": row,
        "body": body,
        "lines": results.card(body, public=True),
    }
    return render(request, "surveys/public/card.html", context)


@for_everybody
def table(request: HttpRequest, survey_code: str, edition_code: str, what: str, form: str) -> HttpResponse:
    """The tally or the answers; in Shift_JIS characters that it lacks become 〓, as the page says."""
    row = _published(survey_code, edition_code)
    if what not in ("tally", "answers") or form not in FORMS:
        raise Http404
    made = queries.tally_table(row) if what == "tally" else queries.answers_table(row, public=True)
    content = files.written([made], form, accept=True)
    answer = HttpResponse(content.read(), content_type=files.MEDIA_TYPES[form] + CHARSETS.get(form, ""))
    answer["Content-Disposition"] = (
        f'attachment; filename="{row.survey.code}-{row.code}-{what}.{FORMS[form]}"'
    )
    return answer


@for_everybody
def document(request: HttpRequest, survey_code: str, edition_code: str) -> HttpResponse:
    """JSON."""
    row = _published(survey_code, edition_code)
    content = json.dumps(queries.document(row), ensure_ascii=False, indent=1)
    answer = HttpResponse(content, content_type="application/json; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{row.survey.code}-{row.code}.json"'
    return answer


@for_everybody
def schema(request: HttpRequest) -> HttpResponse:
    """The JSON Schema of that file."""
    return JsonResponse(opendata.SCHEMA, json_dumps_params={"ensure_ascii": False, "indent": 1})
