"""The notices of a round: texts, making them, taking the print file and the mailing file."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse

from yakuba.kernel.accounts import permission_required, person_of
from yakuba.kernel.jobs.work import work_of
from yakuba.kernel.lists.files import file_page
from yakuba.kernel.lists.shown import Part
from yakuba.kernel.operations.pages import button
from yakuba.kernel.ui.refusals import form_page
from yakuba.services.nursery.actions.notices import JOB
from yakuba.services.nursery.forms.outputs import FrameForm
from yakuba.services.nursery.models import NoticePrint
from yakuba.services.nursery.operations import notices as operations
from yakuba.services.nursery.pages.lists import ENCODINGS, PRINTS
from yakuba.services.nursery.queries import outputs
from yakuba.services.nursery.queries.finding import round_of

SHOWN_PROBLEMS = 100


@permission_required("nursery.output")
def notices(request: HttpRequest, round_id: int) -> HttpResponse:
    """What there is to take, what is missing, and making them anew."""
    round = round_of(round_id)
    prints = list(outputs.prints(round)[:10])
    active = next((one for one in prints if one.state == NoticePrint.State.ACTIVE), None)
    ready = outputs.latest_print(round)
    context = {
        "round": round,
        "prints": Part(PRINTS, prints, person_of(request)),
        "active": active,
        "work": work_of(JOB, prints[0].job_key) if prints else None,
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
    round = round_of(round_id)
    day = round.notice.get("date", "")
    form = FrameForm(request.POST or None, frame=vars(outputs.frame_of(round)), day=day)

    def state() -> HttpResponse:
        operations.state_texts(person_of(request), round_id=round.pk, texts=form.texts())
        messages.success(request, "通知の文面を決めました。通知を作り直すと、新しい文面になります。")
        return redirect("nursery:notices", round.pk)

    context = {"round": round}
    return form_page(request, form, state, "nursery/notice_texts.html", context)


make = button(operations.make_notices, "nursery:notices")


@permission_required("nursery.output")
def print_file(request: HttpRequest, round_id: int) -> HttpResponseBase:
    """The newest print file."""
    return operations.take_print(person_of(request), round_id=round_id).answer()


@permission_required("nursery.output")
def mailing_file(request: HttpRequest, round_id: int, form: str) -> HttpResponseBase:
    """The rows that go with the pages. What Shift_JIS lacks is shown before the file with 〓 may be taken."""
    asked = {"encoding": request.GET.get("form", ENCODINGS[form]), "accept": "accept" in request.GET}
    return file_page(
        request,
        lambda: operations.take_addresses(person_of(request), round_id=round_id, **asked),
        f"{round_of(round_id)}の通知",
        reverse("nursery:notices", args=[round_id]),
    )
