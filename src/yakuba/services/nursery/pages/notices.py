"""The notices of a round: texts, making them, taking the print file and the mailing file."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from yakuba.kernel.accounts import permission_required, person_of
from yakuba.kernel.jobs.work import work_of
from yakuba.kernel.lists.shown import Part
from yakuba.kernel.tables.files import Lacking
from yakuba.services.nursery.actions import notices as actions
from yakuba.services.nursery.forms.outputs import FrameForm
from yakuba.services.nursery.models import NoticePrint, Round
from yakuba.services.nursery.pages.lacking import ENCODINGS, lacking_page
from yakuba.services.nursery.pages.lists import PRINTS
from yakuba.services.nursery.pages.rights import rights
from yakuba.services.nursery.queries import outputs
from yakuba.services.nursery.queries import rounds as rounds_query

SHOWN_PROBLEMS = 100


@permission_required("nursery.output")
def notices(request: HttpRequest, round_id: int) -> HttpResponse:
    """What there is to take, what is missing, and making them anew."""
    round = _round(round_id)
    prints = list(outputs.prints(round)[:10])
    active = next((one for one in prints if one.state == NoticePrint.State.ACTIVE), None)
    ready = outputs.latest_print(round)
    context = rights(person_of(request)) | {
        "round": round,
        "prints": Part(PRINTS, prints, person_of(request)),
        "active": active,
        "work": work_of(actions.JOB, prints[0].job_key) if prints else None,
        "restart": outputs.restart_sentence(active) if active else "",
        "ready": ready,
        "problems": ready.problems[:SHOWN_PROBLEMS] if ready else [],
        "frame": outputs.frame_of(round),
        "words": outputs.words_in_use(round),
    }
    return render(request, "nursery/notices.html", context)


@permission_required("nursery.output")
def texts(request: HttpRequest, round_id: int) -> HttpResponse:
    """The texts around the reasons."""
    round = _round(round_id)
    day = round.notice.get("date", "")
    form = FrameForm(request.POST or None, frame=vars(outputs.frame_of(round)), day=day)
    if request.method == "POST" and form.is_valid():
        actions.state_texts(round, form.texts(), actor=person_of(request))
        messages.success(request, "通知の文面を決めました。通知を作り直すと、新しい文面になります。")
        return redirect("nursery:notices", round.pk)
    context = rights(person_of(request)) | {"round": round, "form": form}
    return render(request, "nursery/notice_texts.html", context, status=422 if form.errors else 200)


@require_POST
@permission_required("nursery.output")
def make(request: HttpRequest, round_id: int) -> HttpResponse:
    """Have them made."""
    round = _round(round_id)
    actions.start(round, actor=person_of(request))
    return redirect("nursery:notices", round.pk)


@permission_required("nursery.output")
def print_file(request: HttpRequest, round_id: int) -> HttpResponse:
    """The newest print file."""
    return actions.take_print(_round(round_id), actor=person_of(request)).answer()


@permission_required("nursery.output")
def mailing_file(request: HttpRequest, round_id: int, form: str) -> HttpResponse:
    """The rows that go with the pages. What Shift_JIS lacks is shown before the file with 〓 may be taken."""
    round = _round(round_id)
    accept = "accept" in request.GET
    try:
        file = actions.take_addresses(round, ENCODINGS[form], accept=accept, actor=person_of(request))
    except Lacking as lacking:
        return lacking_page(request, round, lacking, "accept=1")
    return file.answer()


def _round(round_id: int) -> Round:
    found: Round = get_object_or_404(rounds_query.rounds().select_related("municipality"), pk=round_id)
    return found
