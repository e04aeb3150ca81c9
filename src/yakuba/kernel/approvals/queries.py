"""What waits for whom."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.db.models import QuerySet, Value
from django.urls import reverse
from django.utils import timezone

from yakuba.kernel.accounts import allowed
from yakuba.kernel.accounts.models import User
from yakuba.kernel.accounts.permissions import in_scope
from yakuba.kernel.approvals.models import Approval, Deputy, Proposal
from yakuba.kernel.registry import Failure, QueueState, approval_kinds
from yakuba.kernel.values.calendar import written


def absent(user: User) -> list[User]:
    """For whom the person stands in today."""
    today = timezone.localdate()
    rows = Deputy.objects.filter(deputy=user, first_day__lte=today, last_day__gte=today)
    return [row.principal for row in rows.select_related("principal") if row.principal.is_active]


def right_of(user: User, row: Proposal) -> User | None:
    """By whose right the person may answer: the own one, or that of somebody who is absent; None for nobody's. Whoever
    proposed it has no say in it, not even through a deputy."""
    if row.proposed_by_id == user.pk or not row.permission or not in_scope(user, row.permission):
        return None
    holders = [user, *(one for one in absent(user) if one.pk != row.proposed_by_id)]
    return next((one for one in holders if allowed(one, row.permission)), None)


def concerns(user: User) -> bool:
    """Whether there can be anything that the person has to answer, or there is something that the person proposed."""
    return bool(_open(user)) or bool(own(user))


def waiting(user: User) -> list[Proposal]:
    """What the person may answer, the earliest deadline first, then the oldest."""
    return _answerable(user, _open(user))


def _answerable(user: User, tables: list[QuerySet[Any]]) -> list[Proposal]:
    rows = [
        row for row in _rows([table.exclude(proposed_by=user) for table in tables]) if right_of(user, row)
    ]
    return sorted(rows, key=lambda row: (row.deadline is None, row.deadline, row.proposed_at))


def own(user: User) -> list[Proposal]:
    """What the person proposed and others have not answered."""
    found = [row for model in _models() for row in model.objects.filter(proposed_by=user, state="proposed")]
    return sorted(found, key=lambda row: row.proposed_at)


def queue(user: User) -> QueueState | None:
    """For the home page; None for who never has anything to approve."""
    tables = _open(user)
    if not tables:
        return None
    rows = _answerable(user, tables)
    oldest = min((row.proposed_at for row in rows), default=None)
    return QueueState(len(rows), reverse("approvals:waiting"), "承認する", oldest, urgent=bool(rows))


def failures(user: User, most: int | None = None) -> list[Failure]:
    """What waits after its deadline, for who proposed it and who may answer it by an own right."""
    rows = [
        row
        for row in _late()
        if row.proposed_by_id == user.pk or (row.permission and allowed(user, row.permission))
    ]
    return [
        Failure(
            f"期限を過ぎた承認：{row.title}",
            f"{written(row.deadline) if row.deadline else ''}までに承認も差し戻しもされていません（起案：{row.proposed_by}）。"
            "承認できる職員が、承認するか差し戻してください。",
            row.url,
            "起案を見る",
            row.proposed_at,
        )
        for row in sorted(rows, key=lambda row: (row.deadline, row.proposed_at))[:most]
    ]


def _late() -> list[Proposal]:
    """What waits after its deadline, whatever table it stands in."""
    late = {"state": Proposal.State.PROPOSED, "deadline__lt": timezone.localdate()}
    return _rows([model.objects.filter(**late).select_related("proposed_by") for model in _models()])


def _rows(tables: list[QuerySet[Any]]) -> list[Proposal]:
    """The rows of all these: one question to the database where there are none, as on most days."""
    numbered = [
        table.select_related(None).order_by().annotate(table=Value(number)).values_list("table", "pk")
        for number, table in enumerate(tables)
    ]
    if not numbered:
        return []
    found: dict[int, list[int]] = {}
    for number, pk in numbered[0].union(*numbered[1:], all=True):
        found.setdefault(number, []).append(pk)
    return [row for number, keys in found.items() for row in tables[number].filter(pk__in=keys)]


def _models() -> list[type[Proposal]]:
    return [model for model in apps.get_models() if issubclass(model, Proposal)]


def _open(user: User) -> list[QuerySet[Any]]:
    """A query for each table of which the person may answer anything."""
    holders = [user, *absent(user)]

    def may(permission: str) -> bool:
        return any(allowed(one, permission) for one in holders)

    found = []
    for model in _models():
        rows = model.objects.filter(state=Proposal.State.PROPOSED).select_related("proposed_by")
        if model is Approval:
            kinds = [kind.name for kind in approval_kinds() if may(kind.permission)]
            found += [rows.filter(kind__in=kinds)] if kinds else []
        elif may(model.permission):
            found.append(rows)
    return found
