"""Noting that something was used."""

from __future__ import annotations

from decimal import Decimal

from django.utils import timezone

from yakuba.kernel.meter.kinds import kinds
from yakuba.kernel.meter.models import Usage
from yakuba.kernel.tenancy import current_municipality


def note(kind: str, key: str, amount: float | Decimal = 1) -> None:
    """The active municipality used `amount` (0 or more, in the kind's unit) of `kind`, in the caller's transaction: what
    is rolled back was not used. The same kind and key counts once, the first time.

    Raises LookupError for a kind that no manifest declares, ValueError for a negative amount.
    """
    if kind not in kinds():
        raise LookupError(f"no manifest declares the meter {kind!r}")
    if amount < 0:
        raise ValueError("nobody uses less than nothing")
    row = Usage(
        municipality=current_municipality(),
        kind=kind,
        key=key,
        month=f"{timezone.localdate():%Y-%m}",
        amount=round(Decimal(amount), 3),
    )
    Usage.objects.bulk_create([row], ignore_conflicts=True)
