"""How a cost is shared between bodies, exact to the yen. Pure Python, all of it in exact fractions.

A key has three parts that add up to 1: equal, population, use. A body's fraction of a month is

    e · presentᵢ/Σpresent + p · populationᵢ·presentᵢ/Σ + u · useᵢ/Σuse

Rounding happens once, on the combined fraction, by largest remainder (Hamilton), ties by the body's code. What is rounded is
the running total of the fiscal year, and the difference to what was billed before is this month's bill: so each month adds up
to its cost, and no body is ever a yen away from its exact running share. Months rounded each for itself drift by several yen.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from math import floor

from yakuba.kernel.refusals import Invalid
from yakuba.services.sharing.contracts import TaxRounding, WithoutUse

ZERO = Fraction(0)
Exact = Mapping[str, Fraction]


@dataclass(frozen=True)
class Key:
    """Weights of a key. Each 0 to 1; `check` asks that they add up to 1. without_use: when nobody used anything."""

    equal: Fraction
    population: Fraction
    use: Fraction
    without_use: WithoutUse = WithoutUse.EQUAL

    def check(self) -> None:
        """Raises Invalid where it is no key."""
        total = self.equal + self.population + self.use
        if any(not 0 <= one <= 1 for one in (self.equal, self.population, self.use)):
            raise Invalid("割合は、それぞれ0％から100％までで書いてください。")
        if total != 1:
            shown = f"{float(total * 100):.3f}".rstrip("0").rstrip(".")
            raise Invalid(f"均等割・人口割・利用割の合計が{shown}％です。合わせて100％にしてください。")


@dataclass(frozen=True)
class Standing:
    """A body in a month. present: part of the month in which it takes part, 0 to 1; population: persons; use: in the unit of
    what is counted."""

    code: str
    present: Fraction = Fraction(1)
    population: int | None = None
    use: Fraction = ZERO


@dataclass(frozen=True)
class Fractions:
    """What part of a cost each body bears. parts: by code (equal, population, use), each weighted already; notes: what a
    reader must know."""

    parts: Mapping[str, tuple[Fraction, Fraction, Fraction]]
    notes: tuple[str, ...] = ()

    @property
    def combined(self) -> dict[str, Fraction]:
        """By code; adds up to 1."""
        return {code: sum(parts, ZERO) for code, parts in self.parts.items()}


def fractions(key: Key, bodies: Sequence[Standing]) -> Fractions:
    """Each body's part of a month's cost. Raises Invalid without bodies, or where a figure that the key needs is missing."""
    key.check()
    present = [one for one in sorted(bodies, key=lambda one: one.code) if one.present > 0]
    if not present:
        raise Invalid("この月に参加している団体がありません。参加団体と参加した日を確かめてください。")
    lacking = [one.code for one in present if key.population and one.population is None]
    if lacking:
        raise Invalid(f"人口が分からない団体があります：{'、'.join(lacking)}。人口の表を取り込んでください。")
    equal = _portions([(one.code, one.present) for one in present])
    people = [(one.code, one.present * (one.population or 0)) for one in present]
    used = [(one.code, one.use) for one in present]
    if any(amount < 0 for _, amount in used):
        raise Invalid("利用量に0より小さい数があります。利用量の表を確かめてください。")
    notes: list[str] = []
    use_key, use = key.use, equal
    if use_key and sum(amount for _, amount in used):
        use = _portions(used)
    elif use_key:
        if key.without_use is WithoutUse.REFUSE:
            raise Invalid("利用割のもとになる利用量が、すべて0です。取り込んだか確かめてください。")
        if key.without_use is WithoutUse.POPULATION:
            unknown = [code for (code, _), one in zip(people, present, strict=True) if one.population is None]
            if unknown:
                raise Invalid(
                    f"人口が分からない団体があります：{'、'.join(unknown)}。人口の表を取り込んでください。"
                )
            use = _portions(people)
        notes.append(f"だれも使わなかったので、利用割は「{key.without_use.label}」で分けました。")
    by_people = _portions(people) if key.population else dict.fromkeys(equal, ZERO)
    parts = {
        code: (key.equal * equal[code], key.population * by_people[code], use_key * use[code])
        for code in equal
    }
    return Fractions(parts, tuple(notes))


def _portions(amounts: Sequence[tuple[str, Fraction]]) -> dict[str, Fraction]:
    total = sum((Fraction(amount) for _, amount in amounts), ZERO)
    if not total:
        raise Invalid("人口の合計が0です。人口の表を確かめてください。")
    return {code: Fraction(amount) / total for code, amount in amounts}


def allocate(exact: Exact) -> dict[str, int]:
    """Whole yen that add up to the (whole) sum of the exact shares: each rounded down, the rest to the largest remainders,
    ties to the lower code. Below zero it is the mirror of above. Raises ValueError where the sum is no whole number."""
    total = sum(exact.values(), ZERO)
    if total.denominator != 1:
        raise ValueError("shares that do not add up to whole yen")
    if total < 0:
        return {code: -yen for code, yen in allocate({code: -one for code, one in exact.items()}).items()}
    found = {code: floor(one) for code, one in exact.items()}
    rest = int(total) - sum(found.values())
    order = sorted(exact, key=lambda code: (-(exact[code] - found[code]), code))
    for code in order[:rest]:
        found[code] += 1
    return found


def capped(running: Exact, caps: Mapping[str, int]) -> dict[str, Fraction]:
    """The running shares, none above its cap (yen of the fiscal year); what is above is shared again over the others in the
    proportion of their shares. Raises Invalid where all are at their cap."""
    found = dict(running)
    closed: set[str] = set()
    while over := {code for code, one in found.items() if code in caps and one > caps[code]}:
        excess = sum((found[code] - caps[code] for code in over), ZERO)
        for code in over:
            found[code] = Fraction(caps[code])
        closed |= over
        open_ = [code for code in found if code not in closed]
        base = sum((max(running[code], ZERO) for code in open_), ZERO)
        if not open_:
            raise Invalid("すべての団体が上限に達し、分けきれません。上限か費用を確かめてください。")
        for code in open_:
            part = max(running[code], ZERO) / base if base else Fraction(1, len(open_))
            found[code] += excess * part
    return found


@dataclass(frozen=True)
class Line:
    """What bodies pay for one month's cost. month: of the cost, `2026-04`; correction: it was billed before, and this is the
    difference; yen: by code, whole; exact: by code, before rounding, as it stands now."""

    month: str
    correction: bool
    yen: Mapping[str, int]
    exact: Exact = field(default_factory=dict)

    @property
    def total(self) -> int:
        """Of all bodies."""
        return sum(self.yen.values())


def lines(
    before: Mapping[str, Exact],
    now: Mapping[str, Exact],
    billed: Mapping[str, int],
    caps: Mapping[str, int],
) -> list[Line]:
    """The lines of a bill for one cost item in one fiscal year.

    before: month → exact shares as they were last billed; now: the same as they stand today, with new months; billed: by code,
    whole yen of all bills so far. A month that was billed and changed is a correction that names it; each line adds up to what
    it stands for, and after the last one every body is less than a yen from its exact running share (under its cap).
    """
    state = dict(before)
    paid = dict(billed)
    found = []
    for month in sorted(now):
        if month in before and _same(before[month], now[month]):
            continue
        state[month] = now[month]
        wanted = allocate(capped(added(state.values()), caps))
        yen = {
            code: difference
            for code in sorted(wanted.keys() | paid.keys())
            if (difference := wanted.get(code, 0) - paid.get(code, 0))
            or code in now[month]
            or code in before.get(month, {})
        }
        found.append(Line(month, month in before, yen, now[month]))
        paid = {code: wanted.get(code, 0) for code in wanted.keys() | paid.keys()}
    return found


def _same(one: Exact, other: Exact) -> bool:
    return all(one.get(code, ZERO) == other.get(code, ZERO) for code in one.keys() | other.keys())


def added(shares: Iterable[Exact]) -> dict[str, Fraction]:
    """By code."""
    found: dict[str, Fraction] = {}
    for one in shares:
        for code, share in one.items():
            found[code] = found.get(code, ZERO) + share
    return found


def tax(net: int, rate: int, rounding: TaxRounding) -> int:
    """Consumption tax in whole yen on a net sum, rate in per cent; rounded once, on the absolute amount, so that a bill and its
    reversal are mirrors. To be called once for each bill and rate (適格請求書)."""
    exact = Fraction(abs(net) * rate, 100)
    if rounding is TaxRounding.DOWN:
        found = floor(exact)
    elif rounding is TaxRounding.UP:
        found = -floor(-exact)
    else:
        found = floor(exact + Fraction(1, 2))
    return found if net >= 0 else -found


def written(exact: Fraction) -> str:
    """As it is kept: `10/7`."""
    return f"{exact.numerator}/{exact.denominator}"
