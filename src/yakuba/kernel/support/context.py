"""The line on every page while an operator may look."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from yakuba.kernel.accounts.models import User
from yakuba.kernel.support.queries import holding, is_operator
from yakuba.kernel.tenancy import municipality_or_none


def banner(request: HttpRequest) -> dict[str, Any]:
    """Template context: `support_visit`, the grant by which this person looks; `support_grants`, those that hold in the
    town, for its staff, and whether this person is an operator, who finds the towns in the own menu."""
    town = municipality_or_none()
    visit = getattr(request, "support_grant", None)
    if town is None or visit is not None:
        return {"support_visit": visit}
    user = getattr(request, "user", None)
    return {
        "support_grants": holding(town),
        "support_operator": isinstance(user, User) and is_operator(user),
    }
