"""Who a campaign is for: the rows of a table that pass, with how many were left out by what."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from yakuba.kernel.persons import queries as residents
from yakuba.kernel.persons.protecting import Named, Told, judge
from yakuba.kernel.persons.variants import name_key
from yakuba.kernel.protection import policy
from yakuba.kernel.protection.queries import held
from yakuba.kernel.refusals import Conflict
from yakuba.services.outreach.adapters import frames
from yakuba.services.outreach.engine.columns import age_on, number_key
from yakuba.services.outreach.engine.plan import AGE, RISK, Plan
from yakuba.services.outreach.engine.rules import passing
from yakuba.services.outreach.models import Campaign, Member, OptOut, Purpose, TownTable

PERSON = "persons.person"
GONE = "表はもうありません（保存期間が過ぎたか、消されました）。表を入れ直してください。"
RUNNING = (Campaign.State.ASSIGNED, Campaign.State.WITHDRAWN, Campaign.State.PRINTED)


@dataclass
class Chosen:
    """columns: heading → values of those who pass, with age and risk; numbers: theirs; funnel: (sentence, people left)."""

    columns: dict[str, list[Any]]
    numbers: list[str]
    funnel: list[tuple[str, int]] = field(default_factory=list)

    def keep(self, held: Sequence[bool], sentence: str) -> None:
        """Leave out who does not."""
        places = [at for at, one in enumerate(held) if one]
        self.columns = {name: [values[at] for at in places] for name, values in self.columns.items()}
        self.numbers = [self.numbers[at] for at in places]
        self.funnel.append((sentence, len(places)))


def rows_of(table: TownTable, names: Iterable[str], year: int) -> tuple[dict[str, list[Any]], list[str]]:
    """Columns and numbers of one fiscal year. Raises Conflict."""
    if table.state != TownTable.State.DONE or table.part is None:
        raise Conflict(
            f"表「{table}」は、まだ読めていません。読めてから使ってください。" if table.part else GONE
        )
    number, years = table.heading("number"), table.heading("year")
    found = frames.read(table.part, list(dict.fromkeys([number, *([years] if years else []), *names])))
    if str(year) not in table.years:
        known = "、".join(table.years)
        raise Conflict(
            f"表「{table}」に{year}年度の行はありません（あるのは {known} 年度）。年度を直してください。"
        )
    if years:
        places = [at for at, one in enumerate(found[years]) if one == year]
        found = {name: [values[at] for at in places] for name, values in found.items()}
    return found, [str(one) for one in found[number]]


def choose(
    table: TownTable, plan: Plan, purpose: Purpose, *, campaign: Campaign | None = None, risk: Callable[[TownTable, int, int], Sequence[float]] | None = None
) -> Chosen:  # fmt: skip
    """Everybody the plan is for. Who wants no letters or is under protection goes first: what is counted by a rule before that would say
    where somebody lives. risk: (table, year, model) → the risk of each of its rows of that year."""
    roles = {one: table.heading(one) for one in ("birth", "outcome", "name", "postal", "address")}
    wanted = [*plan.columns, *(one for one in roles.values() if one)]
    columns, numbers = rows_of(table, wanted, plan.year)
    chosen = Chosen(columns, numbers, [(f"{plan.year}年度の表にいる人", len(numbers))])
    if roles["birth"]:
        columns[AGE] = [
            None if one is None else float(age_on(one, plan.decided)) for one in columns[roles["birth"]]
        ]
    if plan.model and risk is not None:
        columns[RISK] = list(risk(table, plan.year, plan.model))
    _leave(chosen, opted_out(purpose), "勧奨を望まない人を除く")
    _leave(chosen, keys_of(protected(chosen, roles)), "支援措置の人を除く")
    for rule in plan.who:
        chosen.keep(passing([rule], chosen.columns, len(chosen.numbers))[0], f"「{rule.text}」に当たる人")
    for rule in plan.without:
        chosen.keep(
            [not one for one in passing([rule], chosen.columns, len(chosen.numbers))[0]],
            f"「{rule.text}」の人を除く",
        )
    if roles["outcome"]:
        chosen.keep([one is not True for one in chosen.columns[roles["outcome"]]], "もう受診した人を除く")
    if plan.by_letter:
        if not roles["address"] or not roles["name"]:
            raise Conflict(
                "手紙を送る施策には、表に氏名と住所の列が要ります。列の役割を決めるか、「送り方: 一覧だけ」にしてください。"
            )
        held_ = [
            bool(one) and bool(other)
            for one, other in zip(
                chosen.columns[roles["address"]], chosen.columns[roles["name"]], strict=True
            )
        ]
        chosen.keep(held_, "氏名か住所のない人を除く")
    _leave(chosen, elsewhere(purpose, campaign), "同じ目的の、結果の出ていない施策にいる人を除く")
    return chosen


def _leave(chosen: Chosen, numbers: frozenset[str] | set[str], sentence: str) -> None:
    chosen.keep([number_key(one) not in numbers for one in chosen.numbers], sentence)


def keys_of(numbers: Iterable[str]) -> set[str]:
    """Numbers as they are compared."""
    return {number_key(one) for one in numbers}


def opted_out(purpose: Purpose) -> set[str]:
    """Who wants no letters for that purpose, by `number_key`."""
    rows = OptOut.objects.filter(purpose=None) | OptOut.objects.filter(purpose=purpose)
    return keys_of(rows.values_list("number", flat=True))


def elsewhere(purpose: Purpose, campaign: Campaign | None) -> set[str]:
    """Who is in another campaign of the same purpose that has no result yet, by `number_key`: a letter would spoil its control group."""
    rows = Member.objects.filter(campaign__purpose=purpose, campaign__state__in=RUNNING)
    if campaign is not None:
        rows = rows.exclude(campaign=campaign)
    return keys_of(rows.values_list("number", flat=True))


def moved(numbers: Iterable[str]) -> tuple[set[str], datetime | None]:
    """Whom the register of residents no longer has (転出・死亡), by `number_key`, and when that register was loaded. A register that
    knows fewer than half of them numbers people otherwise, or is of others: it says nothing of anybody, as where there is none."""
    asked = keys_of(numbers)
    load = residents.current()
    if load is None or not asked:
        return set(), None
    there = sum(1 for one in residents.numbers() if _take(asked, number_key(one)))
    return (set(), None) if there < len(asked) else (asked, load.finished_at)


def _take(keys: set[str], key: str) -> bool:
    """Whether it was among them; it no longer is."""
    if key not in keys:
        return False
    keys.remove(key)
    return True


def protected(chosen: Chosen, roles: Mapping[str, str]) -> set[str]:
    """Who is, or may be, under protection (支援措置): by number, by what the register says, or by name, birth and address."""
    protections = list(held())
    certain = keys_of(policy.under(PERSON)) | keys_of(row.number for row in protections if row.number)
    found = {one for one in chosen.numbers if number_key(one) in certain}
    if not protections:
        return found
    names, births, addresses = (
        chosen.columns.get(roles.get(one, ""), [None] * len(chosen.numbers))
        for one in ("name", "birth", "address")
    )
    keys = {name_key(row.name) for row in protections if row.name}
    born = {row.birth for row in protections if row.birth}
    places = {row.address for row in protections if row.address}
    for number, name, birth, address in zip(chosen.numbers, names, births, addresses, strict=True):
        near = (
            (birth is not None and birth in born)
            or (name and name_key(name) in keys)
            or (address and address in places)
        )
        if near and number not in found:
            told = Told(
                [Named(name or "", "", birth.isoformat() if birth else "")],
                [address] if address else [],
                [number],
            )
            if any(judge(row, told) for row in protections):
                found.add(number)
    return found
