"""Which values are drawn to be checked blind: by a keyed hash of where they stand, so that nobody can choose them, and the
same ones again when a page is put in anew. Doubtful values are drawn as well, so that being asked blind says nothing."""

from __future__ import annotations

from django.utils.crypto import salted_hmac

from yakuba.kernel.ledger.models import Case
from yakuba.kernel.tenancy import current_municipality
from yakuba.kernel.townsettings.reading import value

SALT = "reading.blind"
SHARE = "reading.blind_per_mille"
BITS = 64


def share() -> float:
    """The share of all values that is checked blind, 0..1, as the town has set it."""
    return int(value(SHARE)) / 1000


def is_drawn(case: Case, field: str) -> bool:
    """Whether the value of that field is checked blind."""
    where = "\0".join((current_municipality().code, case.procedure.code, case.receipt_number, field))
    drawn = salted_hmac(SALT, where, algorithm="sha256").digest()[: BITS // 8]
    return int.from_bytes(drawn, "big") < share() * 2**BITS
