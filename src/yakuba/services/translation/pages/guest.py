"""The guest's screen, on the same device or another one: opened by the talk's key, without a login and without cookies."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from yakuba.kernel.registry.models import UnusedRoom
from yakuba.kernel.tenancy import active_municipality
from yakuba.kernel.tenancy.models import Municipality
from yakuba.services.translation.actions import talks as actions
from yakuba.services.translation.contracts import Line, Speaker
from yakuba.services.translation.engine.guest_words import guest_words
from yakuba.services.translation.engine.languages import recognised
from yakuba.services.translation.models import Talk
from yakuba.services.translation.pages.counter import mark_of, screen
from yakuba.services.translation.queries.phrases import TownBook

View = Callable[..., HttpResponse]


def for_guests(view: View) -> View:
    """The talk that the key opens, in the town of the address. No cookie is set and none is asked, so that there is nothing
    that another site could use (no CSRF token)."""

    @csrf_exempt
    @wraps(view)
    def opened(request: HttpRequest, town_code: str, talk_key: str) -> HttpResponse:
        town = Municipality.objects.filter(code=town_code).first()
        if town is None:
            return _over(request)
        with active_municipality(town):
            talk = Talk.objects.filter(key=talk_key, reason="").first()
            if talk is None or UnusedRoom.objects.filter(room="translation").exists():
                return _over(request)
            return view(request, talk)

    return opened


@for_guests
@require_http_methods(["GET", "HEAD", "POST"])
def show(request: HttpRequest, talk: Talk) -> HttpResponse:
    """What was said last, in large letters, with the answers to press and a field to write in."""
    book = TownBook()
    if request.method == "POST":
        _take(request, talk, book)
        if "back" in request.POST and request.user.is_authenticated:
            return redirect("translation:talk", talk.pk)
        return redirect("guest:screen", talk.municipality.code, talk.key)
    if request.GET.get("seen") == mark_of(talk) and request.headers.get("HX-Request"):
        return HttpResponse(status=204)  # nothing new: the screen stays as it is
    mine = request.user.is_authenticated and request.user.pk == talk.by_id
    context: dict[str, Any] = {**screen(talk, book), "back": mine, "writing": "write" in request.GET}
    template = "captions_shown" if talk.kind == Talk.Kind.CAPTIONS else "guest"
    return render(request, f"translation/{template}.html", context)


def _take(request: HttpRequest, talk: Talk, book: TownBook) -> None:
    if code := request.POST.get("answer", ""):
        actions.answer(talk, code, book)
        return
    text = " ".join(request.POST.get("text", "").split())[: actions.LONGEST]
    if text:
        japanese = recognised(text) == "ja"
        note = "" if japanese else "訳す仕組みがないので、そのまま示しています。"
        line = Line(Speaker.GUEST, text if japanese else "", text="" if japanese else text, note=note)
        actions.add(talk.pk, line)


def _over(request: HttpRequest) -> HttpResponse:
    """A talk that has ended, or never was: the same words for both."""
    every = [guest_words(code)["ended"] for code in ("ja", "en", "zh-Hans", "ko", "vi", "pt-BR", "es")]
    return render(request, "translation/over.html", {"ended": every}, status=404)
