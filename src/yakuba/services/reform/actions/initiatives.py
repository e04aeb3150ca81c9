"""Initiatives with their terms."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from yakuba.kernel.audit.actor import Actor, known
from yakuba.services.reform.actions.checking import check
from yakuba.services.reform.models import Initiative


@transaction.atomic
def save_initiative(row: Initiative, given: Mapping[str, Any], *, actor: Actor) -> Initiative:
    """What is known of it. Raises Invalid for what is out of range, or a title that another one has."""
    for name, value in given.items():
        setattr(row, name, value)
    row.changed_by = known(actor)
    check(row)
    row.save()
    return row
