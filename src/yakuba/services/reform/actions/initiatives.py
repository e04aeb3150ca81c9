"""Initiatives with their terms."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from yakuba.kernel.audit.actor import Actor, known
from yakuba.kernel.refusals import Conflict
from yakuba.services.reform.actions.checking import check
from yakuba.services.reform.models import Initiative


@transaction.atomic
def save_initiative(row: Initiative, given: Mapping[str, Any], *, actor: Actor, seen: str = "") -> Initiative:
    """What is known of it. seen: `changed_at` as it was looked at. Raises Invalid for what is out of range, or a title that
    another one has, and Conflict where somebody changed it meanwhile."""
    if seen and Initiative.objects.select_for_update().get(pk=row.pk).changed_at.isoformat() != seen:
        raise Conflict(
            "開いてから登録するまでの間に、ほかの人がこの取組を直しました。まだ何も登録していません。書いたものは下に残っています。"
            "別の画面で見比べて、このままでよければ、もう一度登録してください。"
        )
    for name, value in given.items():
        setattr(row, name, value)
    row.changed_by = known(actor)
    check(row)
    row.save()
    return row
