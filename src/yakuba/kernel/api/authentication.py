"""Who calls: a bearer token with scopes. A token never opens more than its user's roles do."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest
from ninja.security import HttpBearer

from yakuba.kernel.accounts import require
from yakuba.kernel.accounts.models import ApiToken
from yakuba.kernel.api.problems import ApiProblem
from yakuba.kernel.tenancy import active_municipality


class TokenAuthentication(HttpBearer):
    """Reads `Authorization: Bearer …`; the operation then runs for the user's municipality."""

    def authenticate(self, request: HttpRequest, token: str) -> ApiToken | None:
        found = token_of(token)
        if found is not None:
            request.user = found.user
        return found


def token_of(token: str) -> ApiToken | None:
    """The valid token of a person of some municipality that reads so, or None."""
    rows = ApiToken.objects.select_related("user__municipality").filter(digest=ApiToken.digest_of(token))
    found: ApiToken | None = rows.first()
    return found if found and found.valid and found.user.municipality else None


def scoped(permission: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Guard an operation: the token needs the scope and its user the permission; runs in the user's
    municipality. Raises ApiProblem 403."""

    def decorate(operation: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(operation)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
            token: ApiToken = request.auth  # type: ignore[attr-defined]  # ninja puts it there
            if permission not in token.scopes:
                raise ApiProblem(
                    403, "権限がありません", f"このトークンには {permission} の範囲がありません。"
                )
            with active_municipality(token.user.municipality):  # type: ignore[arg-type]  # checked above
                require(token.user, permission)
                return operation(request, *args, **kwargs)

        return guarded

    return decorate
