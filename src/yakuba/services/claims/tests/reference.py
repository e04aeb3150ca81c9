"""The checks in slow plain Python, claim by claim, without anything of the fast ones: what the queries must find."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from yakuba.services.claims.contracts import CLAIMS, LINES, Claim, Disease, Item
from yakuba.services.claims.engine.members import Member
from yakuba.services.claims.engine.tables import Check

Found = tuple[int, int, int, int, int | None, float]  # rule, place, other, code, value, measured


def at(month: int) -> int:
    return month // 100 * 12 + month % 100 - 1


@dataclass
class Line:
    """An item with its claim."""

    claim: Claim
    item: Item
    number: int

    @property
    def place(self) -> int:
        return self.number * LINES + self.item.line

    @property
    def who(self) -> object:
        return person(self.claim) or ("nobody", self.number)

    @property
    def days(self) -> list[tuple[date, int]]:
        year, month = divmod(self.claim.month, 100)
        first = date(year, month, 1)
        return [
            (first + timedelta(days=day), self.item.daily[day] if self.item.daily else 1)
            for day in range(31)
            if self.item.days >> day & 1
        ]


def person(claim: Claim) -> tuple[str, ...] | None:
    if not claim.insured:
        return None
    return (claim.insurer.lstrip("0"), claim.symbol, claim.insured.lstrip("0"), claim.branch.lstrip("0"))


class Reference:
    """claims: by the place of their file."""

    def __init__(
        self,
        files: Sequence[Sequence[Claim]],
        rules: Sequence[tuple[int, Check]],
        members: Sequence[Member] = (),
    ) -> None:
        self.every = [
            (place * CLAIMS + one.number, one) for place, file in enumerate(files, start=1) for one in file
        ]
        self.claims = [(number, one) for number, one in self.every if not self._came_before(number, one)]
        self.rules = [(number, one) for number, one in rules if one.kind != "group"]
        self.groups = [one for _, one in rules if one.kind == "group"]
        self.members = members
        self.lines = [Line(claim, item, number) for number, claim in self.claims for item in claim.items]

    def _came_before(self, number: int, claim: Claim) -> bool:
        def told(one: Claim) -> tuple[object, ...]:
            return (
                person(one),
                one.institution,
                one.month,
                one.table,
                one.inpatient,
                one.points,
                one.total,
                one.visits,
            )

        if person(claim) is None or claim.points is None:
            return False
        return any(
            other // CLAIMS < number // CLAIMS and told(one) == told(claim) for other, one in self.every
        )

    def found(self) -> list[Found]:
        """Everything, sorted."""
        rows: list[Found] = []
        for number, check in self.rules:
            rows += [(number, *one) for one in getattr(self, f"_{check.kind}")(check)]
        most: dict[tuple[object, ...], Found] = {}
        for row in rows:  # a line that is too much on several days is one finding, with the most of them
            key = row[:4]
            if key not in most or (row[5] or 0) > (most[key][5] or 0):
                most[key] = row
        return sorted(most.values(), key=repr)

    def _in_force(self, check: Check, month: int) -> bool:
        return check.starts <= month <= check.ends

    def _named(self, check: Check) -> Iterator[Line]:
        for one in self.lines:
            if one.item.code == check.code and self._in_force(check, one.claim.month):
                yield one

    def _coded(self, check: Check):
        for one in self._named(check):
            yield one.claim, one.place, one.item.value
        for number, claim in self.claims:
            for disease in claim.diseases:
                if disease.code == check.code and self._in_force(check, claim.month):
                    yield claim, number * LINES + disease.line, None

    def _age(self, check):
        for claim, place, value in self._coded(check):
            low, high = check.low, check.high
            if high is not None and claim.age > high:
                yield place, 0, check.code, value, claim.age
            elif low is not None and claim.last_age < low:
                yield place, 0, check.code, value, claim.last_age

    def _sex(self, check):
        for claim, place, value in self._coded(check):
            if claim.sex in (1, 2) and claim.sex != check.low:
                yield place, 0, check.code, value, claim.sex

    def _setting(self, check):
        for one in self._named(check):
            if int(one.claim.inpatient) != check.low:
                yield one.place, 0, check.code, one.item.value, int(one.claim.inpatient)

    def _count(self, check):
        sums: dict[object, float] = defaultdict(float)
        last: dict[object, Line] = {}
        for one in self.lines:
            if one.item.code != check.code:
                continue
            if check.unit == 3:
                buckets: list[tuple[object, int]] = [(at(one.claim.month), one.item.times)]
            else:
                buckets = [
                    (day if check.unit == 1 else day - timedelta(days=day.isoweekday() % 7), often)
                    for day, often in one.days
                ]
            for bucket, often in buckets:
                key = (one.who, one.claim.institution, bucket)
                sums[key] += often
                if key not in last or one.place > last[key].place:
                    last[key] = one
        for key, one in last.items():
            month = max(
                other.claim.month
                for other in self.lines
                if other.item.code == check.code
                and (other.who, other.claim.institution) == key[:2]
                and self._touches(other, key[2], check.unit)
            )
            if not self._in_force(check, month):
                continue
            number = sums[key]
            if check.span > 1:
                number = sum(sums.get((*key[:2], key[2] - back), 0) for back in range(check.span))
            if number > check.high:
                yield one.place, 0, check.code, one.item.value, number

    def _touches(self, one: Line, bucket, unit: int) -> bool:
        if unit == 3:
            return at(one.claim.month) == bucket
        return any(
            (day if unit == 1 else day - timedelta(days=day.isoweekday() % 7)) == bucket
            for day, _ in one.days
        )

    def _beside(self, one: Line, code: int) -> list[Line]:
        return [
            other
            for other in self.lines
            if other.item.code == code
            and other.who == one.who
            and other.claim.month == one.claim.month
            and other.claim.institution == one.claim.institution
        ]

    def _exclusion(self, check):
        for one in self._named(check):
            own = {day for day, _ in one.days}
            own_weeks = {day - timedelta(days=day.isoweekday() % 7) for day in own}
            fitting = []
            for other in self._beside(one, check.other):
                days = {day for day, _ in other.days}
                weeks = {day - timedelta(days=day.isoweekday() % 7) for day in days}
                if (
                    check.unit == 3
                    or (check.unit == 1 and own & days)
                    or (check.unit == 2 and own_weeks & weeks)
                ):
                    fitting.append(other.place)
            if fitting:
                yield one.place, min(fitting), check.code, one.item.value, 0

    def _bundling(self, check):
        found: dict[int, tuple[Line, list[int]]] = {}
        for one in self._named(check):
            for group in self.groups:
                if (
                    group.other != check.other
                    or not self._in_force(group, one.claim.month)
                    or group.code == check.code
                ):
                    continue
                for other in self._beside(one, group.code):
                    same = {day for day, _ in one.days} & {day for day, _ in other.days}
                    if check.unit == 3 or same:
                        found.setdefault(other.place, (other, []))[1].append(one.place)
        for place, (other, over) in found.items():
            yield place, min(over), other.item.code, other.item.value, 0

    def _known(self, number: int, claim: Claim) -> list[Disease]:
        found = list(claim.diseases)
        if claim.table == 4 and person(claim):
            for _, other in self.claims:
                same = person(other) == person(claim) and other.month == claim.month
                if other.table != 4 and same and claim.prescriber in ("", other.institution):
                    found += other.diseases
        return found

    def _indication(self, check):
        for one in self._named(check):
            known = self._known(one.number, one.claim)
            rows = [
                row
                for number, row in self.rules
                if row.kind == "indication"
                and row.code == check.code
                and number in self._same_rule(check)
                and self._in_force(row, one.claim.month)
            ]
            fits = any(
                disease.code == row.other and (row.mark == 1 or not disease.suspected)
                for disease in known
                for row in rows
            )
            if known and not fits:
                yield one.place, 0, check.code, one.item.value, 0

    def _same_rule(self, check: Check) -> set[int]:
        return {number for number, row in self.rules if row is check}

    def _contraindication(self, check):
        for one in self._named(check):
            lines = [d.line for d in one.claim.diseases if d.code == check.other and not d.suspected]
            if lines:
                yield one.place, one.number * LINES + min(lines), check.code, one.item.value, 0

    def _pair(self, check):
        for one in self._named(check):
            places = [
                other.place
                for other in self.lines
                if other.item.code == check.other
                and other.who == one.who
                and other.claim.month == one.claim.month
            ]
            if places:
                yield one.place, min(places), check.code, one.item.value, 0

    def _dose(self, check):
        for one in self._named(check):
            amount = one.item.amount
            if amount is not None and (
                (check.high is not None and amount > check.high)
                or (check.low is not None and amount < check.low)
            ):
                yield one.place, 0, check.code, one.item.value, amount

    def _days(self, check):
        by_claim: dict[int, list[Line]] = defaultdict(list)
        for one in self._named(check):
            if one.item.kind == 2:
                by_claim[one.number].append(one)
        for lines in by_claim.values():
            number = sum(one.item.times for one in lines)
            if number > check.high:
                last = max(lines, key=lambda one: one.place)
                yield last.place, 0, check.code, last.item.value, number

    def _again(self, check):
        for one in self._named(check):
            before = [
                ((day - other_day).days, other.place)
                for other in self.lines
                if other.item.code == check.code
                and other.who == one.who
                and other.claim.institution == one.claim.institution
                for other_day, _ in other.days
                for day, _ in one.days
                if 1 <= (day - other_day).days <= check.high
            ]
            if before:
                yield (
                    one.place,
                    max(place for _, place in before),
                    check.code,
                    one.item.value,
                    min(gap for gap, _ in before),
                )

    def _suspected(self, check):
        for number, claim in self.claims:
            for one in claim.diseases:
                gap = at(claim.month) - at(one.start // 100)
                if (
                    one.suspected
                    and one.start
                    and check.code in (0, one.code)
                    and self._in_force(check, claim.month)
                    and gap >= check.high
                ):
                    yield number * LINES + one.line, 0, one.code, None, gap

    def _eligibility(self, check):
        if not self.members:
            return
        for number, claim in self.claims:
            if not self._in_force(check, claim.month):
                continue
            own = [m for m in self.members if person(claim) and self._is(m, claim)]
            covering = [m for m in own if m.since // 100 <= claim.month and m.until > claim.month * 100 + 1]
            told = [m.benefit for m in covering if m.benefit]
            wrong = {
                1: not own,
                2: bool(own) and not covering,
                3: bool(told) and claim.benefit is not None and claim.benefit not in told,
                4: any(m.payer for m in covering) and not claim.payer,
            }
            if wrong[int(check.low)]:
                yield number * LINES + claim.line, 0, 0, claim.points, claim.benefit

    def _is(self, one: Member, claim: Claim) -> bool:
        *household, branch = person(claim)
        own = one.branch.lstrip("0")
        if [one.insurer.lstrip("0"), one.symbol, one.insured.lstrip("0")] != household:
            return False
        same_birth = not one.birth or int(one.birth.replace("-", "")) == claim.birth
        return own == branch or ((own == "" or branch == "") and same_birth)

    def _duplicate(self, check):
        for number, claim in self.every:
            same = [
                (other_number, other)
                for other_number, other in self.every
                if person(other)
                and person(other) == person(claim)
                and claim.points is not None
                and (other.institution, other.month, other.table, other.inpatient, other.points)
                == (claim.institution, claim.month, claim.table, claim.inpatient, claim.points)
            ]
            if same and same[0][0] != number and self._in_force(check, claim.month):
                first_number, first = min(same, key=lambda pair: pair[0])
                yield number * LINES + claim.line, first_number * LINES + first.line, 0, claim.points, 0

    def _injury(self, check):
        for number, claim in self.claims:
            lines = [d.line for d in claim.diseases if d.code == check.code]
            if lines and self._in_force(check, claim.month):
                yield number * LINES + min(lines), 0, check.code, claim.points, 0

    def _total(self, check):
        for number, claim in self.claims:
            known = claim.points is not None and claim.total is not None
            if known and claim.points != claim.total and self._in_force(check, claim.month):
                yield number * LINES + claim.line, 0, 0, claim.points, claim.total
