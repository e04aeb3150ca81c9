"""How the index of one child comes about, and the values that it rests on."""

from __future__ import annotations

from dataclasses import dataclass, replace

from yakuba.kernel.ledger.display import shown_value
from yakuba.kernel.protection.policy import HIDDEN
from yakuba.kernel.refusals import if_valid
from yakuba.services.nursery.contracts import ChildIndex, MarketRefused, NotEligible, Problem, Standing
from yakuba.services.nursery.engine.preparing import prepare
from yakuba.services.nursery.engine.rules import RulesRefused
from yakuba.services.nursery.models import Application
from yakuba.services.nursery.queries import covering, inputs, rules


@dataclass(frozen=True)
class Found:
    """index: None when it cannot be worked out (`problems` say why). wishes: for each wish with its facility code
    the standing at the slot of the child's age, or None where it takes no part."""

    index: ChildIndex | None = None
    wishes: tuple[tuple[str, Standing | None], ...] = ()
    not_eligible: tuple[NotEligible, ...] = ()
    problems: tuple[Problem, ...] = ()
    household_level: bool = False


@dataclass(frozen=True)
class Value:
    """One value of an application as staff read it. corrected: who changed it by hand, empty for nobody."""

    label: str
    shown: str
    asked: bool
    corrected: str = ""


def of_application(row: Application) -> Found:
    """Work the index out from the round as it stands; nobody outside the household matters for it."""
    child = row.receipt_number
    try:
        read = rules.of_round(row.round)
        everything = inputs.of_round(row.round)
        mine = tuple(one for one in everything.households if one.id == row.household)
        if not mine:
            raise MarketRefused([Problem(0, child, "この申込は選考から外れています。")])
        selection = prepare(replace(everything, households=mine), read)
        if child in everything.seated:
            reason = "前の選考回で入所が決まっているため、この回の選考には加わりません。"
            raise MarketRefused([Problem(0, child, reason)])
    except (RulesRefused, MarketRefused) as refused:
        return Found(problems=tuple(refused.problems))
    standings: dict[str, Standing] = {}
    for slot, place in selection.slots.items():
        for one in selection.standings.get(slot, ()):
            if one.child == child:
                standings.setdefault(place.facility, one)
    return Found(
        index=selection.indices.get(child),
        wishes=tuple((wish, standings.get(wish)) for wish in row.wishes),
        not_eligible=tuple(one for one in selection.not_eligible if one.child == child),
        household_level=read.level.household,
    )


def values(row: Application, *, closed: bool) -> list[Value]:
    """The application's values: those of its procedure in order, then what else the file brought. closed: where the child
    lives is hidden."""
    definition = row.round.procedure.definition
    read = if_valid(rules.of_round, row.round)
    asked = read.asked if read else {}
    known = {item.code: item for item in definition.fields}
    found = []
    for code in [*known, *(code for code in row.facts if code not in known)]:
        value = row.facts.get(code, "")
        if not value and code not in asked:
            continue
        spec = asked.get(code)
        label = known[code].label if code in known else (spec.label if spec else code)
        shown = shown_value(known[code], value) if code in known else ""
        if not shown and spec is not None:
            shown = "、".join(spec.options.get(one, one) for one in value.split(",") if one)
        if value and closed and covering.is_hidden_fact(code, known.get(code), label):
            shown = HIDDEN
        by = row.corrected.get(f"facts.{code}", {}).get("by", "")
        found.append(Value(label, shown or value, code in asked, by))
    return found
