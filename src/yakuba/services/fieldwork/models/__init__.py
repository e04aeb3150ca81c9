"""The tables of the fieldwork room."""

from yakuba.services.fieldwork.models.reports import (
    Report,
    ReportEvent,
    ReportPhoto,
    ReportRules,
    ReportSerial,
    Supporter,
)
from yakuba.services.fieldwork.models.wildlife import (
    BountyClaim,
    BountyPhoto,
    Comparison,
    Found,
    Sighting,
    Species,
    Trap,
    TrapDay,
    TrapKind,
    TrapVisit,
)

__all__ = [
    "BountyClaim",
    "BountyPhoto",
    "Comparison",
    "Found",
    "Report",
    "ReportEvent",
    "ReportPhoto",
    "ReportRules",
    "ReportSerial",
    "Sighting",
    "Species",
    "Supporter",
    "Trap",
    "TrapDay",
    "TrapKind",
    "TrapVisit",
]
