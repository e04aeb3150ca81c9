"""Two lanes to one target: a row runs over plain HTTP where that was proved, and in the browser everywhere else.

Before the intent a row changes lane whenever something is not as it was proved. What the fast lane has sent by then decides
how: nothing that could change anything, and the browser goes on at once; something, and the row is in doubt like one whose
step had no answer: it waits until it must be visible, is looked up in the browser, and entered there only if it is not
there. After the intent nothing is pressed in either lane; the browser looks up.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from yakuba.services.robots.contracts import Lane, Row
from yakuba.services.robots.engine.errors import (
    BadValue,
    LoggedOut,
    NotPlain,
    NotReady,
    Refused,
    RobotError,
    ScreenChanged,
    Trouble,
    Unanswered,
    Unclear,
    Unreadable,
)
from yakuba.services.robots.engine.papers import Paper
from yakuba.services.robots.engine.ports import BetweenSteps, Target
from yakuba.services.robots.engine.scenario import Attach, Press, Receive, Scenario, every

#: Rows after a proof whose result the browser reads back as well.
COMPARED = 3
_DIFFERENCES = (NotPlain, ScreenChanged, BadValue)


def refusals(scenario: Scenario) -> list[str]:
    """Why a scenario can never run in the fast lane, in Japanese with the line; empty where only a proof can tell."""
    confirm = scenario.confirm.steps if scenario.confirm else ()
    steps = [*every((*scenario.login, *scenario.look_up.steps, *scenario.entry, *confirm)), scenario.commit]
    steps += [scenario.look_up.next] if scenario.look_up.next else []
    found = []
    for step in steps:
        if isinstance(step, (Attach, Receive)):
            found.append(f"{step.line}行目はファイルを扱うため、高速入力では行えません。")
        elif isinstance(step, Press) and not step.leaves:
            found.append(
                f"{step.line}行目は画面のプログラムを使うため（画面: 変わらない）、高速入力では行えません。"
            )
    if scenario.result.receive is not None:
        found.append(f"{scenario.result.line}行目は登録番号をPDFから読むため、高速入力では行えません。")
    return found


class Proof(Protocol):
    """What is known of the proof of the version that runs."""

    #: Rows that are still to be compared with the browser's look-up.
    left_to_compare: int

    def lapse(self, reason: str) -> None:
        """It is worth nothing any more, for that reason (Japanese)."""

    def compared(self) -> None:
        """One more row shows in the browser what it should."""


class TwoLanes:
    """The `Target` of a run with the fast lane on. slow: makes the browser's player, asked once and only when it is needed.
    has_sent: whether anything that may change something has left by the fast lane since the row's entry began.

    lane: that of the row at hand.  Once the proof has lapsed, all rows run in the browser.
    """

    def __init__(
        self, fast: Target, slow: Callable[[], Target], proof: Proof, has_sent: Callable[[], bool]
    ) -> None:
        self._fast, self._make, self._proof, self._has_sent = fast, slow, proof, has_sent
        self._slow: Target | None = None
        self._browser_only: set[int] = set()
        self._lapsed = False
        self.lane = Lane.FAST

    @property
    def picture_type(self) -> str:
        return self._at_hand.picture_type

    @property
    def forms(self) -> Mapping[int, tuple[str, ...]]:
        """What the browser's steps were seen to send; the fast lane learns nothing."""
        return getattr(self._slow, "forms", {})

    @property
    def _at_hand(self) -> Target:
        return self._fast if self.lane is Lane.FAST else self._browser()

    def _browser(self) -> Target:
        if self._slow is None:
            self._slow = self._make()
        return self._slow

    # The Target

    def look_up(self, row: Row, between_steps: BetweenSteps) -> tuple[str, ...]:
        """See `Target.look_up`. A row that was pressed, or is doubted, is the browser's."""
        fast = not self._lapsed and row.intent is None and row.number not in self._browser_only
        self.lane = Lane.FAST if fast else Lane.BROWSER
        if fast:
            try:
                return self._fast.look_up(row, between_steps)
            except (*_DIFFERENCES, Unclear, Refused) as error:
                self._leave(row, error)
        return self._browser().look_up(row, between_steps)

    def enter(self, row: Row, between_steps: BetweenSteps) -> None:
        """See `Target.enter`."""
        if self.lane is Lane.BROWSER:
            self._browser().enter(row, between_steps)
            return
        try:
            self._fast.enter(row, between_steps)
        except (*_DIFFERENCES, NotReady) as error:
            if isinstance(error, NotReady) and not self._has_sent():
                raise  # nothing was tried
            self._leave(row, error)
            if self._has_sent():
                raise Unanswered(
                    f"高速入力の途中で、画面が確かめたときと違いました。照会してから、ブラウザーで入力します。（{error.problem.message}）",
                    where=error.problem.where,
                ) from None
            self._enter_in_browser(row, between_steps)

    def _enter_in_browser(self, row: Row, between_steps: BetweenSteps) -> None:
        # The look-up that found nothing was the fast lane's, which has just been wrong about a page.
        if self._browser().look_up(row, between_steps):
            raise Unclear(
                "高速入力の照会では見つからず、ブラウザーの照会では見つかりました。照会し直します。"
            )
        self._browser().enter(row, between_steps)

    def commit(self, row: Row) -> str:
        """See `Target.commit`. Whatever the answer is, only the browser's look-up judges it when it is not the completion
        page."""
        if self.lane is Lane.BROWSER:
            return self._browser().commit(row)
        try:
            return self._fast.commit(row)
        except (Trouble, LoggedOut, Unreadable, Refused, Unclear):
            # It may be stored by now: what the next try finds of it, the browser has to say.
            self._browser_only.add(row.number)
            raise
        except NotReady:
            raise
        except RobotError as error:
            self._leave(row, error)
            raise Unreadable(error.problem.message, where=error.problem.where) from None

    def confirm(self, row: Row, number: str) -> Sequence[str]:
        """See `Target.confirm`. The first rows after a proof are read back in both lanes."""
        if self.lane is Lane.BROWSER:
            return self._browser().confirm(row, number)
        try:
            differing = self._fast.confirm(row, number)
        except (*_DIFFERENCES, Unclear, Refused):
            return self._confirm_in_browser(row, number)
        if self._proof.left_to_compare > 0:
            seen = self._confirm_in_browser(row, number)
            # Also where both lanes see the same difference: a proof stands on rows without any.
            if set(seen) != set(differing) or seen:
                self._lapse("登録した内容を照会すると、ブラウザーでは申請と違って見えます。")
            else:
                self._proof.compared()
            return seen
        return differing

    def _confirm_in_browser(self, row: Row, number: str) -> Sequence[str]:
        """Only reads."""
        found = self._browser().look_up(row, lambda: None)
        if found != (number,):
            self._browser_only.add(row.number)
            self._lapse("高速入力で受け取った登録番号が、ブラウザーの照会の結果と違います。")
            raise Unclear("登録番号が、ブラウザーの照会の結果と違います。照会し直します。")
        return self._browser().confirm(row, number)

    def received(self) -> Sequence[Paper]:
        """See `Target.received`."""
        return self._at_hand.received()

    def picture(self) -> bytes:
        """See `Target.picture`."""
        return self._at_hand.picture()

    def recover(self) -> None:
        """See `Target.recover`."""
        # Both: a row may have changed lanes in between, and either may stand on a page of it.
        self._fast.recover()
        if self._slow is not None:
            self._slow.recover()

    # Leaving the fast lane

    def _leave(self, row: Row, error: RobotError) -> None:
        """From here on this row is the browser's; all are, when the page is not as it was proved."""
        self._browser_only.add(row.number)
        self.lane = Lane.BROWSER
        if isinstance(error, ScreenChanged) or (isinstance(error, NotPlain) and error.lapses):
            self._lapse(error.problem.message)

    def _lapse(self, reason: str) -> None:
        if not self._lapsed:
            self._lapsed = True
            self._proof.lapse(reason)
