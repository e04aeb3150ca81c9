"""The index of each child: which row of which table gave how many points, and why."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from math import ceil, floor
from typing import Any

from yakuba.services.nursery.contracts import PointLine, Problem
from yakuba.services.nursery.engine.preparing.facts import Applicant, FacilityFacts
from yakuba.services.nursery.engine.rules import Field, Rules
from yakuba.services.nursery.engine.rules.fields import with_label
from yakuba.services.nursery.engine.rules.model import Level, Row, Whose

# 四捨五入 takes every half up; Python's own round() takes 20.5 to 20 and 21.5 to 22.
ROUND = {"切り捨て": floor, "切り上げ": ceil, "四捨五入": lambda value: floor(value + Fraction(1, 2))}


@dataclass
class Points:
    """What one applicant's index is made of. own: the lines of the child alone; level: the line that makes the
    household's index of it, if any; at_facility: facility → lines."""

    own: list[PointLine] = field(default_factory=list)
    level: list[PointLine] = field(default_factory=list)
    at_facility: dict[str, tuple[PointLine, ...]] = field(default_factory=dict)

    def sum(self, part: str) -> int:
        """Points of one part of the child's own lines."""
        return sum(line.points for line in self.own if line.part == part)

    @property
    def own_total(self) -> int:
        """Before the household's index is made."""
        return sum(line.points for line in self.own)

    @property
    def total(self) -> int:
        """The index without the facility's points."""
        return self.own_total + sum(line.points for line in self.level)


class Indexer:
    """Counts points by the tables. Applications that no basic row fits are noted in `problems`."""

    def __init__(self, rules: Rules, facilities: FacilityFacts, problems: list[Problem]) -> None:
        self.rules = rules
        self.facilities = facilities
        self.problems = problems

    def household(self, members: Sequence[Applicant]) -> dict[str, Points]:
        """The points of all children of one household who take part, by child id."""
        found = {}
        for one in members:
            lines = [*self._basic(one), *self._adjustments(one, members)]
            found[one.child.id] = Points(lines, at_facility=self._at_facilities(one, members))
        if self.rules.level.household and len(members) > 1:
            _share(found, self.rules.level)
        return found

    # 基本指数

    def _basic(self, one: Applicant) -> list[PointLine]:
        lines = []
        for label, values in one.guardians.items():
            line = self._absent(one, label) if values is None else self._of_guardian(one, label, values)
            if line:
                lines.append(line)
        return lines

    def _absent(self, one: Applicant, label: str) -> PointLine | None:
        basic = self.rules.basic
        if basic.absent is None:
            reason = f"{label}の欄がすべて空です。申込書を確かめるか、選考基準に「いない保護者」の点を書いてください。"
            self._fault(one, reason)
            return None
        return PointLine("basic", basic.absent_name, basic.absent, f"{label}: いない")

    def _of_guardian(self, one: Applicant, label: str, values: Mapping[str, Any]) -> PointLine | None:
        # The first row that fits counts: their order is part of the rules.
        for row in self.rules.basic.rows:
            case = row.condition.met(values)
            if case:
                because = case.because(values, {})
                return PointLine("basic", row.name, row.points, f"{label}: {because}" if because else label)
        return self._unmatched(one, label, values)

    def _unmatched(self, one: Applicant, label: str, values: Mapping[str, Any]) -> PointLine | None:
        if self.rules.basic.otherwise is not None:
            return PointLine("basic", "どれにも当たらない", self.rules.basic.otherwise, label)
        for row in self.rules.basic.rows:
            missing = row.condition.missing(values)
            if missing:
                names = "、".join(self._full_label(label, spec) for spec in missing)
                reason = f"「{names}」が空のため、{label}の基本指数が決まりません。申込書を確かめて入れてください。"
                self._fault(one, reason)
                return None
        aliases = self.rules.guardians[0].fields.items()
        said = "、".join(with_label(spec, values[alias]) for alias, spec in aliases if alias in values)
        reason = f"{label}（{said}）が基本指数のどの行にも当たりません。値か選考基準を直してください。"
        self._fault(one, reason)
        return None

    def _full_label(self, guardian: str, spec: Field) -> str:
        """What a guardian's field is called in the application."""
        own = next(one for one in self.rules.guardians if one.label == guardian).fields.get(spec.label)
        return self.rules.asked[own.code].label if own else spec.label

    def _fault(self, one: Applicant, reason: str) -> None:
        self.problems.append(Problem(one.household.line, one.place, reason))

    # 調整指数

    def _adjustments(self, one: Applicant, members: Sequence[Applicant]) -> list[PointLine]:
        met: list[tuple[Row, PointLine]] = []
        for row in self.rules.adjustments:
            if row.whose is Whose.GUARDIAN:
                met.extend((row, line) for line in _for_guardians(row, one))
                continue
            for member in _looked_at(row, one, members):
                case = row.condition.met(member.values)
                if case:
                    because = _from(member, one) + case.because(member.values, {})
                    met.append((row, PointLine("adjustment", row.name, row.points, because)))
                    break
        return _largest_of_groups(met)

    # 施設別加点

    def _at_facilities(
        self, one: Applicant, members: Sequence[Applicant]
    ) -> dict[str, tuple[PointLine, ...]]:
        possible = []
        for row in self.rules.at_facility:
            for member in _looked_at(row, one, members):
                # What hangs on the child alone is asked once, and not for each of its wishes.
                condition = row.condition.narrowed(member.values)
                if condition is not None:
                    possible.append((row, member, condition))
        found = {}
        for number, facility in enumerate(one.child.wishes if possible else (), 1):
            met: list[tuple[Row, PointLine]] = []
            for row, member, condition in possible:
                if met and met[-1][0] is row:
                    continue  # because of a sibling already
                there = self.facilities.of(facility, number if member is one else _number(member, facility))
                case = condition.met(member.values, there)
                if case:
                    because = _from(member, one) + case.because(member.values, there)
                    met.append((row, PointLine("facility", row.name, row.points, because)))
            lines = _largest_of_groups(met)
            if lines and facility not in found:
                found[facility] = tuple(lines)
        return found


def _for_guardians(row: Row, one: Applicant) -> Iterable[PointLine]:
    for label, values in one.guardians.items():
        case = row.condition.met(values) if values is not None else None
        if case and values is not None:
            because = case.because(values, {})
            yield PointLine("adjustment", row.name, row.points, f"{label}: {because}" if because else label)


def _looked_at(row: Row, one: Applicant, members: Sequence[Applicant]) -> Sequence[Applicant]:
    """Whose values may fulfil the row: the child's, and for the household's rows then its siblings'."""
    if row.whose is not Whose.HOUSEHOLD or len(members) == 1:
        return (one,)
    return (one, *(member for member in members if member is not one))


def _from(member: Applicant, one: Applicant) -> str:
    """Names the sibling because of whom a row counts."""
    return f"{member.child.name}: " if member is not one else ""


def _number(one: Applicant, facility: str) -> int:
    wishes = one.child.wishes
    return wishes.index(facility) + 1 if facility in wishes else 0


def _largest_of_groups(met: Sequence[tuple[Row, PointLine]]) -> list[PointLine]:
    """The lines that count: all without a group, and of each group the first with the most points."""
    best: dict[str, PointLine] = {}
    for row, line in met:
        if row.group and (row.group not in best or line.points > best[row.group].points):
            best[row.group] = line
    counted = {id(line) for line in best.values()}
    return [line for row, line in met if not row.group or id(line) in counted]


def _share(found: dict[str, Points], level: Level) -> None:
    """Give all children of a household one index, by a line that says so."""
    totals = [points.own_total for points in found.values()]
    if min(totals) == max(totals):
        return
    if level.how == "平均":
        # As a fraction: a mean of 20.5 has to be rounded as the rule says, and not by how a floating point number
        # lies.
        common = ROUND[level.rounding](Fraction(sum(totals), len(totals)))
    else:
        common = max(totals) if level.how == "最大" else min(totals)
    said = "・".join(f"{total}点" for total in totals)
    for points in found.values():
        because = (
            f"きょうだいの指数 {said} の{level.how}{f'（{level.rounding}）' if level.how == '平均' else ''}"
        )
        change = common - points.own_total
        points.level.append(PointLine("adjustment", "世帯の指数にそろえる", change, because))
