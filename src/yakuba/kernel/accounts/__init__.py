"""Accounts: staff, roles made of the manifests' permissions, API tokens."""

from yakuba.kernel.accounts.permissions import (
    RoomNotUsed,
    allowed,
    demands_passkey,
    demands_second_factor,
    granted,
    limit,
    permission_required,
    person_of,
    require,
    unused_rooms,
    used_manifests,
)

__all__ = [
    "RoomNotUsed",
    "allowed",
    "demands_passkey",
    "demands_second_factor",
    "granted",
    "limit",
    "permission_required",
    "person_of",
    "require",
    "unused_rooms",
    "used_manifests",
]
