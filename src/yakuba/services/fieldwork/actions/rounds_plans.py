"""Plans of rounds: made, filled with stops, calculated, given to the crews."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any, BinaryIO

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from yakuba.kernel.audit.actor import Actor, known
from yakuba.kernel.audit.chain import record
from yakuba.kernel.jobs import enqueue, lock
from yakuba.kernel.refusals import Conflict, Invalid, Missing, Problem
from yakuba.kernel.tables.reading import rows
from yakuba.kernel.values.calendar import written
from yakuba.services.fieldwork.contracts import OfferedStop, PlanState, VersionState
from yakuba.services.fieldwork.engine.rounds import words
from yakuba.services.fieldwork.engine.rounds.entries import STOP_REQUIRED, GivenStop, read_stops, stop_faults
from yakuba.services.fieldwork.models import Crew, PlanCrew, RoundPlan, RoundStop, RoundVersion
from yakuba.services.fieldwork.queries import rounds as queries

JOB = "fieldwork.plan_rounds"
MOST_DAYS, MOST_STOPS, MOST_SHIFTS = 7, 400, 60
EARLIEST, AHEAD = date(2000, 1, 1), timedelta(days=731)  # the first days that a plan may have
CHANGEABLE = (PlanState.DRAFT, PlanState.FAILED, PlanState.READY)


def held(plan_id: int) -> RoundPlan:
    """The plan, locked. Raises Missing."""
    row: RoundPlan | None = RoundPlan.objects.select_for_update().filter(pk=plan_id).first()
    if row is None:
        raise Missing(f"{plan_id}番の巡回計画がありません。番号を確かめてください。")
    return row


@transaction.atomic
def new_plan(title: str, first_day: date, days: int, crew_ids: Sequence[int], *, actor: Actor) -> RoundPlan:
    """A plan without stops. Raises Invalid."""
    if not title.strip() or len(title) > 80:
        raise Invalid("計画の名前を80字までで書いてください。", place="名前")
    latest = timezone.localdate() + AHEAD
    if not EARLIEST <= first_day <= latest:
        raise Invalid(
            f"始めの日は{written(EARLIEST)}から{written(latest)}までの日にしてください。", place="始めの日"
        )
    if not 1 <= days <= MOST_DAYS:
        raise Invalid(f"日数は1〜{MOST_DAYS}日にしてください。", place="日数")
    row = RoundPlan.objects.create(title=title.strip(), first_day=first_day, days=days, made_by=known(actor))
    _choose(row, crew_ids)
    record("fieldwork.plan_made", subject=f"plan:{row.pk}", actor=actor)
    return row


@transaction.atomic
def set_crews(plan_id: int, crew_ids: Sequence[int], *, actor: Actor) -> RoundPlan:
    """Which crews it may send. Raises Invalid and Conflict."""
    row = _changeable(plan_id)
    _choose(row, crew_ids)
    record("fieldwork.plan_changed", subject=f"plan:{row.pk}", actor=actor, crews=len(crew_ids))
    return row


def _choose(plan: RoundPlan, crew_ids: Sequence[int]) -> None:
    found = list(Crew.objects.filter(pk__in=crew_ids, active=True))
    if not found or len(found) != len(set(crew_ids)):
        raise Invalid("使っている班を一つ以上選んでください。", place="班")
    shifts = len(found) * plan.days
    if shifts > MOST_SHIFTS:
        raise Invalid(f"班×日が{shifts}あります（{MOST_SHIFTS}まで）。計画を分けてください。", place="班")
    PlanCrew.objects.filter(plan=plan).delete()
    PlanCrew.objects.bulk_create([PlanCrew(plan=plan, crew=crew) for crew in found])


def _changeable(plan_id: int) -> RoundPlan:
    """The plan, which has to be calculated anew after what follows. Raises Conflict."""
    row = _require_changeable(plan_id)
    if row.state != PlanState.DRAFT:
        RoundVersion.objects.filter(plan=row, state=VersionState.CURRENT).update(state=VersionState.PAST)
        row.state, row.reason = PlanState.DRAFT, ""
        row.save(update_fields=["state", "reason"])
    return row


def _require_changeable(plan_id: int) -> RoundPlan:
    row = held(plan_id)
    if row.state not in CHANGEABLE:
        raise Conflict(
            "班に出した計画です。「当日の変更」から変えてください。"
            if row.state == PlanState.PUBLISHED
            else f"この計画は「{PlanState(row.state).label}」なので、変えられません。"
        )
    return row


@transaction.atomic
def add_stop(plan_id: int, given: GivenStop, *, actor: Actor) -> RoundStop:
    """One more stop of a plan that is not given out yet. Raises Invalid with every fault, and Conflict."""
    plan = _changeable(plan_id)
    row = put_in(plan, given, actor)
    record("fieldwork.stops_added", subject=f"plan:{plan.pk}", actor=actor, stops=1)
    return row


def put_in(plan: RoundPlan, given: GivenStop, actor: Actor) -> RoundStop:
    """The stop as a row; in the caller's transaction, with the plan locked."""
    stop, problems = stop_faults(given, queries.skills(), plan.dates)
    if problems:
        raise Invalid("\n".join(one.message for one in problems), problems=problems)
    return _kept(plan, [stop], actor)[0]


def _kept(plan: RoundPlan, stops: Sequence[GivenStop], actor: Actor) -> list[RoundStop]:
    there = RoundStop.objects.filter(plan=plan).aggregate(last=Max("number"))["last"] or 0
    count = RoundStop.objects.filter(plan=plan).count()
    if count + len(stops) > MOST_STOPS:
        raise Invalid(
            f"訪問先が{count + len(stops):,}件になります（1つの計画に{MOST_STOPS}件まで）。地区か日で計画を分けてください。"
        )
    return [
        RoundStop.objects.create(
            plan=plan,
            number=there + at,
            kind=one.kind,
            ref=one.ref.strip(),
            title=one.title,
            latitude=one.latitude,
            longitude=one.longitude,
            minutes=one.minutes,
            load=one.load,
            skills=one.skills,
            priority=one.priority,
            windows=one.windows,
            days=one.days,
            added_by=known(actor),
        )
        for at, one in enumerate(stops, 1)
    ]


@transaction.atomic
def remove_stop(plan_id: int, stop_id: int, *, actor: Actor) -> RoundPlan:
    """Take a stop out of a plan that is not given out yet. Raises Conflict and Missing."""
    plan = _changeable(plan_id)
    row = RoundStop.objects.filter(plan=plan, pk=stop_id).first()
    if row is None:
        raise Missing(f"{stop_id}番の訪問先は、この計画にありません。")
    record(
        "fieldwork.stop_removed", subject=f"plan:{plan.pk}", actor=actor, number=row.number, title=row.title
    )
    row.delete()
    return plan


def table_faults(plan: RoundPlan, listed: Iterable[Any]) -> list[Problem]:
    """What is wrong with a table of stops, by line and column."""
    there = map(queries.given_stop, queries.stops_of(plan))
    return read_stops(listed, queries.skills(), plan.dates, there)[1]


@transaction.atomic
def load_stops(plan_id: int, file: bytes | BinaryIO, renamed: Mapping[str, str], *, actor: Actor) -> int:
    """All stops of a table, or none. Raises Invalid with every fault by its cell, and Conflict."""
    plan = _changeable(plan_id)
    problems: list[Problem] = []
    there = map(queries.given_stop, queries.stops_of(plan))
    found, faults = read_stops(
        rows(file, STOP_REQUIRED, problems, renamed=renamed), queries.skills(), plan.dates, there
    )
    if not found and not problems and not faults:
        raise Invalid("表に訪問先が1行もありません。見出しの下に、1行に1件ずつ書いてください。")
    if problems := [*problems, *faults]:
        raise Invalid(f"直すところが{len(problems)}か所あるので、入れていません。", problems=problems)
    _kept(plan, found, actor)
    record("fieldwork.stops_added", subject=f"plan:{plan.pk}", actor=actor, stops=len(found))
    return len(found)


@transaction.atomic
def offer(plan_id: int, stops: Sequence[OfferedStop], *, actor: Actor) -> int:
    """Put what another part offers (reports, traps) into a plan that is not given out yet; what it has already, by kind and
    number, is not put in again. Returns how many came in. Raises Invalid and Conflict."""
    plan = _require_changeable(plan_id)
    there = set(RoundStop.objects.filter(plan=plan).exclude(ref="").values_list("kind", "ref"))
    new = []
    for one in dict.fromkeys(stops):
        if (one.kind.value, one.ref) in there:
            continue
        given = GivenStop(
            one.title[:100],
            one.latitude,
            one.longitude,
            one.kind,
            one.ref,
            one.minutes,
            one.load,
            words.joined(one.skills),
            one.priority,
        )
        stop, problems = stop_faults(given, queries.skills(), plan.dates)
        if problems:
            told = [Problem(0, f"{one.title} {problem.place}", problem.reason) for problem in problems]
            raise Invalid("\n".join(problem.message for problem in told), problems=told)
        there.add((one.kind.value, one.ref))
        new.append(stop)
    if not new:  # what was calculated still holds
        return 0
    _kept(_changeable(plan_id), new, actor)
    record("fieldwork.stops_added", subject=f"plan:{plan.pk}", actor=actor, stops=len(new))
    return len(new)


@transaction.atomic
def begin(plan_id: int, *, actor: Actor) -> RoundPlan:
    """Let the worker plan. Raises Conflict."""
    lock(JOB, f"plan-{plan_id}")
    row = _changeable(plan_id)
    if not RoundStop.objects.filter(plan=row).exists():
        raise Conflict("訪問先がまだありません。手で入れるか、表で入れてから、計算してください。")
    if not queries.asked(row).shifts:
        raise Conflict("選んだ班は、この計画の日に働いていません。班の働く曜日か、計画の日を直してください。")
    row.state, row.reason = PlanState.PLANNING, ""
    row.save(update_fields=["state", "reason"])
    record("fieldwork.plan_begun", subject=f"plan:{row.pk}", actor=actor)
    enqueue(JOB, key=row.job_key, lane="fieldwork-rounds", plan_id=row.pk)
    return row


@transaction.atomic
def publish(plan_id: int, *, actor: Actor) -> RoundPlan:
    """Give the rounds to the crews. Raises Conflict."""
    row = held(plan_id)
    if row.state != PlanState.READY:
        raise Conflict(f"この計画は「{PlanState(row.state).label}」です。計算ができてから、班に出せます。")
    version = queries.current(row)
    if version is None or not version.rounds.exists():  # type: ignore[attr-defined]
        raise Conflict(
            "回れる訪問先が一つもないので、班に出せません。",
            remedy="「入らなかった訪問先」のわけを直し、もう一度計算してください。",
        )
    row.state, row.published_at = PlanState.PUBLISHED, timezone.now()
    row.save(update_fields=["state", "published_at"])
    record("fieldwork.plan_published", subject=f"plan:{row.pk}", actor=actor)
    return row


@transaction.atomic
def close(plan_id: int, *, actor: Actor) -> RoundPlan:
    """The rounds are over. Raises Conflict."""
    row = held(plan_id)
    if row.state != PlanState.PUBLISHED:
        raise Conflict(f"この計画は「{PlanState(row.state).label}」です。")
    row.state = PlanState.CLOSED
    row.save(update_fields=["state"])
    record("fieldwork.plan_closed", subject=f"plan:{row.pk}", actor=actor)
    return row
