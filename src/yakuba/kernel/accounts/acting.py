"""Who a command of the command line acts for: by name alone, or with that person's rights in that person's municipality."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.core.exceptions import PermissionDenied

from yakuba.kernel.accounts import queries
from yakuba.kernel.accounts.models import User
from yakuba.kernel.accounts.permissions import RoomNotUsed, require
from yakuba.kernel.cli.output import fail
from yakuba.kernel.tenancy import active_municipality


def named(username: str) -> User:
    """The person of the active municipality. Raises typer.Exit(2) where there is none."""
    person = queries.staff().filter(username=username).first()
    if person is None:
        raise fail(f"職員ID「{username}」の職員がいません。", 2)
    return person


def author(username: str) -> User | None:
    """Who is recorded as having done it; nobody where the command names nobody. Raises typer.Exit(2)."""
    return named(username) if username else None


@contextmanager
def acting(username: str, permission: str, *, municipality: str = "") -> Iterator[User]:
    """Work as a member of staff, with the permission if one is named. municipality: a 団体コード that the person must
    belong to; empty for any.

    Raises typer.Exit: 2 when there is no such person (there), 3 when the person may not.
    """
    person = User.objects.filter(username=username, is_active=True).select_related("municipality").first()
    home = person.municipality if person else None
    if person is None or home is None or municipality not in ("", home.code):
        raise fail(f"職員 {username} はこの自治体にいません。--user を確かめてください。", 2)
    with active_municipality(home):
        try:
            if permission:
                require(person, permission)
            yield person
        except RoomNotUsed as error:
            raise fail(f"{home} はこの業務を使っていません。管理の「使う業務」で決められます。", 3) from error
        except PermissionDenied as error:
            raise fail(f"{username} に {error} の権限がありません。", 3) from error
