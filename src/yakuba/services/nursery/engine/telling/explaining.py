"""Why each child is where it is: for every wish what came of it, the cut-off, what decided, the waiting list.

All statements follow from the market, the standings and the assignment alone, so that they also hold for a result
that staff changed by hand. Words (`s` is a slot that the child may have by a wish):

* A family *would rather* have a joint wish that it listed before the one it holds. Where it holds something that it
  never listed (a decision by hand), it would rather have the wishes in which no child does worse by its own list
  and one does better.
* BEHIND: with the children of other families who are there and rank above it, the child alone does not fit in.
* CLAIMED: a joint wish with `s` that the family would rather have could be claimed by the rules.
* SIBLINGS: the child alone would fit in, yet no such joint wish can be claimed, or none has `s`.
* The waiting list of `s`: the children not at that facility whose family would rather have a joint wish with them
  at `s`, in the order of `s`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from yakuba.services.nursery.contracts import (
    Child,
    Explanation,
    Matching,
    Outcome,
    Selection,
    Slot,
    Standing,
    Wish,
    WishOutcome,
)
from yakuba.services.nursery.engine.garbage import uncollected
from yakuba.services.nursery.engine.telling import phrases
from yakuba.services.nursery.engine.telling.comparing import place_of, wish_number
from yakuba.services.nursery.engine.telling.phrases import Finding
from yakuba.services.nursery.engine.telling.places import Places

ORDINAL = "第{}希望"
Firsts = dict[tuple[str, str], Wish]
REPEATED = "上の希望と同じ園のため、数えません。"


@uncollected()
def explain(selection: Selection, matching: Matching) -> dict[str, Explanation]:
    """Child id → its explanation, for every child of the applications. One entry of `wishes` for a wish; where a
    child missed both reserved and other seats of a facility, one for each of the two slots, the wish's number
    repeated. Children seated in an earlier round have no wishes."""
    town = _Town(selection, matching.assignment)
    findings = {child.id: town.findings(child) for _, child in selection.applications.children()}
    _number_waiting(town.places, [finding for rows in findings.values() for finding in rows])
    return {
        child.id: town.explanation(child, findings[child.id])
        for _, child in selection.applications.children()
    }


def _number_waiting(places: Places, findings: Sequence[Finding]) -> None:
    """Give everyone who waits a place on the waiting list, from 1."""
    queues: dict[str, list[tuple[int, Finding]]] = defaultdict(list)
    for finding in findings:
        if finding.waits and finding.slot is not None:
            slot = finding.slot.id
            queues[slot].append((places.rank_of(finding.child, slot, slot), finding))
    for queue in queues.values():
        queue.sort(key=lambda row: row[0])
        for place, (_, finding) in enumerate(queue, start=1):
            finding.place, finding.queue = place, len(queue)


class _Family:
    """A family of the market and the joint wishes that it would rather have, or could claim of them.

    listed, wanted, claimed: (child, slot) → the first of all its joint wishes, of those that it would rather have,
    and of those that it could claim, which puts the child in the slot.
    """

    def __init__(self, children: Sequence[str], wishes: Sequence[Sequence[str | None]]) -> None:
        self.children = tuple(children)
        self.wishes: list[Wish] = [tuple(wish) for wish in wishes]
        self.listed = self.firsts(self.wishes)
        self.wanted: Firsts = {}
        self.claimed: Firsts = {}

    def firsts(self, wishes: Sequence[Wish]) -> Firsts:
        """(child, slot) → the first of the wishes that puts the child in the slot."""
        found: Firsts = {}
        for wish in wishes:
            for child, slot in zip(self.children, wish, strict=True):
                if slot is not None:
                    found.setdefault((child, slot), wish)
        return found


class _Town:
    def __init__(self, selection: Selection, assignment: Mapping[str, str | None]) -> None:
        self.selection = selection
        self.applied = selection.applied
        self.places = Places(selection.market, assignment)
        self.names = {facility.id: facility.name for facility in selection.applications.facilities}
        self.standings = {
            slot: {standing.child: standing for standing in row} for slot, row in selection.standings.items()
        }
        self.reasons = {(item.child, item.facility): item.reason for item in selection.not_eligible}
        self.slots_at: dict[str, list[Slot]] = defaultdict(list)
        for slot in selection.slots.values():
            self.slots_at[slot.facility].append(slot)
        self.options = self._options()
        self.lasts = {slot: self._standing(self.places.last(slot)) for slot in self.places.there}
        self.children = {child.id: child for _, child in selection.applications.children()}
        self.families = {child: family for family in self._families() for child in family.children}
        self._alone: dict[tuple[str, str], str | None] = {}

    def _options(self) -> dict[tuple[str, str], list[Slot]]:
        """The slots that a child may have at a facility."""
        options: dict[tuple[str, str], list[Slot]] = defaultdict(list)
        for slot in self.selection.slots.values():
            for child in self.places.rank.get(slot.id, ()):
                options[child, slot.facility].append(slot)
        for child, own in self.selection.market.current.items():
            if own in self.selection.slots and child not in self.places.rank.get(own, ()):
                options[child, self._facility(own)].append(self.selection.slots[own])
        return options

    def _families(self) -> Iterator[_Family]:
        market = self.selection.market
        for children, wishes in zip(market.children, market.wishes, strict=True):
            family = _Family(children, wishes)
            better = self._better(family, tuple(market.current.get(child) for child in children))
            claims = [wish for wish in better if self.places.claimable(family.children, wish)]
            family.wanted, family.claimed = family.firsts(better), family.firsts(claims)
            yield family

    def _better(self, family: _Family, fallback: Wish) -> list[Wish]:
        """The joint wishes that the family would rather have than what it holds."""
        held = tuple(self.places.held.get(child) for child in family.children)
        if held in family.wishes:
            return family.wishes[: family.wishes.index(held)]
        # Who stays where it was, or a child alone with a seat that it never listed, would rather have anything that
        # it listed.
        if held == fallback or len(family.children) == 1:
            return family.wishes
        ranks = [self._rank(child, slot) for child, slot in zip(family.children, held, strict=True)]
        return [
            wish
            for wish in family.wishes
            if all(
                self._rank(child, slot) <= rank
                for child, slot, rank in zip(family.children, wish, ranks, strict=True)
            )
        ]

    def _rank(self, child: str, slot: str | None) -> int:
        """How far down its own list a child is in the slot: wishes, then the seat of now, then nothing."""
        wishes = self.children[child].wishes if child in self.children else ()
        if slot is None:
            return len(wishes) + 1
        facility = self._facility(slot)
        return wishes.index(facility) if facility in wishes else len(wishes)

    def _facility(self, slot: str) -> str:
        place = place_of(self.selection.slots, slot)
        return place[0] if place else ""

    def _standing(self, child: str | None) -> Standing | None:
        """The standing of a child where it is."""
        slot = self.places.held.get(child) if child else None
        return self.standings.get(slot or "", {}).get(child or "")

    # One child

    def findings(self, child: Child) -> list[Finding]:
        """What came of each of its wishes, in their order."""
        if child.id in self.selection.applications.seated:
            return []
        rows: list[Finding] = []
        for number, facility in enumerate(child.wishes, start=1):
            if facility in child.wishes[: number - 1]:
                again = Finding(child.id, number, facility, None, Outcome.NOT_ELIGIBLE, reason=REPEATED)
                rows.append(again)
            else:
                rows += self._wish(child, number, facility)
        return rows

    def _wish(self, child: Child, number: int, facility: str) -> list[Finding]:
        held = self.places.held.get(child.id)
        slots = self.options.get((child.id, facility), [])
        if held is not None and self._facility(held) == facility:
            kept = self.places.current.get(child.id) == held
            outcome = Outcome.KEPT if kept else Outcome.PLACED
            return [self._filled(Finding(child.id, number, facility, self.selection.slots[held], outcome))]
        family = self.families.get(child.id)
        reason = self.reasons.get((child.id, facility)) or self.reasons.get((child.id, ""), "")
        if family is None or not slots or reason:
            return [self._outside(child, number, facility, family, reason)]
        rows = [
            self._slot(family, Finding(child.id, number, facility, slot, Outcome.BEHIND)) for slot in slots
        ]
        # Where a better wish came true one line says so, and not one for each kind of seat there.
        spare = next((row for row in rows if row.outcome is Outcome.NOT_NEEDED), None)
        return [spare] if spare else rows

    def _outside(
        self, child: Child, number: int, facility: str, family: _Family | None, reason: str
    ) -> Finding:
        """A wish that takes no part: not eligible, or left out of the siblings' joint wishes."""
        age = self.selection.indices[child.id].age if child.id in self.selection.indices else None
        slot = next((slot for slot in self.slots_at[facility] if slot.age == age and not slot.reserved), None)
        several = family is not None and len(family.children) > 1
        outcome = Outcome.SIBLINGS if several and slot and not reason else Outcome.NOT_ELIGIBLE
        finding = Finding(child.id, number, facility, slot, outcome, several=several)
        finding.reason = reason or "この園の、お子さんの年齢のクラスは選考の対象になっていません。"
        return self._filled(finding)

    def _slot(self, family: _Family, finding: Finding) -> Finding:
        """What came of a wish at one slot where the child is ranked and which it does not hold."""
        child, slot = finding.child, finding.slot.id if finding.slot else ""
        finding.several = len(family.children) > 1
        held = self.places.held.get(child)
        finding.settled = held is not None and self.places.current.get(child) != held
        wish = family.wanted.get((child, slot))
        barrier = self.barrier(child, slot)
        if wish is None and self._satisfied(family, finding):
            finding.outcome = Outcome.NOT_NEEDED
        elif claim := family.claimed.get((child, slot)):
            finding.outcome, finding.wish = Outcome.CLAIMED, claim
        elif barrier is None:
            finding.outcome = Outcome.SIBLINGS if finding.several else Outcome.NOT_ELIGIBLE
            finding.reason = "選考の対象になる希望の数を超えています。"
            finding.wish = wish or ()
            finding.stuck = tuple(
                other
                for other, at in zip(family.children, finding.wish, strict=False)
                if at is not None and self.barrier(other, at) is not None
            )
        finding.waits = wish is not None
        return self._filled(finding, barrier)

    def _satisfied(self, family: _Family, finding: Finding) -> bool:
        """Nothing with the slot is wanted any more: all of it comes after what is held."""
        slot = finding.slot.id if finding.slot else ""
        if (finding.child, slot) in family.listed:
            return True
        return self._rank(finding.child, self.places.held.get(finding.child)) < finding.number

    def barrier(self, child: str, slot: str) -> str | None:
        """`Places.barrier`, worked out once."""
        key = (child, slot)
        if key not in self._alone:
            self._alone[key] = self.places.barrier(child, slot, self.families[child].children)
        return self._alone[key]

    def _filled(self, finding: Finding, barrier: str | None = None) -> Finding:
        """Add own standing, the last one placed and what decided between them."""
        if finding.slot is None:
            return finding
        slot = finding.slot.id
        finding.own = self.standings.get(slot, {}).get(finding.child)
        if finding.own is not None:
            finding.own_index = finding.own.index
        elif finding.child in self.selection.indices:
            finding.own_index = self.selection.indices[finding.child].at(finding.facility)
        if finding.outcome is Outcome.BEHIND and barrier is not None:
            self._beaten(finding, slot, barrier)
        elif finding.outcome is not Outcome.NOT_ELIGIBLE and self.places.full(slot):
            finding.last = self.lasts.get(slot)
        return finding

    def _beaten(self, finding: Finding, slot: str, barrier: str) -> None:
        """Who took the room."""
        family = self.families[finding.child].children
        rank = self.places.rank_of(finding.child, slot, barrier)
        last = self.places.last_above(barrier, rank, family)
        finding.last = self._standing(last)
        finding.decision = phrases.decide(finding.own, finding.last)
        if barrier != slot:
            finding.why = phrases.SHARED
        elif not self.places.there[slot]:
            finding.why = phrases.NO_SEATS
        elif last is None:
            finding.why = phrases.KEPT_FULL
        finding.told = self.places.newly_placed(barrier, family) >= phrases.FEWEST_TO_TELL

    # Into words

    def explanation(self, child: Child, findings: Sequence[Finding]) -> Explanation:
        """The child's explanation."""
        seated = self.selection.applications.seated.get(child.id)
        held = seated or self.places.held.get(child.id)
        family = self.families.get(child.id)
        wish = wish_number(self.applied, child, held)
        return Explanation(
            child=child.id,
            held=held,
            wish=wish,
            summary=self._summary(child, held, wish, findings),
            wishes=tuple(map(_outcome, findings)),
            unstable=bool(family and family.claimed),
        )

    def _summary(self, child: Child, held: str | None, wish: int, findings: Sequence[Finding]) -> str:
        if held is None:
            return "入所は保留となりました。" + self._nearest(child, findings)
        facility, age = place_of(self.selection.slots, held) or ("", 0)
        place = f"{self.names.get(facility, facility)}（{age}歳児クラス）"
        if child.id in self.selection.applications.seated:
            return f"先の選考で{place}に決まっています。"
        if wish:
            return f"{ORDINAL.format(wish)}の{place}に入所が決まりました。"
        if self.places.current.get(child.id) == held:
            return f"転園の希望はかないませんでした。今の{place}に引き続き通えます。"
        return f"{place}に入所が決まりました。"

    def _nearest(self, child: Child, findings: Sequence[Finding]) -> str:
        """Where the child is nearest on a waiting list."""
        if child.wants_hold:
            return "（保留を希望する申込みでした。）"
        if findings and all(finding.outcome is Outcome.NOT_ELIGIBLE for finding in findings):
            return "どの希望も、選考の対象になりませんでした。"
        waiting = [(finding.place, finding.number, finding) for finding in findings if finding.place]
        if not waiting:
            return ""
        place, number, finding = min(waiting, key=lambda row: row[:2])
        name = self.names.get(finding.facility, finding.facility)
        return f"待機の順番がいちばん近いのは{ORDINAL.format(number)}の{name}で、{place}番目です。"


def _outcome(finding: Finding) -> WishOutcome:
    last, decision = finding.last, finding.decision
    cutoff = last.index if last else None
    comparable = finding.own is not None and last is not None and finding.own.group == last.group
    return WishOutcome(
        number=finding.number,
        facility=finding.facility,
        slot=finding.slot.id if finding.slot else "",
        outcome=finding.outcome,
        own_index=finding.own_index,
        cutoff=cutoff,
        distance=cutoff - finding.own_index
        if comparable and cutoff is not None and finding.own_index is not None
        else None,
        deciding=decision.label if decision else "",
        own_key=decision.own if decision else "",
        cutoff_key=decision.theirs if decision else "",
        waiting_place=finding.place,
        for_family=phrases.for_family(finding),
        for_staff=phrases.for_staff(finding),
    )
