"""Plan work, switch a plan off and on, and begin what is due."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import nullcontext
from datetime import date, datetime, timedelta
from typing import Any

from django.db import DatabaseError, transaction
from django.utils import timezone

from yakuba.kernel import jobs, workdays
from yakuba.kernel.accounts import allowed
from yakuba.kernel.accounts.models import User
from yakuba.kernel.audit.chain import record
from yakuba.kernel.refusals import Conflict, Forbidden, Missing, NothingToDo, Refused
from yakuba.kernel.registry import InHand, PlannedWork, resolve
from yakuba.kernel.schedules.models import Schedule
from yakuba.kernel.schedules.queries import choices, label, may_begin, offered_by_a_room
from yakuba.kernel.tenancy import current_municipality
from yakuba.kernel.tenancy.models import Municipality
from yakuba.kernel.workdays.models import SpecialDay

JOB = "schedules.begin"
LATEST = timedelta(hours=3)  # what is later is not caught up: nobody expects the evening's work at noon
UNEXPECTED = "思わぬエラーで始められなかったので、予定を止めました。システム担当へ知らせてください。"
LONGEST = Schedule._meta.get_field("told").max_length
KEPT = ("work", "choice", "days", "weekday", "month_day", "closed", "at", "owner", "next_at")
Outcome = Schedule.Outcome


def next_turn(row: Schedule) -> datetime:
    """When the schedule is begun next. Raises Conflict where its pattern has no day."""
    pattern = row.pattern
    try:
        return pattern.following(timezone.localtime(), workdays.is_workday)
    except ValueError as error:
        raise Conflict("この予定に当たる日が、2年先までありません。開庁日の暦を確かめてください。") from error


@transaction.atomic
def keep(row: Schedule, *, actor: User) -> Schedule:
    """Write a new or changed schedule, switched on; from now on it is begun with the rights of `actor`.

    Raises Forbidden where the person may not do the work, and Conflict where no day fits.
    """
    if not allowed(actor, work_of(row).permission):
        raise Forbidden(f"「{work_of(row).label}」を行う権限がないので、予定にも入れられません。")
    row.owner = actor
    row.next_at = next_turn(row)
    if row.pk is None:
        row.save()
    elif not Schedule.objects.filter(pk=row.pk).update(**{name: getattr(row, name) for name in KEPT}):
        raise Gone  # and not made anew; nor is what came of a turn meanwhile overwritten
    record("schedules.kept", subject=f"schedule:{row.pk}", actor=actor, work=row.work, choice=row.choice)
    return row


@transaction.atomic
def switch(row: Schedule, *, on: bool, actor: User) -> None:
    """Switch it off or on. It goes on with the rights of its owner. Off may who manages schedules; on only who may do the
    work: raises Forbidden for others."""
    if on and not may_begin(actor, row):
        raise Forbidden(f"「{label(row)}」は、その仕事を行う権限のある職員だけが、また使えます。")
    row.next_at = next_turn(row) if on else None
    if not Schedule.objects.filter(pk=row.pk).update(next_at=row.next_at):
        raise Gone
    record(
        "schedules.switched_on" if on else "schedules.switched_off",
        subject=f"schedule:{row.pk}",
        actor=actor,
    )


def hand_over(takers: Mapping[User, User | None], actor: User) -> list[InHand]:
    """The schedules that these people answer for; those of whom somebody takes over are theirs from now on, unless they
    may not do the work."""
    return [
        _handed_over(row, takers[row.owner], actor)
        for row in Schedule.objects.filter(owner__in=takers).select_related("owner__municipality")
    ]


def _handed_over(row: Schedule, taker: User | None, actor: User) -> InHand:
    before, words = row.owner, f"予定「{label(row)}」"
    if taker is None:
        return InHand(before, words)
    if not may_begin(taker, row):
        return InHand(before, words, f"{taker}には、この仕事を行う権限がありません。")
    Schedule.objects.filter(pk=row.pk).update(owner=taker)
    record("schedules.kept", subject=f"schedule:{row.pk}", actor=actor, owner=taker.pk)
    return InHand(before, words)


@transaction.atomic
def look_again() -> None:
    """Find the next turns anew: the town's calendar has changed. What is due already stays due."""
    for row in Schedule.objects.select_for_update().filter(next_at__gt=timezone.now()):
        row.next_at = next_turn(row)
        row.save(update_fields=["next_at"])


def look_again_everywhere() -> None:
    """The same for every town. A clock that stood far ahead for a while would else leave turns that never come."""
    planned = Schedule.all_municipalities.exclude(next_at=None).order_by().values("municipality")
    jobs.in_each_town("the schedules", look_again, Municipality.objects.filter(pk__in=planned))


@transaction.atomic
def remove(row: Schedule, *, actor: User) -> None:
    """Take it away; what it has begun is not touched."""
    record("schedules.removed", subject=f"schedule:{row.pk}", actor=actor, work=row.work, choice=row.choice)
    row.delete()


@transaction.atomic
def begin_now(row: Schedule, *, actor: User) -> None:
    """Let a worker begin it, with its owner's rights, beside its turns. Raises Forbidden for who may not do that work: what
    somebody else planned is no way around a permission."""
    if not may_begin(actor, row):
        raise Forbidden(f"「{label(row)}」は、その仕事を行う権限のある職員だけが始められます。")
    _enqueue(row)
    record("schedules.begun_by_hand", subject=f"schedule:{row.pk}", actor=actor)


@transaction.atomic
def decide_day(day: date, *, open: bool, reason: str, actor: User) -> None:
    """The town hall is open or closed on that day, whatever the law's calendar says."""
    SpecialDay.objects.update_or_create(
        municipality=current_municipality(), day=day, defaults={"open": open, "reason": reason}
    )
    look_again()
    record("schedules.special_day", subject=f"day:{day.isoformat()}", actor=actor)


@transaction.atomic
def forget_day(row: SpecialDay, *, actor: User) -> None:
    """Let the law's calendar hold for that day again."""
    record("schedules.special_day_removed", subject=f"day:{row.day.isoformat()}", actor=actor)
    row.delete()
    look_again()


def begin_due() -> None:
    """Let workers begin what is due, in every town. Safe in several processes at once; a row with which something is
    wrong is switched off with its reason and keeps no other waiting."""
    due = Schedule.all_municipalities.filter(next_at__lte=timezone.now()).select_related("municipality")
    jobs.with_each("the schedule", due, _begin)


def _begin(found: Schedule) -> None:
    try:
        _take_turn(found.pk)
    except DatabaseError:
        raise  # of the database, not of the row
    except Exception:
        Schedule.objects.filter(pk=found.pk).update(next_at=None)
        _note(found, Outcome.FAILED, UNEXPECTED)
        raise


@transaction.atomic
def _take_turn(schedule_id: int) -> None:
    row = Schedule.objects.select_for_update().filter(pk=schedule_id, next_at__lte=timezone.now()).first()
    if row is None:
        return  # another worker took it
    planned = row.next_at
    try:
        row.next_at = next_turn(row)
    except Conflict as refusal:
        row.next_at, row.outcome, row.told = None, Outcome.FAILED, str(refusal)
    if timezone.now() - planned > LATEST:
        row.outcome, row.last_at = Outcome.MISSED, planned
        row.told = (
            "この時刻にYakubaが動いていなかったので、見送りました。要るなら「いま始める」を押してください。"
        )
        row.save()
        return
    row.save()
    _enqueue(row)


def _enqueue(row: Schedule) -> None:
    jobs.enqueue(JOB, key=f"schedule-{row.pk}", schedule_id=row.pk)


def begin(schedule_id: int) -> None:
    """Begin the work of a schedule with its owner's rights, and note what came of it.

    What the work refuses has failed, but for `NothingToDo`; where another try may help, the refusal goes through.
    """
    row = Schedule.objects.select_related("owner__municipality").filter(pk=schedule_id).first()
    if row is None:
        return  # taken away in the meantime
    try:
        with transaction.atomic() if work_of(row).at_once else nullcontext():
            _note(row, Outcome.BEGUN, _begun(row))
    except Unfit as refusal:
        Schedule.objects.filter(pk=row.pk).update(next_at=None)
        _note(row, Outcome.FAILED, str(refusal))
    except NothingToDo as refusal:
        _note(row, Outcome.NOTHING, str(refusal))
    except Refused as refusal:
        if refusal.again:
            raise
        _note(row, Outcome.FAILED, refusal.lines())


def give_up(refusal: Refused, *, schedule_id: int) -> None:
    """The work could not be begun in all its tries."""
    row = Schedule.objects.filter(pk=schedule_id).first()
    if row is not None:
        _note(row, Outcome.FAILED, str(refusal))


class Gone(Missing):
    """Somebody has taken the schedule away in the meantime."""

    def __init__(self) -> None:
        super().__init__("この予定は、ほかの職員が消しました。")


class Unfit(Conflict):
    """The schedule cannot be begun any more as it is; it is switched off."""


def work_of(row: Schedule) -> PlannedWork:
    """The work. Raises Unfit where no room offers it any more."""
    found = offered_by_a_room(row)
    if found is None:
        raise Unfit("この仕事は、いまのYakubaにはありません。予定を消してください。")
    return found


def _begun(row: Schedule) -> str:
    work = work_of(row)
    if not allowed(row.owner, work.permission):
        raise Unfit(
            f"責任者の{row.owner}に「{work.label}」を行う権限がなくなったので、予定を止めました。"
            "権限のある職員が予定を開いて保存すると、その職員が責任者になります。"
        )
    if row.choice not in dict(choices(work, row.owner)):
        raise Missing(
            "対象がいまはないので、始められませんでした。対象があるか確かめてください。次回もまた試します。"
        )
    return str(resolve(work.begin)(row.choice, row.owner))


def _note(row: Schedule, outcome: Any, told: str) -> None:
    now = timezone.now()
    Schedule.objects.filter(pk=row.pk).update(outcome=outcome, told=told[:LONGEST], last_at=now)
