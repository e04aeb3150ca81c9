"""What somebody must see to decide that a round's result is final: its numbers, and everything that speaks against."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

from yakuba.kernel.protection.policy import HIDDEN
from yakuba.services.nursery.models import Facility, Round, Run
from yakuba.services.nursery.queries import covering, ledger, names, results
from yakuba.services.nursery.queries.certificate import Certificate, certificate


@dataclass(frozen=True)
class Place:
    """One facility in the result. seats: of all slots, with those of children who keep theirs; taken: of them;
    waiting: applicants without a seat whose first wish it is."""

    name: str
    seats: int
    taken: int
    waiting: int

    @property
    def left(self) -> int:
        """Seats that nobody holds; negative where there are too many."""
        return self.seats - self.taken


@dataclass(frozen=True)
class Freezing:
    """The adopted result as it would be frozen. warnings: Japanese sentences; changed: results decided by hand;
    by_wish: (number of the wish, children); notes: what the calculation told, `{"line", "place", "reason"}`."""

    run: Run
    certificate: Certificate
    children: int
    placed: int
    kept: int
    unplaced: int
    by_wish: tuple[tuple[int, int], ...]
    changed: tuple[results.Final, ...]
    places: tuple[Place, ...]
    warnings: tuple[str, ...]
    notes: list[dict[str, object]]


def of_round(round: Round) -> Freezing | None:
    """None while no result is adopted."""
    run = round.adopted
    if run is None:
        return None
    finals = results.finals(round)
    wishes = Counter(one.wish for one in finals if one.is_placed and one.wish)
    return Freezing(
        run=run,
        certificate=certificate(run),
        children=len(finals),
        placed=sum(one.is_placed for one in finals),
        kept=sum(one.kept for one in finals),
        unplaced=sum(not one.slot for one in finals),
        by_wish=tuple(sorted(wishes.items())),
        changed=tuple(one for one in finals if one.decision is not None),
        places=_places(round, finals),
        warnings=tuple(_warnings(round, run, finals)),
        notes=run.notes,
    )


def _places(round: Round, finals: list[results.Final]) -> tuple[Place, ...]:
    seats: Counter[str] = Counter()
    taken: Counter[str] = Counter()
    for slot in results.slot_states(round).values():
        seats[slot.facility] += slot.capacity
        taken[slot.facility] += slot.taken
    first = Counter(one.application.wishes[0] for one in finals if not one.slot and one.application.wishes)
    rows = Facility.objects.filter(round=round).order_by("pk")
    return tuple(Place(row.name, seats[row.code], taken[row.code], first[row.code]) for row in rows)


def _warnings(round: Round, run: Run, finals: list[results.Final]) -> list[str]:
    """What does not forbid it, but must be known."""
    found = []
    if run.blocking:
        found.append(
            f"不安定な世帯が{len(run.blocking)}あります。計算の画面で一つずつ事情を確かめてください。"
        )
    if run.notes:
        found.append(f"計算のときのお知らせが{len(run.notes)}件あります。下で確かめてください。")
    barred = {one["child"] for one in run.not_eligible if not one["facility"]}
    if barred:
        found.append(f"選考の対象にならなかった児童が{len(barred)}人います。")
    if withdrawn := sum(one.withdrew for one in finals):
        found.append(f"計算のあとに選考から外した児童が{withdrawn}人います。")
    if waiting := ledger.waiting(round):
        found.append(
            f"受付簿に、読み取りと確認が済んでいない申込が{waiting}件あり、この結果に入っていません。"
        )
    return found


def changed_in_words(found: Freezing, round: Round, user: Any) -> list[tuple[results.Final, str, str]]:
    """Each result decided by hand, with the place before and after in words, as `user` may read them."""
    places, closed = names.facility_names(round), covering.unnamed(user, round.pk)
    return [
        (one, HIDDEN, HIDDEN)
        if one.application.pk in closed
        else (one, names.slot_name(one.placement.slot, places), names.slot_name(one.slot, places))
        for one in found.changed
    ]
