"""The pile: one picture at a time, a key for each answer, and what is learned from the answers."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse, reverse_lazy
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from yakuba.kernel.accounts import permission_required, person_of
from yakuba.kernel.lists import Cell, Column, Listing, Nothing, status
from yakuba.kernel.lists.pages import respond
from yakuba.kernel.operations.pages import button
from yakuba.kernel.ui.looking import seconds_since, shown_token
from yakuba.kernel.ui.refusals import told_in
from yakuba.services.fieldwork import facade as fieldwork
from yakuba.services.vision.contracts import Purpose, Trapped
from yakuba.services.vision.forms import ReasonForm
from yakuba.services.vision.models import Picture, TownHead
from yakuba.services.vision.operations import analyses as operations
from yakuba.services.vision.operations import learning as learning_operations
from yakuba.services.vision.queries import learning, pictures
from yakuba.services.vision.queries.answers import choices, words

TRAIL = (("画像解析", reverse_lazy("vision:index")),)
STATES = {
    TownHead.State.TRAINED: "neutral",
    TownHead.State.LIVE: "success",
    TownHead.State.PUT_AWAY: "stopped",
}

HEADS = Listing(
    "vision.heads",
    "町の学習",
    "学習",
    columns=(
        Column("name", "学習", lambda row: Cell(str(row), url=reverse("vision:head", args=[row.pk])), ("purpose", "version")),
        Column("state", "状態", lambda row: status("person", "承認待ち") if learning.waits(row) else status(STATES[row.state], row.get_state_display()), ("state",)),
        Column("labels", "学んだ判断", lambda row: row.labels, ("labels",), number=True),
        Column("sentence", "学習に使っていない写真で測った値", lambda row: row.figures.get("sentence", "")),
        Column("made", "学んだ日時", lambda row: timezone.localtime(row.made_at), ("made_at",)),
    ),
    rows=learning.heads,
    nothing=Nothing("まだ何も学んでいません", "写真を判断していくと、町の写真に合わせて学ばせることができます。", ("写真を判断する", reverse_lazy("vision:queue"))),
    trail=TRAIL,
    sort="-made",
)  # fmt: skip


@permission_required("vision.review")
@require_safe
def queue(request: HttpRequest) -> HttpResponse:
    """The next picture that waits for this person; where none does, that it is done."""
    rows = pictures.asking(person_of(request))
    row = rows.first()
    if row is None:
        return render(request, "vision/queue_done.html", {"others": pictures.asking().count()})
    return _turn(request, row, rows.count())


@permission_required("vision.review")
@require_safe
def one(request: HttpRequest, vision_picture_id: int) -> HttpResponse:
    """One picture to be judged, also a second time."""
    rows = Picture.objects.select_related("analysis__camera", "section").filter(state=Picture.State.SEEN)
    return _turn(
        request, get_object_or_404(rows, pk=vision_picture_id), pictures.asking(person_of(request)).count()
    )


def _turn(request: HttpRequest, row: Picture, waiting: int) -> HttpResponse:
    purpose = row.analysis.purpose
    listed = list(choices(purpose).items())
    listed.sort(
        key=lambda each: each[0] not in (row.answer, "right")
    )  # what was found comes first, behind Enter
    following = pictures.asking(person_of(request)).exclude(pk=row.pk).first()
    context = {
        "row": row,
        "result": pictures.result(row),
        "choices": [
            (code, label, "Enter" if not number else f"Alt+{number}")
            for number, (code, label) in enumerate(listed)
        ],
        "question": QUESTIONS[Purpose(purpose)],
        "token": shown_token(request.user, f"picture:{row.pk}"),
        "waiting": waiting,
        "following": following,
        "animal": purpose == Purpose.TRAP
        and row.analysis.camera is not None
        and row.analysis.camera.latitude is not None
        and row.taken_at is not None,
        "species": fieldwork.Species.choices(),
        "something": Trapped.SOMETHING.value,
        "lines": pictures.lines_of(row)[:40],
    }
    return render(request, "vision/judge.html", context)


QUESTIONS = {
    Purpose.ROAD: "道路のひび割れは、どのくらいですか",
    Purpose.TRAP: "動物などが写っていますか",
    Purpose.PARKING: "ますの空きと使用中は、合っていますか",
    Purpose.TRAFFIC: "囲んだ人と車は、合っていますか",
    Purpose.GENERAL: "囲んだものは、合っていますか",
}


@permission_required("vision.review")
@require_POST
def judge(request: HttpRequest, vision_picture_id: int) -> HttpResponse:
    """What a person said; the next picture comes."""
    get_object_or_404(Picture.objects, pk=vision_picture_id)
    person = person_of(request)
    seconds = seconds_since(request.POST.get("shown", ""), person, f"picture:{vision_picture_id}")
    species, number = request.POST.get("species", ""), request.POST.get("number", "")
    truth = request.POST.get("truth", "")[:20]
    given = (
        {"species": species, "number": int(number) if number.isdecimal() and len(number) < 4 else 1}
        if species
        else {}
    )
    row = operations.judge(
        person, vision_picture_id=vision_picture_id, truth=truth, seconds=min(3_600.0, seconds), **given
    )
    told = words(row.analysis.purpose, truth) if truth else "分からない（ほかの職員にまわします）"
    messages.success(request, f"{row.name}：{told}")
    return redirect("vision:queue")


@permission_required("vision.view")
def heads(request: HttpRequest) -> HttpResponseBase:
    """What could be learned, and what was."""
    return respond(request, HEADS, "vision/heads.html", lambda wanted: {"taught": learning.taught()})


@permission_required("vision.teach")
@require_POST
def teach(request: HttpRequest) -> HttpResponse:
    """A new version from all the answers."""
    row = learning_operations.teach(person_of(request), purpose=request.POST.get("purpose", ""))
    messages.success(request, f"{row}を学びました。測った値を見て、使うかどうかを決めてください。")
    return redirect("vision:head", row.pk)


@permission_required("vision.view")
def head(request: HttpRequest, vision_head_id: int) -> HttpResponse:
    """One head with its figures; proposing it."""
    row = get_object_or_404(TownHead.objects.select_related("made_by"), pk=vision_head_id)
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with told_in(form):
            learning_operations.propose_head(
                person_of(request), vision_head_id=row.pk, reason=form.cleaned_data["reason"]
            )
            messages.success(request, "起案しました。別の職員が承認すると、これから見る写真に使います。")
            return redirect("vision:head", row.pk)
    told = row.figures
    figures = [(label, told[name]) for name, label in FIGURES if name in told]
    context = {
        "row": row, "form": form, "figures": figures, "waits": learning.waits(row), "kind": STATES[row.state],
        "asked": 100 * told.get("asked", 0), "calibration": 100 * told.get("calibration_error", 0),
    }  # fmt: skip
    return render(request, "vision/head.html", context, status=422 if form.errors else 200)


FIGURES = (("before", "これまで"), ("after", "この学習"), ("sure", "この学習が確かだと言うもの"))
stop_head = button(learning_operations.stop_head, "vision:head", "使うのをやめました。", of=TownHead)
