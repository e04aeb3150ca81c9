"""What happens on the day: one more stop, a crew that is late or drops out. Two versions are proposed, a person takes one."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from yakuba.kernel.audit.actor import Actor, known
from yakuba.kernel.audit.chain import record
from yakuba.kernel.jobs import enqueue, lock
from yakuba.kernel.refusals import Conflict, Invalid, Missing, Refused
from yakuba.services.fieldwork.actions.rounds_answers import (
    ENDED,
    Answer,
    Listen,
    effort,
    keep,
    looked_at,
    names_of,
)
from yakuba.services.fieldwork.actions.rounds_plans import held, put_in
from yakuba.services.fieldwork.contracts import ChangeKind, ChangeState, PlanState, VersionState, VisitKind
from yakuba.services.fieldwork.engine.rounds.asking import Asked
from yakuba.services.fieldwork.engine.rounds.entries import GivenStop
from yakuba.services.fieldwork.engine.rounds.problem import DAY, Problem
from yakuba.services.fieldwork.engine.rounds.replanning import orders_left, rest_of, squeezed_in
from yakuba.services.fieldwork.engine.rounds.solving import solve
from yakuba.services.fieldwork.engine.rounds.today import Said, whereabouts
from yakuba.services.fieldwork.models import CrewRound, RoundChange, RoundPlan, RoundVersion, StopEvent
from yakuba.services.fieldwork.queries import rounds as queries
from yakuba.services.fieldwork.queries.rounds_ways import measured

JOB = "fieldwork.change_rounds"
STALE = "計算のあとに、計画がほかの変更で変わりました。この変更を取りやめ、もう一度計算してください。"


def held_change(change_id: int) -> RoundChange:
    """The change, locked after its plan. Raises Missing."""
    row = RoundChange.objects.filter(pk=change_id).first()
    if row is None:
        raise Missing(f"{change_id}番の変更がありません。番号を確かめてください。")
    held(row.plan_id)
    found: RoundChange = RoundChange.objects.select_for_update().get(pk=change_id)
    return found


@transaction.atomic
def ask(
    plan_id: int,
    kind: ChangeKind,
    *,
    crew_id: int | None = None,
    until: int | None = None,
    stop: GivenStop | None = None,
    moment: int | None = None,
    actor: Actor,
) -> RoundChange:
    """Let the worker reckon both ways to answer it. crew_id: who is late or out; until: when a late crew can go on, seconds
    from midnight of today; stop: what is to be visited besides; moment: seconds of the plan, now where None. Raises Invalid,
    Conflict, Missing."""
    plan = held(plan_id)
    now = queries.moment(plan) if moment is None else moment
    if plan.state != PlanState.PUBLISHED:
        raise Conflict(
            "班に出した計画だけを、当日に変えられます。その前は、訪問先を足してもう一度計算してください。"
        )
    if now < 0 or now >= plan.days * DAY:
        raise Conflict("今日は、この計画の日ではありません。")
    if queries.open_changes(plan).exists():
        raise Conflict("まだ決めていない変更があります。先にそれを取り入れるか、取りやめてください。")
    current = queries.current(plan)
    if current is None:
        raise Conflict("この計画には、いまの版がありません。")
    row = RoundChange(plan=plan, kind=kind, moment=now, based_on=current.number, asked_by=known(actor))
    if kind == ChangeKind.ADD:
        if stop is None:
            raise Invalid("足す訪問先を書いてください。", place="件名")
        row.stop = put_in(plan, stop, actor)
    else:
        row.crew_id, row.until = _crew(plan, crew_id), _until(kind, until, now)
    row.save()
    record("fieldwork.change_asked", subject=f"plan:{plan.pk}", actor=actor, kind=str(kind), change=row.pk)
    enqueue(JOB, key=row.job_key, lane="fieldwork-rounds", change_id=row.pk)
    return row


def _crew(plan: RoundPlan, crew_id: int | None) -> int:
    if crew_id is None or crew_id not in {crew.pk for crew in queries.crews_of(plan)}:
        raise Invalid("この計画の班を選んでください。", place="班")
    return crew_id


def _until(kind: ChangeKind, until: int | None, now: int) -> int:
    day = now // DAY * DAY
    if kind == ChangeKind.OUT:
        return day + DAY
    if until is None or day + until <= now:
        raise Invalid("いまより後の時刻を「13:30」のように書いてください。", place="いつから動けるか")
    return day + until


def work(change_id: int, listen: Listen | None = None) -> None:
    """Reckon both. Killed half way it begins again. Raises Conflict."""
    change = RoundChange.objects.select_related("plan").filter(pk=change_id).first()
    if change is None or change.state != ChangeState.WAITING:
        return
    plan, now = change.plan, change.moment
    version = queries.current(plan)
    if version is None or version.number != change.based_on:
        raise Conflict(STALE)
    of = queries.asked(plan)
    ways = measured(of.points, names_of(of))
    whole, before = of.problem(ways.ways), queries.answer_of(version, of)
    numbers = {(crew.key, day): number for number, (crew, day) in enumerate(of.shifts)}
    past = {
        numbers[row.crew_id, row.day]: row
        for row in queries.rounds_of(version)
        if (row.crew_id, row.day) in numbers
    }
    done = _begun(of, change)
    rest = _rest(change, of, whole, past, done)
    kept = looked_at(rest, squeezed_in(rest, before))
    anew = looked_at(rest, solve(rest, effort(listen), orders_left(rest, kept)))
    with transaction.atomic():
        row = held_change(change_id)
        if row.state != ChangeState.WAITING:
            return
        for found, is_kept in ((kept, True), (anew, False)):
            answer = Answer(of, rest, found, ways, past, frozenset(done), now)
            why = f"{row.get_kind_display()}：{'順番を変えない' if is_kept else '組み直す'}"
            keep(row.plan, answer, why, VersionState.PROPOSED, actor=row.asked_by, change=row, kept=is_kept)
        row.state = ChangeState.READY
        row.save(update_fields=["state"])


def _begun(of: Asked, change: RoundChange) -> set[int]:
    """Stops that were done, given up, or are being worked at; not what a crew was at that drops out: somebody has to do it."""
    gone = change.crew_id if change.kind == ChangeKind.OUT else None
    standings = queries.standings(stop.key for stop in of.stops)
    return {
        key
        for key, standing in standings.items()
        if standing.closing or (standing.begun and standing.begun.crew_id != gone)
    }


def _rest(
    change: RoundChange, of: Asked, whole: Problem, past: dict[int, CrewRound], done: set[int]
) -> Problem:
    late = (change.crew_id, change.until) if change.crew_id and change.until is not None else None
    rests = {number: queries.rests_of(row) for number, row in past.items()}
    found = whereabouts(of, whole, change.moment, _said(change.plan, of, change.moment), rests, late)
    return rest_of(whole, change.moment, {str(key) for key in done}, found)


def _said(plan: RoundPlan, of: Asked, now: int) -> dict[int, Said]:
    """The last that each crew said today."""
    found: dict[int, Said] = {}
    asked = [stop.key for stop in of.stops]
    for event in StopEvent.objects.filter(stop__in=asked).order_by("pk"):
        at = queries.moment(plan, event.at)
        if at // DAY == now // DAY:
            found[event.crew_id] = Said(event.stop_id, at, event.kind == VisitKind.ARRIVED)
    return found


def give_up(refusal: Refused, *, change_id: int) -> None:
    """The job will not go on, for that reason."""
    RoundChange.objects.filter(pk=change_id, state=ChangeState.WAITING).update(
        state=ChangeState.FAILED, reason=refusal.lines() or ENDED
    )


def take_up(*, change_id: int) -> None:
    """Somebody begins the job again. Raises Conflict."""
    row = RoundChange.objects.select_for_update().get(pk=change_id)
    if row.state not in (ChangeState.FAILED, ChangeState.WAITING):
        raise Conflict(f"この変更は「{ChangeState(row.state).label}」です。")
    row.state, row.reason = ChangeState.WAITING, ""
    row.save(update_fields=["state", "reason"])


@transaction.atomic
def take(change_id: int, kept: bool, *, actor: Actor) -> RoundVersion:
    """One of the two versions holds from now on; what held before stays readable. Raises Conflict."""
    change = held_change(change_id)
    if change.state != ChangeState.READY:
        raise Conflict(f"この変更は「{ChangeState(change.state).label}」です。")
    current = queries.current(change.plan)
    if current is None or current.number != change.based_on or change.plan.state != PlanState.PUBLISHED:
        raise Conflict(STALE)
    if queries.moment(change.plan) // DAY != change.moment // DAY:
        raise Conflict(
            "この変更は、計算した日が終わったので取り入れられません。",
            remedy="取りやめてから、きょうの分をもう一度計算してください。",
        )
    chosen = RoundVersion.objects.get(change=change, kept=kept)
    RoundVersion.objects.filter(pk=current.pk).update(state=VersionState.PAST)
    RoundVersion.objects.filter(change=change).exclude(pk=chosen.pk).update(state=VersionState.DROPPED)
    chosen.state = VersionState.CURRENT
    chosen.save(update_fields=["state"])
    _decided(change, ChangeState.TAKEN, actor)
    record(
        "fieldwork.change_taken",
        subject=f"plan:{change.plan_id}",
        actor=actor,
        change=change.pk,
        version=chosen.number,
        kept=kept,
    )
    return chosen


@transaction.atomic
def drop(change_id: int, *, actor: Actor) -> RoundChange:
    """Neither is taken: the plan stays as it is, and a stop that was to be added is in it no more. Raises Conflict."""
    lock(JOB, f"change-{change_id}")
    change = held_change(change_id)
    if change.state in (ChangeState.TAKEN, ChangeState.DROPPED):
        raise Conflict(f"この変更は「{ChangeState(change.state).label}」です。")
    RoundVersion.objects.filter(change=change).update(state=VersionState.DROPPED)
    _decided(change, ChangeState.DROPPED, actor)
    record("fieldwork.change_dropped", subject=f"plan:{change.plan_id}", actor=actor, change=change.pk)
    return change


def _decided(change: RoundChange, state: ChangeState, actor: Actor) -> None:
    change.state, change.decided_by, change.decided_at = state, known(actor), timezone.now()
    change.save(update_fields=["state", "decided_by", "decided_at"])
