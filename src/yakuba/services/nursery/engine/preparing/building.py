"""Puts the market together: who takes part where, in which order, with which joint wishes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from yakuba.services.nursery.contracts import (
    ChildIndex,
    Market,
    NotEligible,
    Problem,
    Selection,
    Standing,
    Wish,
)
from yakuba.services.nursery.engine.preparing import joint
from yakuba.services.nursery.engine.preparing.facts import Applicant
from yakuba.services.nursery.engine.preparing.faults import OLDEST
from yakuba.services.nursery.engine.preparing.ranking import order
from yakuba.services.nursery.engine.preparing.seats import Seats, slot_id
from yakuba.services.nursery.engine.preparing.studying import Studied
from yakuba.services.nursery.engine.rules.conditions import Condition
from yakuba.services.nursery.engine.rules.model import Mode, Transfers

BEHIND_ALL = 1_000  # added to the group of those for whom a reserved seat was not meant


def build(known: Studied) -> Selection:
    """The selection of a round without faults."""
    return _Builder(known).selection()


@dataclass
class _Builder:
    known: Studied
    refused: list[NotEligible] = field(default_factory=list)
    notes: list[Problem] = field(init=False)

    def __post_init__(self) -> None:
        self.rules = self.known.rules
        self.notes = list(self.known.notes)
        everyone = [one for members in self.known.households for one in members]
        self.seats = Seats(self.known.applications.facilities, everyone, self.rules)
        self.names = {one.id: one.name or one.id for one in self.known.applications.facilities}
        self.ranked: dict[str, list[Standing]] = {slot: [] for slot in self.seats.slots}

    def selection(self) -> Selection:
        self._note_empty_fields()
        ids, children, wishes = [], [], []
        for members in self.known.households:
            ids.append(members[0].household.id)
            children.append([one.child.id for one in members])
            wishes.append(self._joint(members))
        for standings in self.ranked.values():
            standings.sort(key=order)  # the last tie key ends with the receipt number: never two alike
        self._rank_shared()
        market = Market(
            capacity=self.seats.capacity,
            family_ids=ids,
            children=children,
            wishes=wishes,
            current=self.seats.own,
            priorities={slot: [one.child for one in rows] for slot, rows in self.ranked.items()},
            shared=self.seats.shared,
        )
        return Selection(
            applications=self.known.applications,
            market=market,
            slots=self.seats.slots,
            indices={one.child.id: self._index(one) for members in self.known.households for one in members},
            standings=self.ranked,
            not_eligible=tuple(self.refused),
            notes=tuple(self.notes),
        )

    def _note_empty_fields(self) -> None:
        """A heading that is spelled in another way looks like a field that nobody filled in."""
        everyone = [one for members in self.known.households for one in members]
        given = {label for one in everyone for label in one.values}
        used = self.rules.used
        empty = [
            one.label for one in self.rules.asked.values() if one.code in used and one.label not in given
        ]
        if everyone and empty:
            names = "、".join(empty)
            reason = f"どの申込にも値がない項目があります（{names}）。見出しの誤りや補い忘れでないか確かめてください。"
            self.notes.append(Problem(0, "項目", reason))

    def _index(self, one: Applicant) -> ChildIndex:
        points, keys = self.known.points[one.child.id], self.known.keys[one.child.id]
        return ChildIndex(
            child=one.child.id,
            age=one.age,
            lines=(*points.own, *points.level),
            at_facility=points.at_facility,
            keys=tuple(key for key in keys if key),
        )

    def _rank_shared(self) -> None:
        """At shared seats everybody ranks as at the own slot, all ages together."""
        for shared in self.seats.shared:
            best: dict[str, Standing] = {}
            for slot in shared.weights:
                for one in self.ranked[slot]:
                    if one.child not in best or order(one) < order(best[one.child]):
                        best[one.child] = one
            self.ranked[shared.id] = sorted(best.values(), key=order)

    # Joint wishes

    def _joint(self, members: Sequence[Applicant]) -> list[Wish]:
        options = [self._options(one) for one in members]
        taking_part = [number for number, found in enumerate(options) if found]
        if not taking_part:
            return []
        active = [
            joint.Member(tuple(options[at]), self.seats.own.get(members[at].child.id)) for at in taking_part
        ]
        mode = self._mode(members)
        found, cut = joint.wishes(active, mode, self.rules.joint_order, self.rules.most_joint)
        if cut:
            self._note(
                members, f"希望の組合せが多いため、はじめの{self.rules.most_joint}組までで打ち切りました。"
            )
        if not found and len(active) > 1:
            self._note(
                members,
                f"「{mode.label}」に合う希望の組合せがありません。きょうだいの希望を確かめてください。",
            )
        rest: list[str | None] = [self.seats.own.get(one.child.id) for one in members]
        return [_filled(rest, taking_part, wish) for wish in found]

    def _note(self, members: Sequence[Applicant], reason: str) -> None:
        household = members[0].household
        self.notes.append(Problem(household.line, f"世帯 {household.id}", reason))

    def _mode(self, members: Sequence[Applicant]) -> Mode:
        named = members[0].household.sibling_mode
        modes = {mode.code: mode for mode in self.rules.modes}
        for mode in self.rules.modes:
            if named and named in (mode.code, mode.label):
                return mode
        for mode in self.rules.modes if not named else ():
            if mode.condition and any(mode.condition.met(one.values) for one in members):
                return mode
        return modes[self.rules.default_mode]

    # Where a child takes part

    def _options(self, one: Applicant) -> list[joint.Option]:
        """The places that the child may wish for, best first; it is ranked at each but its own."""
        reason = self._refused_everywhere(one)
        if reason:
            self.refused.append(NotEligible(one.child.id, "", reason))
            return []
        exclusions = [
            (row.reason, narrowed)
            for row in self.rules.exclusions
            if (narrowed := row.condition.narrowed(one.values)) is not None
        ]
        eligible = [row.label for row in self.rules.reserved if row.condition.met(one.values)]
        found, seen = [], set[str]()
        for number, facility in enumerate(one.child.wishes, 1):
            if facility in seen:
                reason = f"第{number}希望の{self.names[facility]}は、前の希望と同じなので数えません。"
                self.notes.append(Problem(one.household.line, one.place, reason))
                continue
            seen.add(facility)
            slots = self._slots(one, facility, eligible)
            why = self._refused_at(one, facility, number, slots, exclusions)
            if why:
                self.refused.append(NotEligible(one.child.id, facility, why))
                continue
            for slot, behind in slots:
                found.append(joint.Option(facility, slot, number))
                self._rank(one, facility, number, slot, behind)
        return found

    def _refused_everywhere(self, one: Applicant) -> str:
        if one.age > OLDEST:
            return f"入所する年度の4月1日に{one.age}歳で、保育所の年齢（{OLDEST}歳まで）を過ぎています。"
        if one.child.current is not None and self.rules.transfers is Transfers.REFUSED:
            return "この回の選考では、転園の申込を受け付けていません。"
        for row in self.rules.exclusions:
            if not row.condition.of_facility and row.condition.met(one.values):
                return row.reason
        return ""

    def _refused_at(
        self,
        one: Applicant,
        facility: str,
        number: int,
        slots: Sequence[tuple[str, int]],
        exclusions: Sequence[tuple[str, Condition]],
    ) -> str:
        if not slots:
            return f"{self.names[facility]}は{one.age}歳児を受け入れていません。"
        if not exclusions:
            return ""
        there = self.known.facilities.of(facility, number)
        return next((reason for reason, row in exclusions if row.met(one.values, there)), "")

    def _slots(self, one: Applicant, facility: str, eligible: Sequence[str]) -> list[tuple[str, int]]:
        """The slots of a facility for the child, first tried first, and what each adds to its group."""
        before: list[tuple[str, int]] = []
        after: list[tuple[str, int]] = []
        for row in self.rules.reserved:
            slot = slot_id(facility, one.age, row.label)
            meant = row.label in eligible
            if slot in self.seats.slots and (meant or row.released):
                (before if meant and row.first else after).append((slot, 0 if meant else BEHIND_ALL))
        general = slot_id(facility, one.age)
        return [*before, *([(general, 0)] if general in self.seats.slots else []), *after]

    def _rank(self, one: Applicant, facility: str, number: int, slot: str, behind: int) -> None:
        if self.seats.own.get(one.child.id) == slot:
            return
        points, keys = self.known.points[one.child.id], self.known.keys[one.child.id]
        standing = self.known.ranker.standing(one, points, keys, facility, number, behind)
        self.ranked[slot].append(standing)


def _filled(rest: Sequence[str | None], places: Sequence[int], wish: Wish) -> Wish:
    """The whole household's wish: those in `places` as in `wish`, the others as they are today."""
    row = list(rest)
    for at, slot in zip(places, wish, strict=True):
        row[at] = slot
    return tuple(row)
