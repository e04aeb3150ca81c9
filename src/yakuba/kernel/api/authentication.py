"""Who calls: a bearer token with scopes. A token never opens more than its user's roles do."""

from __future__ import annotations

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
            self._ask(found)
        limit(found.user, found.scopes)
        found.carry(found.user)
        found.note_use()
        return found

    def _ask(self, token: ApiToken) -> None:
        if self.permission not in token.scopes:
            raise ApiProblem(
                403, "権限がありません", f"このトークンには {self.permission} の範囲がありません。"
            )
        with active_municipality(token.user.municipality):  # type: ignore[arg-type]  # `token_of` looked
            require(token.user, self.permission)


def token_of(token: str) -> ApiToken | None:
    """The valid token of a person of some municipality that reads so, or None."""
    return ApiToken.of(token)
