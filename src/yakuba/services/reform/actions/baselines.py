"""How long a case took before, stated by a person."""

from __future__ import annotations

from django.db import transaction

from yakuba.kernel.audit.actor import Actor
from yakuba.kernel.audit.chain import record
from yakuba.kernel.ledger.models import Procedure
from yakuba.services.reform.contracts import Baseline
from yakuba.services.reform.models import BaselineEntry


@transaction.atomic
def state_baseline(procedure: Procedure, baseline: Baseline, *, actor: Actor) -> BaselineEntry:
    """State what a case took before. Raises ValidationError when a value is out of range."""
    entry = BaselineEntry(
        procedure=procedure,
        minutes_per_case=baseline.minutes_per_case,
        kind=baseline.kind,
        source=baseline.source,
        entered_by=actor,
    )
    entry.take_municipality()
    entry.full_clean()
    entry.save()
    record(
        "reform.baseline_stated",
        subject=f"procedure:{procedure.code}",
        actor=actor,
        minutes_per_case=baseline.minutes_per_case,
        kind=baseline.kind,
    )
    return entry
