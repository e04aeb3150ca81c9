"""Who may do what. Everything is refused unless a role of the person's own municipality grants it."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase

from yakuba.kernel.registry import permission_names
from yakuba.kernel.tenancy import municipality_or_none

if TYPE_CHECKING:
    from yakuba.kernel.accounts.models import User

View = Callable[..., HttpResponseBase]


def granted(user: Any) -> frozenset[str]:
    """The permission names that the user's roles in the user's own municipality give; read once a request."""
    if not getattr(user, "is_authenticated", False) or not user.is_active or user.municipality_id is None:
        return frozenset()
    if not hasattr(user, "_granted"):
        from yakuba.kernel.accounts.models import Role

        rows = Role.all_municipalities.filter(municipality_id=user.municipality_id, users=user)
        names = {name for permissions in rows.values_list("permissions", flat=True) for name in permissions}
        user._granted = frozenset(names) & permission_names()
    return user._granted


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
    """Raise PermissionDenied unless `allowed`."""
    if not allowed(user, permission):
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
