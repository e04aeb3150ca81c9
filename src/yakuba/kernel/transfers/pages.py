"""人事異動: take a table, look at what it does, plan it."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from yakuba.kernel.accounts import permission_required, person_of
from yakuba.kernel.transfers import actions, queries
from yakuba.kernel.transfers.forms import TransfersForm
from yakuba.kernel.transfers.models import Transfers
from yakuba.kernel.transfers.queries import MANAGE
from yakuba.kernel.transfers.reading import Move
from yakuba.kernel.ui.refusals import told_in


@permission_required(MANAGE)
def all_transfers(request: HttpRequest) -> HttpResponse:
    """Those that there are. POST takes a new table, which is looked at next."""
    form = TransfersForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        with told_in(form):
            row = actions.draft(given["file"], given["day"], actor=person_of(request))
            return redirect("transfers:one", row.pk)
    context = {"rows": Transfers.objects.select_related("planned_by"), "form": form}
    return render(request, "transfers/all.html", context, status=422 if form.errors else 200)


@permission_required(MANAGE)
def one(request: HttpRequest, transfers_id: int) -> HttpResponse:
    """What one table does, or did."""
    row = get_object_or_404(Transfers.objects.select_related("planned_by"), pk=transfers_id)
    moves = [Move.of(stored) for stored in row.moves]
    made, empty = queries.departments(moves)
    waits = row.state in (Transfers.State.DRAFT, Transfers.State.WAITING)
    shown = queries.shown(moves)
    context = {
        "transfers": row,
        "moves": shown,
        "reorganised": queries.reorganised(moves) if waits else [],
        "becoming": [move for move in moves if move.whole],
        "made": made if waits else [],
        "empty": empty if waits else [],
        "waits": waits,
        "over": waits and row.day < timezone.localdate(),
        "today": row.day == timezone.localdate(),
        "orphaned": ""
        if row.state != Transfers.State.WAITING or queries.answers_for(row)
        else queries.nobody_answers(row),
        "hanging": [move for move in shown if move.hanging] if waits else [],
    }
    return render(request, "transfers/one.html", context)


@require_POST
@permission_required(MANAGE)
def plan(request: HttpRequest, transfers_id: int) -> HttpResponse:
    """Let it happen on its day."""
    row = get_object_or_404(Transfers, pk=transfers_id)
    actions.plan(row, actor=person_of(request))
    when = "1、2分のうちに" if row.day <= timezone.localdate() else "異動の日の0時に"
    messages.success(request, f"登録しました。{when}切り替わります。")
    return redirect("transfers:one", row.pk)


@require_POST
@permission_required(MANAGE)
def withdraw(request: HttpRequest, transfers_id: int) -> HttpResponse:
    """Let it not happen."""
    row = get_object_or_404(Transfers, pk=transfers_id)
    actions.withdraw(row, actor=person_of(request))
    messages.success(request, "取りやめました。")
    return redirect("transfers:all")


@require_POST
@permission_required(MANAGE)
def take_over(request: HttpRequest, transfers_id: int) -> HttpResponse:
    """Answer for it in the place of somebody who no longer can."""
    row = get_object_or_404(Transfers, pk=transfers_id)
    actions.take_over(row, actor=person_of(request))
    messages.success(request, "引き受けました。異動の日が来ていれば、1、2分のうちに切り替わります。")
    return redirect("transfers:one", row.pk)
