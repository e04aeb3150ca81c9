"""Who sees values that are masked (個人番号): nobody without a permission of its own."""

from __future__ import annotations

from typing import Any

from django.db.models import Q

from yakuba.kernel.accounts import allowed
from yakuba.kernel.ledger.models import Procedure
from yakuba.kernel.values import TYPES

REVEAL = "ledger.reveal"
MASKED_TYPES = frozenset(code for code, kind in TYPES.items() if kind.masked)


def reveals(user: Any) -> bool:
    """Whether masked values are shown to the user."""
    return allowed(user, REVEAL)


def masked_values() -> Q:
    """CaseValue rows whose value is masked."""
    found = Q(pk__in=())
    for procedure in Procedure.objects.all():
        codes = [item.code for item in procedure.definition.fields if item.kind.masked]
        if codes:
            found |= Q(case__procedure=procedure, field__in=codes)
    return found
