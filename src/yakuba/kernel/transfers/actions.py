"""Plan transfers, and carry them out on their day."""

from __future__ import annotations

from datetime import date

from django.db import transaction
from django.utils import timezone

from yakuba.kernel.accounts import actions as accounts
from yakuba.kernel.accounts.models import ApiToken, User
from yakuba.kernel.audit.chain import record
from yakuba.kernel.refusals import Conflict, Invalid, Refused
from yakuba.kernel.tenancy import active_municipality
from yakuba.kernel.transfers.models import Transfers
from yakuba.kernel.transfers.queries import hand_over, staff
from yakuba.kernel.transfers.reading import Move, moves

State = Transfers.State
ASKED = "管理者が決め直してください。"


@transaction.atomic
def draft(data: bytes, day: date, *, actor: User) -> Transfers:
    """Take a table to be looked at. Raises Invalid with every fault, and for a day that is over."""
    if day < timezone.localdate():
        raise Invalid("異動の日が過ぎています。きょうか、これからの日を入れてください。")
    return Transfers.objects.create(day=day, moves=[one.stored() for one in moves(data)], planned_by=actor)


@transaction.atomic
def plan(row: Transfers, *, actor: User) -> None:
    """Let it happen on its day. Raises Conflict unless it has only been looked at so far."""
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


def _move(row: Transfers, origins: tuple[State, ...], target: State) -> None:
    locked = Transfers.objects.select_for_update().get(pk=row.pk)
    if locked.state not in origins:
        raise Conflict(f"この異動は「{locked.get_state_display()}」です。画面を開き直してください。")
    Transfers.objects.filter(pk=row.pk).update(state=target)


def carry_out_due() -> None:
    """Carry out every town's transfers whose day has come. Safe in several processes at once."""
    due = Transfers.all_municipalities.filter(state=State.WAITING, day__lte=timezone.localdate())
    for found in due.order_by("day", "pk").select_related("municipality"):
        with active_municipality(found.municipality):
            carry_out(found)


@transaction.atomic
def carry_out(found: Transfers) -> None:
    """All moves of one table, in one transaction. What does not fit any more is told and hinders no other.

    First all get their new places, so that whoever takes work over has the rights for it; whoever leaves goes last.
    """
    row = Transfers.objects.select_for_update().filter(pk=found.pk, state=State.WAITING).first()
    if row is None:
        return
    wanted = [Move.of(one) for one in row.moves]
    people = staff([*(move.username for move in wanted), *(move.successor for move in wanted)])
    report: list[str] = []
    troubles: list[str] = []
    for step in (_place, _hand_over, _leave):  # each for all, before the next
        for move in wanted:
            try:
                with transaction.atomic():
                    step(move, people, row.planned_by, report)
            except Refused as refusal:
                troubles.append(f"{move.username}：{refusal}")
    row.state, row.done_at = State.DONE, timezone.now()
    troubles += [
        f"{person}は退職しましたが、{'、'.join(left)}の責任者のままです。{ASKED}"
        for person in staff([move.username for move in wanted if move.leaves]).values()
        if not person.is_active and (left := hand_over(person, None, row.planned_by))
    ]
    row.report, row.troubled = [*troubles, *report], bool(troubles)
    row.save()
    record("transfers.carried_out", subject=f"transfers:{row.pk}", actor=row.planned_by, moves=len(wanted))


def _place(move: Move, people: dict[str, User], actor: User, report: list[str]) -> None:
    if move.department or move.roles is not None:
        _here(move.username, people)
        accounts.save_staff(move.username, department=move.department, roles=move.roles, actor=actor)


def _hand_over(move: Move, people: dict[str, User], actor: User, report: list[str]) -> None:
    if not move.successor:
        return
    person, successor = people.get(move.username), _here(move.successor, people)
    if person is not None:
        report += [f"{words}：{person} → {successor}" for words in hand_over(person, successor, actor)]


def _leave(move: Move, people: dict[str, User], actor: User, report: list[str]) -> None:
    if not move.leaves:
        return
    person = _here(move.username, people)
    accounts.set_active(person, False, actor=actor)
    for token in ApiToken.objects.filter(user=person):
        accounts.revoke_token(token, actor=actor)


def _here(username: str, people: dict[str, User]) -> User:
    person = people.get(username)
    if person is None or not person.is_active:
        raise Conflict(f"職員ID「{username}」は在職の職員ではなくなっています。{ASKED}")
    return person
