"""What everybody may read without a login: published minutes as pages and as an open file. The town stands in the address."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from yakuba.kernel.residents import for_residents
from yakuba.kernel.tenancy import current_municipality
from yakuba.services.minutes.queries import publishing as queries

View = Callable[..., HttpResponse]


def for_everybody(view: View) -> View:
    """Nothing is changed there, and no cookie is set."""
    return for_residents("minutes", "minutes.public")(require_safe(view))


@for_everybody
def index(request: HttpRequest) -> HttpResponse:
    """All published minutes, the newest first."""
    rows = queries.published()
    return render(request, "minutes/public/index.html", {"town": current_municipality(), "rows": rows})


@for_everybody
def one(request: HttpRequest, meeting_id: int) -> HttpResponse:
    """One of them."""
    context = {"town": current_municipality(), "content": _content(meeting_id), "number": meeting_id}
    return render(request, "minutes/public/one.html", context)


@for_everybody
def file(request: HttpRequest, meeting_id: int) -> HttpResponse:
    """The same as an open file."""
    answer = JsonResponse(
        queries.open_file(_content(meeting_id)), json_dumps_params={"ensure_ascii": False, "indent": 1}
    )
    answer["Content-Disposition"] = f'attachment; filename="minutes-{meeting_id}.json"'
    return answer


def _content(meeting_id: int) -> dict[str, Any]:
    content = queries.content(meeting_id)
    if content is None:
        raise Http404
    return content
