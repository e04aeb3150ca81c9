"""Writes to municipalities, roles, staff and API tokens. Each is one transaction; each leaves an audit event."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import timedelta

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from yakuba.kernel.accounts import proof, sessions
from yakuba.kernel.accounts.models import ApiToken, LoginTally, Role, User
from yakuba.kernel.accounts.permissions import granted
from yakuba.kernel.accounts.queries import at_work
from yakuba.kernel.audit.actor import Actor
from yakuba.kernel.audit.chain import record
from yakuba.kernel.refusals import Invalid
from yakuba.kernel.registry import permission_names
from yakuba.kernel.tenancy import active_municipality, current_municipality, every_municipality
from yakuba.kernel.tenancy.models import Department, Municipality
from yakuba.kernel.values.municipality_codes import is_code

MANAGE = "accounts.manage"
LETTERS = "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"  # none that is taken for another
PASSWORD_LENGTH = 14


class NotAccepted(Invalid, ValueError):
    """What was entered cannot be taken; the argument is a sentence for staff."""

    exit_code = 2


@contextmanager
def _somebody_still_manages(actor: Actor) -> Iterator[None]:
    """Refuse an actor's change after which nobody of the active municipality could manage its staff any more: only the
    machine's own command line, which names no actor, could mend that. Raises NotAccepted; the caller's transaction
    takes the change back."""
    yield
    if actor is not None and not _managers():
        raise NotAccepted(
            "職員を管理できる人がいなくなるため、変えられません。先にほかの職員にその権限を持つ役割を与えてください。"
        )


def _managers() -> bool:
    roles = [role.pk for role in Role.objects.all() if MANAGE in role.permissions]
    return at_work().filter(roles__in=roles).exists()


@transaction.atomic
def save_municipality(code: str, name: str, *, actor: Actor = None) -> Municipality:
    """Make the municipality with that 全国地方公共団体コード, or rename it. Raises NotAccepted."""
    if not is_code(code):
        raise NotAccepted(
            f"団体コード「{code}」が正しくありません。検査数字を含む6けたで入れてください（例：131016）。"
        )
    municipality, _ = Municipality.objects.update_or_create(code=code, defaults={"name": name})
    with active_municipality(municipality):
        record("accounts.municipality_saved", subject=f"municipality:{code}", actor=actor)
    return municipality


@transaction.atomic
def save_role(
    name: str,
    permissions: Iterable[str],
    *,
    second_factor: bool | None = None,
    passkey: bool | None = None,
    actor: Actor = None,
) -> Role:
    """Make a role of the active municipality, or give it other permissions. second_factor, passkey: whether its holders
    must have one; None leaves it. Raises NotAccepted."""
    wanted = sorted(set(permissions))
    unknown = [one for one in wanted if one not in permission_names()]
    if unknown:
        known = "、".join(sorted(permission_names()))
        raise NotAccepted(f"権限「{'、'.join(unknown)}」はありません。あるのは {known} です。")
    with _somebody_still_manages(actor):
        said = {"second_factor": second_factor, "passkey": passkey}
        demand = {name: demanded for name, demanded in said.items() if demanded is not None}
        role, _ = Role.objects.update_or_create(name=name, defaults={"permissions": wanted, **demand})
    record("accounts.role_saved", subject=f"role:{role.pk}", actor=actor, permissions=wanted, **demand)
    return role


@transaction.atomic
def remove_role(role: Role, *, actor: Actor) -> None:
    """Take a role away that nobody holds. Raises NotAccepted."""
    if number := role.users.count():
        raise NotAccepted(f"役割「{role}」は{number}人が持っています。先にほかの役割へ移してください。")
    record("accounts.role_removed", subject=f"role:{role.pk}", actor=actor, role=role.name)
    role.delete()


@transaction.atomic
def save_department(name: str, *, department: Department | None = None, actor: Actor) -> Department:
    """Make a department of the active municipality, or rename one. Raises NotAccepted."""
    row = department or Department()
    if Department.objects.filter(name=name).exclude(pk=row.pk).exists():
        raise NotAccepted(f"課「{name}」はもうあります。")
    row.name = name
    row.save()
    record("accounts.department_saved", subject=f"department:{row.pk}", actor=actor)
    return row


@transaction.atomic
def remove_department(department: Department, *, actor: Actor) -> None:
    """Take a department away to which nobody belongs. Raises NotAccepted."""
    if number := User.objects.filter(department=department).count():
        raise NotAccepted(f"課「{department}」には{number}人がいます。先にほかの課へ移してください。")
    record("accounts.department_removed", subject=f"department:{department.pk}", actor=actor)
    department.delete()


@transaction.atomic
def save_staff(
    username: str,
    *,
    name: str = "",
    department: str | None = None,
    roles: Iterable[str] | None = None,
    password: str = "",
    actor: Actor = None,
) -> User:
    """Make a member of staff of the active municipality, or change what is given. Raises NotAccepted.

    Without `password` a new person cannot log in yet. What is left empty stays as it is, and so do `department` and
    `roles` where they are None; an empty department is none.
    """
    with every_municipality("a name is one person's in the whole installation"):
        person = User.objects.filter(username=username).first() or User(username=username)
    if person.pk is not None and person.municipality_id != current_municipality().pk:
        raise NotAccepted(f"職員ID「{username}」はほかの自治体で使われています。別のIDにしてください。")
    person.municipality = current_municipality()
    person.display_name = name or person.display_name
    if department is not None:
        person.department = Department.objects.get_or_create(name=department)[0] if department else None
    _take_password(person, password)
    person.save()
    if roles is not None:
        _give_roles(person, [_role(one) for one in roles], actor)
    if password:
        sessions.end_all(person)
    record("accounts.staff_saved", subject=f"user:{person.pk}", actor=actor, password_changed=bool(password))
    return person


def _give_roles(person: User, roles: list[Role], actor: Actor) -> None:
    """Other roles end the person's sessions; who changes the own ones goes on."""
    if set(person.roles.all()) != set(roles) and person != actor:
        sessions.end_all(person)
    with _somebody_still_manages(actor):
        person.roles.set(roles)


@transaction.atomic
def reset_password(person: User, *, actor: Actor) -> str:
    """A new password, shown only this once. Ends the person's sessions and locks. Raises ProofNeeded: whoever has it can
    log in as that person, and a login is a proof."""
    if actor is not None:
        proof.require(actor)
    password = "".join(secrets.choice(LETTERS) for _ in range(PASSWORD_LENGTH))
    person.set_password(password)
    person.save(update_fields=["password"])
    LoginTally.objects.filter(user=person).delete()
    sessions.end_all(person)
    record("accounts.staff_saved", subject=f"user:{person.pk}", actor=actor, password_changed=True)
    return password


def _take_password(person: User, password: str) -> None:
    if password:
        try:
            validate_password(password, person)
        except ValidationError as error:
            raise NotAccepted(" ".join(error.messages)) from error
        person.set_password(password)
    elif person.pk is None:
        person.set_unusable_password()


def _role(name: str) -> Role:
    role: Role | None = Role.objects.filter(name=name).first()
    if role is None:
        raise NotAccepted(f"役割「{name}」がありません。先に yakuba accounts role で作ってください。")
    return role


@transaction.atomic
def set_active(person: User, active: bool, *, actor: Actor = None) -> None:
    """Let a person log in, or no longer. Whoever leaves keeps their name in the records. Raises NotAccepted."""
    if actor == person and not active:
        raise NotAccepted("自分のログインは止められません。ほかの管理者に頼んでください。")
    with _somebody_still_manages(actor):
        person.is_active = active
        person.save(update_fields=["is_active"])
    if not active:
        sessions.end_all(person)
    record("accounts.staff_saved", subject=f"user:{person.pk}", actor=actor, active=active)


@transaction.atomic
def unlock(person: User, *, actor: Actor = None) -> None:
    """Forget the failed logins for which a person, or a place where that person tried, is locked. The event keeps how
    many tries were refused meanwhile."""
    tallies = LoginTally.objects.filter(user=person)
    refused = sum(tallies.values_list("refused", flat=True))
    tallies.delete()
    record("accounts.staff_saved", subject=f"user:{person.pk}", actor=actor, unlocked=True, refused=refused)


@transaction.atomic
def issue_token(
    person: User, name: str, scopes: Iterable[str], days: int, *, proved: bool = False, actor: Actor = None
) -> str:
    """A new API token, shown only this once. Raises NotAccepted for a scope that no manifest declares, and for one
    that the actor does not hold: nobody gets through a token what their own role refuses.

    A person has to have proved it lately, and the token carries that on (raises ProofNeeded); whoever operates the machine says
    whether it is `proved`."""
    wanted = sorted(set(scopes))
    unknown = [one for one in wanted if one not in permission_names()]
    if unknown or not wanted:
        known = "、".join(sorted(permission_names()))
        raise NotAccepted(f"範囲には権限の名を1つ以上書いてください。使えるのは {known} です。")
    if actor is not None and (beyond := [one for one in wanted if one not in granted(actor)]):
        raise NotAccepted(f"自分が持たない権限（{'、'.join(beyond)}）のトークンは発行できません。")
    if actor is not None:
        proof.require(actor)
    row, token = ApiToken.issue(person, name, wanted, proved=proved or actor is not None)
    row.expires_at, row.issued_by = timezone.now() + timedelta(days=days), actor
    row.save(update_fields=["expires_at", "issued_by"])
    record(
        "accounts.token_issued",
        subject=f"user:{person.pk}",
        actor=actor,
        token=name,
        scopes=wanted,
        proved=row.proved,
    )
    return token


@transaction.atomic
def revoke_token(token: ApiToken, *, actor: Actor) -> None:
    """Let a token open nothing from now on; its row stays, so that one sees what it was."""
    token.expires_at = timezone.now()
    token.save(update_fields=["expires_at"])
    record("accounts.token_revoked", subject=f"user:{token.user_id}", actor=actor, token=token.name)
