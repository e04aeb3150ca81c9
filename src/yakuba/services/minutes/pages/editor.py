"""The editor: one speech after another, by keyboard, with the sound where there is one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from yakuba.kernel.accounts import permission_required, person_of
from yakuba.kernel.accounts.models import User
from yakuba.kernel.refusals import Invalid, Refused, attempt
from yakuba.kernel.ui.looking import seconds_since, shown_token
from yakuba.services.minutes.actions import editing
from yakuba.services.minutes.engine import wording
from yakuba.services.minutes.models import Meeting, Speech
from yakuba.services.minutes.queries import editor
from yakuba.services.minutes.queries import meetings as queries

TOLD = {
    "saved": "残しました。",
    "split": "分けました。ここは後ろの発言です。話した人を確かめてください。",
    "merged": "前の発言とつなげました。",
    "fillers": "言いよどみを取りました。「元に戻す」で戻せます。",
    "mended": "直しました。「元に戻す」で戻せます。",
    "undone": "元に戻しました。",
    "line": "行を加えました。",
}


@permission_required("minutes.edit")
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, meeting_id: int) -> HttpResponse:
    """The speech at `at`, or the first one that nobody has checked."""
    row = queries.meeting(person_of(request), meeting_id)
    if request.method == "GET":
        return _page(
            request, row, number_in(request.GET.get("at", "")), TOLD.get(request.GET.get("told", ""), "")
        )
    speech: Speech | None = Speech.objects.filter(
        meeting=row, pk=number_in(request.POST.get("speech", ""))
    ).first()
    if speech is None:
        gone = Invalid("この発言は、ほかの人が前の発言とつなげました。発言を選び直してください。")
        return _page(
            request, row, number_in(request.POST.get("at", "")), "", gone, request.POST.get("text", "")
        )
    done, refused = attempt(_done, request, row, speech)
    if done is None:
        return _page(request, row, speech.position, "", refused, request.POST.get("text", ""))
    at, told = done
    return redirect(f"{reverse('minutes:edit', args=[row.pk])}?at={at}&told={told}")


def _done(request: HttpRequest, row: Meeting, speech: Speech) -> tuple[int, str]:
    """Do what was pressed: where to go on, and what to say. What was typed is kept first, whatever was pressed."""
    person, pressed = person_of(request), request.POST.get("do", "next")
    seconds = seconds_since(request.POST.get("shown", ""), person, f"minutes:{row.pk}")
    if pressed == "split":
        return _split(request, speech, person, seconds), "split"
    hint = _hint(speech, pressed)
    kept = _keep(request, speech, pressed, seconds)
    if hint is not None:
        editing.edit(kept.pk, kept.version, kept.text.replace(hint.words, hint.better, 1), actor=person)
        return kept.position, "mended"
    ways: dict[str, Callable[[], tuple[int, str]]] = {
        "merge": lambda: (editing.merge(kept.pk, kept.version, actor=person).position, "merged"),
        "fillers": lambda: (editing.without_fillers(kept.pk, kept.version, actor=person).position, "fillers"),
        "undo": lambda: (_undo(request, row, person), "undone"),
        "line": lambda: (_line(request, kept, person), "line"),
        "next": lambda: (editor.neighbour(row, kept.position, other=False), "saved"),
        "speaker": lambda: (editor.neighbour(row, kept.position, other=True), "saved"),
    }
    if pressed in ways:
        return ways[pressed]()
    return number_in(request.POST.get("go", "")) or kept.position, "saved"


def _keep(request: HttpRequest, speech: Speech, pressed: str, seconds: float) -> Speech:
    return editing.edit(
        speech.pk,
        number_in(request.POST.get("version", "")),
        request.POST.get("text", ""),
        actor=person_of(request),
        speaker=request.POST.get("other", "").strip() or request.POST.get("speaker", ""),
        kind=request.POST.get("kind", ""),
        checked=pressed in ("next", "speaker"),
        seconds=seconds,
    )


def _split(request: HttpRequest, speech: Speech, person: User, seconds: float) -> int:
    version, at = number_in(request.POST.get("version", "")), number_in(request.POST.get("cursor", ""))
    text = request.POST.get("text", "")
    return int(editing.split(speech.pk, version, text, at, actor=person, seconds=seconds).position)


def _hint(speech: Speech, pressed: str) -> wording.Hint | None:
    """The hint that was pressed, of those that the page showed."""
    if not pressed.startswith("hint-"):
        return None
    hints = wording.hints(speech.text, editor.own_terms())
    number = number_in(pressed[5:])
    if number >= len(hints) or not hints[number].better:
        raise Invalid("その直しはもうありません。画面を開き直してください。")
    return hints[number]


def _undo(request: HttpRequest, row: Meeting, person: User) -> int:
    change = queries.change(row, number_in(request.POST.get("change", "")))
    return int(editing.undo(change.pk, actor=person).position)


def _line(request: HttpRequest, speech: Speech, person: User) -> int:
    kind, text = request.POST.get("line_kind", ""), request.POST.get("line_text", "")
    return int(editing.add_line(speech.pk, kind, text, actor=person).position)


def _page(
    request: HttpRequest, row: Meeting, at: int, told: str, refusal: Refused | None = None, typed: str = ""
) -> HttpResponse:
    opened = editor.opened(row, at)
    context: dict[str, Any] = {
        "row": row,
        "opened": opened,
        "told": told,
        "refusal": str(refusal) if refusal else "",
        "typed": typed if refusal and opened and typed != opened.speech.text else "",
        "shown": shown_token(request.user, f"minutes:{row.pk}"),
        "kinds": Speech.Kind.choices,
        "lines": [one for one in Speech.Kind.choices if one[0] != Speech.Kind.SPEECH],
        "sound": getattr(row, "sound", None),
    }
    # A part of a page that htmx asked for is put in place only where the answer is a success.
    status = refusal.status if refusal and not request.headers.get("HX-Request") else 200
    return render(request, "minutes/edit.html", context, status=status)


def number_in(text: str) -> int:
    """A number that somebody typed or sent; 0 for none."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0
