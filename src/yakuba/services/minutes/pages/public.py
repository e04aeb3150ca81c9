"""What everybody may read without a login: published minutes as pages and as an open file. The town stands in the address."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from yakuba.kernel.registry.models import UnusedRoom
from yakuba.kernel.tenancy import active_municipality, current_municipality
from yakuba.kernel.tenancy.models import Municipality
from yakuba.kernel.townsettings import value
from yakuba.services.minutes.queries import publishing as queries

View = Callable[..., HttpResponse]


def for_everybody(view: View) -> View:
    """The town of the address is the active one, whoever is signed in; without a town that opened its minutes there is none.
    No cookie is set."""

    @wraps(view)
    @require_safe
    def opened(request: HttpRequest, town_code: str, **arguments: Any) -> HttpResponse:
        town = Municipality.objects.filter(code=town_code).first()
        if town is None:
            raise Http404
        with active_municipality(town):
            if UnusedRoom.objects.filter(room="minutes").exists() or not value("minutes.public"):
                raise Http404
            return view(request, **arguments)

    return opened


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
