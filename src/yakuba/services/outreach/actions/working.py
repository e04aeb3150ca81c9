"""What all work of a worker in this room has in common: it waits, it is done, or it says why not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from yakuba.kernel.definitions import Problem
from yakuba.kernel.refusals import Refused
from yakuba.services.outreach.models import Worked

Told = Callable[[int, int, str], None]
MOST_FAULTS = 200  # sentences that are kept; how many there were is told


def quiet(done: int, total: int, note: str) -> None:
    """Tells nobody."""


class Faults(list[Problem]):
    """The first faults; how many there were is counted, so that a file of nothing but faults costs no memory."""

    number = 0

    def append(self, one: Problem) -> None:
        """One more."""
        self.number += 1
        if len(self) < MOST_FAULTS:
            super().append(one)


def give_up(model: type[Worked], number: int, refusal: Refused) -> None:
    """The job will not go on, for that reason."""
    reason = refusal.lines() or "処理が止まりました。「もう一度動かす」を押してください。"
    model.objects.filter(pk=number, state=Worked.State.WAITING).update(
        state=Worked.State.FAILED, reason=reason
    )


def take_up(model: type[Worked], number: int) -> None:
    """The job is to begin anew."""
    model.objects.filter(pk=number, state=Worked.State.FAILED).update(state=Worked.State.WAITING, reason="")


def still_waiting(row: Any) -> bool:
    """Whether it waits for this worker; the row stands still in the caller's transaction."""
    found = type(row).objects.select_for_update().filter(pk=row.pk, state=Worked.State.WAITING)
    return found.first() is not None
