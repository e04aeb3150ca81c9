"""One person leaves today: what is in the person's hands goes to a successor, or rests."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction

from yakuba.kernel.accounts import actions as accounts
from yakuba.kernel.accounts.models import ApiToken, User
from yakuba.kernel.refusals import Conflict
from yakuba.kernel.transfers.queries import hand_over


@dataclass(frozen=True)
class InHands:
    """work: what the person answers for, in words; tokens: programs that act with the person's rights."""

    work: tuple[str, ...]
    tokens: tuple[ApiToken, ...]


def in_hands(person: User) -> InHands:
    """What somebody has to see to when the person leaves."""
    return InHands(tuple(one.words for one in hand_over({person: None}, None)), tuple(_tokens(person)))


@transaction.atomic
def leave(person: User, successor: User | None, *, actor: User) -> list[str]:
    """Hand over, stop the tokens, end the sessions, and let the person log in no longer. Without a successor the work
    rests: it is begun in the name of a person who has no rights any more. Returns what rests, and why. Raises Conflict
    for a successor who is not at work here, and NotAccepted where nobody could manage the staff any more."""
    if successor is not None and (
        successor == person or not successor.is_active or successor.municipality_id != person.municipality_id
    ):
        raise Conflict("引き継ぐ人には、在職しているほかの職員を選んでください。")
    found = hand_over({person: successor}, actor)
    for token in _tokens(person):
        accounts.revoke_token(token, actor=actor)
    accounts.set_active(person, False, actor=actor)
    if successor is None:
        return [one.words for one in found]
    return [f"{one.words}：{one.refused}" for one in found if one.refused]


def _tokens(person: User) -> list[ApiToken]:
    return [row for row in ApiToken.objects.filter(user=person).order_by("pk") if row.valid]
