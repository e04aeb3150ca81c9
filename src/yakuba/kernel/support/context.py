"""The line on every page while an operator may look."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from yakuba.kernel.support.queries import holding, operators
from yakuba.kernel.tenancy import every_municipality, municipality_or_none


def banner(request: HttpRequest) -> dict[str, Any]:
    """Template context: `support_visit`, the grant by which this person looks; `support_grants`, those that hold in the
    town, for its staff, and whether this person is an operator, who finds the towns in the own menu."""
    town = municipality_or_none()
    visit = getattr(request, "support_grant", None)
    if town is None or visit is not None:
        return {"support_visit": visit}
    with every_municipality("who operates the installation is of another town"):
        # Few, and in most installations none: one query then.
        known = set(operators().values_list("user", flat=True))
    return {
        "support_grants": holding(town) if known else [],
        "support_operator": getattr(getattr(request, "user", None), "pk", None) in known,
    }
