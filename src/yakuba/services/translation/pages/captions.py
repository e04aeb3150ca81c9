"""文字で話す: what is said, typed by somebody and shown large with furigana, put right while people speak."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from yakuba.kernel.accounts import permission_required, person_of
from yakuba.services.translation.actions import talks as actions
from yakuba.services.translation.contracts import Line, Speaker
from yakuba.services.translation.engine.languages import JAPANESE
from yakuba.services.translation.forms import number_in
from yakuba.services.translation.models import Talk
from yakuba.services.translation.pages.counter import mine, screen
from yakuba.services.translation.queries import talks as queries
from yakuba.services.translation.queries.phrases import TownBook


@permission_required("translation.view")
def index(request: HttpRequest) -> HttpResponse:
    """Begin, or go on."""
    if request.method == "POST":
        talk = actions.begin(Talk.Kind.CAPTIONS, JAPANESE.code, actor=person_of(request))
        return redirect("translation:caption", talk.pk)
    running = queries.running(person_of(request)).filter(kind=Talk.Kind.CAPTIONS)[:5]
    return render(request, "translation/captions.html", {"running": running})


@permission_required("translation.view")
def caption(request: HttpRequest, caption_id: int) -> HttpResponse:
    """The writer's page: a field, and the lines, of which one may be put right."""
    row = mine(request, caption_id, Talk.Kind.CAPTIONS)
    context = screen(row, TownBook()) | {"correcting": number_in(request.GET.get("line", ""))}
    return render(request, "translation/caption.html", context)


@permission_required("translation.view")
@require_POST
def add(request: HttpRequest, caption_id: int) -> HttpResponse:
    """A line more; each line that was pasted is one."""
    row = mine(request, caption_id, Talk.Kind.CAPTIONS)
    lines = [one.strip() for one in request.POST.get("japanese", "").splitlines() if one.strip()]
    for one in lines or [""]:
        actions.add(row.pk, Line(Speaker.STAFF, one))
    return redirect("translation:caption", row.pk)


@permission_required("translation.view")
@require_POST
def correct(request: HttpRequest, caption_id: int) -> HttpResponse:
    """Put a line right, on both screens at once; an empty one is taken away."""
    row = mine(request, caption_id, Talk.Kind.CAPTIONS)
    number = number_in(request.POST.get("line", ""))
    text, was = request.POST.get("japanese", ""), request.POST.get("was")
    actions.correct(row.pk, -1 if number is None else number, text, was=was)
    return redirect(f"{reverse('translation:caption', args=[row.pk])}#write")
