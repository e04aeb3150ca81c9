"""Recording: the page with the target's picture, what it asks and answers, and the editor of the draft."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from yakuba.kernel.accounts import permission_required, person_of
from yakuba.kernel.definitions import DefinitionRefused
from yakuba.kernel.files.storage import content_of
from yakuba.kernel.ledger.sight import KIND
from yakuba.kernel.operations.pages import button
from yakuba.kernel.protection.policy import require_open
from yakuba.kernel.refusals import attempt
from yakuba.kernel.ui.refusals import told_in
from yakuba.services.robots.actions import editing, publishing
from yakuba.services.robots.actions import recordings as actions
from yakuba.services.robots.adapters.launch import missing
from yakuba.services.robots.engine import drafts
from yakuba.services.robots.forms import RecordingForm
from yakuba.services.robots.models import UNDER_WAY, Recording, RecordingPicture
from yakuba.services.robots.operations import recordings as operations
from yakuba.services.robots.queries import recordings as queries

FIELDS = (
    *("do", "x", "y", "n", "option", "text", "template", "answer", "key", "down", "path"),
    *("section", "step", "mark"),
)


@permission_required("robots.record")
def recordings(request: HttpRequest) -> HttpResponse:
    """All recordings and drafts."""
    return render(request, "robots/recordings.html", {"recordings": queries.recordings()[:100]})


@permission_required("robots.record")
def record(request: HttpRequest) -> HttpResponse:
    """With which case, in which system."""
    form = RecordingForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with told_in(form):
            row = operations.begin_recording(person_of(request), **form.cleaned_data)
            return redirect("robots:recording", row.pk)
    context = {
        "form": form,
        "missing": missing(str(settings.YAKUBA.chromium)),
        "under_way": queries.recordings().filter(person=person_of(request), state__in=UNDER_WAY).first(),
    }
    return render(request, "robots/record.html", context, status=422 if form.errors else 200)


@permission_required("robots.record")
def recording(request: HttpRequest, recording_id: int) -> HttpResponse:
    """The picture while it runs, the editor afterwards."""
    row = get_object_or_404(queries.recordings(), pk=recording_id)
    if row.is_under_way and row.person_id != person_of(request).pk:
        return render(request, "robots/recording_of_another.html", _beside(row))
    if row.is_under_way:
        return render(request, "robots/recording.html", _beside(row))
    return _editor(request, row)


def _beside(row: Recording) -> dict[str, Any]:
    return {"recording": row, "parts": queries.parts(row), "missing": queries.missing(row)}


def _editor(
    request: HttpRequest, row: Recording, text: str = "", problems: tuple[object, ...] = (), status: int = 200
) -> HttpResponse:
    mistakes: tuple[object, ...] = problems
    if not problems:
        _, unfit = attempt(publishing.checked, row)
        mistakes = unfit.problems if unfit else ()
    context = _beside(row) | {
        "text": text or drafts.text_of(row.draft),
        "mark": drafts.mark_of(row.draft),
        "problems": mistakes,
        "refused": "　".join(map(str, problems)),  # also where a part is missing, which is told first
        "templates": queries.templates(row),
        "difference": queries.difference(row),
        "trial_runs": row.trial_run is not None and row.trial_run.is_unfinished,
        "trial_problem": publishing.trial_problem(row),
        "verbs": editing.NEW,
    }
    return render(request, "robots/draft.html", context, status=status)


# While it runs


def _own(request: HttpRequest, recording_id: int) -> Recording:
    """The recording, for who records alone: the picture shows what that person may see."""
    row: Recording = get_object_or_404(queries.recordings(), pk=recording_id, person=person_of(request))
    require_open(request.user, KIND, row.case_id)
    return row


@permission_required("robots.record")
def live(request: HttpRequest, recording_id: int) -> HttpResponse:
    """What the page shows, as JSON: state, seq, and what the browser tells. `?seen=` is the number last seen."""
    row = _own(request, recording_id)
    if row.is_under_way:
        Recording.objects.filter(pk=row.pk).update(seen_at=timezone.now())
    told: dict[str, Any] = {"state": row.state, "under_way": row.is_under_way, "seq": row.seq}
    if str(row.seq) != request.GET.get("seen"):
        told |= {"shown": actions.shown(row), "missing": queries.missing(row), "steps": _steps(row)}
        told |= {
            "mark": drafts.mark_of(row.draft),
            "commit": drafts.target_of(row.draft.get("登録") or {"": ""}),
        }
    answer = JsonResponse(told)
    answer["Cache-Control"] = "no-store"
    return answer


def _steps(row: Recording) -> list[dict[str, Any]]:
    """The draft's steps as the recorder lists them."""
    return [
        {
            "title": part.title,
            "lines": [
                {
                    "n": one.n,
                    "text": f"{one.word} {one.target} {one.value}".strip(),
                    "aims": one.aims,
                    "picture": reverse("robots:recording_target", args=[one.picture]) if one.picture else "",
                }
                for one in part.lines
            ],
        }
        for part in queries.parts(row)
    ]


@permission_required("robots.record")
def screen(request: HttpRequest, recording_id: int) -> HttpResponse:
    """The target's window as it looks now."""
    row = _own(request, recording_id)
    answer = HttpResponse(actions.picture(row), content_type="image/jpeg")
    answer["Cache-Control"] = "no-store"
    return answer


@sensitive_post_parameters()
@require_POST
@permission_required("robots.record")
def act(request: HttpRequest, recording_id: int) -> HttpResponse:
    """One thing that the person does in the picture."""
    row = _own(request, recording_id)
    asked = {key: request.POST[key] for key in FIELDS if key in request.POST}
    number, refused = attempt(actions.ask, row, asked)
    if refused is not None:
        return JsonResponse({"problem": refused.lines()}, status=409)
    return JsonResponse({"number": number})


@permission_required("robots.record")
def target(request: HttpRequest, recorded_id: int) -> HttpResponse:
    """A target's picture."""
    found = get_object_or_404(RecordingPicture.objects.select_related("file", "recording"), pk=recorded_id)
    require_open(request.user, KIND, found.recording.case_id)
    try:
        return HttpResponse(content_of(found.file), content_type="image/jpeg")
    except FileNotFoundError:
        raise Http404("この画像は保存期間が過ぎて消えています。") from None


again = button(operations.record_again, "robots:recording")
end = button(
    operations.end_recording, "robots:recording", "録画を終えました。手順を確かめて、試してください。"
)


delete = button(operations.delete_recording, lambda told: "robots:recordings", "録画と下書きを消しました。")


# The draft


@require_POST
@permission_required("robots.record")
def edit(request: HttpRequest, recording_id: int) -> HttpResponse:
    """Change one step."""
    get_object_or_404(queries.recordings(), pk=recording_id)
    names = ("change", "section", "label", "value", "when", "verb", "mark")
    fields = {key: request.POST.get(key, "") for key in names}
    step = request.POST.get("step", "0")
    operations.change_step(
        person_of(request),
        recording_id=recording_id,
        step=int(step) if step.isascii() and step.isdigit() else 0,
        **fields,
    )
    return redirect("robots:recording", recording_id)


@require_POST
@permission_required("robots.record")
def text(request: HttpRequest, recording_id: int) -> HttpResponse:
    """Take the YAML that was written."""
    row = get_object_or_404(queries.recordings(), pk=recording_id)
    written = request.POST.get("text", "").replace("\r\n", "\n")
    try:
        operations.set_draft(person_of(request), recording_id=recording_id, text=written)
    except DefinitionRefused as error:
        return _editor(request, row, written, error.problems, status=422)
    messages.success(request, "YAMLを取り込みました。")
    return redirect("robots:recording", recording_id)


@require_POST
@permission_required("robots.record")
def try_out(request: HttpRequest, recording_id: int) -> HttpResponse:
    """Rehearse the draft on three rows."""
    row = get_object_or_404(queries.recordings(), pk=recording_id)
    try:
        row = operations.try_draft(person_of(request), recording_id=recording_id)
    except DefinitionRefused as error:
        return _editor(request, row, problems=error.problems, status=422)
    messages.success(request, "試行を始めました。登録ボタンの手前まで進みます。")
    return redirect("robots:recording", row.pk)


@require_POST
@permission_required("robots.record")
def publish(request: HttpRequest, recording_id: int) -> HttpResponse:
    """Ask for the approval."""
    get_object_or_404(queries.recordings(), pk=recording_id)
    operations.ask_publication(
        person_of(request), recording_id=recording_id, reason=request.POST.get("reason", "")
    )
    messages.success(request, "公開の承認を求めました。別の職員が「承認」で承認すると、公開されます。")
    return redirect("robots:recording", recording_id)
