"""What robots might do: the list, one with its evidence down to the rows, and what becomes of it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse, reverse_lazy
from django.utils import timezone
from django.views.decorators.http import require_POST

from yakuba.kernel.accounts import allowed, permission_required, person_of
from yakuba.kernel.lists import Cell, Column, Filter, Listing, Nothing, status
from yakuba.kernel.lists.pages import respond
from yakuba.kernel.refusals import Forbidden
from yakuba.kernel.ui import wording
from yakuba.kernel.ui.refusals import told_in
from yakuba.services.robots import facade as robots
from yakuba.services.worklogs import operations, queries
from yakuba.services.worklogs.contracts import StepText
from yakuba.services.worklogs.engine.moments import moment_of
from yakuba.services.worklogs.engine.tally import FEW
from yakuba.services.worklogs.forms import DraftForm, ReasonForm
from yakuba.services.worklogs.models import Candidate, Subject

SHOWN = 20  # occurrences of a variant
KINDS = {
    Candidate.State.FOUND: "waiting",
    Candidate.State.DRAFTED: "success",
    Candidate.State.DISMISSED: "stopped",
}
CANDIDATES = Listing(
    "worklogs.candidates",
    "ロボットの候補",
    "候補",
    columns=(
        Column(
            "title",
            "くり返し",
            lambda row: Cell(row.title, url=reverse("worklogs:candidate", args=[row.pk])),
            ("title", "pk"),
        ),
        Column("times", "回数", lambda row: row.times, ("times", "pk"), number=True),
        Column(
            "minutes",
            "時間",
            lambda row: Cell(row.minutes, shown=wording.duration(row.minutes * 60)),
            ("minutes", "pk"),
            number=True,
        ),
        Column(
            "regularity",
            "決まりきった度合い",
            lambda row: wording.percent(row.regularity),
            ("regularity", "pk"),
            number=True,
        ),
        Column(
            "score",
            "点",
            lambda row: Cell(row.score, shown=wording.grouped(row.score, 2)),
            ("score", "pk"),
            number=True,
        ),
        Column(
            "state",
            "扱い",
            lambda row: status(KINDS[Candidate.State(row.state)], row.get_state_display()),
            ("state", "pk"),
        ),
    ),
    rows=queries.candidates,
    nothing=Nothing("候補はまだありません", "操作ログを取り込むと、くり返している操作がここに並びます。"),
    filters=(Filter("state", "扱い", lambda: Candidate.State.choices),),
    trail=(("操作ログ分析", reverse_lazy("worklogs:index")),),
)


@permission_required("worklogs.view")
def index(request: HttpRequest) -> HttpResponseBase:
    """By hours × regularity."""
    return respond(request, CANDIDATES, "worklogs/candidates.html")


@permission_required("worklogs.view")
def candidate(request: HttpRequest, candidate_id: int) -> HttpResponse:
    """One: its steps, its variants, and where it happened."""
    return _page(request, _row(candidate_id))


def _row(number: int) -> Candidate:
    row: Candidate = get_object_or_404(Candidate.objects, pk=number)
    return row


def _page(
    request: HttpRequest, row: Candidate, draft: DraftForm | None = None, why: ReasonForm | None = None
) -> HttpResponse:
    named = allowed(request.user, "worklogs.people")
    variants = [_variant(at, one, named) for at, one in enumerate(row.content["variants"])]
    draft = draft or DraftForm(systems=robots.systems_by_name())
    why = why or ReasonForm()
    context = {
        "candidate": row,
        "state": KINDS[Candidate.State(row.state)],
        "variants": variants,
        "transfers": row.content["transfers"],
        "may_see_rows": queries.may_see_rows(request.user, row),
        "few": FEW,
        "draft": draft,
        "why": why,
        "may_draft": allowed(request.user, "robots.record") and not row.subject,
        "recording": row.subject.partition(":")[2],
    }
    failed = bool(draft.errors or why.errors)
    return render(request, "worklogs/candidate.html", context, status=422 if failed else 200)


def _variant(number: int, one: dict[str, Any], named: bool) -> dict[str, Any]:
    """named: with the pseudonyms of the PCs."""
    shown = one["occurrences"][:SHOWN]
    marks = queries.marks(Subject.Kind.PC, {machine for _, _, machine, _, _ in shown}) if named else {}
    return one | {
        "number": number,
        "steps": [StepText(**step) for step in one["steps"]],
        "shown": [
            (at, str(marks.get(machine, "")), timezone.make_aware(moment_of(first)), (last - first) / 60_000)
            for at, (_, _, machine, first, last) in enumerate(shown)
        ],
    }


@permission_required("worklogs.view")
def evidence(request: HttpRequest, candidate_id: int, variant: int, at: int) -> HttpResponse:
    """The rows of one occurrence. Who looked is recorded."""
    row = _row(candidate_id)
    if not queries.may_see_rows(request.user, row):
        raise Forbidden(
            f"した人が{FEW}人より少ないくり返しの元の操作は、「一人ずつの時間を仮名で見る」権限のある人が見られます。"
        )
    try:
        found = operations.evidence(row, variant, at, actor=person_of(request))
    except LookupError:
        raise Http404 from None
    own = set(row.steps)
    rows = [(one, one["step"] in own) for one in found]
    return render(request, "worklogs/evidence.html", {"candidate": row, "rows": rows})


@permission_required("worklogs.manage")
@require_POST
def draft(request: HttpRequest, candidate_id: int) -> HttpResponse:
    """A draft for a robot."""
    row = _row(candidate_id)
    form = DraftForm(request.POST, systems=robots.systems_by_name())
    if form.is_valid():
        with told_in(form):
            operations.make_draft(person_of(request), candidate_id=row.pk, **form.cleaned_data)
            messages.success(request, "下書きにしました。ロボットの録画の一覧で、続きを直して試せます。")
            return redirect("worklogs:candidate", row.pk)
    return _page(request, row, draft=form)


@permission_required("worklogs.manage")
@require_POST
def dismiss(request: HttpRequest, candidate_id: int) -> HttpResponse:
    """It is not to be automated."""
    row, form = _row(candidate_id), ReasonForm(request.POST)
    if form.is_valid():
        with told_in(form):
            operations.dismiss(person_of(request), candidate_id=row.pk, reason=form.cleaned_data["reason"])
            messages.success(request, "見送りました。")
            return redirect("worklogs:candidates")
    return _page(request, row, why=form)


@permission_required("worklogs.manage")
@require_POST
def take_back(request: HttpRequest, candidate_id: int) -> HttpResponse:
    """It may be automated after all."""
    operations.take_back(person_of(request), candidate_id=_row(candidate_id).pk)
    messages.success(request, "見送りをやめました。")
    return redirect("worklogs:candidate", candidate_id)
