"""Writes to municipalities, roles, staff and API tokens. Each is one transaction; each leaves an audit event."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from yakuba.kernel.accounts.models import ApiToken, LoginTally, Role, User
from yakuba.kernel.audit.chain import record
from yakuba.kernel.refusals import Invalid
from yakuba.kernel.registry import permission_names
from yakuba.kernel.tenancy import active_municipality, current_municipality
from yakuba.kernel.tenancy.models import Department, Municipality


class NotAccepted(Invalid, ValueError):
    """What was entered cannot be taken; the argument is a sentence for staff."""

    exit_code = 2


@transaction.atomic
def save_municipality(code: str, name: str) -> Municipality:
    """Make the municipality with that 全国地方公共団体コード, or rename it. Raises NotAccepted."""
    if not _check_digit_fits(code):
        raise NotAccepted(
            f"団体コード「{code}」が正しくありません。検査数字を含む6けたで入れてください（例：131016）。"
        )
    municipality, _ = Municipality.objects.update_or_create(code=code, defaults={"name": name})
    with active_municipality(municipality):
        record("accounts.municipality_saved", subject=f"municipality:{code}")
    return municipality


def _check_digit_fits(code: str) -> bool:
    """The sixth digit is 11 minus the sum of the first five weighted 6 to 2, modulo 11, its last digit."""
    if len(code) != 6 or not code.isascii() or not code.isdigit():
        return False
    total = sum(int(digit) * weight for digit, weight in zip(code, (6, 5, 4, 3, 2), strict=False))
    return (11 - total % 11) % 10 == int(code[5])


@transaction.atomic
def save_role(name: str, permissions: Iterable[str]) -> Role:
    """Make a role of the active municipality, or give it other permissions. Raises NotAccepted."""
    wanted = sorted(set(permissions))
    unknown = [one for one in wanted if one not in permission_names()]
    if unknown:
        known = "、".join(sorted(permission_names()))
        raise NotAccepted(f"権限「{'、'.join(unknown)}」はありません。あるのは {known} です。")
    role, _ = Role.objects.update_or_create(name=name, defaults={"permissions": wanted})
    record("accounts.role_saved", subject=f"role:{role.pk}", permissions=wanted)
    return role


@transaction.atomic
def save_staff(
    username: str, *, name: str = "", department: str = "", roles: Iterable[str] = (), password: str = ""
) -> User:
    """Make a member of staff of the active municipality, or change what is given. Raises NotAccepted.

    Without `password` a new person cannot log in yet; what is left empty stays as it is.
    """
    person = User.objects.filter(username=username).first() or User(username=username)
    if person.pk is not None and person.municipality_id != current_municipality().pk:
        raise NotAccepted(f"職員ID「{username}」はほかの自治体で使われています。別のIDにしてください。")
    person.municipality = current_municipality()
    person.display_name = name or person.display_name
    if department:
        person.department, _ = Department.objects.get_or_create(name=department)
    _take_password(person, password)
    person.save()
    if chosen := list(roles):
        person.roles.set([_role(one) for one in chosen])
    record("accounts.staff_saved", subject=f"user:{person.pk}", password_changed=bool(password))
    return person


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
def set_active(person: User, active: bool) -> None:
    """Let a person log in, or no longer. Whoever leaves keeps their name in the records."""
    person.is_active = active
    person.save(update_fields=["is_active"])
    record("accounts.staff_saved", subject=f"user:{person.pk}", active=active)


@transaction.atomic
def unlock(person: User) -> None:
    """Forget the failed logins for which a person, or a place where that person tried, is locked."""
    LoginTally.objects.filter(user=person).delete()
    record("accounts.staff_saved", subject=f"user:{person.pk}", unlocked=True)


@transaction.atomic
def issue_token(person: User, name: str, scopes: Iterable[str], days: int) -> str:
    """A new API token, shown only this once. Raises NotAccepted for a scope that no manifest declares."""
    wanted = sorted(set(scopes))
    unknown = [one for one in wanted if one not in permission_names()]
    if unknown or not wanted:
        known = "、".join(sorted(permission_names()))
        raise NotAccepted(f"範囲には権限の名を1つ以上書いてください。使えるのは {known} です。")
    row, token = ApiToken.issue(person, name, wanted)
    row.expires_at = timezone.now() + timedelta(days=days)
    row.save(update_fields=["expires_at"])
    record("accounts.token_issued", subject=f"user:{person.pk}", token=name, scopes=wanted)
    return token
