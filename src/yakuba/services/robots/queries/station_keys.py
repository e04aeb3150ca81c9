"""What is read aloud of keys: fingerprints of our own and of stations'."""

from __future__ import annotations

from yakuba.kernel.exchange import sealing
from yakuba.kernel.tenancy import current_municipality
from yakuba.services.robots.models import Station, StationKey

PART = "robots"  # as fingerprints have it: the same on both sides


def facts_of(row: StationKey | Station) -> dict[str, str]:
    """The public half, as it is handed over."""
    town = current_municipality()
    return {"town": town.code, "name": town.name, "part": PART, "sign": row.sign, "seal": row.seal}


def fingerprint_of(row: StationKey | Station) -> str:
    """As whose key it is shows it."""
    return sealing.fingerprint(facts_of(row))


def own_fingerprint() -> str:
    """Of our keys in use; empty where there are none."""
    row = StationKey.objects.order_by("-generation").first()
    return fingerprint_of(row) if row else ""


def own_fingerprints() -> set[str]:
    """Of every key of ours to which something may still be sealed."""
    return {fingerprint_of(row) for row in StationKey.objects.all()}
