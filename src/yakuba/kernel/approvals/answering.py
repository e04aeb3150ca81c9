"""A page on which a proposal of a room's own table is looked at and answered: who may see it, what it says, the answer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest

from yakuba.kernel.accounts import allowed, person_of
from yakuba.kernel.approvals import actions
from yakuba.kernel.approvals.models import Proposal
from yakuba.kernel.approvals.queries import right_of


def require_sight(request: HttpRequest, row: Proposal, permission: str) -> None:
    """Raise PermissionDenied for who neither has the permission nor may answer the proposal."""
    if not allowed(request.user, permission) and right_of(person_of(request), row) is None:
        raise PermissionDenied(row.permission)


def beside(request: HttpRequest, row: Proposal) -> dict[str, Any]:
    """What such a page says of it in its context: `row`, whether this person `may_answer`, whether it `is_mine`."""
    return {
        "row": row,
        "may_answer": right_of(person_of(request), row) is not None,
        "is_mine": row.proposed_by_id == request.user.pk,
    }


def answer(
    request: HttpRequest,
    row: Proposal,
    approve: Callable[..., object],
    told: str,
    send_back: Callable[..., object] = actions.send_back,
) -> None:
    """What was pressed: `approve(row, actor=, answer=)`, of which `told` is said, or `send_back(row, answer, actor=)`."""
    words, person = request.POST.get("answer", ""), person_of(request)
    if "approve" in request.POST:
        approve(row, actor=person, answer=words)
        messages.success(request, told)
    else:
        send_back(row, words, actor=person)
        messages.success(request, "差し戻しました。")
