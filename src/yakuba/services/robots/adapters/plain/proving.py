"""The proof: a browser that enters a row as always, and beside it the fast lane's own reading of every page it gets.

The fast lane reads the bytes that the browser was sent, fills and presses there what the browser fills and presses, and what
it would send is compared, byte for byte, with what the browser sends: method, address, every field in its order, the
page's hidden ones included, in the page's encoding. So session and tokens are the same on both sides, and nothing has to be
stored twice. The committing request is caught before it leaves, after the egress has closed the way out for good.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import Any
from urllib.parse import urljoin

from playwright.sync_api import BrowserContext, Response
from playwright.sync_api import Error as PlaywrightError

from yakuba.services.robots.adapters.chromium import ChromiumBrowser
from yakuba.services.robots.adapters.gate import requested
from yakuba.services.robots.adapters.plain.browser import PlainPage, Programs
from yakuba.services.robots.adapters.plain.fingerprint import fingerprint, programs, source_of
from yakuba.services.robots.adapters.plain.parsing import Document
from yakuba.services.robots.adapters.plain.submitting import BOUNDARY, MULTIPART
from yakuba.services.robots.adapters.plain.wire import Got, Wire
from yakuba.services.robots.adapters.session import BrowserSession
from yakuba.services.robots.adapters.watch import Sending
from yakuba.services.robots.contracts import Row
from yakuba.services.robots.engine.browser import Entry, Finding, Page, Pressed, Verdict
from yakuba.services.robots.engine.errors import NotPlain
from yakuba.services.robots.engine.player import ScenarioPlayer
from yakuba.services.robots.engine.ports import BetweenSteps
from yakuba.services.robots.engine.scenario import Element, Press
from yakuba.services.robots.engine.seeing import plain

_AFTER = 300.0  # milliseconds
_MOST = 5  # sentences that say why it is not proved
_SEEN = (
    ("status", "状態"),
    ("title", "題名"),
    ("headings", "見出し"),
    ("alerts", "注意書き"),
    ("field_errors", "欄の注意書き"),
    ("items", "項目の値"),
    ("tables", "表"),
    ("text", "文字"),
)


class ProvingSession(BrowserSession):
    """A session that keeps the bytes of the pages it was sent."""

    def _prepare(self, context: BrowserContext) -> None:
        super()._prepare(context)
        self._responses: list[Response] = []
        self._scripts: set[str] = set()
        context.on("response", self._note)

    def _note(self, response: Response) -> None:
        request = response.request
        try:
            if request.resource_type == "script":
                self._scripts.add(request.url.partition("#")[0])
            if request.is_navigation_request() and request.frame.parent_frame is None:
                self._responses.append(response)
        except PlaywrightError:
            return  # a window that is gone

    def documents(self) -> list[tuple[Sending, Got]]:
        """What was asked for and answered since this was asked last, redirects included."""
        taken, self._responses[:] = list(self._responses), []
        return [(requested(one.request), self._got(one)) for one in taken]

    def _got(self, response: Response) -> Got:
        moved = 300 <= response.status < 400
        body = b"" if moved else response.body()
        headers = response.headers
        return Got(
            response.url,
            response.status,
            headers.get("content-type", ""),
            body,
            headers.get("location", ""),
            as_utf8=True,
        )

    def scripts(self) -> set[str]:
        """Addresses of the programs that came so far."""
        return self._scripts

    def charset(self) -> str:
        """How the browser has read the page."""
        return str(self._windows.front.evaluate("document.characterSet"))

    def agent(self) -> str:
        """What the browser calls itself."""
        return str(self._windows.front.evaluate("navigator.userAgent"))

    def chosen(self, entries: Sequence[Entry]) -> list[list[str]]:
        """The names of the controls that each entry is about."""
        found: list[list[str]] = self._run("chosen", entries=[asdict(one) for one in entries])
        return found

    def catch(self, element: Element, dialog: str) -> list[Sending]:
        """Press, and tell what would have left."""
        self._gate.catch()
        self.press(element, (), leaves=True, dialog=dialog)
        self._windows.front.wait_for_timeout(
            _AFTER
        )  # a program may send something of its own beside the form
        return self._gate.caught


class ProvingBrowser(ChromiumBrowser):
    """See the module. pages: fingerprints of what was seen and compared.  differences: why it is not proved, in Japanese
    and without a value.  proved: rows whose committing request was the same.  scripted: whether a page with fields has
    programs of its own."""

    session = ProvingSession

    def __init__(
        self,
        allowed_hosts: Sequence[str],
        *,
        way_out: Callable[[], str] = lambda: "",
        patience: float = 20.0,
        chromium: str = "",
    ) -> None:
        super().__init__(allowed_hosts, way_out=way_out, patience=patience, chromium=chromium)
        self._programs = Programs(Wire(allowed_hosts, way_out, patience), allowed_hosts)
        self._beside: PlainPage | None = None
        self._cut = False
        self._named: set[str] = set()  # programs that pages name
        self.pages: set[str] = set()
        self.differences: list[str] = []
        self.proved = 0
        self.scripted = False
        self.agent = ""

    # The Browser port, with the fast lane beside it

    def open(self, url: str) -> Page:
        page = super().open(url)
        if not self.agent:
            self.agent = self._ask("agent")
        self._arrive(Sending("GET", url), page)
        return page

    def fill(self, entries: Sequence[Entry]) -> tuple[Finding, ...]:
        found = super().fill(entries)
        if self._beside is not None and all(one.verdict is Verdict.OK for one in found):
            self._fill_beside(self._beside, entries)
        return found

    def press(
        self,
        element: Element,
        verify: Sequence[Entry],
        *,
        leaves: bool,
        dialog: str,
        forms: frozenset[str] | None = None,
    ) -> Pressed:
        wanted = self._wanted(element)
        pressed = super().press(element, verify, leaves=leaves, dialog=dialog, forms=forms)
        if pressed.page is not None:
            self._arrive(wanted, pressed.page)
        return pressed

    def entry_ends(self) -> tuple[tuple[str, ...], str]:
        sent, stopped = super().entry_ends()
        if any(not one.startswith("GET ") for one in sent):
            self._differ("画面のプログラムが自分で送るものがあるため、高速入力では行えません。")
        return sent, stopped

    def see(self) -> Page:
        page = super().see()
        self._compare(page)
        return page

    def wait_for(self, wanted: Callable[[Page], bool], seconds: float) -> bool:
        self._holds(wanted)
        return super().wait_for(wanted, seconds)

    def settle(self, wanted: Callable[[Page], bool]) -> bool:
        self._holds(wanted)
        return super().settle(wanted)

    def row_begins(self) -> None:
        self._beside = None
        if self._cut:  # the way out has moved
            self._cut = False
            self.reset(forget_session=False)
        super().row_begins()

    # Comparing

    def prove(self, commit: Press, cut: Callable[[], None]) -> None:
        """Press the commit step with no way out, and compare what would have left. cut: closes the way out."""
        wanted = self._wanted(commit.element)
        if wanted is None:
            return
        self._look_at_programs(None)
        cut()
        self._cut = True
        caught: list[Sending] = self._ask("catch", commit.element, commit.dialog)
        if len(caught) != 1:
            self._differ(f"登録ボタンを押すと、ブラウザーは{len(caught)}回送ります。")
        elif _same(wanted, caught[0]):
            self.proved += 1
        else:
            self._differ("登録ボタンを押したとき、ブラウザーが送るものと違うものを送ることになります。")

    def _ask(self, name: str, *given: Any) -> Any:
        return self._do(lambda inside: getattr(inside, name)(*given))

    def _differ(self, sentence: str) -> None:
        """This row proves nothing any more."""
        if self._beside is not None:
            headings = self._beside.see().headings
            sentence = f"画面「{headings[0] if headings else self._beside.see().title}」：{sentence}"
        self._beside = None
        if sentence not in self.differences and len(self.differences) < _MOST:
            self.differences.append(sentence)

    def _wanted(self, element: Element) -> Sending | None:
        """What the fast lane would send for a press; None where it cannot, which is noted."""
        if self._beside is None:
            return None
        try:
            found = self._beside.submission(element)
        except NotPlain as error:
            self._differ(error.problem.message)
            return None
        if isinstance(found, Finding):
            self._differ(f"{element}を、画面のプログラムなしでは見つけられません。")
            return None
        return found.sending

    def _fill_beside(self, beside: PlainPage, entries: Sequence[Entry]) -> None:
        try:
            findings = beside.fill(entries)
            chosen = [beside.chosen(entry) for entry in entries]
        except NotPlain as error:
            self._differ(error.problem.message)
            return
        for entry, finding in zip(entries, findings, strict=False):
            if finding.verdict is not Verdict.OK:
                self._differ(f"欄「{entry.element.label}」を、画面のプログラムなしでは入力できません。")
                return
        if chosen != self._ask("chosen", entries):
            self._differ("ブラウザーが選ぶ欄と違う欄に入力することになります。")

    def _arrive(self, wanted: Sending | None, page: Page) -> None:
        """The browser has come to a page by what the fast lane wanted to send."""
        loaded: list[tuple[Sending, Got]] = self._ask("documents")
        if wanted is None:
            self._beside = None
            return
        if not loaded or not _same(wanted, loaded[0][0]):
            self._differ("ブラウザーが送るものと違うものを送ることになります。")
            return
        if any(sent.method != "GET" for sent, _ in loaded[1:]) or len(loaded) > 1 + sum(
            bool(got.location) for _, got in loaded
        ):
            self._differ("画面が自分で移るため、高速入力では行えません。")
            return
        try:
            self._beside = PlainPage(loaded[-1][1])
            self.pages.add(fingerprint(self._beside.document, self._beside.fields, self._programs))
            self.scripted = self.scripted or bool(programs(self._beside.document, self._programs))
        except NotPlain as error:
            self._beside = None
            self._differ(error.problem.message)
            return
        self._look_at_programs(self._beside.document)
        if self._beside is None:
            return
        if self._beside.document.charset.lower() != self._ask("charset").lower():
            self._differ("文字コードが、ブラウザーの読み方と違います。")
        self._compare(page)

    def _look_at_programs(self, document: Document | None) -> None:
        """What a program fetches besides is in no fingerprint: it could be another one tomorrow."""
        if document is not None:
            for one in document.root.iter("script"):
                self._named.add(urljoin(document.url, source_of(one)).partition("#")[0])
        if self._ask("scripts") - self._named:
            self._differ("画面のプログラムがほかのプログラムを読み込むため、高速入力では行えません。")

    def _compare(self, page: Page) -> None:
        if self._beside is None:
            return
        beside = self._beside.see()
        for name, word in _SEEN:
            if plain(repr(getattr(page, name))) != plain(repr(getattr(beside, name))):
                self._differ(f"{word}が、ブラウザーで見えるものと違います。")
                return

    def _holds(self, wanted: Callable[[Page], bool]) -> None:
        if self._beside is not None and not wanted(self._beside.see()):
            self._differ("画面のプログラムが後から表示を変えるため、高速入力では行えません。")


class ProvingTarget(ScenarioPlayer):
    """A rehearsal whose every row ends with the committing request caught and compared. cut: see `ProvingBrowser.prove`."""

    cut: Callable[[], None]

    def enter(self, row: Row, between_steps: BetweenSteps) -> None:
        """See `Target.enter`."""
        super().enter(row, between_steps)
        assert isinstance(self._browser, ProvingBrowser)
        self._browser.prove(self._scenario.commit, self.cut)


def _same(wanted: Sending, sent: Sending) -> bool:
    """Whether two requests are the same to the byte, but for the line that parts the pieces of a body."""
    if (wanted.method, wanted.url.partition("#")[0]) != (sent.method, sent.url.partition("#")[0]):
        return False
    kind, body = sent.kind.partition(";")[0].strip().lower(), sent.body
    if kind == MULTIPART and body is not None:
        body = body.replace(sent.kind.partition("boundary=")[2].encode(), BOUNDARY.encode())
    return (wanted.body or None) == (body or None) and (
        wanted.body is None or wanted.kind.partition(";")[0] == kind
    )


__all__ = ["ProvingBrowser", "ProvingTarget"]
