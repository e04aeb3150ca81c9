"""The worker plans, looks at what it found as if somebody else had made it, and only then keeps it as a version."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from django.db import transaction
from django.db.models import Max

from yakuba.kernel.audit.actor import Actor, known
from yakuba.kernel.audit.chain import record
from yakuba.kernel.refusals import Conflict, Refused
from yakuba.kernel.townsettings import value
from yakuba.services.fieldwork.contracts import PlanState, VersionState
from yakuba.services.fieldwork.engine.rounds import words
from yakuba.services.fieldwork.engine.rounds.asking import Asked
from yakuba.services.fieldwork.engine.rounds.checking import broken
from yakuba.services.fieldwork.engine.rounds.problem import DAY, Plan, Problem, Round, Ways
from yakuba.services.fieldwork.engine.rounds.solving import Effort, solve
from yakuba.services.fieldwork.models import (
    CrewRound,
    LeftStop,
    RoundChange,
    RoundPlan,
    RoundVersion,
    RoundVisit,
)
from yakuba.services.fieldwork.queries import rounds as queries
from yakuba.services.fieldwork.queries.rounds_ways import Measured, measured

BROKEN = "計算の結果が、時間帯・技能・量・休憩のどれかの条件を満たしていないため、計画にしませんでした。もう一度計算し、続くときはシステム担当に知らせてください。"
ENDED = "計算が止まりました。「もう一度動かす」を押してください。"

Listen = Callable[[], None]


def effort(listen: Listen | None = None) -> Effort:
    """How long the town lets it search."""
    return Effort(seconds=float(value("fieldwork.search_seconds")), listen=listen)


def looked_at(problem: Problem, plan: Plan) -> Plan:
    """The plan. Raises Conflict where it breaks any condition: such a plan is shown to nobody."""
    faults = broken(problem, plan)
    if faults:
        raise Conflict(BROKEN, remedy="、".join(faults[:3]))
    return plan


def names_of(of: Asked) -> list[str]:
    """What the rows of the table of ways are called."""
    titles = dict(
        queries.RoundStop.objects.filter(pk__in=[one.key for one in of.stops]).values_list("pk", "title")
    )
    return [*(f"{crew.name}の基地" for crew in of.crews), *(titles[stop.key] for stop in of.stops)]


def work(plan_id: int, listen: Listen | None = None, within: Effort | None = None) -> None:
    """Plan anew. Killed half way it begins again: nothing is kept before the end. within: how long, else the town's setting.
    Raises Conflict."""
    plan = RoundPlan.objects.filter(pk=plan_id, state=PlanState.PLANNING).first()
    if plan is None:
        return
    of = queries.asked(plan)
    ways = measured(of.points, names_of(of))
    problem = of.problem(ways.ways)
    found = looked_at(problem, solve(problem, within or effort(listen)))
    with transaction.atomic():
        row = RoundPlan.objects.select_for_update().get(pk=plan_id)
        if row.state != PlanState.PLANNING:
            return
        version = keep(
            row, Answer(of, problem, found, ways), "はじめの計算", VersionState.CURRENT, actor=None
        )
        row.state = PlanState.READY
        row.save(update_fields=["state"])
        record("fieldwork.plan_calculated", subject=f"plan:{row.pk}", version=version.number)


def give_up(refusal: Refused, *, plan_id: int) -> None:
    """The job will not go on, for that reason."""
    RoundPlan.objects.filter(pk=plan_id, state=PlanState.PLANNING).update(
        state=PlanState.FAILED, reason=refusal.lines() or ENDED
    )


def take_up(*, plan_id: int) -> None:
    """Somebody begins the job again. Raises Conflict."""
    row = RoundPlan.objects.select_for_update().get(pk=plan_id)
    if row.state not in (PlanState.FAILED, PlanState.PLANNING):
        raise Conflict(
            f"この計画は「{PlanState(row.state).label}」です。計画の画面で「計算する」を押してください。"
        )
    row.state, row.reason = PlanState.PLANNING, ""
    row.save(update_fields=["state", "reason"])


@dataclass(frozen=True)
class Answer:
    """What is kept as a version. past: of each shift the round as it stood, of whose visits those in `begun` come first."""

    asked: Asked
    problem: Problem
    plan: Plan
    ways: Measured
    past: Mapping[int, CrewRound] = field(default_factory=dict)
    begun: frozenset[int] = frozenset()
    now: int = 0

    def visits_before(self, shift: int) -> list[RoundVisit]:
        """Those of the shift that were begun already, as they were planned."""
        row = self.past.get(shift)
        return [one for one in row.listed if one.stop_id in self.begun] if row else []


def keep(
    plan: RoundPlan,
    answer: Answer,
    why: str,
    state: VersionState,
    *,
    actor: Actor,
    change: RoundChange | None = None,
    kept: bool = False,
) -> RoundVersion:
    """The answer as a version; in the caller's transaction, with the plan locked."""
    if state == VersionState.CURRENT:
        RoundVersion.objects.filter(plan=plan, state=VersionState.CURRENT).update(state=VersionState.PAST)
    last = RoundVersion.objects.filter(plan=plan).aggregate(last=Max("number"))["last"] or 0
    version = RoundVersion.objects.create(
        plan=plan,
        number=last + 1,
        state=state,
        why=why[:200],
        basis=answer.ways.basis[:400],
        warnings="\n".join([*answer.ways.warnings, *answer.asked.unrested]),
        metres=0,
        seconds=0,
        made_by=known(actor),
        change=change,
        kept=kept,
    )
    rounds = {one.shift: one for one in answer.plan.rounds}
    for shift in sorted({*rounds, *(number for number in answer.past if answer.visits_before(number))}):
        _keep_round(version, answer, shift, rounds.get(shift))
    LeftStop.objects.bulk_create(
        LeftStop(version=version, stop_id=int(key), reason=reason)
        for key, reason in answer.plan.left_out.items()
    )
    sums = CrewRound.objects.filter(version=version).values_list("metres", "seconds")
    version.metres, version.seconds = sum(one for one, _ in sums), sum(one for _, one in sums)
    version.save(update_fields=["metres", "seconds"])
    return version


def _keep_round(version: RoundVersion, answer: Answer, shift: int, round_: Round | None) -> None:
    crew, day = answer.asked.shifts[shift]
    before, old = answer.visits_before(shift), answer.past.get(shift)
    base = answer.asked.crews.index(crew)
    visits = [
        RoundVisit(
            stop_id=one.stop_id,
            arrival=one.arrival,
            begin=one.begin,
            end=one.end,
            metres=one.metres,
            seconds=one.seconds,
            past=True,
        )
        for one in before
    ]
    start = answer.problem.shifts[shift].start if round_ else base
    if before and not round_:
        start = answer.asked.row_of(before[-1].stop_id)
    new, home = _planned(answer, start, base, round_)
    visits += new
    rests = [
        span
        for span in (queries.rests_of(old) if old and (before or not round_) else [])
        if span[1] <= answer.now
    ]
    rests += [(one.begin, one.end) for one in round_.rests] if round_ else []
    metres, seconds = (
        sum(one.metres for one in visits) + home[0],
        sum(one.seconds for one in visits) + home[1],
    )
    row = CrewRound.objects.create(
        version=version,
        crew_id=crew.key,
        day=day,
        leave=old.leave if old and before else round_.leave if round_ else 0,
        back=round_.back if round_ else before[-1].end + home[1],
        rests=words.spans_shown([(begin - day * DAY, end - day * DAY) for begin, end in rests]),
        metres=metres,
        seconds=seconds,
    )
    for place, visit in enumerate(visits, 1):
        visit.round, visit.place = row, place
    RoundVisit.objects.bulk_create(visits)


def _planned(
    answer: Answer, start: int, base: int, round_: Round | None
) -> tuple[list[RoundVisit], tuple[int, int]]:
    """The visits that are still to come with their ways, and metres and seconds of the way home."""
    stops = [int(one.stop) for one in round_.visits] if round_ else []
    rows = [start, *(answer.asked.row_of(stop) for stop in stops), base]
    legs = _legs(answer.ways.ways, rows)
    visits = [
        RoundVisit(
            stop_id=int(one.stop),
            arrival=one.arrival,
            begin=one.begin,
            end=one.end,
            metres=metres,
            seconds=seconds,
        )
        for one, (metres, seconds) in zip(round_.visits if round_ else (), legs, strict=False)
    ]
    return visits, legs[-1]


def _legs(ways: Ways, rows: Sequence[int]) -> list[tuple[int, int]]:
    return [(ways.metres[one][other], ways.seconds[one][other]) for one, other in pairwise(rows)]
