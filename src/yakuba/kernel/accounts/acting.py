"""Who a command of the command line acts for, with that person's rights in that person's municipality.

Whoever gives another's name proves to be that person: by a token of that person in YAKUBA_TOKEN, or on the terminal.
Without either it is the operator of the machine who does it, with no more than that person's rights: the audit record
says so, and what needs a fresh proof (`proof`) is refused.
"""

from __future__ import annotations

import os
import pwd
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet

from yakuba.kernel.accounts import proof, queries
from yakuba.kernel.accounts.models import ApiToken, User
from yakuba.kernel.accounts.permissions import RoomNotUsed, limit, require
from yakuba.kernel.audit.actor import of_operator
from yakuba.kernel.cli.output import fail
from yakuba.kernel.tenancy import active_municipality, every_municipality

TOKEN = "YAKUBA_TOKEN"  # noqa: S105  # the name of the variable


def named(username: str) -> User:
    """The person of the active municipality. Raises typer.Exit(2) where there is none."""
    return _one_of(queries.staff(), username)


def _one_of(people: QuerySet[User], username: str) -> User:
    person = people.filter(username=username).first()
    if person is None:
        raise fail(f"職員ID「{username}」の職員がいません。", 2)
    return person


def author(username: str, permission: str) -> User | None:
    """Who does it, with that permission; nobody (the operator of the machine) where the command names nobody. Raises
    typer.Exit: 2 when no such person is at work here, 3 when the person may not, or proves to be another."""
    if not username:
        return None
    person = _one_of(queries.at_work(), username)
    _prove(person)
    with _told(person):
        require(person, permission)
    return person


@contextmanager
def acting(username: str, permission: str, *, municipality: str = "") -> Iterator[User]:
    """Work as a member of staff, with the permission if one is named. municipality: a 団体コード that the person must
    belong to; empty for any.

    Raises typer.Exit: 2 when there is no such person (there), 3 when the person may not, or proves to be another.
    """
    with every_municipality("whose town it is, the name on the command line says"):
        people = User.objects.filter(username=username, is_active=True)
        person = people.select_related("municipality").first()
    home = person.municipality if person else None
    if person is None or home is None or municipality not in ("", home.code):
        raise fail(f"職員 {username} はこの自治体にいません。--user を確かめてください。", 2)
    with active_municipality(home):
        _prove(person)
        with _told(person):
            if permission:
                require(person, permission)
            yield person


@contextmanager
def _told(person: User) -> Iterator[None]:
    """Say what a person may not do, and end with 3."""
    try:
        yield
    except RoomNotUsed as error:
        raise fail(
            f"{person.municipality} はこの業務を使っていません。管理の「使う業務」で決められます。", 3
        ) from error
    except PermissionDenied as error:
        raise fail(f"{person.username} に {error} の権限がありません。", 3) from error


def _prove(person: User) -> None:
    """Raises typer.Exit(3) for a token or words that are not that person's."""
    token = os.environ.get(TOKEN, "")
    if token:
        row = ApiToken.of(token)
        if row is None or row.user_id != person.pk:
            raise fail(f"{TOKEN} のAPIトークンは、{person.username} のものでないか、期限が切れています。", 3)
        limit(person, row.scopes)
        row.carry(person)
        row.note_use()
    elif proof.on_terminal is not None and sys.stdin.isatty():
        if not proof.on_terminal(person):
            raise fail(f"{person.username} 本人であることを確かめられませんでした。", 3)
        proof.give(person)
    else:
        of_operator(person, operator())


def operator() -> str:
    """The operating system's name for who runs this process; not what the environment says, which anybody may write."""
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:  # a number without a name, as in a container
        return str(os.getuid())
