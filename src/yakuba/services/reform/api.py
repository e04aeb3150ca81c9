"""`/api/v1/reform/…`."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from ninja import Router

from yakuba.kernel.api.authentication import scoped
from yakuba.services.reform import queries
from yakuba.services.reform.engine.effect import total

router = Router(tags=["reform"])


@router.get("/effects")
@scoped("reform.view")
def effects(request: HttpRequest) -> dict[str, Any]:
    """Before and now for each procedure, in minutes, and their sum."""
    rows = queries.effects()
    return {"procedures": [row.to_json() for row in rows], "total": total(rows).to_json()}
