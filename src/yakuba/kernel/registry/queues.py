"""How rows that wait become a tile of the home page: counted, and since when, in one question to the database."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from yakuba.kernel.registry.manifest import QueueState

if TYPE_CHECKING:
    from django.db.models import QuerySet


def queued(
    rows: QuerySet[Any], since: str, url: str, action_label: str, *, urgent: bool = False
) -> QueueState:
    """The state of a queue. since: the field that says from when on a row waits; urgent: if there is any, it blocks others."""
    from django.db.models import Count, Min  # the list of commands knows manifests, and imports no Django

    found = rows.order_by().aggregate(number=Count("pk"), oldest=Min(since))
    return QueueState(found["number"], url, action_label, found["oldest"], urgent and bool(found["number"]))
