"""What may leave the robots room: rows, their states, problems and reports. No framework."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from yakuba.kernel.values.labelled import Labelled


class RowState(Labelled):
    """Where one row (one case to enter) stands. The allowed changes are `engine.states.TRANSITIONS`."""

    WAITING = "waiting", "待ち"
    LOOKING_UP = "looking_up", "照会中"
    ENTERING = "entering", "入力中"
    INTENT = "intent", "登録直前"
    SUBMITTING = "submitting", "登録中"
    ENTERED = "entered", "登録済み"
    FOUND_ALREADY = "found_already", "登録されていた"
    REHEARSED = "rehearsed", "試行済み"
    RETRY = "retry", "やり直し待ち"
    FAILED = "failed", "失敗"
    UNDECIDED = "undecided", "人の判断待ち"
    SKIPPED = "skipped", "とばした"


class Lane(Labelled):
    """How a row reaches the target."""

    BROWSER = "browser", "ブラウザー"
    FAST = "fast", "高速入力"


class ProblemKind(StrEnum):
    """Why a row or a run did not go on."""

    VALUE = "value"  # a value of the case cannot be written as the scenario asks
    REFUSED = "refused"  # the target system showed a validation message
    SEVERAL_FOUND = "several_found"  # the receipt number stands there more than once
    UNCLEAR = "unclear"  # an attempt may have happened and the target's answer cannot be read
    UNREADABLE = "unreadable"  # the commit step was answered with a page that cannot be read
    MISMATCH = "mismatch"  # entered, but the target shows other values
    TROUBLE = "trouble"  # error page, time-out, dropped connection, logged out
    SCREEN_CHANGED = "screen_changed"  # an element or a landmark of the scenario is not there
    LOGIN_REFUSED = "login_refused"
    SETUP = "setup"  # secret, program or permission missing: nothing was tried


class Unconfirmed(str):
    """A value that nobody confirmed and no check supports: it is there to be looked at, and a robot writes it nowhere."""

    __slots__ = ()


@dataclass(frozen=True)
class Problem:
    """One reason, in Japanese, ready to be shown.

    message: what is wrong and what to do.  field: the label of the case's or target's field, or empty.
    where: the step of the scenario and the page.  expected, similar: for a changed screen, what was looked
    for and the labels that resemble it most, best first.
    """

    kind: ProblemKind
    message: str
    field: str = ""
    where: str = ""
    expected: str = ""
    similar: tuple[str, ...] = ()


@dataclass(frozen=True)
class FieldSpec:
    """A field of the procedure as scenarios need it; `options` maps option codes to labels."""

    code: str
    label: str
    type: str
    options: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Stamp:
    """A moment that no setting of a clock moves: seconds since the machine was started, sleep included.

    boot: which start of which machine. Two stamps can be compared only when it is the same.
    """

    boot: str
    seconds: float


@dataclass(frozen=True)
class Intent:
    """The commit step was about to be pressed, and no certain answer is known.

    at: wall-clock time, for people.  egress, number: through which egress and under which fencing number its
    requests leave.  cut: whether that egress has acknowledged that nothing more of it can leave.
    settles_from: since when the target has been given time to store what did leave; None until somebody looks.
    again: a settled look-up that finds nothing is enough to press again (a person said so, or nothing but the
    steps before the commit step was pressed).
    """

    at: datetime
    egress: str = ""
    number: int = 0
    cut: bool = False
    settles_from: Stamp | None = None
    again: bool = False


@dataclass(frozen=True)
class Row:
    """One case to enter. Immutable: the runner saves changed copies.

    number: position in the run, from 1.  case: the caller's own key, never read here.
    values: canonical values by field code.  intent: the last press whose answer is not certain; kept when the
    row is finished.  attempts: tries that ended in trouble; starts: tries begun, unclean
    deaths included.  not_before: earliest time of the next try.  seconds: time spent by phase, all tries.
    lane: how it was entered last; None before that.
    """

    number: int
    receipt_number: str
    values: Mapping[str, str]
    case: str = ""
    state: RowState = RowState.WAITING
    intent: Intent | None = None
    target_number: str = ""
    attempts: int = 0
    starts: int = 0
    not_before: datetime | None = None
    problem: Problem | None = None
    seconds: Mapping[str, float] = field(default_factory=dict)
    lane: Lane | None = None

    def spent(self, phase: str, seconds: float) -> Row:
        """A copy with `seconds` added to `phase`."""
        return replace(self, seconds={**self.seconds, phase: self.seconds.get(phase, 0.0) + seconds})


class EvidenceKind(StrEnum):
    CONFIRMATION = "confirmation"
    COMPLETION = "completion"
    TROUBLE = "trouble"
    RECEIVED = "received"


@dataclass(frozen=True)
class Evidence:
    """A picture of the target's page with secrets covered, or a file that the target sent, which has a `name`. image:
    bytes of `media_type`."""

    kind: EvidenceKind
    image: bytes = field(repr=False)
    media_type: str
    taken_at: datetime
    name: str = ""


class Command(StrEnum):
    """What the person at the run's page wants now."""

    GO = "go"
    PAUSE = "pause"
    STOP = "stop"


class Ending(Labelled):
    """Why a run returned."""

    FINISHED = "finished", "最後まで終わりました"  # no open row is left
    PAUSED = "paused", "一時停止しました"
    STOPPED = "stopped", "停止しました"
    SCREEN_CHANGED = "screen_changed", "画面が変わっているため停止しました"
    TOO_MANY_FAILURES = "too_many_failures", "失敗が続いたため停止しました"
    LOGIN_REFUSED = "login_refused", "ログインできないため停止しました"
    SETUP = "setup", "準備が整っていないため始められません"
    NO_EGRESS = "no_egress", "外への出口が応答しないため停止しました"  # the only way out does not answer
    TAKEN_BACK = "taken_back", "別の端末から取り戻しました"  # a person no longer waits for the station
    GIVEN_UP = "given_up", "続けられなくなって停止しました"  # the job has ended without being done
    WAITING = (
        "waiting",
        "やり直す時刻を待っています",
    )  # every open row waits for its time: call again after `RunReport.wait` seconds
    LOST = "lost", "別の処理が引き継ぎました"  # another worker holds the run now


@dataclass(frozen=True)
class RunReport:
    """What one call of the runner did.

    counts: rows by the state in which this call left them.  seconds: time by phase, summed over rows;
    elapsed: wall-clock seconds of the call.  problem: why it ended, unless it finished or was asked to.
    pictures_missing: pieces of evidence that could not be kept; their rows went on.  wait: seconds until there is
    something to do again, when it ended WAITING.  failures: rows that failed one after another, up to the end.
    """

    ending: Ending
    counts: Mapping[RowState, int]
    seconds: Mapping[str, float]
    elapsed: float
    problem: Problem | None = None
    pictures_missing: int = 0
    wait: float = 0.0
    failures: int = 0

    @property
    def rows(self) -> int:
        return sum(self.counts.values())

    @property
    def seconds_per_row(self) -> float:
        """Wall-clock seconds a row; 0 when no row was worked on."""
        return self.elapsed / self.rows if self.rows else 0.0
