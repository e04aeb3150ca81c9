"""Runs: what they are made from, what came out, how far they are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from django.db.models import QuerySet

from yakuba.kernel.jobs.work import Work, work_of
from yakuba.services.nursery.contracts import (
    Applications,
    Applied,
    Explanation,
    MarketRefused,
    Matching,
    Problem,
    Selection,
    Slot,
)
from yakuba.services.nursery.engine.preparing import applied, what_if
from yakuba.services.nursery.models import Placement, Round, Run
from yakuba.services.nursery.queries import inputs, rules
from yakuba.services.nursery.queries.refusal import NotPossible

SHOWN_PROBLEMS = 200


def runs(round: Round) -> QuerySet[Run]:
    """The round's runs, the newest first; what-ifs too."""
    return Run.objects.filter(round=round).select_related("rule_set", "started_by", "base").order_by("-pk")


def placements(run: Run, *, explained: bool = False) -> QuerySet[Placement]:
    """The run's results by receipt number. explained: with the explanations, by far the most of a result; else each
    is read when it is asked for."""
    rows = Placement.objects.filter(run=run).select_related("application")
    rows = rows.order_by("application__receipt_number")
    return rows if explained else rows.defer("explanation")


def indices(run: Run) -> list[int]:
    """The index of every child that takes part, in no order."""
    rows = Placement.objects.filter(run=run, index__isnull=False).order_by()
    return list(rows.values_list("index", flat=True))


def slots_in_order(run: Run) -> list[tuple[str, dict[str, Any]]]:
    """`Run.slots` by facility and age, reserved seats behind the others."""
    keys = ("facility", "age", "reserved")
    return sorted(run.slots.items(), key=lambda pair: [pair[1][key] for key in keys])


def progress(run: Run) -> Work:
    """How far the run is, or why it has failed."""
    if run.is_done:
        return Work()
    now = work_of("nursery.run", run.job_key)
    if run.state == Run.State.ACTIVE:
        return now
    reason = "\n".join(str(Problem(**one)) for one in run.problems[:SHOWN_PROBLEMS])
    return replace(now, reason=reason, is_live=False)


def is_outdated(run: Run, round: Round) -> bool:
    """Whether the round's applications, facilities or rules differ from what the run was made from."""
    if run.snapshot is None or run.rule_set_id != round.rule_set_id:
        return True
    return run.snapshot.digest != inputs.digest_of(inputs.of_round(round))


def finished(run: Run) -> None:
    """Raise NotPossible unless the run has a result."""
    if not run.is_done:
        raise NotPossible(
            f"「{run}」は{run.get_state_display()}で、結果がありません。終わった計算を指定してください。"
        )


def applications_of(run: Run) -> Applications:
    """The inputs that the run was made from. Raises MarketRefused when they are missing or cannot be read."""
    if run.snapshot is None:
        raise MarketRefused([Problem(0, "計算の入力", "残っていません。もう一度計算してください。")])
    try:
        return inputs.from_json(run.snapshot.document)
    except ValueError as error:
        reason = "保存した内容が壊れているため読めません。もう一度計算してください。"
        raise MarketRefused([Problem(0, "計算の入力", reason)]) from error


def selection_of(run: Run, applications: Applications | None = None) -> Selection:
    """The round made ready as the run saw it, what-if included. Raises MarketRefused or RulesRefused."""
    applications = applications or applications_of(run)
    read = rules.parsed(run.rule_set).for_round(applications.number)
    return what_if.selection(applications, read, run.change.get("seats", {}), run.change.get("level", ""))


def applied_of(run: Run) -> Applied:
    """Who asked for what in a finished run, from its inputs and its result. Raises MarketRefused or RulesRefused."""
    slots = {name: Slot.read(name) for name in run.slots}
    rows = Placement.objects.filter(run=run).exclude(index=None)
    totals = dict(rows.values_list("application__receipt_number", "index"))
    return applied(applications_of(run), rules.parsed(run.rule_set), slots, totals)


def assignment_of(run: Run) -> dict[str, str | None]:
    """Child → slot or None in the result of a finished run."""
    held = placements(run).values_list("application__receipt_number", "slot")
    return {child: slot or None for child, slot in held}


def slots_of(
    selection: Selection, matching: Matching, reasons: Mapping[str, Explanation]
) -> dict[str, dict[str, Any]]:
    """For `Run.slots`: each slot with its capacity, who is in by rank, the cut-off, the waiting list, and the index
    of those in the two lists as it counts there."""
    waiting: dict[str, list[tuple[int, str]]] = {}
    for child, explanation in reasons.items():
        for wish in explanation.wishes:
            if wish.waiting_place is not None:
                waiting.setdefault(wish.slot, []).append((wish.waiting_place, child))
    held: dict[str, list[str]] = {}
    for child, at in matching.assignment.items():
        held.setdefault(at or "", []).append(child)
    found = {}
    for name, slot in selection.slots.items():
        standings = selection.standings.get(name, ())
        ranked = [one for one in standings if matching.assignment.get(one.child) == name]
        listed = {one.child for one in ranked}
        own_seat = [child for child in held.get(name, ()) if child not in listed]
        waits = [child for _, child in sorted(waiting.get(name, []))]
        seated = own_seat + [one.child for one in ranked]
        shown = {*seated, *waits}
        found[name] = {
            "facility": slot.facility,
            "age": slot.age,
            "reserved": slot.reserved,
            "capacity": selection.market.capacity[name],
            "seated": seated,
            "cutoff": ranked[-1].index if ranked else None,
            "waiting": waits,
            "index": {one.child: one.index for one in standings if one.child in shown},
        }
    return found


def index_of(selection: Selection, explanation: Explanation) -> int | None:
    """The index that counted for the child everywhere: by the household where the rules say so, without points
    that count at one facility only. None when it takes no part."""
    own = selection.indices.get(explanation.child)
    if own is None:
        return None
    for wish in explanation.wishes:
        if wish.own_index is not None:
            return wish.own_index - (own.at(wish.facility) - own.total)
    return own.total


def counts_of(selection: Selection, reasons: Mapping[str, Explanation]) -> dict[str, Any]:
    """For `Run.counts`: applicants, who is in (`placed`: to a new seat, `kept`: at its own), first wishes, by wish."""
    seated = selection.applications.seated
    taking_part = [pair for pair in selection.applications.children() if pair[1].id not in seated]
    children = [child for _, child in taking_part]
    wishes = Counter(reasons[child.id].wish for child in children)
    held = [child for child in children if reasons[child.id].held]
    return {
        "children": len(children),
        "households": len({household.id for household, _ in taking_part}),
        "placed": sum(number for wish, number in wishes.items() if wish),
        "kept": sum(1 for child in held if not reasons[child.id].wish),
        "first": wishes.get(1, 0),
        "unplaced": len(children) - len(held),
        "by_wish": {str(wish): number for wish, number in sorted(wishes.items()) if wish},
        "seats": sum(selection.market.capacity.values()),
        "not_eligible": len({one.child for one in selection.not_eligible if not one.facility}),
    }
