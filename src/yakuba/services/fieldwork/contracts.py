"""What may leave the fieldwork room."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from yakuba.kernel.values.labelled import Labelled


class ReportState(Labelled):
    """Where a report stands. A crew's visit may move it to `working` and `done`."""

    RECEIVED = "received", "受付済み"
    WORKING = "working", "対応中"
    DONE = "done", "対応済み"
    CLOSED = "closed", "対応しない"


OPEN = (ReportState.RECEIVED, ReportState.WORKING)


class Happened(Labelled):
    """What happened to a report."""

    RECEIVED = "received", "届いた"
    JOINED = "joined", "同じものを見た人が加わった"
    MOVED = "moved", "課を移した"
    DUE = "due", "期限を変えた"
    STARTED = "started", "対応を始めた"
    ANSWERED = "answered", "通報した人に答えた"
    DONE = "done", "対応を終えた"
    CLOSED = "closed", "対応しないと決めた"
    REOPENED = "reopened", "もう一度対応することにした"
    RELEASED = "released", "公開した"
    HIDDEN = "hidden", "公開をやめた"


class Source(Labelled):
    """By which way a report came."""

    WEB = "web", "ウェブ"
    API = "api", "GeoReport"
    STAFF = "staff", "職員が入れた"


@dataclass(frozen=True)
class NewReport:
    """What somebody reports. latitude, longitude: degrees (WGS84), both or neither; place: in words; contact: only where the
    reporter wants it."""

    category: str
    description: str = ""
    place: str = ""
    latitude: float | None = None
    longitude: float | None = None
    name: str = ""
    contact: str = ""


@dataclass(frozen=True)
class Stop:
    """A report as a place where a crew can go: degrees (WGS84), the last day as an instant, whether it is urgent."""

    report_id: int
    number: str
    title: str
    section: str
    latitude: float
    longitude: float
    due: datetime
    urgent: bool
