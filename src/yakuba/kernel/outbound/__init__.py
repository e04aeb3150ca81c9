"""Outbound: the only way out, and what this installation's zone may hold. What is not listed is refused: protocol, host,
port, the address behind the name, and the class of the data."""

from __future__ import annotations

from yakuba.kernel.outbound.classes import REGISTER_CLASS, DataClass, Zone, class_of, class_of_field
from yakuba.kernel.outbound.permission import (
    VARIABLE,
    ZoneRefused,
    allow_here,
    allowed_hosts,
    allowed_targets,
    is_held_here,
    require_class,
    require_relay,
    require_target,
    spelt_out,
)
from yakuba.kernel.outbound.profile import OutboundRefused, ProfileUnreadable

__all__ = [
    "REGISTER_CLASS",
    "VARIABLE",
    "DataClass",
    "OutboundRefused",
    "ProfileUnreadable",
    "Zone",
    "ZoneRefused",
    "allow_here",
    "allowed_hosts",
    "allowed_targets",
    "class_of",
    "class_of_field",
    "is_held_here",
    "require_class",
    "require_relay",
    "require_target",
    "spelt_out",
]
