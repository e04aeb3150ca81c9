"""Plays the steps of a scenario in a browser: opens, fills, presses, waits and checks, one after another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from yakuba.services.robots.contracts import Row
from yakuba.services.robots.engine.browser import ANY_FORM, Browser, Entry, Page, Pressed, Verdict
from yakuba.services.robots.engine.complaints import (
    arrival_problem,
    button_problem,
    call_problem,
    entry_problem,
    form_problem,
    item_problem,
    landmark_problem,
    paper_problem,
    place_problem,
    reading_problem,
    refusal_problem,
    shown_problem,
    table_problem,
)
from yakuba.services.robots.engine.context import Context
from yakuba.services.robots.engine.errors import (
    BadValue,
    LoggedOut,
    Refused,
    RobotError,
    Trouble,
    Unanswered,
)
from yakuba.services.robots.engine.filling import Bound, Filled, Template, line_in_words
from yakuba.services.robots.engine.papers import Paper, received
from yakuba.services.robots.engine.reading import (
    MOST_ITEMS,
    items_of_case,
    numbers_in,
    rows_of_page,
    texts_read,
)
from yakuba.services.robots.engine.redact import COVER
from yakuba.services.robots.engine.scenario import (
    Attach,
    Authenticate,
    Call,
    CheckItem,
    CheckLandmark,
    Element,
    EntryKind,
    Fill,
    Open,
    Press,
    Read,
    ReadFrom,
    Receive,
    Repeat,
    Role,
    Step,
    System,
    Wait,
)
from yakuba.services.robots.engine.seeing import items_of, one_line, sees

ELSEWHERE = 0  # the line of no step
_NOTHING_LIKE_IT = "\0"  # what no field holds


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
        self.received: list[Paper] = []

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
            raise form_problem(step.element, form, line_in_words(step.line))

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
            elif isinstance(step, (Attach, Receive)):
                self._file(step, context)
            elif isinstance(step, (Repeat, Call)):
                self._several(step, context)
            else:
                self._step(step, context)
            waiting = []
        self._fill(waiting)

    # Files

    def _file(self, step: Attach | Receive, context: Context) -> None:
        if isinstance(step, Receive):
            self.received.append(self.receive(step, entry=context.entry))
            return
        self.page = None
        assert context.paper is not None
        name = ""
        if step.named is not None:
            name = step.named.fill(context.values, self._secrets, names=context.names).text
            if not name:
                raise BadValue("入れるファイルの名前が空になります。申請の値を確かめてください。")
        entry = Entry(step.element, EntryKind.TEXT, (name or "申請書のファイル",), line=step.line)
        finding = self._browser.attach(step.element, context.paper(name))
        if finding.verdict is not Verdict.OK:
            raise entry_problem(entry, finding, self.where(step.line, self._browser.see()))

    def receive(self, step: Receive, *, entry: bool) -> Paper:
        """The file that the target sends. entry: whether the commit step is still to come."""
        self.page = None
        forms = frozenset(self.forms.get(step.line, ANY_FORM)) if entry else None
        got = self._browser.receive(step.element, forms)
        where = self.where(step.line, self._browser.see())
        if got.stopped:
            raise form_problem(step.element, got.stopped, line_in_words(step.line))
        if got.button.verdict is not Verdict.OK:
            raise button_problem(step.element, got.button, where)
        if entry:
            self._note_sent(step.line, got.sent)
        if got.problem:
            raise paper_problem(step, got.problem, where)
        return received(got.content, step.kind, step.name, where)

    def _note_sent(self, line: int, sent: Sequence[str]) -> None:
        """In a loop a step is played several times."""
        self._sent[line] = tuple(sorted({*self._sent.get(line, ()), *sent}))

    def _several(self, step: Repeat | Call, context: Context) -> None:
        if isinstance(step, Call):
            # Names belong to the scenario that gives them.
            inside = replace(context, names={})
            self.play(step.steps, inside)
            self._compare(step, inside)
            return
        for item in self._items(step, context):
            self.play(step.steps, replace(context, names={**context.names, step.name: item}))

    def _compare(self, call: Call, context: Context) -> None:
        page = self.now()
        differing = self.differing(call.items, context, page) if call.items else []
        if differing:
            raise call_problem(call, differing, self.where(call.line, page))

    def _items(self, step: Repeat, context: Context) -> Sequence[Bound]:
        """What a loop goes through, as it stands when the loop begins."""
        found: list[Bound] | None = items_of_case(step.fields, context.values, step.line)
        if step.columns:
            found = rows_of_page(self.now(), step.columns)
            if found is None:
                self._browser.settle(lambda page: rows_of_page(page, step.columns) is not None)
                self.page = self._browser.see()
                found = rows_of_page(self.page, step.columns)
        if found is None:
            raise table_problem(step, self.where(step.line, self.now()))
        if len(found) > MOST_ITEMS:
            raise BadValue(
                f"くり返しが{MOST_ITEMS}回を超えます（{len(found)}件）。人が入力してください。",
                where=self.where(step.line, self.now()),
            )
        return found

    def _read(self, step: Read, context: Context) -> None:
        texts = self._standing(step, self.now())
        if len(texts) != 1:

            def stands(page: Page) -> bool:  # perhaps it is only drawn now
                self.page, texts[:] = page, self._standing(step, page)
                return len(texts) == 1

            self._browser.settle(stands)
        where = self.where(step.line, self.now())
        if len(texts) != 1:
            raise place_problem(step, where, several=bool(texts))
        found = numbers_in(texts[0]) if step.number else [one_line(texts[0])]
        if len(found) != 1 or not found[0]:
            raise reading_problem(step, where)
        context.names[step.name] = Bound(found[0])

    def _standing(self, step: Read, page: Page) -> list[str]:
        if step.source is not ReadFrom.FIELD:
            return texts_read(page, step)
        for kind in (EntryKind.TEXT, EntryKind.CHOOSE):
            finding = self._browser.verify(
                [Entry(Element(Role.FIELD, step.text), kind, (_NOTHING_LIKE_IT,))]
            )[0]
            if finding.verdict in (Verdict.NOT_LANDED, Verdict.AMBIGUOUS):
                return [finding.seen] if finding.verdict is Verdict.NOT_LANDED else ["", ""]
        return []

    def _step(
        self, step: Authenticate | Open | Wait | CheckLandmark | CheckItem | Read, context: Context
    ) -> None:
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
        elif isinstance(step, Read):
            self._read(step, context)
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
            self._note_sent(step.line, pressed.sent)

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
        return shown_problem(step, COVER if filled.secret else filled.text, where)

    def differing(self, items: Sequence[CheckItem], context: Context, page: Page) -> list[str]:
        """Labels of the items whose text is not what they should say. Raises `ScreenChanged` where one is not there, or
        more than once."""
        differing = []
        for item in items:
            shown = items_of(page, item.label)
            if len(shown) != 1:
                raise item_problem(item, self.where(item.line, page), several=bool(shown))
            if shown[0] != one_line(self._fill_in(item.value, context).text):
                differing.append(item.label)
        return differing

    # Small things

    def now(self) -> Page:
        """The page as last seen, or a new look at it when something was done since."""
        if self.page is None:
            self.page = self._browser.see()
        return self.page

    def _fill_in(self, template: Template, context: Context) -> Filled:
        return template.fill(context.values, self._secrets, context.number, context.names)

    def text(self, template: Template, row: Row) -> str:
        return template.fill(row.values, {}).text

    def where(self, line: int, page: Page) -> str:
        name = page.headings[0] if page.headings else page.title
        return f"{line_in_words(line)}・画面「{name}」"
