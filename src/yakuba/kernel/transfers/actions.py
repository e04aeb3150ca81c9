"""Plan transfers, and carry them out on their day."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, timedelta

from django.db import transaction
from django.utils import timezone

from yakuba.kernel import jobs
from yakuba.kernel.accounts import actions as accounts
from yakuba.kernel.accounts.models import ApiToken, Role, User
from yakuba.kernel.audit.chain import record
from yakuba.kernel.jobs.models import Job
from yakuba.kernel.refusals import Conflict, Invalid, Refused, attempt
from yakuba.kernel.tenancy.models import Department
from yakuba.kernel.transfers.models import Transfers
from yakuba.kernel.transfers.queries import answers_for, hand_over, nobody_answers, staff
from yakuba.kernel.transfers.reading import Move, moves

JOB = "transfers.carry_out"
State = Transfers.State
FARTHEST = timedelta(days=731)  # what lies beyond is a slip of the pen
ASKED = "管理者が決め直してください。"


@transaction.atomic
def draft(data: bytes, day: date, *, actor: User) -> Transfers:
    """Take a table to be looked at. Raises Invalid with every fault, and for a day that is over or far off."""
    if day < timezone.localdate():
        raise Invalid("異動の日が過ぎています。きょうか、これからの日を入れてください。")
    if day > timezone.localdate() + FARTHEST:
        raise Invalid("異動の日が2年より先です。年を確かめてください。")
    return Transfers.objects.create(day=day, moves=[one.stored() for one in moves(data)], planned_by=actor)


@transaction.atomic
def plan(row: Transfers, *, actor: User) -> None:
    """Let it happen on its day. Raises Conflict unless it has only been looked at so far, and when the day is over."""
    if row.day < timezone.localdate():
        raise Conflict("異動の日が過ぎました。これからの日を入れて、表を入れ直してください。")
    _move(row, (State.DRAFT,), State.WAITING)
    record(
        "transfers.planned",
        subject=f"transfers:{row.pk}",
        actor=actor,
        moves=len(row.moves),
        day=row.day.isoformat(),
    )


@transaction.atomic
def withdraw(row: Transfers, *, actor: User) -> None:
    """Let it not happen. Raises Conflict when it has been done."""
    _move(row, (State.DRAFT, State.WAITING), State.WITHDRAWN)
    record("transfers.withdrawn", subject=f"transfers:{row.pk}", actor=actor)


@transaction.atomic
def take_over(row: Transfers, *, actor: User) -> None:
    """Answer for it from now on, in the place of somebody who no longer can; where its day has come, it is carried out.
    Raises Conflict while somebody answers for it, and unless it waits."""
    jobs.lock(JOB, _key(row))
    locked = Transfers.objects.select_for_update(of=("self",)).select_related("planned_by").get(pk=row.pk)
    if locked.state != State.WAITING or answers_for(locked):
        raise Conflict("この異動は、引き受けを待っていません。画面を開き直してください。")
    Transfers.objects.filter(pk=row.pk).update(planned_by=actor, report=[], troubled=False)
    for job in Job.objects.filter(name=JOB, key=_key(row)):  # none before its day
        jobs.retry(job)
    record("transfers.taken_over", subject=f"transfers:{row.pk}", actor=actor, before=locked.planned_by_id)


def _move(row: Transfers, origins: tuple[State, ...], target: State) -> None:
    locked = Transfers.objects.select_for_update().get(pk=row.pk)
    if locked.state not in origins:
        raise Conflict(f"この異動は「{locked.get_state_display()}」です。画面を開き直してください。")
    Transfers.objects.filter(pk=row.pk).update(state=target)


def carry_out_due() -> None:
    """Let workers carry out every town's transfers whose day has come, each once. Safe in several processes at once."""
    due = Transfers.all_municipalities.filter(state=State.WAITING, day__lte=timezone.localdate())
    jobs.with_each("the transfers", due.order_by("day", "pk").select_related("municipality"), _begin)


def _begin(found: Transfers) -> None:
    key = _key(found)
    if not Job.objects.filter(name=JOB, key=key).exists():  # one that failed waits for a person
        jobs.enqueue(JOB, key=key, transfers_id=found.pk)


def _key(row: Transfers) -> str:
    return f"transfers-{row.pk}"


def give_up(refusal: Refused, *, transfers_id: int) -> None:
    """The table could not be carried out; nothing of it holds."""
    told = f"この異動は行えませんでした。{refusal.lines()}"
    Transfers.objects.filter(pk=transfers_id, state=State.WAITING).update(report=[told], troubled=True)


@transaction.atomic
def carry_out(transfers_id: int) -> None:
    """All moves of one table, in one transaction. What does not fit any more is told and hinders no other. Raises Conflict
    where nobody answers for it any more.

    First departments become others, then all get their new places, so that whoever takes work over has the rights for it; whoever leaves goes last.
    """
    row = Transfers.objects.select_for_update().filter(pk=transfers_id, state=State.WAITING).first()
    if row is None:
        return
    if not answers_for(row):
        raise Conflict(nobody_answers(row))
    stored = [Move.of(one) for one in row.moves]
    wanted = [move for move in stored if not move.whole]
    troubles = _each(_reorganise, [move for move in stored if move.whole], row.planned_by)
    troubles += _each(_place, _managers_first(wanted), row.planned_by)
    report = _hand_over(wanted, row.planned_by, troubles)
    troubles += _each(_leave, [move for move in wanted if move.leaves], row.planned_by)
    troubles += _left_behind(wanted)
    row.state, row.done_at = State.DONE, timezone.now()
    row.report, row.troubled = [*troubles, *report], bool(troubles)
    row.save()
    record("transfers.carried_out", subject=f"transfers:{row.pk}", actor=row.planned_by, moves=len(stored))


def _managers_first(wanted: Sequence[Move]) -> list[Move]:
    """Whoever is to manage the staff, before those who no longer are: else nobody would for a moment, which is refused."""
    managing = {role.name for role in Role.objects.all() if accounts.MANAGE in role.permissions}
    return sorted(wanted, key=lambda move: not managing.intersection(move.roles or ()))


def _each(
    step: Callable[[Move, dict[str, User], User], None], moves: Sequence[Move], actor: User
) -> list[str]:
    """The step for each move; what was refused, in words."""
    people = staff([move.username for move in moves])
    refused: list[str] = []
    for move in moves:
        if (why := attempt(transaction.atomic(step), move, people, actor)[1]) is not None:
            refused.append(f"{move.username or move.whole}：{why}")
    return refused


def _reorganise(move: Move, people: dict[str, User], actor: User) -> None:
    """A department becomes another one: by its name, or, where the other is there already, with all who belong to it."""
    row = Department.objects.filter(name=move.whole).first()
    if row is None:
        raise Conflict(f"この課は、もうありません。{ASKED}")
    other = Department.objects.filter(name=move.department).first()
    members = User.objects.filter(municipality=row.municipality, department=row)
    number = members.count()
    if other is None:
        accounts.save_department(move.department, department=row, actor=actor)
    else:
        members.update(department=other)
        accounts.remove_department(row, actor=actor)
    record(
        "transfers.department_moved",
        subject=f"department:{(other or row).pk}",
        actor=actor,
        before=move.whole,
        after=move.department,
        people=number,
    )


def _place(move: Move, people: dict[str, User], actor: User) -> None:
    if move.department or move.roles is not None:
        _here(move.username, people)
        accounts.save_staff(move.username, department=move.department or None, roles=move.roles, actor=actor)


def _hand_over(wanted: Sequence[Move], actor: User, troubles: list[str]) -> list[str]:
    """Hand over what all of them answer for at once, so that two may change places. Returns what was handed over."""
    people = staff([name for move in wanted for name in (move.username, move.successor)])
    takers: dict[User, User | None] = {}
    for move in wanted:
        if not move.successor or move.username not in people:
            continue
        taker, why = attempt(_here, move.successor, people)
        if taker is None:
            troubles.append(f"{move.username}：{why}")
        else:
            takers[people[move.username]] = taker
    found = hand_over(takers, actor)
    troubles += [f"{one.words}は{one.person}のままです。{one.refused}{ASKED}" for one in found if one.refused]
    return [f"{one.words}：{one.person} → {takers[one.person]}" for one in found if not one.refused]


def _leave(move: Move, people: dict[str, User], actor: User) -> None:
    person = _here(move.username, people)
    accounts.set_active(person, False, actor=actor)
    for token in ApiToken.objects.filter(user=person):
        accounts.revoke_token(token, actor=actor)


def _left_behind(wanted: Sequence[Move]) -> list[str]:
    """What is still in the hands of people who have left."""
    gone = [
        one for one in staff([move.username for move in wanted if move.leaves]).values() if not one.is_active
    ]
    left: dict[User, list[str]] = {}
    for one in hand_over(dict.fromkeys(gone), None):
        left.setdefault(one.person, []).append(one.words)
    return [
        f"{person}は退職しましたが、{'、'.join(words)}の責任者のままです。{ASKED}"
        for person, words in left.items()
    ]


def _here(username: str, people: dict[str, User]) -> User:
    person = people.get(username)
    if person is None or not person.is_active:
        raise Conflict(f"職員ID「{username}」は在職の職員ではなくなっています。{ASKED}")
    return person
