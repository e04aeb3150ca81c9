"""What a farmer reads on a phone: the advice of the own fields, by a link, without a login and without a cookie. A link that has
ended and one that never was look the same."""

from __future__ import annotations

import time

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from yakuba.kernel.addresses import place_of
from yakuba.kernel.residents import Limit, for_residents
from yakuba.kernel.tenancy import current_municipality
from yakuba.services.fieldwork.actions import advice_indices as actions
from yakuba.services.fieldwork.queries import advice as queries

EACH, TOWN = Limit(at_once=60, in_a_minute=60), Limit(at_once=2_000, in_a_minute=2_000)


@for_residents("fieldwork", actions.SETTING)
@require_safe
def page(request: HttpRequest, farmer_key: str) -> HttpResponse:
    """Advice first, then what lacks; each with reason, source and day."""
    now = time.monotonic()
    sender = place_of(request.META.get("REMOTE_ADDR", ""))
    if not (EACH.take(sender, now) and TOWN.take(current_municipality().code, now)):
        return _headed(render(request, "fieldwork/advice/over.html", {"busy": True}, status=429))
    link = actions.opened(farmer_key)
    if link is None:
        return _headed(render(request, "fieldwork/advice/over.html", {}, status=404))
    held, day = queries.in_force(), queries.today()
    rows = list(queries.fields().filter(farmer=link.farmer))
    context = {
        "town": current_municipality(),
        "link": link,
        "rules": held[0] if held else None,
        "found": queries.advice(rows, held[1], day) if held else [],
        "day": day,
    }
    return _headed(render(request, "fieldwork/advice/farmer.html", context))


def _headed(answer: HttpResponse) -> HttpResponse:
    answer["X-Robots-Tag"] = "noindex"
    answer["Referrer-Policy"] = "no-referrer"
    return answer
