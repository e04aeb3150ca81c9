"""A survey file as somebody sees it who was given a link: without a login, without a cookie, until the link ends. A link that has
ended, one that was stopped and one that never was look the same."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import wraps
from typing import Any, cast

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from yakuba.kernel.addresses import place_of
from yakuba.kernel.files.storage import content_of
from yakuba.kernel.residents import Limit, for_residents
from yakuba.kernel.tenancy import current_municipality
from yakuba.services.cityhub.actions import surveyshares as actions
from yakuba.services.cityhub.models import SurveyShare
from yakuba.services.cityhub.operations.surveyfiles import download_of
from yakuba.services.cityhub.queries import surveyfiles as queries

EACH, TOWN = Limit(at_once=60, in_a_minute=60), Limit(at_once=1_000, in_a_minute=1_000)
View = Callable[..., HttpResponse]


def with_link(view: View) -> View:
    """The file that the secret of the address opens. No other site learns the address (no Referer), no search engine keeps it."""

    @wraps(view)
    def opened(request: HttpRequest, share_key: str) -> HttpResponse:
        now = time.monotonic()
        sender = place_of(request.META.get("REMOTE_ADDR", ""))
        if not (EACH.take(sender, now) and TOWN.take(current_municipality().code, now)):
            return _headed(render(request, "cityhub/survey/shared_over.html", {"busy": True}, status=429))
        share = actions.found(share_key)
        if share is None:
            return _headed(render(request, "cityhub/survey/shared_over.html", {}, status=404))
        return _headed(view(request, share, share_key))

    return for_residents("cityhub", actions.SETTING)(require_safe(opened))


def _headed(answer: HttpResponse) -> HttpResponse:
    answer["X-Robots-Tag"] = "noindex"
    answer["Referrer-Policy"] = "no-referrer"
    return answer


@with_link
def page(request: HttpRequest, share: SurveyShare, share_key: str) -> HttpResponse:
    """Picture, place and figures."""
    actions.opened(share, "page")
    row = share.survey
    context: dict[str, Any] = {
        "town": current_municipality(),
        "share": share,
        "share_key": share_key,
        "row": row,
        "facts": queries.told(row),
        "map": queries.one_map(row) if row.outline else None,
    }
    return render(request, "cityhub/survey/shared.html", context)


@with_link
def picture(request: HttpRequest, share: SurveyShare, share_key: str) -> HttpResponse:
    """The small picture."""
    if share.survey.picture is None:
        raise Http404
    return HttpResponse(content_of(share.survey.picture), content_type="image/png")


@with_link
def original(request: HttpRequest, share: SurveyShare, share_key: str) -> HttpResponse:
    """The file as it came, where the link gives it."""
    if not share.with_file:
        raise Http404
    if request.method == "GET":
        actions.opened(share, "file")
    return cast(HttpResponse, download_of(share.survey).answer())
