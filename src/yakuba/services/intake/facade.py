"""The intake room's door: what other rooms and the demo town may ask of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from yakuba.kernel.accounts.models import User
from yakuba.kernel.approvals import actions as approvals
from yakuba.services.intake.actions import navigator
from yakuba.services.intake.models import LifeEvent


def publish_life_events(
    texts: Iterable[str], words: Mapping[str, str], *, proposed_by: User, approved_by: User
) -> int:
    """Take files about life events over, fill what differs by town, and publish them as two people do; how many."""
    navigator.set_words(words, actor=proposed_by)
    rows = [navigator.write(text, actor=proposed_by) for text in texts]
    for row in rows:
        approval = navigator.propose(row.pk, "見本の出来事を公開します", actor=proposed_by)
        approvals.approve(approval, actor=approved_by, answer="見本")
    return len(rows)


def has_life_events() -> bool:
    """Whether the town has any."""
    return bool(LifeEvent.objects.exists())
