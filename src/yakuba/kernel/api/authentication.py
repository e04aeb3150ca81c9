"""Who calls: a bearer token with scopes. A token never opens more than its user's roles do."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest
from ninja.security import HttpBearer

from yakuba.kernel.accounts import limit, require
from yakuba.kernel.accounts.models import ApiToken
from yakuba.kernel.api.problems import ApiProblem
from yakuba.kernel.tenancy import active_municipality


class TokenAuthentication(HttpBearer):
    """Reads `Authorization: Bearer …`. With a permission the token needs it among its scopes and its user among the
    rights of the roles: that is asked before the request is read any further. Raises ApiProblem 403, PermissionDenied."""

    def __init__(self, permission: str = "") -> None:
        super().__init__()
        self.permission = permission

    def authenticate(self, request: HttpRequest, token: str) -> ApiToken | None:
        found = token_of(token)
        if found is None:
            return None
        request.user = found.user
        if self.permission:
            ask(found, self.permission)
        limit(found.user, found.scopes)
        return found


def ask(token: ApiToken, permission: str) -> None:
    """Raise ApiProblem unless the token has the scope, PermissionDenied unless its user has the permission."""
    if permission not in token.scopes:
        raise ApiProblem(403, "権限がありません", f"このトークンには {permission} の範囲がありません。")
    with active_municipality(token.user.municipality):  # type: ignore[arg-type]  # `token_of` looked
        require(token.user, permission)


def token_of(token: str) -> ApiToken | None:
    """The valid token of a person of some municipality that reads so, or None."""
    rows = ApiToken.objects.select_related("user__municipality").filter(digest=ApiToken.digest_of(token))
    found: ApiToken | None = rows.first()
    return found if found and found.valid and found.user.municipality else None


def scoped(permission: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Guard a view of a router: the token needs the scope and its user the permission; runs in the user's
    municipality. Raises ApiProblem 403."""

    def decorate(view: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
            token: ApiToken = request.auth  # type: ignore[attr-defined]  # ninja puts it there
            ask(token, permission)
            with active_municipality(token.user.municipality):  # type: ignore[arg-type]  # checked above
                return view(request, *args, **kwargs)

        return guarded

    return decorate
