"""Plays a scenario in a browser: the `Target` of the runner."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from yakuba.services.robots.contracts import Problem, Row
from yakuba.services.robots.engine.browser import ANY_FORM, Browser, Entry, Page, Pressed, Verdict
from yakuba.services.robots.engine.complaints import (
    arrival_problem,
    button_problem,
    entry_problem,
    form_problem,
    landmark_problem,
    refusal_problem,
)
from yakuba.services.robots.engine.errors import (
    Differs,
    LoggedOut,
    LoginRefused,
    NotReady,
    Refused,
    RobotError,
    ScreenChanged,
    Trouble,
    Unclear,
    Unreadable,
)
from yakuba.services.robots.engine.ports import BetweenSteps, Found
from yakuba.services.robots.engine.redact import Redactor
from yakuba.services.robots.engine.scenario import (
    CheckItem,
    CheckLandmark,
    Element,
    EntryKind,
    Fill,
    Filled,
    Open,
    Press,
    Role,
    Scenario,
    Step,
    Template,
    Wait,
)
from yakuba.services.robots.engine.seeing import items_of, matches, one_line, plain, sees, table_rows

T = TypeVar("T")
_LOGINS_PER_LOOK_UP = 2


@dataclass(frozen=True)
class _Context:
    """What templates are filled from, and which part of the scenario the steps belong to."""

    values: Mapping[str, str]
    between: BetweenSteps
    number: str = ""
    login: bool = False
    entry: bool = False


class ScenarioPlayer:
    """Plays one scenario for one run. base: the target's address when it is not the scenario's own.

    secrets: values by the names the scenario uses. They reach the browser only through its login fields, and
    never a message, a log or a picture.  forms: what each step of the entry may send, by its line; a step that is
    not in it may send anything, and `forms` learns it once the commit step has come into sight.
    """

    def __init__(
        self,
        scenario: Scenario,
        browser: Browser,
        secrets: Mapping[str, str],
        base: str = "",
        forms: Mapping[int, Sequence[str]] | None = None,
    ) -> None:
        self._scenario = scenario
        self._browser = browser
        self._secrets = dict(secrets)
        self._redact = Redactor(self._secrets.values())
        self._base = (base or scenario.system.base).rstrip("/")
        self.forms: dict[int, tuple[str, ...]] = {line: tuple(one) for line, one in (forms or {}).items()}
        self._sent: dict[int, tuple[str, ...]] = {}
        self._logged_in = False
        self._page: Page | None = None  # as last seen; None once something was done to it
        self.picture_type = browser.picture_type

    # The Target

    def look_up(self, row: Row, between_steps: BetweenSteps) -> Found:
        """See `Target.look_up`. A session that has ended is opened again without ado."""
        return self._guard(lambda: self._look_up(row, between_steps))

    def enter(self, row: Row, between_steps: BetweenSteps) -> None:
        """See `Target.enter`."""
        self._guard(lambda: self._enter(row, between_steps))

    def commit(self, row: Row) -> str:
        """See `Target.commit`."""
        return self._guard(lambda: self._commit(row))

    def confirm(self, row: Row, number: str) -> Sequence[str]:
        """See `Target.confirm`."""
        return self._guard(lambda: self._confirm(row, number))

    def picture(self) -> bytes:
        """See `Target.picture`."""
        return self._guard(lambda: self._browser.picture(self._redact.secrets))

    def recover(self) -> None:
        """See `Target.recover`. The session is kept: when it has ended, the target says so."""
        self._page = None
        self._browser.reset(forget_session=not self._logged_in)

    def _guard(self, action: Callable[[], T]) -> T:
        """Notes a lost session, and covers secrets in what is reported."""
        try:
            return action()
        except RobotError as error:
            if isinstance(error, LoggedOut):
                self._logged_in = False
            error.problem = self._covered(error)
            error.args = (error.problem.message,)
            raise

    def _covered(self, error: RobotError) -> Problem:
        problem = error.problem
        return replace(
            problem,
            message=self._redact(problem.message),
            field=self._redact(problem.field),
            where=self._redact(problem.where),
            expected=self._redact(problem.expected),
            similar=tuple(self._redact(one) for one in problem.similar),
        )

    # The parts of a scenario

    def _look_up(self, row: Row, between: BetweenSteps) -> Found:
        self._check_secrets()
        self._browser.row_begins()
        for left in reversed(range(_LOGINS_PER_LOOK_UP)):
            try:
                self._log_in(between)
                return self._ask(row, between)
            except LoggedOut:
                self._logged_in = False
                if not left:
                    raise
        raise AssertionError

    def _ask(self, row: Row, between: BetweenSteps) -> Found:
        look_up = self._scenario.look_up
        self._play(look_up.steps, _Context(row.values, between))
        page = self._now()
        wanted = {plain(column): self._text(one, row) for column, one in look_up.match}
        numbers = tuple(
            cells[plain(look_up.number_column)] for cells in table_rows(page) if matches(cells, wanted)
        )
        absent = sees(page, look_up.absent)
        if bool(numbers) == absent or not all(numbers):
            raise Unclear(
                "受付番号の照会の結果を読み取れません。相手システムの検索画面を確かめてください。",
                where=self._where(look_up.line, page),
                expected=f"結果の表（{look_up.number_column}）か{look_up.absent}",
            )
        return Found(numbers)

    def _enter(self, row: Row, between: BetweenSteps) -> None:
        self._sent = {}
        self._play(self._scenario.entry, _Context(row.values, between, entry=True))
        confirm, commit = self._scenario.confirm, self._scenario.commit
        page = self._now()
        if confirm is not None and confirm.before:
            differing = self._differing(confirm.items, row, page)
            if differing:
                listed = "、".join(differing)
                raise Differs(
                    f"登録前の確認画面の値が申請と違います（{listed}）。登録していません。値とシナリオを確かめてください。",
                    field=listed,
                    where=self._where(confirm.line, page),
                )
        found = self._browser.can_press(commit.element)
        if found.verdict is not Verdict.OK:
            raise button_problem(commit.element, found, self._where(commit.line, page))
        self.forms = self._sent | self.forms

    def _commit(self, row: Row) -> str:
        press, result = self._scenario.commit, self._scenario.result
        self._page = None
        pressed = self._browser.commit(press.element, leaves=press.leaves, dialog=press.dialog)
        page = self._after(pressed, press, login=False)
        if not press.leaves:
            page = self._result_in_place(press)
        where = self._where(result.line, page)
        for check in result.checks:
            problem = self._check(check, _Context(row.values, lambda: None), page)
            if problem is not None:
                raise Unreadable(problem.problem.message, where=where, expected=problem.problem.expected)
        numbers = items_of(page, result.item)
        if len(numbers) != 1 or not numbers[0]:
            raise Unreadable(
                "完了画面に登録番号が見つかりません。", where=where, expected=f"項目「{result.item}」"
            )
        return numbers[0]

    def _result_in_place(self, press: Press) -> Page:
        """The page that stores without leaving shows the result, or what it did not take, sooner or later."""
        landmarks = [one.landmark for one in self._scenario.result.checks if isinstance(one, CheckLandmark)]

        def told(page: Page) -> bool:
            return all(sees(page, one) for one in landmarks) or bool(page.alerts or page.field_errors)

        self._browser.wait_for(told, self._scenario.system.patience)
        page = self._browser.see()
        self._arrived(page, press.line, login=False)
        return page

    def _confirm(self, row: Row, number: str) -> Sequence[str]:
        confirm = self._scenario.confirm
        if confirm is None or not confirm.steps:
            return ()
        self._play(confirm.steps, _Context(row.values, lambda: None, number))
        return self._differing(confirm.items, row, self._now())

    def _differing(self, items: Sequence[CheckItem], row: Row, page: Page) -> list[str]:
        differing = []
        for item in items:
            shown = items_of(page, item.label)
            if len(shown) != 1:
                raise ScreenChanged(
                    f"画面に項目「{item.label}」が{'二つ以上あります' if shown else 'ありません'}。",
                    where=self._where(item.line, page),
                    expected=f"項目「{item.label}」",
                )
            if shown[0] != one_line(self._text(item.value, row)):
                differing.append(item.label)
        return differing

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
            self._play(self._scenario.login, _Context({}, between, login=True))
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

    # Steps

    def _play(self, steps: Sequence[Step], context: _Context) -> None:
        waiting: list[Entry] = []
        for step in steps:
            context.between()
            if step.when is not None and not self._fill_in(step.when, context).text:
                continue
            if isinstance(step, Fill):
                waiting.append(self._entry(step, context))
                continue
            self._fill(waiting)
            if isinstance(step, Press):
                self._press(step, waiting, context)
            else:
                self._step(step, context)
            waiting = []
        self._fill(waiting)

    def _step(self, step: Step, context: _Context) -> None:
        if isinstance(step, Open):
            path = self._fill_in(step.path, context).text
            self._page = None
            page = self._browser.open(self._base + path)
            self._arrived(page, step.line, context.login)
            self._page = page
        elif isinstance(step, Wait):
            self._wait(step, context)
        elif isinstance(step, (CheckLandmark, CheckItem)):
            if self._check(step, context, self._now()) is None:
                return
            self._page = None  # perhaps it is only drawn now: a second look
            problem = self._check(step, context, self._now())
            if problem is not None:
                raise problem

    def _entry(self, step: Fill, context: _Context) -> Entry:
        filled = self._fill_in(step.value, context)
        return Entry(step.element, step.kind, filled.texts, filled.secret, step.line)

    def _fill(self, entries: Sequence[Entry]) -> None:
        if not entries:
            return
        self._page = None
        for entry, finding in zip(entries, self._browser.fill(entries), strict=False):
            if finding.verdict is not Verdict.OK:
                raise entry_problem(entry, finding, self._where(entry.line, self._browser.see()))

    def _press(self, step: Press, verify: Sequence[Entry], context: _Context) -> None:
        self._page = None
        forms = frozenset(self.forms.get(step.line, ANY_FORM)) if context.entry else None

        def press() -> Pressed:
            return self._browser.press(
                step.element, verify, leaves=step.leaves, dialog=step.dialog, forms=forms
            )

        pressed = press()
        if any(one.verdict is Verdict.NOT_LANDED for one in pressed.entries):
            # A script of the page may have written over a field while others were being filled.
            self._fill(verify)
            pressed = press()
        for entry, finding in zip(verify, pressed.entries, strict=False):
            if finding.verdict is not Verdict.OK:
                raise entry_problem(entry, finding, self._where(entry.line, self._browser.see()))
        if pressed.stopped:
            raise form_problem(step.element, pressed.stopped, f"シナリオ {step.line}行目")
        self._after(pressed, step, login=context.login)
        if context.entry:
            self._sent[step.line] = pressed.sent

    def _after(self, pressed: Pressed, step: Press, *, login: bool) -> Page:
        if pressed.page is None:
            raise button_problem(step.element, pressed.button, self._where(step.line, self._browser.see()))
        unexpected = [one for one in pressed.page.dialogs if not step.dialog or step.dialog not in one]
        if unexpected:
            raise Refused(
                f"{self._scenario.system.name}が「{'」「'.join(unexpected)}」と表示しました。",
                where=self._where(step.line, pressed.page),
            )
        self._arrived(pressed.page, step.line, login)
        self._page = pressed.page
        return pressed.page

    def _arrived(self, page: Page, line: int, login: bool) -> None:
        system = self._scenario.system
        problem = arrival_problem(page, system.name, self._where(line, page))
        if problem is not None:
            raise problem
        if not login and sees(page, system.login_page):
            raise LoggedOut(f"{system.name}からログアウトされました。", where=self._where(line, page))
        refused = sees(page, system.refusal) if system.refusal is not None else bool(page.alerts)
        refused = refused or bool(page.field_errors)
        if refused:
            raise refusal_problem(page, system, self._where(line, page))

    def _wait(self, step: Wait, context: _Context) -> None:
        self._page = None
        if not self._browser.wait_for(lambda page: sees(page, step.landmark), step.seconds):
            page = self._browser.see()
            self._arrived(page, step.line, context.login)
            raise Trouble(
                f"{step.seconds:g}秒待っても{step.landmark}が出ません。", where=self._where(step.line, page)
            )

    def _check(self, step: CheckLandmark | CheckItem, context: _Context, page: Page) -> RobotError | None:
        where = self._where(step.line, page)
        if isinstance(step, CheckLandmark):
            return None if sees(page, step.landmark) else landmark_problem(step.landmark, page, where)
        wanted = self._fill_in(step.value, context).text
        if step.in_field:
            entry = Entry(Element(Role.FIELD, step.label), EntryKind.TEXT, (wanted,), line=step.line)
            finding = self._browser.verify([entry])[0]
            return None if finding.verdict is Verdict.OK else entry_problem(entry, finding, where)
        shown = items_of(page, step.label)
        if shown == [one_line(wanted)]:
            return None
        return ScreenChanged(
            f"画面の項目「{step.label}」が「{wanted}」ではありません。",
            where=where,
            expected=f"項目「{step.label}」",
        )

    # Small things

    def _now(self) -> Page:
        """The page as last seen, or a new look at it when something was done since."""
        if self._page is None:
            self._page = self._browser.see()
        return self._page

    def _fill_in(self, template: Template, context: _Context) -> Filled:
        return template.fill(context.values, self._secrets, context.number)

    def _text(self, template: Template, row: Row) -> str:
        return template.fill(row.values, {}).text

    def _where(self, line: int, page: Page) -> str:
        name = page.headings[0] if page.headings else page.title
        return f"シナリオ {line}行目・画面「{name}」"
