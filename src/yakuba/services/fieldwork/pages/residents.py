"""What the pages of residents share: the door, the limits, the language."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any

from django.core import signing
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

from yakuba.kernel.addresses import place_of
from yakuba.kernel.refusals import Refused
from yakuba.kernel.residents import Limit, for_residents
from yakuba.kernel.tenancy import current_municipality
from yakuba.services.fieldwork.engine import wording

# Counted in each process. A phone that comes out of a valley sends all that waited there at once.
PAGES, PAGES_OF_TOWN = Limit(at_once=120, in_a_minute=120), Limit(at_once=3_000, in_a_minute=6_000)
SENT, SENT_OF_TOWN = Limit(at_once=20, in_a_minute=5), Limit(at_once=600, in_a_minute=120)
TRIES, TRIES_OF_TOWN = Limit(at_once=10, in_a_minute=5), Limit(at_once=600, in_a_minute=600)
LIMITS = (PAGES, PAGES_OF_TOWN, SENT, SENT_OF_TOWN, TRIES, TRIES_OF_TOWN)
LATER = (429, 503)
PASS_SECONDS = 30 * 60  # that a page may be open before the secret is asked again

clock = time.monotonic
View = Callable[..., HttpResponse]


def resident_page(view: View) -> View:
    """A page of the town for whoever opens it, without cookie or session. What is refused is told on a page of the same kind, or
    to the page's own program as JSON."""

    @wraps(view)
    def told(request: HttpRequest, **arguments: Any) -> HttpResponse:
        try:
            if not may_press(request):
                return too_often(request)
            return view(request, **arguments)
        except Refused as refusal:
            return stopped(request, str(refusal), refusal.status, again=refusal.again)

    return for_residents("fieldwork", "fieldwork.public")(told)


def language_of(request: HttpRequest) -> str:
    """As the address or the form says."""
    given = request.POST.get("lang") or request.GET.get("lang") or "ja"
    return given if given in wording.LANGUAGES else "ja"


def shown(request: HttpRequest, template: str, context: dict[str, Any], status: int = 200) -> HttpResponse:
    """A page of the town in the reader's language."""
    language = language_of(request)
    shared = {
        "town": current_municipality(),
        "w": wording.texts(language),
        "lang": language,
        "lang_tag": wording.tag(language),
        "languages": wording.LANGUAGES,
    }
    answer = render(request, f"fieldwork/public/{template}.html", shared | context, status=status)
    answer["X-Robots-Tag"] = "noindex"
    return answer


def unknown(request: HttpRequest, number: str) -> HttpResponse:
    """There is no report of that number and secret."""
    fault = wording.texts(language_of(request))["unknown"]
    return shown(request, "status", {"number": number, "fault": fault}, 422)


def new_ticket(salt: str, *parts: object) -> str:
    """What a page carries so that the secret need not be typed again; it opens one thing of this town."""
    return signing.dumps([current_municipality().code, *parts], salt=salt)


def ticket_of(request: HttpRequest, salt: str) -> list[Any]:
    """The parts of the page's ticket, while it holds; none otherwise."""
    try:
        town, *parts = signing.loads(request.POST.get("ticket", ""), salt=salt, max_age=PASS_SECONDS)
    except (signing.BadSignature, ValueError, TypeError):
        return []
    return parts if town == current_municipality().code else []


def stopped(request: HttpRequest, sentence: str, status: int, *, again: bool = False) -> HttpResponse:
    """It is not done, and why. again: it only has to wait."""
    said = wording.told(sentence, language_of(request))
    if wants_json(request):
        return not_taken([said], status, again=again)
    return shown(request, "stop", {"text": said}, status)


def not_taken(faults: Sequence[str], status: int, *, again: bool = False) -> JsonResponse:
    """For the page's program: `later` where nothing is wrong with what was sent, which it sends again by itself; or `refused`."""
    state = "later" if again or status in LATER else "refused"
    return JsonResponse({"state": state, "faults": list(faults)}, status=status)


def too_often(request: HttpRequest) -> HttpResponse:
    """Whoever presses too fast; what was typed is not lost by going back."""
    return stopped(request, wording.texts("ja")["too_often"], 429)


def wants_json(request: HttpRequest) -> bool:
    """Whether the page's own program asks."""
    return request.headers.get("Accept", "").startswith("application/json")


def may_send(request: HttpRequest) -> bool:
    """Whether this address, and the town's residents together, may send one more report."""
    return SENT.take(sender(request), clock()) and SENT_OF_TOWN.take(current_municipality().code, clock())


def may_try(request: HttpRequest) -> bool:
    """Whether one more secret may be tried: from this address, and over all; never counted by number, which a stranger who knows
    it could use up."""
    return TRIES.take(sender(request), clock()) and TRIES_OF_TOWN.take(current_municipality().code, clock())


def was_right(request: HttpRequest) -> None:
    """Whoever has the secret may look as often as they like."""
    TRIES.give_back(sender(request))
    TRIES_OF_TOWN.give_back(current_municipality().code)


def sender(request: HttpRequest) -> str:
    """Who counts as one sender of the town."""
    return f"{current_municipality().code} {place_of(request.META.get('REMOTE_ADDR', ''))}"


def may_press(request: HttpRequest) -> bool:
    """Whether this address, and the town's residents together, may ask once more."""
    return PAGES.take(sender(request), clock()) and PAGES_OF_TOWN.take(current_municipality().code, clock())
