"""One try at one row: look up, enter, intent, commit, confirm. Every step is committed before the next."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from typing import Any

from yakuba.services.robots.contracts import (
    Evidence,
    EvidenceKind,
    Intent,
    Problem,
    ProblemKind,
    Row,
    RowState,
    Stamp,
)
from yakuba.services.robots.engine import outcomes
from yakuba.services.robots.engine.errors import (
    BadValue,
    Differs,
    Halted,
    LeaseLost,
    LoggedOut,
    Refused,
    RobotError,
    ScreenChanged,
    Trouble,
    Unacknowledged,
    Unanswered,
    Unclear,
    Unreadable,
)
from yakuba.services.robots.engine.ports import BetweenSteps, Clock, Egress, RowStore, Target
from yakuba.services.robots.engine.states import allowed

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Limits:
    """How patient a run is. Seconds unless said otherwise.

    settle_seconds: how long a slow target may take to store what it was sent. Never long enough to be certain
    that nothing comes: it only says when a look-up is worth a person's time.  idempotent: the target refuses a
    receipt number that it has, so that pressing again does no harm.  attempts: tries of a
    row that end in trouble before it is given up.  starts: tries begun, worker deaths included.
    failures_in_a_row: rows that fail one after another before the run stops.  backoff: first wait after
    trouble, doubled each time up to backoff_longest.
    """

    settle_seconds: float = 60.0
    idempotent: bool = False
    attempts: int = 6
    starts: int = 20
    failures_in_a_row: int = 10
    backoff: float = 1.0
    backoff_longest: float = 60.0

    @property
    def longest(self) -> float:
        """No row is ever put off for longer."""
        return max(self.backoff_longest, self.settle_seconds)

    def wait_after(self, troubles: int) -> float:
        """Seconds to wait after that many troubles (≥ 1) in a row."""
        return float(min(self.backoff * 2.0 ** min(troubles - 1, 30), self.backoff_longest))


@dataclass(frozen=True)
class Surroundings:
    """What every attempt of a run shares. often: like between_steps, for places that are passed very often."""

    store: RowStore
    target: Target
    egress: Egress
    clock: Clock
    limits: Limits
    between_steps: BetweenSteps
    often: BetweenSteps
    rehearse: bool
    pictures: frozenset[EvidenceKind]


class Attempt:
    """Works on one row until it is finished, deferred or with a person; `row` is always what is committed."""

    def __init__(self, row: Row, around: Surroundings) -> None:
        self.row = row
        self._around = around
        self._phase_began = around.clock.timer()
        self.deferred = False  # put off until an earlier attempt has settled: no fault of anybody
        self.pictures_missing = 0

    def run(self) -> Row:
        """Try the row once and return it as committed.

        Raises `LeaseLost`; and, after putting the row back, `Halted` and the errors that stop a run
        (`ScreenChanged`, `LoginRefused`, `NotReady`).
        """
        try:
            self._try()
        except LeaseLost:
            raise
        except Halted:
            # Halted before this try began, a row stays as it was: an open question must not be forgotten.
            if self.row.state in (RowState.LOOKING_UP, RowState.ENTERING):
                self._move(RowState.WAITING, "lookup")
            raise
        except (Trouble, Unclear) as error:
            self._after_trouble(error)
        except (Refused, BadValue, Differs, Unreadable) as error:
            self._after_answer(error)
        except RobotError as error:
            if isinstance(error, ScreenChanged):
                self._picture(EvidenceKind.TROUBLE)
            self._doubt_the_steps()  # where the way out has gone, a step may have left before
            self._move(RowState.RETRY, "trouble", problem=self._unanswered(error.problem))
            raise
        return self.row

    def _try(self) -> None:
        around = self._around
        around.between_steps()
        self._take_up()
        # Counted when a try begins: a row that kills its worker would never come to count itself a failure.
        if self.row.starts > around.limits.starts:
            self._give_up(outcomes.TOO_MANY_STARTS)
            return
        if self.row.intent is not None:
            self._cut(self.row.intent)
        # Taken before: what is stored while the look-up runs may not be in its answer.
        asked_at = around.clock.stamp()
        # Looked up first on every try: what an earlier one may have stored is never entered again.
        numbers = around.target.look_up(self.row, around.often)
        if len(numbers) > 1:
            self._to_person(outcomes.several(numbers), "lookup")
        elif numbers:
            self._adopt(numbers[0])
        elif self.row.intent is None and not outcomes.is_answer(self.row.problem):
            self._enter()
        elif self.row.intent is None:
            self._to_person(self.row.problem, "lookup")  # refused before anything was sent
        elif (left := self._unsettled(self.row.intent, asked_at)) > 0:
            self.deferred = True
            again = around.clock.now() + timedelta(seconds=left)
            problem = self._unanswered(outcomes.WAITS_FOR_SETTLING)
            self._move(RowState.RETRY, "lookup", problem=problem, not_before=again)
        elif outcomes.is_answer(self.row.problem):
            self._to_person(self.row.problem, "lookup")
        elif self.row.intent.again or around.limits.idempotent:
            self._enter()
        else:
            self._to_person(outcomes.not_there(self.row.intent), "lookup")

    def _take_up(self) -> None:
        if self.row.state is RowState.ENTERING and self.row.intent is None:
            self._doubt_the_steps()  # whoever was at it has died
        self._move(
            RowState.LOOKING_UP, "lookup", starts=self.row.starts + 1, not_before=None, intent=self.row.intent
        )

    def _cut(self, intent: Intent) -> None:
        """Before anybody is asked about an intent, nothing more of it may be able to leave."""
        around = self._around
        settles_from = intent.settles_from
        if not intent.cut:
            number = around.egress.number
            try:
                if around.egress.cut(intent, self.row.number):
                    problem = self.row.problem if outcomes.is_answer(self.row.problem) else None
                    self._move(RowState.LOOKING_UP, "lookup", intent=None, problem=problem)
                    return
                intent, settles_from = replace(intent, cut=True), None
            except Unacknowledged:
                if intent.egress:  # else nothing was pressed but the steps before
                    log.warning("row %s: its egress cannot be asked", self.row.number)
            finally:
                if around.egress.number != number:
                    around.target.recover()  # what stands in the browser belongs to the old number
        now = around.clock.stamp()
        if settles_from is None or settles_from.boot != now.boot:
            # Times of another boot cannot be compared with ours: the whole wait begins here.
            settles_from = now
        intent = replace(intent, settles_from=settles_from)
        self._move(RowState.LOOKING_UP, "lookup", intent=intent)

    def _enter(self) -> None:
        around = self._around
        around.between_steps()
        self._move(RowState.ENTERING, "lookup")
        around.target.enter(self.row, around.often)
        self.row = replace(self.row, lane=around.target.lane)
        self._note_time("entering")
        self._keep_received()
        self._picture(EvidenceKind.CONFIRMATION)
        self._note_time("pictures")
        if around.rehearse:
            self._move(RowState.REHEARSED, "entering", problem=None)
            return
        around.between_steps()
        self._commit()

    def _commit(self) -> None:
        around = self._around
        # Stored before anything is pressed: whoever finds it after a crash knows that the target may have been sent
        # something.
        intent = Intent(around.clock.now(), around.egress.id, around.egress.number)
        self._move(RowState.INTENT, "entering", intent=intent, problem=None)
        try:
            around.egress.mark(self.row.number)
        except RobotError:
            self.row = replace(self.row, intent=None)  # certainly not pressed: this process knows
            raise
        # A state of its own, for a crash from here on says nothing of whether it was pressed.
        self._move(RowState.SUBMITTING, "saving")
        number = around.target.commit(self.row)
        self.row = replace(self.row, target_number=number)
        self._note_time("submitting")
        self._keep_received()
        self._picture(EvidenceKind.COMPLETION)
        self._note_time("pictures")
        self._finish(RowState.ENTERED)

    def _adopt(self, number: str) -> None:
        """The target has exactly one: ours when we ever meant to press, else somebody was there before."""
        self.row = replace(self.row, target_number=number)
        self._note_time("lookup")
        self._finish(RowState.ENTERED if self.row.intent else RowState.FOUND_ALREADY, adopted=True)

    def _finish(self, state: RowState, *, adopted: bool = False) -> None:
        differing = self._around.target.confirm(self.row, self.row.target_number)
        self._keep_received()
        self._note_time("confirm")
        if adopted:
            self._picture(EvidenceKind.COMPLETION)
            self._note_time("pictures")
        if differing:
            self._to_person(outcomes.mismatch(self.row.target_number, differing), "confirm")
        else:
            self._move(state, "confirm", problem=None)

    # After something went wrong

    def _after_trouble(self, error: RobotError) -> None:
        self._around.target.recover()
        limits = self._around.limits
        attempts = self.row.attempts + 1
        if isinstance(error, Unanswered):
            self._doubt_the_steps()
        intent = self.row.intent
        if intent is not None and self.row.state is RowState.SUBMITTING and isinstance(error, LoggedOut):
            # An answer: whatever it did with the request, it has done. A settled look-up tells which.
            intent = replace(intent, again=True)
        self.row = replace(self.row, attempts=attempts, intent=intent)
        if attempts >= limits.attempts:
            self._give_up(error.problem)
            return
        # A session that has ended is no sign of an overloaded target: there is nothing to wait for.
        wait = 0.0 if isinstance(error, LoggedOut) else limits.wait_after(attempts)
        again = self._around.clock.now() + timedelta(seconds=wait)
        self._move(RowState.RETRY, "trouble", problem=self._unanswered(error.problem), not_before=again)

    def _give_up(self, last: Problem) -> None:
        """Certainly not entered → failed; an attempt may have happened or nobody can tell → a person."""
        if self.row.target_number:
            self._to_person(outcomes.unconfirmed(self.row.target_number, last), "trouble")
        # Where the look-up itself was never clear, nobody can say that it is not there.
        elif self.row.intent is not None or last.kind is ProblemKind.UNCLEAR:
            self._to_person(outcomes.cannot_tell(last), "trouble")
        else:
            self._move(RowState.FAILED, "trouble", problem=last)

    def _after_answer(self, error: RobotError) -> None:
        """An answer that is no success goes to a person; at the commit step only once look-ups have shown that
        nothing was stored, and pressing again would only bring the same answer."""
        self._picture(EvidenceKind.TROUBLE)
        # Not to a person yet: the answer may have come for something that was stored all the same.
        if self.row.state is RowState.SUBMITTING:
            self._around.target.recover()
            self._move(RowState.RETRY, "submitting", problem=error.problem)
        else:
            self._to_person(error.problem, "entering")

    def _to_person(self, problem: Problem | None, phase: str) -> None:
        self._move(RowState.UNDECIDED, phase, problem=problem)

    # Small things

    def _unsettled(self, intent: Intent, asked_at: Stamp) -> float:
        """Seconds for which a look-up that finds nothing says nothing yet; 0 or less once it does."""
        assert intent.settles_from is not None
        return intent.settles_from.seconds + self._around.limits.settle_seconds - asked_at.seconds

    def _doubt_the_steps(self) -> None:
        """Something before the commit step had an answer that nobody knows, or none: should the vendor have dropped
        the confirmation page, it has perhaps stored. The next try waits until that must be visible, and looks."""
        if self.row.state is RowState.ENTERING and not self._around.rehearse:
            self.row = replace(self.row, intent=Intent(self._around.clock.now(), again=True))

    def _unanswered(self, problem: Problem) -> Problem:
        """The problem, unless the commit step has had an answer: that one is kept until it is settled, because
        it forbids pressing again."""
        if self.row.problem is not None and outcomes.is_answer(self.row.problem):
            return self.row.problem
        return problem

    def _move(self, state: RowState, phase: str, **changes: Any) -> None:
        """Commit a change of state, and the time since the last one under `phase`."""
        if not allowed(self.row.state, state):
            raise AssertionError(f"row {self.row.number}: {self.row.state} -> {state}")
        self._note_time(phase)
        row = replace(self.row, state=state, **changes)
        # Saved first: what this process believes of the row is never more than what is stored.
        self._around.store.save(row)
        self.row = row

    def _note_time(self, phase: str) -> None:
        now = self._around.clock.timer()
        self.row = self.row.spent(phase, now - self._phase_began)
        self._phase_began = now

    def _picture(self, kind: EvidenceKind) -> None:
        """Evidence is worth a second try, never a row."""
        if kind not in self._around.pictures:
            return
        if not (_twice(lambda: self._keep(kind))):
            self.pictures_missing += 1
            log.warning("row %s: no %s picture", self.row.number, kind)

    def _keep_received(self) -> None:
        """Files that the target sent are evidence of the row, like pictures."""
        store, clock = self._around.store, self._around.clock
        for paper in self._around.target.received():
            evidence = Evidence(
                EvidenceKind.RECEIVED, paper.content, paper.media_type, clock.now(), paper.name
            )
            if not _twice(partial(store.keep, self.row.number, evidence)):
                self.pictures_missing += 1
                log.warning("row %s: a received file is not kept", self.row.number)

    def _keep(self, kind: EvidenceKind) -> None:
        around = self._around
        image = around.target.picture()
        around.store.keep(
            self.row.number, Evidence(kind, image, around.target.picture_type, around.clock.now())
        )


def _twice(action: Callable[[], None]) -> bool:
    for _ in range(2):
        try:
            action()
            return True
        except LeaseLost:
            raise
        except Exception as error:  # whatever a page or a disk does, the row goes on
            log.debug("picture: %s", type(error).__name__)
    return False
