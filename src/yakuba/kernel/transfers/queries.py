"""What a table of transfers would do, said before it does it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.urls import reverse
from django.utils import timezone

from yakuba.kernel.accounts import allowed
from yakuba.kernel.accounts import queries as accounts
from yakuba.kernel.accounts.models import User
from yakuba.kernel.registry import Failure, InHand, manifests, resolve
from yakuba.kernel.tenancy.models import Department
from yakuba.kernel.transfers.models import Transfers
from yakuba.kernel.transfers.reading import Move

MANAGE = "accounts.manage"
TOLD_FOR = timedelta(days=14)
NOT_YET = "異動の日を過ぎましたが、まだ切り替わっていません。ワーカー（yakuba worker）が動いているか確かめてください。"


@dataclass(frozen=True)
class Shown:
    """One move as it is looked at. in_hand: what the person answers for; hanging: that it would be nobody's."""

    move: Move
    person: User | None
    department: str
    roles: str
    in_hand: tuple[str, ...]

    @property
    def hanging(self) -> bool:
        """Whether what a person who leaves answers for goes to nobody."""
        return self.move.leaves and bool(self.in_hand) and not self.move.successor


def shown(moves: Sequence[Move]) -> list[Shown]:
    """Each move with what it changes, from → to."""
    moves = [move for move in moves if not move.whole]
    people = staff([move.username for move in moves])
    in_hand: dict[User, list[str]] = {}
    concerned = [
        people[move.username] for move in moves if move.username in people and (move.leaves or move.successor)
    ]
    for one in hand_over(dict.fromkeys(concerned), None):
        in_hand.setdefault(one.person, []).append(one.words)
    return [_shown(move, people.get(move.username), in_hand) for move in moves]


def answers_for(row: Transfers) -> bool:
    """Whether who planned it still may: it is carried out in the name of that person."""
    return allowed(row.planned_by, MANAGE)


def nobody_answers(row: Transfers) -> str:
    """Why it is not carried out, and what to do."""
    return (
        f"登録した{row.planned_by}が在職していないか、職員を管理する権限がなくなったので、このままでは行いません。"
        "ほかの管理者が、異動を開いて引き受けてください。"
    )


def staff(usernames: Sequence[str]) -> dict[str, User]:
    """The town's people of these numbers."""
    rows = accounts.staff().filter(username__in=usernames)
    return {row.username: row for row in rows.select_related("department").prefetch_related("roles")}


def _shown(move: Move, person: User | None, in_hand: Mapping[User, Sequence[str]]) -> Shown:
    if person is None:
        return Shown(move, None, "", "", ())
    now = "、".join(role.name for role in person.roles.all()) or "なし"
    roles = now if move.roles is None else f"{now} → {'、'.join(move.roles)}"
    department = f"{person.department or 'なし'} → {move.department}" if move.department else ""
    return Shown(
        move,
        person,
        department or str(person.department or "なし"),
        roles,
        tuple(in_hand.get(person, ())),
    )


def hand_over(takers: Mapping[User, User | None], actor: User | None) -> list[InHand]:
    """What these people answer for in every room; whose taker there is, it is theirs from now on."""
    if not takers:
        return []
    return [found for one in manifests() if one.hand_over for found in resolve(one.hand_over)(takers, actor)]


def departments(moves: Sequence[Move]) -> tuple[list[str], list[str]]:
    """Departments that the moves make, and those to which nobody would belong any more."""
    known = set(Department.objects.values_list("name", flat=True))
    wanted = {move.department for move in moves if move.department}
    becomes = {move.whole: move.department for move in moves if move.whole}
    going = {move.username: move for move in moves if not move.whole}
    left = set()
    for person in accounts.at_work().select_related("department"):
        move = going.get(person.username)
        if move is None or not (move.leaves or move.department):
            left.add(str(person.department) if person.department else "")
    return sorted(wanted - known), sorted(known - wanted - left - set(becomes))


def reorganised(moves: Sequence[Move]) -> list[tuple[str, int, str, bool]]:
    """Departments that become others: from, how many belong to it now, to, and whether the other is there already."""
    belonging = Counter(str(person.department) for person in accounts.at_work().select_related("department"))
    known = {name: belonging[name] for name in Department.objects.values_list("name", flat=True)}
    return [
        (move.whole, known.get(move.whole, 0), move.department, move.department in known)
        for move in moves
        if move.whole
    ]


def failures(user: User, most: int | None = None) -> list[Failure]:
    """Transfers of which some could not be carried out, or left work that is nobody's (told for two weeks), those whose
    day went by, and those for which nobody answers any more, before it comes."""
    if not allowed(user, MANAGE):
        return []
    waiting = Transfers.objects.filter(state=Transfers.State.WAITING).select_related("planned_by")
    done = Transfers.objects.filter(
        state=Transfers.State.DONE, troubled=True, done_at__gte=timezone.now() - TOLD_FOR
    )
    told = [(row, reason, "異動を開く") for row in waiting if (reason := _why_not_yet(row))]
    told += [(row, str(row.report[0]), "結果を見る") for row in done]
    return [
        Failure(
            "人事異動", reason, reverse("transfers:one", args=[row.pk]), label, row.done_at or row.planned_at
        )
        for row, reason, label in told[:most]
    ]


def _why_not_yet(row: Transfers) -> str:
    """What is wrong with one that waits, before its day or after; empty for nothing."""
    if row.troubled:
        return str(row.report[0])
    if not answers_for(row):
        return nobody_answers(row)
    return NOT_YET if row.day < timezone.localdate() else ""
