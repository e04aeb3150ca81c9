"""What a month would cost each body, from what is entered now and what was billed before. Writes nothing."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from yakuba.kernel.refusals import Refused
from yakuba.services.sharing.contracts import TaxRounding
from yakuba.services.sharing.engine import cells, shares
from yakuba.services.sharing.engine.shares import Exact, Fractions, Line, Standing
from yakuba.services.sharing.models import Amount, Closing, CostGroup, CostItem, GroupBody, ItemKey, Share


@dataclass(frozen=True)
class ItemBill:
    """A cost in a bill. weighed: parts of the month that is closed, None where it had no cost."""

    item: CostItem
    key: ItemKey | None
    amounts: Sequence[tuple[str, int, str]]
    lines: Sequence[Line]
    weighed: Fractions | None
    standings: Sequence[Standing]

    @property
    def total(self) -> int:
        """Of all bodies and lines."""
        return sum(one.total for one in self.lines)


@dataclass(frozen=True)
class BodyLine:
    """What a body pays for one line. of: what all pay for it."""

    item: CostItem
    line: Line
    yen: int

    @property
    def of(self) -> int:
        """What all bodies pay for it."""
        return self.line.total


@dataclass(frozen=True)
class BodyBill:
    """What a body pays. rates: (rate in per cent, net, tax) for each rate."""

    code: str
    name: str
    lines: Sequence[BodyLine]
    rates: Sequence[tuple[int, int, int]]

    @property
    def net(self) -> int:
        """Without tax."""
        return sum(net for _, net, _ in self.rates)

    @property
    def tax(self) -> int:
        """Rounded once for each rate."""
        return sum(tax for _, _, tax in self.rates)

    @property
    def total(self) -> int:
        """With tax."""
        return self.net + self.tax


@dataclass(frozen=True)
class Computed:
    """A month of a group. problems: why it cannot be closed."""

    group: CostGroup
    month: str
    items: Sequence[ItemBill]
    bills: Sequence[BodyBill]
    problems: Sequence[str] = ()
    notes: Sequence[str] = field(default=())

    @property
    def net(self) -> int:
        """Of all bodies, without tax."""
        return sum(one.net for one in self.bills)

    @property
    def total(self) -> int:
        """Of all bodies, with tax."""
        return sum(one.total for one in self.bills)

    @property
    def digest(self) -> str:
        """Changes with any figure, and with anything else that a bill prints, such as where to pay."""
        return hashlib.sha256(json.dumps(self.plain, sort_keys=True).encode()).hexdigest()

    @property
    def plain(self) -> dict[str, Any]:
        """As it is kept with the closing."""
        printed = ("title", "agreement", "biller", "pay_to", "rounding", "shows_all")
        return {
            "group": {name: getattr(self.group, name) for name in printed}, "items": [_plain(one) for one in self.items],
            "bodies": [[one.code, one.name, one.total] for one in self.bills],
        }  # fmt: skip


def _plain(one: ItemBill) -> dict[str, Any]:
    key = one.key
    told = {} if key is None else {
        "since": key.since, "equal": f"{key.equal:f}", "population": f"{key.population:f}", "use": f"{key.use:f}", "use_kind": key.use_kind,
        "counted_on": key.counted_on.isoformat() if key.counted_on else "", "without_use": key.without_use, "source": key.source,
    }  # fmt: skip
    return {
        "code": one.item.code, "title": one.item.title, "cost_class": one.item.cost_class, "tax_rate": one.item.tax_rate, "key": told,
        "amounts": [list(each) for each in one.amounts],
        "bodies": [[each.code, shares.written(each.present), each.population, shares.written(each.use)] for each in one.standings],
        "lines": [
            {"month": line.month, "correction": line.correction, "yen": dict(line.yen), "exact": {code: shares.written(part) for code, part in line.exact.items()}}
            for line in one.lines
        ],
    }  # fmt: skip


class Facts:
    """Everything entered for a group, read once."""

    def __init__(self, group: CostGroup, without: Closing | None = None) -> None:
        self.group = group
        self.bodies = list(group.bodies.all())
        self.items = list(group.items.prefetch_related("keys", "caps"))
        self.people = {(one.counted_on, one.code): one.population for one in group.headcounts.all()}
        self.used: dict[tuple[str, str], dict[str, Fraction]] = defaultdict(dict)
        for one in group.uses.all():
            self.used[one.month, one.kind][one.code] = Fraction(one.amount)
        self.amounts: dict[int, dict[str, list[tuple[int, str]]]] = defaultdict(lambda: defaultdict(list))
        for each in Amount.objects.filter(item__group=group):
            self.amounts[each.item_id][each.month].append((each.yen, each.note))
        billed = Share.objects.filter(closing__group=group, closing__replaced_by=None)
        if without is not None:
            billed = billed.exclude(closing=without)
        self.billed = list(billed.order_by("closing_id"))

    def standing(self, body: GroupBody, month: str, key: ItemKey) -> Standing:
        """A body as the key sees it in that month."""
        use = self.used[month, key.use_kind].get(body.code, Fraction(0)) if key.use_kind else Fraction(0)
        return Standing(
            body.code,
            self.presence(body, month),
            self.people.get((key.counted_on, body.code)) if key.counted_on else None,
            use,
        )

    def presence(self, body: GroupBody, month: str) -> Fraction:
        """Which part of the month it takes part."""
        first, last = cells.days_of(month)
        begin, end = max(first, body.joined_on), min(last, body.left_on or last)
        if begin > end:
            return Fraction(0)
        if not self.group.by_days:
            return Fraction(1)
        return Fraction((end - begin).days + 1, (last - first).days + 1)

    def untold(self, key: ItemKey | None, month: str, standings: Iterable[Standing]) -> list[str]:
        """A sentence on bodies of whose use nothing was entered: they count as 0, which somebody must have seen."""
        if key is None or not key.use:
            return []
        names = {one.code: one.name for one in self.bodies}
        lacking = [names[one.code] for one in standings if one.code not in self.used[month, key.use_kind]]
        more = f"ほか{len(lacking) - 20}団体" if len(lacking) > 20 else ""
        return [f"利用量の入っていない団体を0として計算しました：{'、'.join(lacking[:20])}{more}。入れ忘れでないか確かめてください。"] if lacking else []  # fmt: skip

    def weighed(self, item: CostItem, month: str) -> tuple[ItemKey, list[Standing], Fractions]:
        """How a cost is shared in a month. Raises Invalid."""
        key = next((one for one in item.keys.all() if one.since <= month), None)  # the newest first
        if key is None:
            raise shares.Invalid(
                f"{cells.shown_month(month)}の負担の割合がありません。割合を「適用する月」とともに入れてください。"
            )
        standings = [self.standing(one, month, key) for one in self.bodies]
        standings = [one for one in standings if one.present]
        return key, standings, shares.fractions(key.key, standings)


def compute(group: CostGroup, month: str, without: Closing | None = None) -> Computed:
    """The bills of a month as they would be. without: a closing that is to be taken back."""
    facts = Facts(group, without)
    found, problems, notes = [], [], []
    for item in facts.items:
        try:
            one = _item(facts, item, month)
        except Refused as refusal:
            problems.append(f"{item}：{refusal}")
            continue
        if one is None:
            continue
        found.append(one)
        if one.weighed is not None:
            notes += [
                f"{item}：{note}"
                for note in (*one.weighed.notes, *facts.untold(one.key, month, one.standings))
            ]
    bills = _bills(facts, found)
    if not any(one.lines for one in found) and not problems:
        problems.append(
            f"{cells.shown_month(month)}までの費用に、まだ請求していないものがありません。費用の額を入れてください。"
        )
    return Computed(group, month, found, bills, problems, notes)


def _item(facts: Facts, item: CostItem, month: str) -> ItemBill | None:
    years: dict[int, set[str]] = defaultdict(set)
    before: dict[str, dict[str, Fraction]] = defaultdict(dict)
    for one in facts.billed:
        if one.item == item.code:
            before[one.month][one.code] = one.fraction  # the newest closing last
    for each in {*facts.amounts[item.pk], *before}:
        if each <= month:
            years[cells.fiscal_year(each)].add(each)
    lines: list[Line] = []
    for year, months in sorted(years.items()):
        now = {each: _exact(facts, item, each) for each in months}
        paid: dict[str, int] = defaultdict(int)
        for one in facts.billed:
            if one.item == item.code and cells.fiscal_year(one.month) == year:
                paid[one.code] += one.yen
        lines += shares.lines(
            {each: before[each] for each in months if each in before}, now, paid, caps_of(item, year)
        )
    if not lines:
        return None
    key: ItemKey | None = None
    standings: list[Standing] = []
    weighed: Fractions | None = None
    if facts.amounts[item.pk].get(month):
        key, standings, weighed = facts.weighed(item, month)
    amounts = [(each, yen, note) for each in sorted({one.month for one in lines}) for yen, note in facts.amounts[item.pk].get(each, [])]  # fmt: skip
    return ItemBill(item, key, amounts, lines, weighed, standings)


def caps_of(item: CostItem, year: int) -> dict[str, int]:
    """What each body pays at most in a fiscal year: the newest that holds by then."""
    newest: dict[str, int | None] = {}
    for one in sorted(item.caps.all(), key=lambda one: one.year):
        if one.year <= year:
            newest[one.code] = one.most
    return {code: most for code, most in newest.items() if most is not None}


def _exact(facts: Facts, item: CostItem, month: str) -> Exact:
    total = sum(yen for yen, _ in facts.amounts[item.pk].get(month, []))
    _, _, weighed = facts.weighed(item, month)
    return {code: total * part for code, part in weighed.combined.items()}


def _bills(facts: Facts, items: Iterable[ItemBill]) -> list[BodyBill]:
    by_body: dict[str, list[BodyLine]] = defaultdict(list)
    for one in items:
        for line in one.lines:
            for code, yen in line.yen.items():
                by_body[code].append(BodyLine(one.item, line, yen))
    names = {one.code: one.name for one in facts.bodies}
    rounding = TaxRounding(facts.group.rounding)
    return [
        BodyBill(code, names.get(code, code), found, rates(found, rounding))
        for code, found in sorted(by_body.items())
    ]


def rates(found: Iterable[BodyLine], rounding: TaxRounding) -> list[tuple[int, int, int]]:
    """(rate, net, tax) of a bill: the tax is rounded once for each rate, on the sum."""
    nets: dict[int, int] = defaultdict(int)
    for one in found:
        nets[one.item.tax_rate] += one.yen
    return [(rate, net, shares.tax(net, rate, rounding)) for rate, net in sorted(nets.items(), reverse=True)]


def what_if(
    item: CostItem,
    total: int,
    key: shares.Key,
    standings: Mapping[str, Standing],
    year: int,
) -> tuple[Fractions, dict[str, int]]:
    """One month of one cost by itself, with other weights, another amount, other bodies. Raises Invalid. Nothing is written."""
    weighed = shares.fractions(key, list(standings.values()))
    exact = shares.capped(
        {code: total * part for code, part in weighed.combined.items()}, caps_of(item, year)
    )
    return weighed, shares.allocate(exact)
