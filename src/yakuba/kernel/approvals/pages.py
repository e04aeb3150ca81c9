"""承認: what waits for the person, answering it, and asking a deputy."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import wraps
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from yakuba.kernel.accounts import person_of
from yakuba.kernel.approvals import actions, queries
from yakuba.kernel.approvals.forms import AnswerForm, DeputyForm
from yakuba.kernel.approvals.models import Approval, Deputy, Proposal
from yakuba.kernel.lists import Cell, Column, Listing, Nothing, Search, status
from yakuba.kernel.lists.pages import respond
from yakuba.kernel.lists.shown import Part, Shown
from yakuba.kernel.ui.refusals import told_in

Page = Callable[..., HttpResponseBase]


def _for_who_approves(page: Page) -> Page:
    """Guard a page: only who may approve anything at all, by own right or as a deputy, or who proposed something, sees it."""

    @login_required
    @wraps(page)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if person_of(request).municipality_id is None or not queries.concerns(person_of(request)):
            raise PermissionDenied("approvals")
        return page(request, *args, **kwargs)

    return guarded


@_for_who_approves
def waiting(request: HttpRequest) -> HttpResponseBase:
    """What waits, and who stands in for whom. POST appoints a deputy."""
    form = DeputyForm(request.POST or None, person=person_of(request))
    if request.method == "POST" and form.is_valid():
        with told_in(form):
            actions.appoint(person_of(request), **form.cleaned_data)
            messages.success(request, "代理を決めました。")
            return redirect("approvals:waiting")
    person = person_of(request)
    context = {
        "own": Part(OWN, queries.own(person), person),
        "absent": queries.absent(person_of(request)),
        "deputies": Deputy.objects.filter(principal=person_of(request)).select_related("deputy"),
        "form": form,
    }
    listing = replace(WAITING, rows=lambda: queries.waiting(person))
    if form.errors:
        context["list"] = Shown(request, listing, listing.wanted({}))
        return render(request, "approvals/waiting.html", context, status=422)
    return respond(request, listing, "approvals/waiting.html", lambda wanted: context)


def _title(row: Proposal) -> Cell:
    return Cell(row.title, url=row.url)


def _deadline(row: Proposal) -> list[Cell]:
    told = [Cell(row.deadline)]
    return [*told, status("error", "期限切れ")] if row.is_late else told


OWN = Listing(
    "approvals.own",
    "自分の起案",
    "起案",
    columns=(Column("title", "起案", _title), Column("proposed", "いつ", lambda row: row.proposed_at)),
    rows=tuple,
    nothing=Nothing("起案はありません"),
)

WAITING = Listing(
    "approvals.waiting",
    "承認を待つもの",
    "起案",
    columns=(
        Column("title", "起案", _title, ("title",)),
        Column("by", "起案した人", lambda row: str(row.proposed_by), ("proposed_by.username", "proposed_at")),
        Column("proposed", "起案の日時", lambda row: row.proposed_at, ("proposed_at",)),
        Column("deadline", "期限", _deadline, ("deadline", "proposed_at")),
    ),
    rows=tuple,
    nothing=Nothing("承認を待つものはありません"),
    search=Search(lambda rows, text: [row for row in rows if text in row.title], label="起案"),
    remembered=False,
)


@_for_who_approves
def approval(request: HttpRequest, approval_id: int) -> HttpResponse:
    """One of a room without a page for it."""
    row = _approval(request, approval_id)
    context = {"approval": row, "form": AnswerForm(), "is_mine": row.proposed_by_id == request.user.pk}
    return render(request, "approvals/approval.html", context)


@require_POST
@_for_who_approves
def answer(request: HttpRequest, approval_id: int) -> HttpResponse:
    """Approve it, or send it back."""
    row, words = _approval(request, approval_id), request.POST.get("answer", "")
    if "approve" in request.POST:
        actions.approve(row, actor=person_of(request), answer=words)
    else:
        actions.send_back(row, words, actor=person_of(request))
    messages.success(request, "承認しました。" if "approve" in request.POST else "差し戻しました。")
    return redirect("approvals:waiting")


@require_POST
@_for_who_approves
def dismiss(request: HttpRequest, deputy_id: int) -> HttpResponse:
    """End what a deputy was asked to do."""
    actions.dismiss(
        get_object_or_404(Deputy, pk=deputy_id, principal=person_of(request)), actor=person_of(request)
    )
    return redirect("approvals:waiting")


def _approval(request: HttpRequest, approval_id: int) -> Approval:
    row: Approval = get_object_or_404(Approval.objects.select_related("proposed_by"), pk=approval_id)
    if row.proposed_by_id != request.user.pk and queries.right_of(person_of(request), row) is None:
        raise PermissionDenied(row.permission)
    return row
