"""What came of a campaign: people by arm, whether the split is the planned one, effects, segments, cost."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from django.db.models import Count, Q

from yakuba.services.outreach.contracts import ArmResult, Estimate
from yakuba.services.outreach.engine import assignment, effects, segments, sizes
from yakuba.services.outreach.engine.plan import Plan
from yakuba.services.outreach.models import Campaign

TOGETHER = "すべての文面"


@dataclass(frozen=True)
class Analysed:
    """Those who are analysed, a value a person: stratum, arm, probability, examined (0, 1) within the time."""

    codes: Any
    arms: Any
    probabilities: Any
    outcomes: Any


def analysed(campaign: Campaign, plan: Plan) -> Analysed:
    """Everybody who was not withdrawn, as assigned."""
    import numpy as np

    rows = list(
        campaign.members.filter(withdrawn="")
        .order_by("pk")
        .values_list("stratum", "arm", "probability", "examined_on")
    )
    outcomes = [int(day is not None and plan.cutoff < day <= plan.ends) for *_, day in rows]
    codes, arms, probabilities = (np.array([row[at] for row in rows]) for at in range(3))
    return Analysed(codes.astype(int), arms.astype(int), probabilities.astype(float), np.array(outcomes))


def arm_results(campaign: Campaign, plan: Plan) -> list[ArmResult]:
    """Of each arm, the control group first. Examined are those within the time, of those who are analysed."""
    within = Q(withdrawn="", examined_on__gt=plan.cutoff, examined_on__lte=plan.ends)
    counts = {
        row["arm"]: row
        for row in campaign.members.values("arm").annotate(
            n=Count("pk", filter=Q(withdrawn="")), examined=Count("pk", filter=within), out=Count("pk", filter=~Q(withdrawn="")),
        )
    }  # fmt: skip
    none = {"n": 0, "examined": 0, "out": 0}
    return [
        ArmResult(arm, name, row["n"], row["examined"], row["out"])
        for arm, name in enumerate(plan.arms) for row in [counts.get(arm, none)]
    ]  # fmt: skip


def letters_so_far(campaign: Campaign, names: Sequence[str]) -> tuple[list[int], list[int]]:
    """Sent and examined of each letter, over the campaign and those that it follows."""
    sent, examined = dict.fromkeys(names, 0), dict.fromkeys(names, 0)
    one: Campaign | None = campaign
    while one is not None:
        for result in arm_results(one, one.plan)[1:]:
            if result.name in sent:
                sent[result.name] += result.n
                examined[result.name] += result.examined
        one = one.parent
    return [sent[name] for name in names], [examined[name] for name in names]


def report(campaign: Campaign) -> dict[str, Any]:
    """Everything that the page of the result shows. stopped: the split is not the planned one; then there are no effects."""
    plan = campaign.plan
    arms = arm_results(campaign, plan)
    split = assignment.mismatch([one.n for one in arms], campaign.shares)
    found: dict[str, Any] = {
        "arms": [asdict(one) for one in arms], "split": split, "stopped": split < assignment.MISMATCH, "until": campaign.results_until.isoformat() if campaign.results_until else "",
    }  # fmt: skip
    if found["stopped"]:
        return found
    people = analysed(campaign, plan)
    if plan.method == "adaptive":
        return found | {"compared": _weighted(people, plan), "segment": None, "cost": None, "size": None}
    compared = _compared(people, plan, campaign)
    main = Estimate(**compared[0]["estimates"][0])
    return found | {
        "compared": compared, "segment": _segment(people, campaign), "segments": _segments(people, campaign),
        "cost": _cost(plan, main, sum(one.n for one in arms[1:])), "size": _size(arms[0].share, main, plan),
    }  # fmt: skip


def _compared(people: Analysed, plan: Plan, campaign: Campaign) -> list[dict[str, Any]]:
    """All letters together against the control group, and each letter, whose p is adjusted for their number (Holm)."""
    from statsmodels.stats.multitest import multipletests

    groups = [(TOGETHER, people.arms > 0)]
    if len(plan.messages) > 1:
        groups += [(message.name, people.arms == at) for at, message in enumerate(plan.messages, start=1)]
    found: list[dict[str, Any]] = []
    for name, inside in groups:
        used = inside | (people.arms == 0)
        estimates = effects.estimates(
            people.outcomes[used], inside[used], people.codes[used], campaign.strata
        )
        found.append({"name": name, "estimates": [asdict(one) for one in estimates]})
    if len(found) > 1:
        adjusted = multipletests([one["estimates"][0]["p"] for one in found[1:]], method="holm")[1]
        for one, p in zip(found[1:], adjusted, strict=True):
            one["adjusted"] = float(p)
    return found


def _weighted(people: Analysed, plan: Plan) -> list[dict[str, Any]]:
    return [
        {
            "name": message.name,
            "estimates": [asdict(effects.weighted(people.outcomes, people.arms, people.probabilities, at))],
        }
        for at, message in enumerate(plan.messages, start=1)
    ]


def _segment(people: Analysed, campaign: Campaign) -> dict[str, Any] | None:
    best = segments.best(
        people.outcomes, (people.arms > 0).astype(int), people.codes, campaign.strata, campaign.seed
    )
    return asdict(best) if best else None


def _segments(people: Analysed, campaign: Campaign) -> list[dict[str, Any]]:
    """Every segment as it was planned (the levels of the strata), with its people; intervals and p adjusted for their number: whoever
    reads them looks at the best one."""
    from statsmodels.stats.multitest import multipletests

    treated = (people.arms > 0).astype(int)
    found: list[dict[str, Any]] = []
    places = [
        (column, level, inside)
        for column, level in segments.members(campaign.strata)
        if (inside := segments.within(campaign.strata, people.codes, column, level)).any()
        and not inside.all()
    ]
    for column, level, inside in places:
        estimate = segments.estimated(
            people.outcomes[inside], treated[inside], people.codes[inside], len(places)
        )
        found.append(
            {"column": column, "level": level, "people": int(inside.sum()), "estimate": asdict(estimate)}
        )
    there = [one for one in found if not one["estimate"]["note"]]
    if there:
        for one, p in zip(
            there, multipletests([one["estimate"]["p"] for one in there], method="holm")[1], strict=True
        ):
            one["adjusted"] = float(p)
    return found


def _cost(plan: Plan, main: Estimate, letters: int) -> dict[str, Any] | None:
    """Yen for one more person examined; from the ends of the interval, None where an end is no gain."""
    total = plan.letter_cost * letters + plan.other_cost
    if not total or not main.is_there or not letters:
        return None
    each = [
        round(total / (letters * share)) if share > 0 else None
        for share in (main.difference, main.high, main.low)
    ]
    return {
        "total": round(total),
        "letters": letters,
        "each": each[0],
        "least": each[1],
        "most": each[2],
        "more": main.difference * letters,
    }


def _size(control: float | None, main: Estimate, plan: Plan) -> dict[str, Any] | None:
    """How many letters would be needed to find the difference that was seen, and the planned one."""
    if control is None or not main.is_there:
        return None
    ratio = plan.control / (1 - plan.control)
    found: dict[str, Any] = {}
    for name, more in (("seen", main.difference), ("planned", plan.expected)):
        try:
            size = sizes.needed(control, more, ratio)
            found[name] = {"more": more, "letters": size.per_arm, "control": size.control}
        except ValueError:
            found[name] = None
    return found
