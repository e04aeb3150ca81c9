"""Who may do what. Everything is refused unless a role of the person's own municipality grants it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import wraps
from typing import TYPE_CHECKING, Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponseBase

from yakuba.kernel.registry import Manifest, manifests, permission_names
from yakuba.kernel.tenancy import every_municipality, municipality_or_none

if TYPE_CHECKING:
    from yakuba.kernel.accounts.models import User

View = Callable[..., HttpResponseBase]


class RoomNotUsed(Http404):
    """The person's municipality does not use the room: to it the address does not exist."""


def unused_rooms(user: Any) -> frozenset[str]:
    """The rooms that the user's own municipality has switched off; read once a request."""
    if not hasattr(user, "_unused_rooms"):
        from yakuba.kernel.registry.models import UnusedRoom

        own = getattr(user, "municipality_id", None)
        rows = (
            UnusedRoom.all_municipalities.filter(municipality_id=own)
            if own
            else UnusedRoom.all_municipalities.none()
        )
        with every_municipality("a person's own town, whatever is active"):
            user._unused_rooms = frozenset(rows.values_list("room", flat=True))
    return user._unused_rooms


def used_manifests(user: Any) -> list[Manifest]:
    """What the kernel and the rooms declare that the user's municipality uses."""
    return [one for one in manifests() if one.name not in unused_rooms(user)]


def _room_of(permission: str) -> str:
    return permission.partition(".")[0]


def granted(user: Any) -> frozenset[str]:
    """The permission names that the user's roles in the user's own municipality give; read once a request."""
    if not getattr(user, "is_authenticated", False) or not user.is_active or user.municipality_id is None:
        return frozenset()
    if not hasattr(user, "_granted"):
        from yakuba.kernel.accounts.models import Role

        with every_municipality("a person's own town, whatever is active"):
            rows = list(Role.all_municipalities.filter(municipality_id=user.municipality_id, users=user))
        names = {name for row in rows for name in row.permissions}
        user._second_factor = any(row.second_factor or row.passkey for row in rows)
        user._passkey = any(row.passkey for row in rows)
        known = frozenset(names) & permission_names()
        user._granted = frozenset(one for one in known if _room_of(one) not in unused_rooms(user))
    return user._granted


def demands_second_factor(user: Any) -> bool:
    """Whether one of the user's roles asks for a second factor at login."""
    granted(user)
    return bool(getattr(user, "_second_factor", False))


def demands_passkey(user: Any) -> bool:
    """Whether one of the user's roles asks for a passkey: codes of a telephone, which can be typed into a false page, are
    not enough."""
    granted(user)
    return bool(getattr(user, "_passkey", False))


def limit(user: Any, permissions: Iterable[str]) -> None:
    """From now on this object has no other permissions than these, of those that it has: who asks by a token of scopes."""
    user._scopes = frozenset(permissions)
    user._granted = granted(user) & user._scopes


def in_scope(user: Any, permission: str) -> bool:
    """Whether this object may ask for a deed that needs `permission`, by whose right whatever: a token says what it is for,
    also where another person's right is used."""
    return permission in getattr(user, "_scopes", (permission,))


def allowed(user: Any, permission: str) -> bool:
    """Whether the user holds `permission` and the active municipality is the user's own.

    Raises LookupError for a permission that no manifest declares: a spelling mistake must not open a door.
    """
    if permission not in permission_names():
        raise LookupError(f"no manifest declares the permission {permission!r}")
    active = municipality_or_none()
    if active is None or active.pk != getattr(user, "municipality_id", None):
        return False
    return permission in granted(user)


def require(user: Any, permission: str) -> None:
    """Raise PermissionDenied unless `allowed`; RoomNotUsed where the person's municipality has no such room."""
    if not allowed(user, permission):
        if getattr(user, "is_authenticated", False) and _room_of(permission) in unused_rooms(user):
            raise RoomNotUsed("この業務は使われていません。")
        raise PermissionDenied(permission)


def person_of(request: HttpRequest) -> User:
    """Who sits at the page. Raises PermissionDenied for a stranger, whom a guarded page never meets."""
    from yakuba.kernel.accounts.models import User

    if not isinstance(request.user, User):
        raise PermissionDenied("login")
    return request.user


def permission_required(permission: str) -> Callable[[View], View]:
    """Guard a page: sends strangers to the login page, refuses with 403 who lacks `permission`."""

    def decorate(view: View) -> View:
        @login_required
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            require(request.user, permission)
            return view(request, *args, **kwargs)

        guarded.yakuba_permission = permission  # type: ignore[attr-defined]  # read by the matrix test
        return guarded

    return decorate
