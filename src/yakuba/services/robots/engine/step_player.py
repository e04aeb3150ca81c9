"""Plays the steps of a scenario in a browser: opens, fills, presses, waits and checks, one after another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from yakuba.services.robots.contracts import Row
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
    LoggedOut,
    Refused,
    RobotError,
    ScreenChanged,
    Trouble,
    Unanswered,
)
from yakuba.services.robots.engine.ports import BetweenSteps
from yakuba.services.robots.engine.redact import COVER
from yakuba.services.robots.engine.scenario import (
    Authenticate,
    CheckItem,
    CheckLandmark,
    Element,
    EntryKind,
    Fill,
    Filled,
    Open,
    Press,
    Role,
    Step,
    System,
    Template,
    Wait,
)
from yakuba.services.robots.engine.seeing import items_of, one_line, sees

ELSEWHERE = 0  # the line of no step


@dataclass(frozen=True)
class Context:
    """What templates are filled from, and which part of the scenario the steps belong to."""

    values: Mapping[str, str]
    between: BetweenSteps
    number: str = ""
    login: bool = False
    entry: bool = False


class StepPlayer:
    """base: the target's address.  secrets: values by the names the scenario uses.

    forms: what each step of the entry may send, by its line, and under `ELSEWHERE` what the pages send between the
    steps. A step that is not in it may send anything, and `learn` puts it in.  page: as last seen; None once
    something was done to it.
    """

    def __init__(
        self,
        system: System,
        base: str,
        browser: Browser,
        secrets: Mapping[str, str],
        forms: Mapping[int, Sequence[str]],
    ) -> None:
        self._system, self._base, self._browser, self._secrets = system, base, browser, secrets
        self.forms: dict[int, tuple[str, ...]] = {line: tuple(one) for line, one in forms.items()}
        self._sent: dict[int, tuple[str, ...]] = {}
        self.page: Page | None = None

    # What may leave before the commit step

    def entry_begins(self, commit: Press) -> None:
        """From here to the commit step nothing may leave that did not leave when the scenario was tried."""
        self._sent = {}
        elsewhere = frozenset(self.forms.get(ELSEWHERE, ANY_FORM))
        self._browser.entry_begins(elsewhere, frozenset(self.forms.get(commit.line, ())))

    def entry_ends(self, commit: Press) -> None:
        """The commit step is in sight, so what was sent until now is harmless: it is learned where nothing was known.
        Raises `ScreenChanged` when something was stopped."""
        sent, stopped = self._browser.entry_ends()
        self.check_stopped(stopped, commit)
        self.forms = {**self._sent, ELSEWHERE: sent} | self.forms

    def learn(self, line: int, sent: tuple[str, ...]) -> None:
        """What a step sends, unless it is known."""
        self.forms.setdefault(line, sent)

    def check_stopped(self, form: str, step: Press) -> None:
        """Raises `ScreenChanged` when the page was about to send what it never sent."""
        if form:
            raise form_problem(step.element, form, f"シナリオ {step.line}行目")

    # Steps

    def play(self, steps: Sequence[Step], context: Context) -> None:
        waiting: list[Entry] = []
        for step in steps:
            context.between()
            if step.when is not None and not self._fill_in(step.when, context).text:
                continue
            if isinstance(step, Fill):
                waiting.append(self._entry(step, context))
                continue
            self._fill(waiting)
            if isinstance(step, Press) and context.entry:
                self._press_in_entry(step, waiting, context)
            elif isinstance(step, Press):
                self._press(step, waiting, context)
            else:
                self._step(step, context)
            waiting = []
        self._fill(waiting)

    def _step(self, step: Authenticate | Open | Wait | CheckLandmark | CheckItem, context: Context) -> None:
        if isinstance(step, Authenticate):
            user, password = (self._fill_in(one, context).text for one in (step.user, step.password))
            self._browser.authenticate(self._base, user, password)
        elif isinstance(step, Open):
            path = self._fill_in(step.path, context).text
            self.page = None
            page = self._browser.open(self._base + path)
            self.arrived(page, step.line, context.login)
            self.page = page
        elif isinstance(step, Wait):
            self._wait(step, context)
        else:
            self._check(step, context)

    def _check(self, step: CheckLandmark | CheckItem, context: Context) -> None:
        problem = self.check(step, context, self.now())

        def holds(page: Page) -> bool:  # perhaps it is only drawn now
            nonlocal problem
            self.page = page
            problem = self.check(step, context, page)
            return problem is None

        if problem is not None and not self._browser.settle(holds):
            raise problem

    def _entry(self, step: Fill, context: Context) -> Entry:
        filled = self._fill_in(step.value, context)
        return Entry(step.element, step.kind, filled.texts, filled.secret, step.line)

    def _fill(self, entries: Sequence[Entry]) -> None:
        if not entries:
            return
        self.page = None
        for entry, finding in zip(entries, self._browser.fill(entries), strict=False):
            if finding.verdict is not Verdict.OK:
                raise entry_problem(entry, finding, self.where(entry.line, self._browser.see()))

    def _press_in_entry(self, step: Press, verify: Sequence[Entry], context: Context) -> None:
        try:
            self._press(step, verify, context)
        except LoggedOut:
            raise  # an answer
        except Trouble as error:
            raise Unanswered(error.problem.message, where=error.problem.where) from None

    def _press(self, step: Press, verify: Sequence[Entry], context: Context) -> None:
        self.page = None
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
                raise entry_problem(entry, finding, self.where(entry.line, self._browser.see()))
        self.check_stopped(pressed.stopped, step)
        self.after(pressed, step, login=context.login)
        if context.entry:
            self._sent[step.line] = pressed.sent

    def after(self, pressed: Pressed, step: Press, *, login: bool, said: Sequence[str] = ()) -> Page:
        """The page that a press led to. said: texts of which a notice may hold one."""
        if pressed.page is None:
            raise button_problem(step.element, pressed.button, self.where(step.line, self._browser.see()))
        fine = [text for text in (step.dialog, *said) if text]
        unexpected = [one for one in pressed.page.dialogs if not any(text in one for text in fine)]
        if unexpected:
            raise Refused(
                f"{self._system.name}が「{'」「'.join(unexpected)}」と表示しました。",
                where=self.where(step.line, pressed.page),
            )
        self.arrived(pressed.page, step.line, login)
        self.page = pressed.page
        return pressed.page

    def arrived(self, page: Page, line: int, login: bool) -> None:
        system = self._system
        problem = arrival_problem(page, system.name, self.where(line, page))
        if problem is not None:
            raise problem
        if not login and sees(page, system.login_page):
            raise LoggedOut(f"{system.name}からログアウトされました。", where=self.where(line, page))
        refused = sees(page, system.refusal) if system.refusal is not None else bool(page.alerts)
        refused = refused or bool(page.field_errors)
        if refused:
            raise refusal_problem(page, system, self.where(line, page))

    def _wait(self, step: Wait, context: Context) -> None:
        self.page = None
        if not self._browser.wait_for(lambda page: sees(page, step.landmark), step.seconds):
            page = self._browser.see()
            self.arrived(page, step.line, context.login)
            raise Trouble(
                f"{step.seconds:g}秒待っても{step.landmark}が出ません。", where=self.where(step.line, page)
            )

    def check(self, step: CheckLandmark | CheckItem, context: Context, page: Page) -> RobotError | None:
        where = self.where(step.line, page)
        if isinstance(step, CheckLandmark):
            return None if sees(page, step.landmark) else landmark_problem(step.landmark, page, where)
        filled = self._fill_in(step.value, context)
        if step.in_field:
            field = Element(Role.FIELD, step.label)
            entry = Entry(field, EntryKind.TEXT, (filled.text,), filled.secret, step.line)
            finding = self._browser.verify([entry])[0]
            return None if finding.verdict is Verdict.OK else entry_problem(entry, finding, where)
        shown = items_of(page, step.label)
        if shown == [one_line(filled.text)]:
            return None
        wanted = COVER if filled.secret else filled.text
        return ScreenChanged(
            f"画面の項目「{step.label}」が「{wanted}」ではありません。",
            where=where,
            expected=f"項目「{step.label}」",
        )

    # Small things

    def now(self) -> Page:
        """The page as last seen, or a new look at it when something was done since."""
        if self.page is None:
            self.page = self._browser.see()
        return self.page

    def _fill_in(self, template: Template, context: Context) -> Filled:
        return template.fill(context.values, self._secrets, context.number)

    def text(self, template: Template, row: Row) -> str:
        return template.fill(row.values, {}).text

    def where(self, line: int, page: Page) -> str:
        name = page.headings[0] if page.headings else page.title
        return f"シナリオ {line}行目・画面「{name}」"
