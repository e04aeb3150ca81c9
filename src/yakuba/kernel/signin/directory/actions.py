"""What the town makes of what its directory says: who it is, which roles, and whether a second factor was asked there."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from yakuba.kernel.accounts import proof, queries
from yakuba.kernel.accounts.actions import save_staff
from yakuba.kernel.accounts.models import Role, User
from yakuba.kernel.audit.chain import record
from yakuba.kernel.refusals import Forbidden, Invalid
from yakuba.kernel.signin.directory.protocol import Answered
from yakuba.kernel.signin.models import DirectoryRule

LONGEST_NAME = 150  # of a 職員ID
MOST_GROUPS = 200


class NotKnown(Forbidden):
    """The directory knows the person, the town's Yakuba does not."""

    heading = "ログインできませんでした"

    def __init__(self) -> None:
        super().__init__(
            "このアカウントの職員は、Yakubaに登録されていません。",
            remedy="庁内のYakuba管理者に、職員として登録してもらってください。",
        )


def rule() -> DirectoryRule:
    """Of the active town; nothing is trusted where it has said nothing."""
    return DirectoryRule.objects.first() or DirectoryRule()


def person_of(answered: Answered) -> User:
    """The member of staff of the active town. Nobody is made. Raises NotKnown."""
    name = answered.claims.get(answered.directory.claim)
    if not isinstance(name, str) or not 0 < len(name) <= LONGEST_NAME or not name.isprintable():
        raise NotKnown
    found = queries.at_work().filter(username=name).select_related("municipality").first()
    if found is None:
        raise NotKnown
    return found


def has_second(claims: dict[str, Any]) -> bool:
    """Whether the directory has asked for what the town takes as a second factor."""
    said = claims.get("amr")
    words = [*(said if isinstance(said, list) else []), claims.get("acr")]
    return bool({word for word in words if isinstance(word, str)} & set(rule().factors))


@transaction.atomic
def take_roles(person: User, claims: dict[str, Any]) -> None:
    """Give and take the roles that the town has tied to groups, and no others; nothing where the directory says no groups."""
    tied, said = rule().groups, claims.get("groups")
    if not tied or not isinstance(said, list):
        return
    names = set(person.roles.values_list("name", flat=True))
    known = set(Role.objects.values_list("name", flat=True))
    given = {role for group, role in tied.items() if group in said}
    wanted = ((names - set(tied.values())) | given) & known
    if wanted != names:
        save_staff(person.username, roles=sorted(wanted))
        record("signin.directory_roles", subject=f"user:{person.pk}", roles=sorted(wanted))


@transaction.atomic
def save_rule(groups: dict[str, str], factors: list[str], *, actor: User) -> None:
    """Which group gives which role, and what counts as a second factor. Raises Invalid, and ProofNeeded: whoever writes it
    gives out roles."""
    proof.require(actor)
    known = set(Role.objects.values_list("name", flat=True))
    if unknown := [role for role in groups.values() if role not in known]:
        raise Invalid(f"役割「{'、'.join(unknown)}」がありません。先に「役割」で作ってください。")
    if len(groups) > MOST_GROUPS:
        raise Invalid(f"グループは{MOST_GROUPS}個までです。")
    row = rule()
    row.groups, row.factors = groups, factors
    row.save()
    record("signin.directory_changed", actor=actor, groups=len(groups), factors=factors)
