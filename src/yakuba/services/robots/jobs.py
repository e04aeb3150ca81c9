"""The robots' job: takes a run in hand, plays its scenario until no row is open, and survives being killed.

A killed worker leaves rows as they were last committed; whoever adopts the job takes the run anew and the
engine asks the target what happened before it enters anything again.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.utils import timezone

from yakuba.kernel.jobs import JobContext, JobPostponed, JobStopped, chore, in_each_town, job, limit_lane
from yakuba.kernel.outbound import DataClass, allowed_hosts, class_of, spelt_out
from yakuba.services.robots.actions import case_files, lanes, lookups, recordings, runs
from yakuba.services.robots.actions.stations import handing, reporting, turns
from yakuba.services.robots.actions.store import DatabaseRows
from yakuba.services.robots.actions.systems import secrets_of
from yakuba.services.robots.adapters.egress.client import EgressSession, home
from yakuba.services.robots.contracts import Command, Ending, Lane, RowState, RunReport
from yakuba.services.robots.engine.attempt import Limits
from yakuba.services.robots.engine.errors import LeaseLost, NoEgress, RobotError
from yakuba.services.robots.engine.lanes import TwoLanes
from yakuba.services.robots.engine.papers import Papers
from yakuba.services.robots.engine.player import ScenarioPlayer
from yakuba.services.robots.engine.ports import Target
from yakuba.services.robots.engine.recorder import Recorder
from yakuba.services.robots.engine.runner import Runner
from yakuba.services.robots.engine.scenario import Scenario
from yakuba.services.robots.models import Recording, RecordingState, Row, Run, ScenarioVersion, Station
from yakuba.services.robots.models.lanes import FastLane
from yakuba.services.robots.queries import register
from yakuba.services.robots.queries.lanes import fast_lane_of

RECORDING_PATIENCE = 10.0  # seconds to wait for a page while somebody sits before it
IDLE_LIMIT = 900.0  # seconds without anything done, after which a recording ends
WAY_OUT_CHANGED = "外へつなぐ許可が変わったため、録画を終えました。そこまでの手順は残っています。「続きから録画する」を押してください。"
BETWEEN_LOOKS = 0.1  # seconds
BETWEEN_PICTURES = 0.7  # seconds
LONGEST_WAIT = 5.0  # seconds that a run may hold a worker's thread and its system's lane only to wait

# One system is operated by one robot at a time: it has one account there, and one session.
limit_lane("robots", 1)
limit_lane("recordings", 1)  # a person records one thing at a time
limit_lane("stations", 1)  # one turn with a folder at a time


@job(
    runs.JOB,
    label="ロボットの実行",
    attempts=3,
    ended=runs.give_up,
    again=runs.take_up,
    permission="robots.run",
    about=lambda run_id: Run.objects.select_related("scenario").get(pk=run_id),
)
def run(context: JobContext, *, run_id: int) -> None:
    """Work on the run until it is finished, paused, stopped or held up."""
    holder = f"{context.job_id}:{uuid.uuid4().hex}"
    while True:
        context.check()
        taken = runs.take(run_id, holder)
        if taken is None:
            return
        turn = _Turn(context, taken)
        report = None
        try:
            report = turn.work()
        finally:
            runs.give_back(run_id, holder, report)
        if turn.stopped is not None:
            raise turn.stopped
        if report.ending is Ending.WAITING:
            raise JobPostponed(report.wait)


@job(
    lookups.JOB,
    label="ロボットの照会",
    attempts=1,
    permission="robots.decide",
    about=lambda row_id: f"受付 {Row.objects.select_related('case').get(pk=row_id).case.receipt_number}",
)
def look_up(context: JobContext, *, row_id: int) -> None:
    """Ask the target about one undecided row, and keep the answer with a picture. Enters nothing."""
    row = Row.objects.select_related("case", "run__scenario__system").get(pk=row_id)
    version = register.latest_version(row.run.scenario)
    if version is None or row.row_state is not RowState.UNDECIDED:
        return
    asked = DatabaseRows(row.run).load(row.number)
    holds = class_of(row.case.procedure.definition)
    with _way_out("", lambda at_least: at_least, holds) as egress, _opened(version, egress) as player:
        try:
            numbers, problem = player.look_up(asked, context.check), ""
        except RobotError as error:
            numbers, problem = (), error.problem.message
        try:
            picture = player.picture()
        except RobotError:
            picture = None
        lookups.note(row, numbers, problem, picture, player.picture_type)


@job(
    handing.JOB,
    label="別の端末とのやりとり",
    attempts=1,
    permission="robots.view",
    about=lambda station_id: Station.objects.get(pk=station_id),
)
def station(context: JobContext, *, station_id: int) -> None:
    """One turn with the folder of a station; the next one comes within a minute, whatever becomes of this."""
    found = Station.objects.filter(pk=station_id).first()
    if found is not None:
        turns.turn(found)


def stations_everywhere() -> None:
    """In each town: a turn with each folder."""
    in_each_town("folders of stations", turns.ask_all)


def erase_everywhere() -> None:
    """In each town: copies whose results the sender has read."""
    in_each_town("what stations need no longer", reporting.erase_what_is_over)


chore(60.0, stations_everywhere)
chore(3600.0, erase_everywhere)


@contextmanager
def _opened(
    version: ScenarioVersion, egress: EgressSession, papers: Papers | None = None
) -> Iterator[ScenarioPlayer]:
    """A browser that plays the version. Raises Conflict when the robot may not work, and NoEgress."""
    from yakuba.services.robots.adapters.chromium import ChromiumBrowser  # takes long; only a run needs it

    parts = _parts(version)
    with ChromiumBrowser(
        sorted(allowed_hosts()),
        way_out=egress.address,
        patience=parts.scenario.system.patience,
        chromium=str(settings.YAKUBA.chromium),
        receives=parts.scenario.receives,
    ) as browser:
        yield ScenarioPlayer(parts.scenario, browser, parts.secrets, forms=parts.forms, papers=papers)


@contextmanager
def _two_lanes(lane: FastLane, egress: EgressSession, papers: Papers) -> Iterator[TwoLanes]:
    """Both ways of playing the lane's version; the browser is started when a row needs it. Raises as `_opened`."""
    from yakuba.services.robots.adapters.plain.browser import PlainBrowser

    parts = _parts(lane.version)
    hosts, patience = sorted(allowed_hosts()), parts.scenario.system.patience
    with ExitStack() as opened:
        plain = PlainBrowser(hosts, egress.address, patience, lane.pages, lane.agent)
        opened.callback(plain.close)
        fast = ScenarioPlayer(
            parts.scenario, plain, parts.secrets, forms=parts.forms, papers=papers, lane=Lane.FAST
        )
        yield TwoLanes(
            fast,
            lambda: opened.enter_context(_opened(lane.version, egress, papers)),
            lanes.StoredProof(lane),
            lambda: plain.has_sent,
        )


@dataclass(frozen=True)
class _Parts:
    scenario: Scenario
    secrets: Mapping[str, str] = field(repr=False)
    forms: Mapping[int, Sequence[str]]


def _parts(version: ScenarioVersion) -> _Parts:
    """What is played. Raises Conflict when the robot may not work."""
    register.require(version.scenario, None if version.published else version)
    forms = {int(line): forms for line, forms in version.forms.items()}
    return _Parts(register.parsed(version), secrets_of(version.scenario.system), forms)


def _way_out(run: str, next_number: Callable[[int], int], holds: DataClass) -> EgressSession:
    """This machine's egress, not yet opened. run: empty for who enters nothing. holds: of what will be typed."""
    return EgressSession(home(settings.YAKUBA.data_dir), run, next_number, lambda: spelt_out(holds))


@job(
    recordings.JOB,
    label="操作の録画",
    attempts=1,
    ended=recordings.give_up,
    permission="robots.record",
    about=lambda recording_id: Recording.objects.get(pk=recording_id),
)
def record(context: JobContext, *, recording_id: int) -> None:
    """Show a browser to the person until the recording ends. It ends with its process, and says so."""
    taken = recordings.take(recording_id)
    if taken is None:
        return
    try:
        holds = class_of(taken.case.procedure.definition)
        with _way_out("", lambda at_least: at_least, holds) as egress:
            _Sitting(context, taken, egress).work()
    except JobStopped:
        recordings.end(taken, recordings.KILLED, broken=True)
        raise
    except RobotError as error:
        recordings.end(taken, error.problem.message, broken=True)


class _Sitting:
    """One person before one browser."""

    def __init__(self, context: JobContext, taken: Recording, egress: EgressSession) -> None:
        self._context, self._row, self._egress = context, taken, egress
        self._handled = 0
        self._picture = b""
        self._told: dict[str, Any] = {}

    def work(self) -> None:
        from yakuba.services.robots.adapters.recording import RecordingBrowser  # takes long, as above

        with RecordingBrowser(
            sorted(allowed_hosts()),
            way_out=self._egress.address,
            patience=RECORDING_PATIENCE,
            chromium=str(settings.YAKUBA.chromium),
        ) as browser:
            self._sit(browser, self._recorder(browser))

    def _recorder(self, browser: Any) -> Recorder:
        row = self._row
        secrets, base = secrets_of(row.system), row.system.base_url
        recorder = Recorder(
            browser,
            base,
            recordings.known(row.case),
            secrets,
            recordings.Notes(row),
            test_target=row.test_target,
            papers=case_files.papers_to_record(row.case, row.person),
        )
        browser.permit(True)
        if login := recordings.login_of(row.draft, base):
            recorder.log_in(*login, self._context.check)
            return recorder
        recorder.do({"do": "open", "path": "/"})
        return recorder

    def _sit(self, browser: Any, recorder: Recorder) -> None:
        self._show(browser, recorder)
        way_out = self._egress.address()
        looked = used = time.monotonic()
        while True:
            self._context.check()
            state, seen_at = Recording.objects.values_list("state", "seen_at").get(pk=self._row.pk)
            if state != RecordingState.RUNNING:
                return
            asked = recordings.asked(self._row)
            for number, one in asked:
                recorder.do(one)
                self._handled = number
            if recorder.shown.done:
                recordings.end(self._row)
                return
            now = time.monotonic()
            if self._egress.address() != way_out:
                recordings.end(self._row, WAY_OUT_CHANGED, broken=True)
                return
            if asked:
                used = now
            if now - used > IDLE_LIMIT:
                recordings.end(self._row, recordings.IDLE)
                return
            present = seen_at is not None and timezone.now() - seen_at < recordings.PRESENT
            if asked or (present and now - looked > BETWEEN_PICTURES):
                self._show(browser, recorder)
                looked = time.monotonic()
            time.sleep(BETWEEN_LOOKS)

    def _show(self, browser: Any, recorder: Recorder) -> None:
        """Tell the page what has changed."""
        try:
            image = browser.frame()
            told = recorder.told() | {"handled": self._handled}
        except RobotError as error:
            image, told = b"", {"notice": error.problem.message, "handled": self._handled}
        if image == self._picture and told == self._told:
            return
        recordings.show(self._row, told, image if image != self._picture else None)
        self._picture, self._told = image, told


class _Turn:
    """One call of the runner. `stopped` is what the job engine asked for meanwhile."""

    def __init__(self, context: JobContext, taken: Run) -> None:
        self._context = context
        self._run = taken
        self.stopped: JobStopped | None = None

    def work(self) -> RunReport:
        """Play the scenario over the open rows."""
        rows = DatabaseRows(self._run, told=self._tell)
        holds = class_of(self._run.scenario.procedure.definition)
        with _way_out(f"run-{self._run.pk}", rows.next_number, holds) as egress:
            try:
                # First of all: from here on nothing of an earlier holder leaves any more.
                egress.open()
            except NoEgress as error:
                return RunReport(Ending.NO_EGRESS, {}, {}, 0.0, error.problem)
            except LeaseLost:
                return RunReport(Ending.LOST, {}, {}, 0.0)
            return self._play(rows, egress)

    def _play(self, rows: DatabaseRows, egress: EgressSession) -> RunReport:
        if self._run.proving:
            return self._prove(rows, egress)
        papers = case_files.papers_of_run(self._run)
        lane = None if self._run.dry_run else fast_lane_of(self._run.version)
        opened: AbstractContextManager[ScenarioPlayer | TwoLanes] = (
            _two_lanes(lane, egress, papers)
            if lane is not None and lane.is_used
            else _opened(self._run.version, egress, papers)
        )
        with opened as player:
            report = self._runner(rows, player, egress).run(self._run.first_row)
        if player.forms:
            runs.note_forms(self._run.version, player.forms)
        return report

    def _prove(self, rows: DatabaseRows, egress: EgressSession) -> RunReport:
        """Rehearse, and compare what both lanes would send."""
        from yakuba.services.robots.adapters.plain.proving import ProvingBrowser, ProvingTarget

        parts = _parts(self._run.version)
        with ProvingBrowser(
            sorted(allowed_hosts()),
            way_out=egress.address,
            patience=parts.scenario.system.patience,
            chromium=str(settings.YAKUBA.chromium),
        ) as browser:
            player = ProvingTarget(parts.scenario, browser, parts.secrets, forms=parts.forms)
            player.cut = egress.open
            report = self._runner(rows, player, egress).run(self._run.first_row)
            found = lanes.Found(
                tuple(sorted(browser.pages)),
                browser.agent,
                tuple(browser.differences),
                browser.proved,
                browser.scripted,
            )
        runs.note_forms(self._run.version, player.forms)
        lanes.note(self._run, found)
        return report

    def _runner(self, rows: DatabaseRows, player: Target, egress: EgressSession) -> Runner:
        system = self._run.scenario.system
        return Runner(
            rows,
            player,
            limits=Limits(settle_seconds=system.settle_seconds, idempotent=system.idempotent),
            control=self._control,
            egress=egress,
            rehearse=self._run.dry_run,
            longest_wait=LONGEST_WAIT,
            failures=self._run.failures,
        )

    def _control(self) -> Command:
        """What the person wants; a job that must end is a pause, so that the row is put back in order."""
        try:
            self._context.check()
        except JobStopped as stopped:
            self.stopped = stopped
            return Command.PAUSE
        wanted = Run.objects.filter(pk=self._run.pk).values_list("wanted", flat=True).first()
        return Command(wanted or Command.STOP.value)

    def _tell(self, done: int, total: int) -> None:
        try:
            self._context.progress(done, total, f"{done}/{total}行")
        except JobStopped as stopped:
            self.stopped = stopped
