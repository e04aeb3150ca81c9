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
LOOKED_AT = "waiting"  # what is told of one from outside that waits for a person before it can be taken up


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


class StopKind(Labelled):
    """Where a stop of a round came from."""

    REPORT = "report", "通報"
    TRAP = "trap", "わな"
    TABLE = "table", "表"
    HAND = "hand", "手で入れた"


@dataclass(frozen=True)
class OfferedStop:
    """What another part of the room, or another room, would like to have visited. ref: its number there, as people know it
    (of a report the receipt number); degrees (WGS84); minutes of work; priority 1 (first) to 3; load: in the crews' unit."""

    kind: StopKind
    ref: str
    title: str
    latitude: float
    longitude: float
    minutes: int = 15
    priority: int = 2
    load: int = 0
    skills: tuple[str, ...] = ()


class PlanState(Labelled):
    """Where a plan of rounds stands."""

    DRAFT = "draft", "準備中"
    PLANNING = "planning", "計算中"
    FAILED = "failed", "計算できなかった"
    READY = "ready", "できた"
    PUBLISHED = "published", "班に出した"
    CLOSED = "closed", "終わった"


class VisitKind(Labelled):
    """What a crew says of a stop."""

    ARRIVED = "arrived", "着いた"
    DONE = "done", "済んだ"
    FAILED = "failed", "できなかった"


class NotDone(Labelled):
    """Why a stop could not be done."""

    ABSENT = "absent", "留守だった"
    BLOCKED = "blocked", "通れなかった"
    LACKING = "lacking", "道具か材料が足りなかった"
    NO_TIME = "no_time", "時間が足りなかった"
    NOT_FOUND = "not_found", "見つからなかった"
    DANGER = "danger", "危なくてできなかった"
    OTHER = "other", "そのほか"


class ChangeKind(Labelled):
    """What makes a published plan change on its day."""

    ADD = "add", "訪問先が増えた"
    LATE = "late", "班が遅れている"
    OUT = "out", "班が出られなくなった"


class ChangeState(Labelled):
    """Where a change stands."""

    WAITING = "waiting", "計算中"
    READY = "ready", "選ぶのを待っている"
    FAILED = "failed", "計算できなかった"
    TAKEN = "taken", "取り入れた"
    DROPPED = "dropped", "取り入れなかった"


class VersionState(Labelled):
    """A version of a plan."""

    PROPOSED = "proposed", "案"
    CURRENT = "current", "いまの版"
    PAST = "past", "前の版"
    DROPPED = "dropped", "取り入れなかった案"
