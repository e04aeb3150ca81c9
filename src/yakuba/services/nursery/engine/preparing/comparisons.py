"""Texts of applications that rules compare with a facility's, such as the district or where a sister is already.

Whether points are given hangs on two texts being the same. Width, blanks and capital letters make no difference
(`naming.folded`); a text that no facility has is told before anything is calculated. It is a notice and no fault: a
child may live where no nursery is, and its sister may be at a nursery outside the round.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches
from typing import Any

from yakuba.kernel.definitions import plain, suggestion
from yakuba.services.nursery.contracts import Facility, Problem
from yakuba.services.nursery.engine.preparing.facts import Applicant, FacilityFacts
from yakuba.services.nursery.engine.rules import Kind, Rules
from yakuba.services.nursery.engine.rules.conditions import NAME_HERE, Test
from yakuba.services.nursery.engine.rules.fields import Scope, parts
from yakuba.services.nursery.engine.rules.model import OWN
from yakuba.services.nursery.engine.rules.naming import folded, spellings

FROM_THE_ROUND = frozenset(OWN) - {"地区"}  # texts that the round itself gives: they are a facility's own
NAMED = 5  # receipt numbers that a note lists


class Comparisons:
    """What the rules compare: label of the application's text → the texts that facilities have for it."""

    def __init__(self, facilities: Sequence[Facility], facts: FacilityFacts, rules: Rules) -> None:
        self.names = [plain(one.name or one.id) for one in facilities]
        self.of_names: set[str] = set()  # labels of texts that name a facility
        self.known: dict[str, Mapping[str, str]] = {}
        self.there: dict[
            str, str
        ] = {}  # fields of facilities that hold a text of their own → compared with what
        self.listing: dict[str, str] = {}  # fields of facilities that list facilities → compared with what
        texts: dict[str, set[str]] = {}
        for test in _compared(rules):
            there = self._there(test, facilities, facts)
            texts.setdefault(test.label, set()).update(there)
        for label, there in texts.items():
            self.known[label] = spellings(sorted(there))

    def notes_on_applicants(self, everyone: Sequence[Applicant]) -> Iterator[Problem]:
        """Compared texts that no facility has, and how many applications lack one that others have."""
        for label, known in self.known.items():
            if label in FROM_THE_ROUND:
                continue
            if label not in self.of_names:  # most children have no sister anywhere, but all live somewhere
                yield from _without(label, everyone)
            for one in everyone:
                for part in sorted(_parts(one.values.get(label))):
                    if folded(part) not in known:
                        yield Problem(one.household.line, one.place, self._reason(label, part))

    def notes_on_facilities(self, facilities: Sequence[Facility], facts: FacilityFacts) -> Iterator[Problem]:
        """Fields of facilities that list facilities, and name one that is not there."""
        known = spellings(self.names)
        for one in facilities:
            for field, label in self.listing.items():
                for part in sorted(_parts(facts.of(one.id).get(field))):
                    if folded(part) not in known:
                        hint = suggestion(part, self.names)
                        reason = f"{field}「{part}」という施設はこの選考回にありません（選考基準が「{label}」と比べます）。{hint}"
                        yield Problem(0, f"施設 {one.name or one.id}", reason)

    def notes_on_lone_texts(
        self, facilities: Sequence[Facility], facts: FacilityFacts, everyone: Sequence[Applicant]
    ) -> Iterator[Problem]:
        """Facilities whose text no application has, though it is like one, and facilities without one."""
        for field, label in self.there.items():
            known = self.known[label]  # what no facility has is told with the applications
            all_written = {part for one in everyone for part in _parts(one.values.get(label))}
            written = {part for part in all_written if folded(part) in known}
            asked = spellings(sorted(written))
            texts = {one.id: _parts(facts.of(one.id).get(field)) for one in facilities}
            for one in facilities if any(texts.values()) else ():
                place = f"施設 {one.name or one.id}"
                if not texts[one.id]:
                    yield Problem(
                        0, place, f"{field}が空です。この施設には{label}による加点などがつきません。"
                    )
                for part in sorted(texts[one.id]):
                    hint = _alike(part, sorted(written), inside=True)
                    if folded(part) not in asked and hint:
                        reason = f"{field}「{part}」の申込はありません。{hint}このままでは、この施設に{label}による加点などがつきません。"
                        yield Problem(0, place, reason)

    def _there(self, test: Test, facilities: Sequence[Facility], facts: FacilityFacts) -> set[str]:
        """The texts of all facilities with which the test compares."""
        if test.reference == NAME_HERE:
            self.of_names.add(test.label)
            return {*self.names, *(plain(one.id) for one in facilities)}
        found = {part for one in facilities for part in _parts(facts.of(one.id).get(test.reference))}
        if not found.isdisjoint(self.names) or test.label in FROM_THE_ROUND:
            self.of_names.add(test.label)
            if test.label not in ("地区", "今の施設の種別"):
                self.listing[test.reference] = test.label
            found.update(self.names)
        else:
            self.there[test.reference] = test.label
        return found

    def _reason(self, label: str, part: str) -> str:
        if label in self.of_names:
            hint = _alike(part, self.names)
            return f"{label}「{part}」という施設はこの選考回にありません。{hint}この選考回の外の施設なら、このままでかまいません。"
        hint = suggestion(part, self.known[label].values())
        return f"{label}「{part}」の施設はありません。{hint}このままでは、{label}による加点などがつきません。"


def _compared(rules: Rules) -> Iterator[Test]:
    """Every test that compares a text of the application with one of a facility."""
    for condition in rules.conditions:
        for case in condition.cases:
            for test in case.there:
                if test.reference and test.spec.kind is Kind.TEXT and test.spec.scope is not Scope.FACILITY:
                    yield test


def _without(label: str, everyone: Sequence[Applicant]) -> Iterator[Problem]:
    empty = [one for one in everyone if label not in one.values]
    if empty and len(empty) < len(everyone):  # a field that nobody has is told elsewhere
        some = "、".join(one.child.id for one in empty[:NAMED]) + ("など" if len(empty) > NAMED else "")
        reason = (
            f"{label}が空の申込が{len(empty)}件あります（受付 {some}）。{label}による加点などがつきません。"
        )
        yield Problem(empty[0].household.line, "項目", reason)


def _parts(value: Any) -> frozenset[str]:
    return frozenset() if value is None else parts(value)


def _alike(part: str, names: Sequence[str], *, inside: bool = False) -> str:
    """Asks whether the name that is most alike was meant; empty where none is: the list of all would be no help.
    inside: a name that stands within the other is alike, too (東 in 東地区)."""
    found = get_close_matches(part, names, n=1, cutoff=0.5)
    if inside and not found:
        found = [name for name in names if name in part or part in name]
    return f"「{found[0]}」の間違いではありませんか。" if found else ""
