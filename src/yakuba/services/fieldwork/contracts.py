"""What may leave the fieldwork room."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from yakuba.kernel.values.labelled import Labelled


class ReportState(Labelled):
    """Where a report stands. A crew's visit may move it to `working` and `done`."""

    RECEIVED = "received", "受付済み"
    ASSIGNED = "assigned", "担当課が決まった"
    WORKING = "working", "対応中"
    DONE = "done", "対応済み"
    CLOSED = "closed", "対応しない"


OPEN = (ReportState.RECEIVED, ReportState.ASSIGNED, ReportState.WORKING)


@dataclass(frozen=True)
class Stop:
    """A report as a place where a crew can go: degrees (WGS84), minutes of work that are expected, the last day."""

    report_id: int
    number: str
    title: str
    latitude: float
    longitude: float
    minutes: int
    due: datetime | None
