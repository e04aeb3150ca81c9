"""What counts in a round: the adopted run, changed by approved decisions and withdrawals."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from django.db.models import QuerySet

from yakuba.services.nursery.contracts import Slot
from yakuba.services.nursery.models import Application, Decision, Placement, Round, Run


@dataclass(frozen=True)
class Final:
    """A child's result. slot: empty for none. wish: number of the wish that came true, 0 for none, a seat kept or
    a decision by hand off the list. decision: what a person changed. withdrew: the seat was declined."""

    application: Application
    slot: str
    wish: int
    placement: Placement
    decision: Decision | None = None
    withdrew: bool = False

    @property
    def is_placed(self) -> bool:
        """Whether the child comes to a new seat."""
        return bool(self.slot) and not self.kept

    @property
    def kept(self) -> bool:
        """Whether it stays at the seat that it has."""
        return bool(self.slot) and Slot.read(self.slot).facility == self.application.current

    @property
    def decided(self) -> str:
        """The slot that the municipality gave, also where the family declined it afterwards; empty for none."""
        if not self.withdrew:
            return self.slot
        return self.decision.slot_before if self.decision else self.placement.slot


@dataclass(frozen=True)
class SlotState:
    """A slot with what is taken of it now. facility: its code; reserved: label of reserved seats."""

    id: str
    facility: str
    age: int
    reserved: str
    capacity: int
    taken: int

    @property
    def left(self) -> int:
        """Seats left; negative when too many were placed by hand."""
        return self.capacity - self.taken


def finals(round: Round) -> list[Final]:
    """Every child's result, by receipt number; empty while no run is adopted. `placement` comes without its
    explanation, which is fetched when asked for."""
    return [
        _final(row, changed)
        for row, changed in _changed(round, Placement.objects.order_by("application__receipt_number"))
    ]


def final_of(application: Application) -> Final | None:
    """One child's result in its round; None while no run is adopted or when the run does not have it."""
    rows = _changed(application.round, Placement.objects.filter(application=application))
    return next((_final(row, changed) for row, changed in rows), None)


def _changed(round: Round, rows: QuerySet[Placement]) -> Iterator[tuple[Placement, Decision | None]]:
    """The adopted run's placements among `rows`, each with the last approved decision on the child."""
    if round.adopted_id is None:
        return
    approved = Decision.objects.filter(round=round, state=Decision.State.APPROVED)
    last = {
        one.application_id: one for one in approved.exclude(application=None).order_by("answered_at", "pk")
    }
    found = rows.filter(run=round.adopted_id).select_related("application").defer("explanation")
    for row in found:
        yield row, last.get(row.application_id)


def _final(row: Placement, decision: Decision | None) -> Final:
    application = row.application
    if application.state == Application.State.WITHDRAWN and decision is None:
        return Final(application, "", 0, row, None, withdrew=True)
    if decision is None:
        return Final(application, row.slot, row.wish, row)
    withdrew = decision.kind == Decision.Kind.WITHDRAWAL
    facility = Slot.read(decision.slot).facility if decision.slot else ""
    wish = application.wishes.index(facility) + 1 if facility in application.wishes else 0
    return Final(application, decision.slot, wish, row, decision, withdrew)


def slot_states(round: Round) -> dict[str, SlotState]:
    """The slots of the adopted run with what the results take of them."""
    run = round.adopted
    if run is None:
        return {}
    held = taken(round)
    return {
        slot: SlotState(
            slot, item["facility"], item["age"], item["reserved"], item["capacity"], held.get(slot, 0)
        )
        for slot, item in run.slots.items()
    }


def overfull(run: Run, taken: Mapping[str, int], names: Callable[[str], str]) -> list[str]:
    """Slots and shared seats that hold too many, as Japanese sentences. taken: slot → children; names: of a slot."""
    found = [
        f"「{names(slot)}」は{item['capacity']}人までですが、{taken.get(slot, 0)}人になります。"
        for slot, item in run.slots.items()
        if taken.get(slot, 0) > item["capacity"]
    ]
    for shared in run.shared:
        weights = shared["weights"]
        used = sum(weights[slot] * taken.get(slot, 0) for slot in weights)
        if used > shared["capacity"]:
            slots = "、".join(map(names, weights))
            found.append(f"共用枠（{slots}）の定員または職員の数を超えます。")
    return found


def shared_left(round: Round, unit: int) -> dict[tuple[str, str], dict[str, int]]:
    """(facility, id of shared seats) → the `seats` and `teachers` that nobody holds. unit: what one teacher counts
    in the market's shared seats; a part of a teacher is not left over."""
    run = round.adopted
    if run is None:
        return {}
    held = taken(round)
    left: dict[tuple[str, str], dict[str, int]] = {}
    for shared in run.shared:
        facility, name, *teachers = shared["id"].split("/")
        used = sum(weight * held.get(slot, 0) for slot, weight in shared["weights"].items())
        free = max(0, shared["capacity"] - used)
        entry = left.setdefault((facility, name), {})
        if teachers:
            entry["teachers"] = free // unit
        else:
            entry["seats"] = free
    return left


def taken(round: Round) -> Counter[str]:
    """Slot → children who hold it in the round's result."""
    return Counter(final.slot for final in finals(round) if final.slot)


def seated_before(round: Round) -> dict[str, str]:
    """Child → slot: placed in the rounds before and not withdrawn; those seats are frozen."""
    seated: dict[str, str] = {}
    earlier = round.previous
    while earlier is not None:
        for final in finals(earlier):
            if final.is_placed:
                seated.setdefault(final.application.receipt_number, final.slot)
        earlier = earlier.previous
    return seated
