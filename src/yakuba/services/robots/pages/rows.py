"""One row with its history and pictures, and the page on which a person decides."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render

from yakuba.kernel.accounts import allowed, permission_required, person_of, proof, require
from yakuba.kernel.audit.chain import record
from yakuba.kernel.files.downloads import Download
from yakuba.kernel.files.models import StoredFile
from yakuba.kernel.files.storage import content_of
from yakuba.kernel.ledger.masking import REVEAL
from yakuba.kernel.ledger.models import Case
from yakuba.kernel.ledger.queries import values_of
from yakuba.kernel.ledger.sight import KIND, sight
from yakuba.kernel.lists.pages import respond
from yakuba.kernel.operations.pages import button
from yakuba.kernel.protection.policy import require_open
from yakuba.kernel.ui.looking import seconds_since, shown_token
from yakuba.kernel.ui.refusals import told_in
from yakuba.kernel.values.types import TYPES
from yakuba.services.reading import facade as reading
from yakuba.services.robots import operations
from yakuba.services.robots.actions.decisions import Decision
from yakuba.services.robots.contracts import EvidenceKind, RowState
from yakuba.services.robots.forms import DecisionForm
from yakuba.services.robots.models import IN_WORDS, PICTURE_LABELS, Row, RowPicture
from yakuba.services.robots.pages.lists import UNDECIDED
from yakuba.services.robots.queries import runs as queries

LONGEST_LOOK = 900.0  # seconds that a person may have looked at one row; a forgotten window is no work
PICTURE_TYPES = ("image/png", "image/jpeg")
PHASES = {
    "lookup": "照会",
    "entering": "入力",
    "saving": "記録",
    "submitting": "登録",
    "confirm": "読み返し",
    "pictures": "写し",
    "trouble": "つまずき",
}
_DONE = {
    Decision.ENTERED: "登録済みとして記録しました。",
    Decision.AGAIN: "もう一度入力に回しました。ロボットが先に照会してから入力します。",
    Decision.ASIDE: "「入力待ち」に戻しました。受付簿から値を直せます。",
    Decision.WITHDRAW: "取り下げました。",
}


@permission_required("robots.decide")
def undecided(request: HttpRequest) -> HttpResponseBase:
    """Everything that waits for a decision, the oldest first."""
    return respond(request, UNDECIDED)


@permission_required("robots.view")
def row(request: HttpRequest, row_id: int) -> HttpResponse:
    """One row. Opening it is recorded: who looked at whom."""
    found = _row(row_id)
    record("robots.row_viewed", subject=f"case:{found.case_id}", actor=person_of(request))
    context = _context(request.user, found)
    context |= {
        "phases": [(PHASES.get(phase, phase), seconds) for phase, seconds in found.seconds.items()],
        "events": [
            {"row": event, "message": queries.said(found, event.message, request.user)}
            for event in found.events.select_related("user").order_by("at", "pk")
        ],
        "can_retry": found.row_state in (RowState.FAILED, RowState.SKIPPED) and _is_own(found),
        "can_decide": found.row_state is RowState.UNDECIDED and found.holds_case,
    }
    return render(request, "robots/row.html", context)


retry = button(operations.retry_row, "robots:row", "この行をもう一度流します。")


@permission_required("robots.decide")
def decide(request: HttpRequest, row_id: int) -> HttpResponse:
    """The scanned form beside the values and the target's pictures, and the three answers."""
    found = _row(row_id)
    form, opened = DecisionForm(request.POST or None), request.POST.get("opened", "")
    if request.method == "POST" and form.is_valid():
        seconds = min(seconds_since(opened, request.user, f"row:{row_id}"), LONGEST_LOOK)
        with told_in(form):
            operations.decide_row(person_of(request), row_id=row_id, seconds=seconds, **form.cleaned_data)
            done = _DONE[Decision(form.cleaned_data["decision"])]
            messages.success(request, f"受付 {found.case.receipt_number}：{done}")
            return redirect("robots:undecided")
    elif not request.headers.get("HX-Request"):
        record("robots.row_viewed", subject=f"case:{found.case_id}", actor=person_of(request))
    answer = queries.look_up_of(found)
    context = _context(request.user, found) | {
        "form": form,
        "opened": opened or shown_token(request.user, f"row:{row_id}"),
        "scans": reading.case_pages(found.case_id),
        "look_up": answer,
        "seen": answer["numbers"][0] if len(answer["numbers"]) == 1 else "",
        "open": found.row_state is RowState.UNDECIDED and found.holds_case,
    }
    return render(request, "robots/decide.html", context, status=422 if form.errors else 200)


look_up = button(operations.look_up_row, "robots:decide")


@permission_required("robots.decide")
def scan(request: HttpRequest, row_id: int, number: int) -> HttpResponse:
    """A page of the application's form, only for a row of the robots."""
    found = _row(row_id)
    content = reading.page_picture(found.case_id, number, request.user)
    if content is None:
        raise Http404
    record("robots.row_viewed", subject=f"case:{found.case_id}", actor=person_of(request))
    return HttpResponse(content, content_type="image/png")


@permission_required("robots.view")
def picture(request: HttpRequest, picture_id: int) -> HttpResponseBase:
    """A picture of the target's page, or a file that the target sent: that one is taken along, and never opened here."""
    row = get_object_or_404(RowPicture.objects.select_related("file", "row__case__procedure"), pk=picture_id)
    require_open(request.user, KIND, row.row.case_id)  # nobody knows where on the target's page it stands
    if row.kind == EvidenceKind.RECEIVED and _may_hold_numbers(row.row.case):
        require(request.user, REVEAL)
        proof.require(request.user)
    return _file(request, row.file) if row.kind == EvidenceKind.RECEIVED else _image(request, row.file)


def _may_hold_numbers(case: Case) -> bool:
    """Nothing is covered in a file as the target made it: where the case has a My Number, it may stand there."""
    return any(TYPES[item.type].masked for item in case.procedure.definition.fields)


def _is_own(found: Row) -> bool:
    """Whether this installation enters it, and for itself."""
    return found.run.away_at_id is None and found.run.came_from_id is None


def _row(row_id: int) -> Row:
    rows = Row.objects.select_related(
        "case__procedure", "run__scenario__system", "run__version", "run__away_at", "run__came_from"
    )
    return get_object_or_404(rows, pk=row_id)


def _context(user: Any, found: Row) -> dict[str, Any]:
    return {
        "row": found,
        "values": _values(user, found.case),
        "hidden": sight(user, found.case).hidden,
        "kind": KIND,
        "may_take": not _may_hold_numbers(found.case) or allowed(user, REVEAL),
        "problem": queries.problem_of(found, user),
        "pictures": [
            (picture, PICTURE_LABELS.get(picture.kind, picture.kind))
            for picture in found.pictures.select_related("file").order_by("-pk")
        ],
    }


def _values(user: Any, case: Case) -> list[tuple[str, str]]:
    stored, seen = values_of(case), sight(user, case)
    return [
        (item.label, seen.shown(item, stored.get(item.code, ""))) for item in case.procedure.definition.fields
    ]


def _file(request: HttpRequest, file: StoredFile) -> HttpResponseBase:
    try:
        content = content_of(file)
    except FileNotFoundError:
        raise Http404("このファイルは保存期間が過ぎて消えています。") from None
    record("files.viewed", subject=f"file:{file.pk}", actor=person_of(request))
    ending = "pdf" if file.media_type == "application/pdf" else "csv"
    return Download(f"received-{file.pk}.{ending}", file.media_type, content).answer()


def _image(request: HttpRequest, file: StoredFile) -> HttpResponse:
    """The picture itself; looking at it is recorded."""
    if file.media_type not in (*PICTURE_TYPES, IN_WORDS):
        raise Http404
    try:
        content = content_of(file)
    except FileNotFoundError:
        raise Http404("この画像は保存期間が過ぎて消えています。") from None
    record("files.viewed", subject=f"file:{file.pk}", actor=person_of(request))
    kind = f"{IN_WORDS}; charset=utf-8" if file.media_type == IN_WORDS else file.media_type
    return HttpResponse(content, content_type=kind)
