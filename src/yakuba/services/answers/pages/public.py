"""What residents see without a sign-in, without cookies and without JavaScript: the page, the same within another page, and the
kiosk. The town stands in the address; what is not published for residents, valid today and complete is not there."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from typing import Any

from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from yakuba.kernel.addresses import place_of
from yakuba.kernel.residents import Limit
from yakuba.kernel.residents import for_residents as open_to_residents
from yakuba.kernel.tenancy import current_municipality
from yakuba.kernel.townsettings import value
from yakuba.services.answers.actions import asking
from yakuba.services.answers.contracts import Channel, Reply
from yakuba.services.answers.forms import number_in
from yakuba.services.answers.queries import telling

SALT = "yakuba.answers.asked"
KEPT_FOR = 24 * 3600  # seconds in which one may say whether it helped
RESET_AFTER = 90  # seconds, then a kiosk begins anew
EACH = Limit(at_once=20, in_a_minute=20)  # of one address
TOWN = Limit(at_once=300, in_a_minute=600)  # of all together
TOO_OFTEN = "続けてたくさんの質問がありました。1分ほど待ってから、もう一度押してください。"
EMPTY = "聞きたいことを書いてから、「聞く」を押してください。"
_HOST = re.compile(r"https://[A-Za-z0-9.\-]+(:\d{1,5})?")
View = Callable[..., HttpResponse]
clock = time.monotonic
OPENED = open_to_residents("answers", "answers.public")


def for_residents(view: View) -> View:
    """No cookie is set and none is asked, so there is nothing that another site could use (no CSRF token)."""
    return csrf_exempt(OPENED(view))


@for_residents
@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest) -> HttpResponse:
    """Question, answer, and everything by field."""
    return _asked(request, Channel.PAGE, "answers/public/page.html")


@for_residents
@require_http_methods(["GET", "HEAD", "POST"])
def window(request: HttpRequest) -> HttpResponse:
    """The same to be shown within the town's own pages, whose addresses the town has set; without any it is not there."""
    if not _hosts():
        raise Http404
    return _framed(_asked(request, Channel.EMBEDDED, "answers/public/window.html", {"window": True}))


@for_residents
@require_http_methods(["GET", "HEAD", "POST"])
def kiosk(request: HttpRequest) -> HttpResponse:
    """Large buttons: fields, their questions, the answer. Every page but the first goes back by itself."""
    chosen, number = request.GET.get("field", ""), number_in(request.GET.get("answer", ""))
    one = telling.one(number, telling.RESIDENTS) if number is not None else None
    begun = request.method == "POST" or bool(chosen or one)
    return _asked(
        request,
        Channel.KIOSK,
        "answers/public/kiosk.html",
        {"one": one, "reset": RESET_AFTER if begun else 0},
    )


@for_residents
@require_safe
def entry(request: HttpRequest, entry_id: int) -> HttpResponse:
    """One answer, at an address of its own."""
    one = telling.one(entry_id, telling.RESIDENTS)
    if one is None:
        return _gone(request)
    return render(request, "answers/public/entry.html", _town() | {"one": one, "before": one.id})


@for_residents
@require_POST
def choose(request: HttpRequest) -> HttpResponse:
    """Which of those offered was meant: its answer, and whether it helped."""
    number, given = _number(request), number_in(request.POST.get("entry", ""))
    one = telling.one(given, telling.RESIDENTS) if given is not None else None
    if one is None:
        return _gone(request)
    if number and _may_ask(request):
        asking.choose(number, one.id)
    context = _town() | {"one": one, "before": one.id, "note": _note(number) if number else ""}
    if "kiosk" in request.POST:
        return render(request, "answers/public/kiosk_entry.html", context | {"reset": RESET_AFTER})
    return _shown(request, "answers/public/entry.html", context)


@for_residents
@require_POST
def rate(request: HttpRequest) -> HttpResponse:
    """Whether it helped: one press."""
    number = _number(request)
    if number and _may_ask(request):
        asking.rate(number, helped=request.POST.get("helped") == "yes")
    if "kiosk" in request.POST:
        return redirect("ask:kiosk", current_municipality().code)
    context = _town() | {"desk": telling.desk(), "helped": request.POST.get("helped") == "yes"}
    return _shown(request, "answers/public/thanks.html", context)


def _gone(request: HttpRequest) -> HttpResponse:
    """An answer that is no longer there, or never was: where to ask now. The page of the house for what is not found
    sends residents to the login of the staff."""
    kiosk = "kiosk" in request.POST
    context = _town() | {"desk": telling.desk(), "kiosk": kiosk, "reset": RESET_AFTER if kiosk else 0}
    return _shown(request, "answers/public/gone.html", context, 404)


def _shown(request: HttpRequest, template: str, context: dict[str, Any], status: int = 200) -> HttpResponse:
    """What follows a press: in the window where it was pressed in the window."""
    in_window = "window" in request.POST and bool(_hosts())
    answer = render(request, template, context | {"window": in_window}, status=status)
    return _framed(answer) if in_window else answer


def _framed(answer: HttpResponse) -> HttpResponse:
    answer.xframe_options_exempt = True  # type: ignore[attr-defined]
    answer._csp_replace = {"frame-ancestors": _hosts()}  # type: ignore[attr-defined]
    return answer


def _hosts() -> list[str]:
    """The pages that the town has named for its window."""
    return [one for one in str(value("answers.embedded_in")).split() if _HOST.fullmatch(one)]


def _asked(
    request: HttpRequest, channel: Channel, template: str, more: dict[str, Any] | None = None
) -> HttpResponse:
    reply, fault, status = None, "", 200
    question = " ".join(request.POST.get("question", "").split())
    if request.method == "POST":
        if not question:
            fault, status = EMPTY, 422
        elif len(question) > asking.LONGEST:
            fault, status = f"質問は{asking.LONGEST}文字までで、短く書いてください。", 422
        elif not _may_ask(request):
            fault, status = TOO_OFTEN, 429
        else:
            before = number_in(request.POST.get("before", ""))
            reply = asking.ask(question, channel, telling.RESIDENTS, before)
    context = _town() | {
        "question": question[: asking.LONGEST],
        "fault": fault,
        "reply": reply,
        "note": _note(reply.number) if reply else "",
        "before": _topic(reply),
        **_by_field(request),
        **(more or {}),
    }
    return render(request, template, context, status=status)


def _by_field(request: HttpRequest) -> dict[str, Any]:
    """A field without answers is not named: its name would be whatever somebody wrote into an address."""
    found, chosen = telling.by_field(telling.RESIDENTS), request.GET.get("field", "")
    known = chosen in found
    return {
        "fields": list(found),
        "field": chosen if known else "",
        "field_gone": bool(chosen) and not known,
        "questions": found.get(chosen, []),
    }


def _topic(reply: Reply | None) -> int | str:
    return reply.told[0].id if reply and reply.told else ""


def _town() -> dict[str, Any]:
    return {"town": current_municipality()}


def _may_ask(request: HttpRequest) -> bool:
    town, now = current_municipality().code, clock()
    sender = f"{town} {place_of(request.META.get('REMOTE_ADDR', ''))}"
    return EACH.take(sender, now) and TOWN.take(town, now)


def _note(number: int) -> str:
    return signing.dumps([current_municipality().code, number], salt=SALT)


def _number(request: HttpRequest) -> int | None:
    """The question that is spoken of, from a note that this town gave out within a day."""
    try:
        town, number = signing.loads(request.POST.get("note", ""), salt=SALT, max_age=KEPT_FOR)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    return int(number) if town == current_municipality().code else None
