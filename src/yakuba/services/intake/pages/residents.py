"""What the pages of residents share: the door, the limits, the town in every page."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from yakuba.kernel.addresses import place_of
from yakuba.kernel.definitions import DefinitionError
from yakuba.kernel.refusals import Refused
from yakuba.kernel.residents import Limit, for_residents
from yakuba.kernel.tenancy import current_municipality

# Counted in each process. A household or a library writes behind one address, so that pages are generous;
# tries to open something with a code are few.
PAGES, PAGES_OF_TOWN = Limit(at_once=120, in_a_minute=120), Limit(at_once=3_000, in_a_minute=6_000)
BEGUN = Limit(at_once=20, in_a_minute=10)
FILES = Limit(at_once=40, in_a_minute=20)  # looking into a hostile one may take a minute of a processor
# Whoever guesses is counted, never what is guessed at: a budget for each receipt number would let a stranger who knows the
# number use it up for its owner. A secret has 12 characters of 32, 2**60 = 1.2e18. One address guesses 5 a minute, 2e5 in 30
# days: 2e-13. All addresses together 600 a minute, 2.6e7 in 30 days: 2e-11 for a receipt, and, since a resume code may
# open any of 20,000 drafts, 5e-7 for these; each as often as there are processes. To use up the town's budget takes 120
# addresses that go on guessing; a try costs ten milliseconds, so 600 a minute are a tenth of a processor.
TRIES, TRIES_OF_TOWN = Limit(at_once=10, in_a_minute=5), Limit(at_once=600, in_a_minute=600)
LIMITS = (PAGES, PAGES_OF_TOWN, BEGUN, FILES, TRIES, TRIES_OF_TOWN)
TOO_OFTEN = "続けてたくさん押されました。1分ほど待ってから、もう一度押してください。"
BROKEN = "役場でこのフォームを直しています。書いたものは消えていません。お急ぎのときは窓口にご相談ください。"

clock = time.monotonic
View = Callable[..., HttpResponse]


def resident_page(view: View) -> View:
    """A page of the town for whoever opens it. What is refused is told on a page of the same kind: the house's own would
    say it to staff, or leave it for whoever signs in next at the same browser."""
    return _page(view, "intake.public")


def tablet_page(view: View) -> View:
    """The same for the tablet at the counter, which a town may use without letting anybody apply by web."""
    return _page(view, "intake.tablet")


def _page(view: View, setting: str) -> View:
    @wraps(view)
    def told(request: HttpRequest, **arguments: Any) -> HttpResponse:
        try:
            return view(request, **arguments)
        except DefinitionError:  # the procedure has changed, and its form not yet
            return shown(request, "stop", {"title": "いまは申請できません", "text": BROKEN}, 503)
        except Refused as refusal:
            context = {"title": "いまはできません", "text": str(refusal)}
            return shown(request, "stop", context, refusal.status)

    return for_residents("intake", setting)(told)


def may_press(request: HttpRequest) -> bool:
    """Whether this address, and the town's residents together, may send one more page."""
    return PAGES.take(sender(request), clock()) and PAGES_OF_TOWN.take(current_municipality().code, clock())


def may_begin(request: HttpRequest) -> bool:
    """Whether this address may begin one more draft."""
    return BEGUN.take(sender(request), clock())


def may_add(request: HttpRequest) -> bool:
    """Whether this address may have one more file looked into."""
    return FILES.take(sender(request), clock())


def may_try(request: HttpRequest) -> bool:
    """Whether one more code may be tried: from this address, and over all."""
    return TRIES.take(sender(request), clock()) and TRIES_OF_TOWN.take(current_municipality().code, clock())


def was_right(request: HttpRequest) -> None:
    """The code that was tried opens something: whoever has it may look as often as they like."""
    TRIES.give_back(sender(request))
    TRIES_OF_TOWN.give_back(current_municipality().code)


def shown(request: HttpRequest, template: str, context: dict[str, Any], status: int = 200) -> HttpResponse:
    """A page of the town."""
    answer = render(
        request, f"intake/public/{template}.html", {"town": current_municipality(), **context}, status=status
    )
    answer["X-Robots-Tag"] = "noindex"
    return answer


def too_often(request: HttpRequest) -> HttpResponse:
    """The page for who presses too fast; what was typed is not lost by going back."""
    return shown(request, "stop", {"title": "少し待ってください", "text": TOO_OFTEN}, 429)


def sender(request: HttpRequest) -> str:
    """Who counts as one sender of the town."""
    return f"{current_municipality().code} {place_of(request.META.get('REMOTE_ADDR', ''))}"
