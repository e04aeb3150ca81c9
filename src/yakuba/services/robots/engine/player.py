"""Plays a scenario in a browser: the `Target` of the runner."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import wraps
from typing import Concatenate, ParamSpec, TypeVar

from yakuba.services.robots.contracts import Lane, Problem, Row
from yakuba.services.robots.engine.browser import Browser, Hidden, Page, Verdict
from yakuba.services.robots.engine.complaints import button_problem
from yakuba.services.robots.engine.context import Context
from yakuba.services.robots.engine.errors import (
    Differs,
    LoggedOut,
    LoginRefused,
    NotReady,
    Refused,
    RobotError,
    ScreenChanged,
    Unclear,
    Unreadable,
)
from yakuba.services.robots.engine.papers import NoPapers, Paper, Papers
from yakuba.services.robots.engine.ports import BetweenSteps
from yakuba.services.robots.engine.redact import Redactor
from yakuba.services.robots.engine.scenario import (
    CheckLandmark,
    Receive,
    Result,
    Scenario,
)
from yakuba.services.robots.engine.seeing import (
    matches,
    numbers_told,
    plain,
    sees,
    table_rows,
)
from yakuba.services.robots.engine.step_player import StepPlayer

P = ParamSpec("P")
T = TypeVar("T")
_LOGINS_PER_LOOK_UP = 2
_PAGES_OF_RESULTS = 200  # of a list that is turned until its end


def _covered(
    method: Callable[Concatenate[ScenarioPlayer, P], T],
) -> Callable[Concatenate[ScenarioPlayer, P], T]:
    """What the runner calls: notes a lost session, and covers secrets in what is reported."""

    @wraps(method)
    def call(self: ScenarioPlayer, *arguments: P.args, **named: P.kwargs) -> T:
        try:
            return method(self, *arguments, **named)
        except RobotError as error:
            if isinstance(error, LoggedOut):
                self._logged_in = False
            error.problem = self._without_secrets(error.problem)
            error.args = (error.problem.message,)
            raise

    return call


class ScenarioPlayer:
    """Plays one scenario for one run. base: the target's address when it is not the scenario's own.

    secrets: values by the names the scenario uses. They reach the browser only through its login fields, and
    never a message, a log or a picture; nor do values of masked types.  forms: see `StepPlayer`.  papers: for scenarios that attach or receive files.  lane: which one the browser is.
    """

    def __init__(
        self,
        scenario: Scenario,
        browser: Browser,
        secrets: Mapping[str, str],
        base: str = "",
        forms: Mapping[int, Sequence[str]] | None = None,
        papers: Papers | None = None,
        lane: Lane = Lane.BROWSER,
    ) -> None:
        self._scenario = scenario
        self._browser = browser
        self._secrets = dict(secrets)
        self._shown = [
            Redactor(self._secrets.values())
        ]  # of the last rows: a page may still show the one before
        base = (base or scenario.system.base).rstrip("/")
        self._steps = StepPlayer(scenario.system, base, browser, self._secrets, forms or {})
        self._papers: Papers = papers or NoPapers()
        self._logged_in = False
        self.picture_type = browser.picture_type
        self.lane = lane

    @property
    def forms(self) -> dict[int, tuple[str, ...]]:
        """What the steps were seen to send, by line."""
        return self._steps.forms

    # The Target

    @_covered
    def look_up(self, row: Row, between_steps: BetweenSteps) -> tuple[str, ...]:
        """See `Target.look_up`. A session that has ended is opened again without ado."""
        self._hide(row)
        self._check_secrets()
        self._browser.row_begins()
        # A session may end between two rows at any time; one that ends again at once is the target's trouble.
        for left in reversed(range(_LOGINS_PER_LOOK_UP)):
            try:
                self._log_in(between_steps)
                return self._ask(row, between_steps)
            except LoggedOut:
                self._logged_in = False
                if not left:
                    raise
        raise AssertionError

    @_covered
    def enter(self, row: Row, between_steps: BetweenSteps) -> None:
        """See `Target.enter`."""
        self._hide(row)
        confirm, commit = self._scenario.confirm, self._scenario.commit
        self._steps.entry_begins(commit)
        self._steps.play(self._scenario.entry, self._of_entry(row, between_steps))
        page = self._steps.now()
        if confirm is not None and confirm.before:
            differing = self._steps.differing(confirm.items, Context(row.values, between_steps), page)
            if differing:
                listed = "、".join(differing)
                raise Differs(
                    f"登録前の確認画面の値が申請と違います（{listed}）。登録していません。値とシナリオを確かめてください。",
                    field=listed,
                    where=self._steps.where(confirm.line, page),
                )
        found = self._browser.can_press(commit.element)
        if found.verdict is not Verdict.OK:
            raise button_problem(commit.element, found, self._steps.where(commit.line, page))
        self._steps.entry_ends(commit)

    def _of_entry(self, row: Row, between: BetweenSteps) -> Context:
        return Context(
            row.values,
            between,
            entry=True,
            paper=lambda name: self._papers.in_folder(name) if name else self._papers.of_case(row),
        )

    def received(self) -> Sequence[Paper]:
        """See `Target.received`."""
        taken, self._steps.received = self._steps.received, []
        return taken

    @_covered
    def commit(self, row: Row) -> str:
        """See `Target.commit`."""
        press, result = self._scenario.commit, self._scenario.result
        # Nothing that was seen before is taken for what comes of it.
        self._steps.page = None
        pressed = self._browser.commit(press.element, leaves=press.leaves, dialog=press.dialog)
        self._steps.check_stopped(pressed.stopped, press)
        said = [one.landmark.text for one in self._landmarks()]
        page = self._steps.after(pressed, press, login=False, said=said)
        page, numbers = self._result(row, page)
        where = self._steps.where(result.line, page)
        for check in result.checks:
            problem = self._steps.check(check, Context(row.values, lambda: None), page)
            if problem is not None:
                raise Unreadable(problem.problem.message, where=where, expected=problem.problem.expected)
        if result.receive is not None:
            numbers = self._in_paper(result, result.receive, page)
        # Two numbers are as bad as none: which is this row's, a look-up has to tell.
        if len(numbers) != 1 or not numbers[0]:
            raise Unreadable("完了画面に登録番号が見つかりません。", where=where, expected=str(result))
        # Only after a success: what a refused press sent is no pattern for the next rows.
        self._steps.learn(press.line, pressed.sent)
        return numbers[0]

    def _in_paper(self, result: Result, step: Receive, page: Page) -> list[str]:
        """The numbers in the PDF that the target gives out. It has stored by now: whatever goes wrong, a look-up tells."""
        try:
            paper = self._steps.receive(step, entry=False)
            self._steps.received.append(paper)
            return numbers_told(page, result, {}, self._papers.text(paper))
        except RobotError as error:
            raise Unreadable(error.problem.message, where=error.problem.where, expected=str(result)) from None

    @_covered
    def confirm(self, row: Row, number: str) -> Sequence[str]:
        """See `Target.confirm`."""
        confirm = self._scenario.confirm
        if confirm is None or not confirm.steps:
            return ()
        context = Context(row.values, lambda: None, number)
        self._steps.play(confirm.steps, context)
        return self._steps.differing(confirm.items, context, self._steps.now())

    @_covered
    def picture(self) -> bytes:
        """See `Target.picture`."""
        secrets = {one: None for redact in self._shown for one in redact.secrets}
        masked = tuple(one for redact in self._shown for one in redact.masked)
        hidden = Hidden(tuple(secrets), masked, self._scenario.hidden_labels())
        return self._browser.picture(hidden)

    def recover(self) -> None:
        """See `Target.recover`. The session is kept: when it has ended, the target says so."""
        self._steps.page = None
        self._browser.reset(forget_session=not self._logged_in)

    def _hide(self, row: Row) -> None:
        """From here on the row's masked values are told to nobody."""
        masked = [row.values.get(spec.code, "") for spec in self._scenario.masked]
        redact = Redactor(self._secrets.values(), masked)
        if redact.masked != self._shown[-1].masked:
            self._shown = [self._shown[-1], redact]

    def _redact(self, text: str) -> str:
        for redact in self._shown:
            text = redact(text)
        return text

    def _without_secrets(self, problem: Problem) -> Problem:
        return replace(
            problem,
            message=self._redact(problem.message),
            field=self._redact(problem.field),
            where=self._redact(problem.where),
            expected=self._redact(problem.expected),
            similar=tuple(self._redact(one) for one in problem.similar),
        )

    # The parts of a scenario

    def _ask(self, row: Row, between: BetweenSteps) -> tuple[str, ...]:
        look_up = self._scenario.look_up
        self._steps.play(look_up.steps, Context(row.values, between))
        wanted = {plain(column): self._steps.text(one, row) for column, one in look_up.match}

        def on(page: Page) -> list[str]:
            return [
                cells[plain(look_up.number_column)] for cells in table_rows(page) if matches(cells, wanted)
            ]

        def answers(page: Page) -> bool:
            self._steps.page = page
            drawn = any(plain(look_up.number_column) in cells for cells in table_rows(page))
            # What stands on every page of a list says nothing before the list is there.
            return bool(on(page)) or (sees(page, look_up.absent) and (drawn or look_up.next is None))

        if not answers(self._steps.now()):
            self._browser.settle(answers)  # it may be drawn only now
        page = self._steps.now()
        numbers, absent = on(page), sees(page, look_up.absent)
        for _ in range(_PAGES_OF_RESULTS if look_up.next else 0):
            assert look_up.next is not None
            # A list says that it has ended by taking the button away, or by greying it.
            if self._browser.can_press(look_up.next.element).verdict in (Verdict.MISSING, Verdict.DISABLED):
                return tuple(numbers) if numbers else self._nothing(absent, page)
            self._steps.play([look_up.next], Context(row.values, between))
            if not answers(self._steps.now()):
                self._browser.settle(answers)
            page = self._steps.now()
            numbers, absent = [*numbers, *on(page)], sees(page, look_up.absent)
        # Both or neither of rows and the words for none: the page is not understood, and nothing follows from it.
        if look_up.next or bool(numbers) == absent or not all(numbers):
            raise self._unclear(page)
        return tuple(numbers)

    def _nothing(self, absent: bool, page: Page) -> tuple[str, ...]:
        """The last page of a list that does not have the row: only the landmark of an empty answer proves that."""
        if not absent:
            raise self._unclear(page)
        return ()

    def _unclear(self, page: Page) -> Unclear:
        look_up = self._scenario.look_up
        return Unclear(
            "受付番号の照会の結果を読み取れません。相手システムの検索画面を確かめてください。",
            where=self._steps.where(look_up.line, page),
            expected=f"結果の表（{look_up.number_column}）か{look_up.absent}",
        )

    def _landmarks(self) -> list[CheckLandmark]:
        return [one for one in self._scenario.result.checks if isinstance(one, CheckLandmark)]

    def _result(self, row: Row, page: Page) -> tuple[Page, list[str]]:
        """The page that shows the result, or what was not taken, sooner or later; and the numbers it gives. A notice
        that is gone by then was seen all the same, and so was what a question or a message said."""
        press, result = self._scenario.commit, self._scenario.result
        wanted = {plain(column): self._steps.text(one, row) for column, one in self._scenario.look_up.match}
        said: list[str] = []
        best: list[tuple[Page, list[str]]] = []

        def told(page: Page) -> bool:
            said.extend(page.dialogs)
            page = replace(page, text=" ".join([page.text, *said]))
            numbers = numbers_told(page, result, wanted)
            best[:] = [(page, numbers)]
            return bool(page.alerts or page.field_errors) or (
                (len(numbers) == 1 or result.receive is not None)
                and all(sees(page, one.landmark) for one in self._landmarks())
            )

        if not told(page):
            if press.leaves:
                self._browser.settle(told)
            else:
                self._browser.wait_for(told, self._scenario.system.patience)
            self._steps.arrived(best[0][0], press.line, login=False)
        return best[0]

    # Login

    def _check_secrets(self) -> None:
        missing = [name for name in self._scenario.secrets if not self._secrets.get(name)]
        if missing:
            raise NotReady(
                f"秘密「{'」「'.join(missing)}」が登録されていません。設定の画面で登録してください。"
            )

    def _log_in(self, between: BetweenSteps) -> None:
        if self._logged_in:
            return
        try:
            self._steps.play(self._scenario.login, Context({}, between, login=True))
        except (ScreenChanged, Refused) as error:
            raise self._login_problem(error) from None
        self._logged_in = True

    def _login_problem(self, error: RobotError) -> RobotError:
        """A refused password must stop the run; a session that ended at once is only trouble."""
        system = self._scenario.system
        page = self._browser.see()
        if system.login_refused is not None and sees(page, system.login_refused):
            said = "".join(page.alerts) or system.login_refused.text
            return LoginRefused(
                f"{system.name}にログインできません（相手の表示：{said}）。秘密に登録した値を確かめてください。",
                where=error.problem.where,
            )
        if isinstance(error, ScreenChanged) and sees(page, system.login_page) and page.alerts:
            return LoggedOut(f"ログインの途中で戻されました（相手の表示：{''.join(page.alerts)}）。")
        return error
