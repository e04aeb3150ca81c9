"""One of everything that the addresses name, for the tests that try every address."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.utils import timezone

from yakuba.kernel.accounts.models import User
from yakuba.kernel.protection.models import Covered, Opening, Protection


def make(clerk: User, known: Mapping[str, Any]) -> dict[str, Any]:
    """A person under protection, a thing that waits for a decision, an opening."""
    today = timezone.localdate()
    row = Protection.objects.create(
        name="守山見本子", birth=date(1990, 4, 1), begins=today, until=today, begun_by=clerk
    )
    kind, key = "example.thing", "1"
    covered = Covered.objects.create(protection=row, kind=kind, key=key, state="asked", why="見本")
    opening = Opening.objects.create(kind=kind, key=key, reason="見本", opened_by=clerk, until=timezone.now())
    return {
        "protection_id": row.pk,
        "covered_id": covered.pk,
        "opening_id": opening.pk,
        "kind": kind,
        "key": key,
    }
