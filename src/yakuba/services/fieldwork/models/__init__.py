"""The tables of the fieldwork room."""

from yakuba.services.fieldwork.models.reports import (
    Report,
    ReportEvent,
    ReportPhoto,
    ReportRules,
    ReportSerial,
    Supporter,
)

__all__ = ["Report", "ReportEvent", "ReportPhoto", "ReportRules", "ReportSerial", "Supporter"]
