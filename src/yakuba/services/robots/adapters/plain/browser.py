"""The engine's `Browser` port without a browser: only what plain HTML forms need, and only on pages that were proved."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Sequence
from urllib.parse import urljoin, urlsplit

from yakuba.services.robots.adapters.plain import filling
from yakuba.services.robots.adapters.plain.evidence import Exchange, Pair, written
from yakuba.services.robots.adapters.plain.finding import Fields, fits, type_of
from yakuba.services.robots.adapters.plain.fingerprint import fingerprint
from yakuba.services.robots.adapters.plain.parsing import Document
from yakuba.services.robots.adapters.plain.seeing import SeenPage
from yakuba.services.robots.adapters.plain.submitting import Submission, follow, submit
from yakuba.services.robots.adapters.plain.wire import Got, Wire
from yakuba.services.robots.adapters.watch import Sending, Watch
from yakuba.services.robots.engine.browser import (
    ANY_FORM,
    Entry,
    Finding,
    Hidden,
    Page,
    Pressed,
    Received,
    Verdict,
)
from yakuba.services.robots.engine.errors import NotPlain, RobotError, Trouble
from yakuba.services.robots.engine.papers import Paper
from yakuba.services.robots.engine.scenario import Element, Role

_REDIRECTS = 10
_ERRORS = 400  # from this status on a page tells what went wrong
_ROWS_PER_LOOK = 75  # rows for which the bytes of a page's programs are taken for known
_OK = Finding(Verdict.OK)
CHANGED = "画面の部品かプログラムが、確かめたときと違います。"


class Programs:
    """The bytes of pages' programs, by their sha256 as long as they are taken for known: a `fingerprint.ProgramOf`. A program
    of a host that may not be contacted cannot run in the browser either."""

    def __init__(self, wire: Wire, hosts: Sequence[str]) -> None:
        self._wire, self._hosts = wire, frozenset(hosts)
        self._known: dict[str, str] = {}

    def __call__(self, url: str) -> str:
        if url not in self._known:
            told = f"{url} "
            if urlsplit(url).hostname in self._hosts:
                try:
                    got = self._wire.send(Sending("GET", url))
                except RobotError as error:
                    raise NotPlain(
                        f"画面のプログラムを確かめられません（{error.problem.message}）。"
                    ) from None
                if (
                    got.status != 200
                ):  # where an answer leads elsewhere, or asks for a name, it says nothing of the program
                    raise NotPlain(f"画面のプログラムを確かめられません（{got.status}）。")
                told += hashlib.sha256(got.body).hexdigest()
            self._known[url] = told
        return self._known[url]

    def forget(self) -> None:
        self._known.clear()


class PlainPage:
    """One page, parsed once: what stands on it and what can be sent from it."""

    def __init__(self, got: Got) -> None:
        self.document = Document(got)
        self.fields = Fields(self.document)
        self._page: Page | None = None

    def see(self) -> Page:
        if self._page is None:
            self._page = SeenPage.of(self.document, self.fields)
        return self._page

    def fill(self, entries: Sequence[Entry]) -> tuple[Finding, ...]:
        done: list[Finding] = []
        for entry in entries:
            done.append(filling.fill(self.fields, entry))
            if done[-1].verdict is not Verdict.OK:
                break
        return tuple(done)

    def verify(self, entries: Sequence[Entry]) -> tuple[Finding, ...]:
        return tuple(filling.verify(self.fields, entry) for entry in entries)

    def chosen(self, entry: Entry) -> list[str]:
        """The names of the controls that an entry is about."""
        found = self.fields.find(entry.element, fits(entry.kind))
        members = [] if isinstance(found, Finding) else found.members
        return [one.get("name") or one.get("id") or "" for one in members]

    def submission(self, element: Element) -> Submission | Finding:
        """What pressing the element sends, or why it cannot be pressed. Raises `NotPlain`."""
        found = self.fields.find(element)
        if isinstance(found, Finding):
            return found
        if element.role is Role.LINK:
            return follow(self.document, found.first)
        if filling.disabled(found.first) or found.first.get("aria-disabled") == "true":
            return Finding(Verdict.DISABLED)
        return submit(self.document, self.fields, found)

    def pairs(self, submission: Submission) -> tuple[Pair, ...]:
        """What is sent, by the words of the page."""
        named = {member: one for one in self.fields.fields() for member in one.members}
        return tuple(
            Pair(
                part.name,
                part.value,
                tuple(named[part.control].names + named[part.control].also) if part.control in named else (),
                secret=type_of(part.control) == "password",
                hidden=type_of(part.control) == "hidden",
            )
            for part in submission.parts
        )

    def senders(self) -> tuple[frozenset[str], frozenset[str]]:
        """Names of buttons and of hidden fields; see `senders` in `page/pressing.js`."""
        buttons, hidden = set(), set()
        for one in self.document.root.iter("button", "input"):
            if one.get("name"):
                if one.tag == "button" or type_of(one) == "submit":
                    buttons.add(one.get("name"))
                elif type_of(one) == "hidden":
                    hidden.add(one.get("name"))
        return frozenset(buttons), frozenset(hidden)


class PlainBrowser(Watch):
    """One person's session without a browser. hosts, way_out, patience: see `Wire`.  pages: fingerprints of the pages that
    were proved; any other raises `NotPlain` before the commit step.  agent: what it calls itself, as the browser does.

    What it may send is watched by the rule of the browser's gate; what it has not learned yet it does not send.
    """

    picture_type = "text/plain"

    def __init__(
        self,
        hosts: Sequence[str],
        way_out: Callable[[], str],
        patience: float,
        pages: Collection[str],
        agent: str = "",
    ) -> None:
        super().__init__()
        self._wire = Wire(hosts, way_out, patience)
        self._wire.agent = agent or self._wire.agent
        self._pages = frozenset(pages)
        self._shown: PlainPage | None = None
        self._programs = Programs(self._wire, hosts)
        self._exchanges: list[Exchange] = []
        self._watching = False
        self._rows = 0
        self.has_sent = False  # since the entry began, anything that may have changed something

    def close(self) -> None:
        """End the connection. Never raises."""
        self._wire.close()

    # The Browser port

    def open(self, url: str) -> Page:
        if "/." in url.partition("?")[0] or "#" in url:
            raise NotPlain("開く住所の書き方を変えて送る必要があるため、ブラウザーで入力します。")
        return self._go(Submission(Sending("GET", url)), ())

    def fill(self, entries: Sequence[Entry]) -> tuple[Finding, ...]:
        return self._now().fill(entries)

    def verify(self, entries: Sequence[Entry]) -> tuple[Finding, ...]:
        return self._now().verify(entries)

    def press(
        self,
        element: Element,
        verify: Sequence[Entry],
        *,
        leaves: bool,
        dialog: str,
        forms: frozenset[str] | None = None,
    ) -> Pressed:
        page = self._now()
        checked = page.verify(verify)
        if any(one.verdict is not Verdict.OK for one in checked):
            return Pressed(_OK, checked)
        if not leaves:
            raise NotPlain("画面が変わらないボタンは画面のプログラムを使うため、ブラウザーで入力します。")
        submission = page.submission(element)
        if isinstance(submission, Finding):
            return Pressed(submission, checked)
        if forms is not None:
            self._forms, self.sent = forms, []
            self._buttons, self._hidden = page.senders()
        arrived = self._go(submission, page.pairs(submission))
        return Pressed(_OK, checked, None if self.stopped else arrived, tuple(self.sent), self.stopped)

    def entry_begins(self, elsewhere: frozenset[str], committing: frozenset[str]) -> None:
        self._clear()
        self._watching, self.has_sent = True, False
        self._elsewhere, self._committing = elsewhere, committing
        self._forms, self._buttons, self._hidden = ANY_FORM, frozenset(), frozenset()

    def entry_ends(self) -> tuple[tuple[str, ...], str]:
        return tuple(sorted(self.elsewhere)), self.stopped

    def attach(self, element: Element, paper: Paper) -> Finding:
        raise NotPlain("ファイルの添付は、ブラウザーで入力します。")

    def receive(self, element: Element, forms: frozenset[str] | None = None) -> Received:
        raise NotPlain("ファイルの受け取りは、ブラウザーで入力します。")

    def can_press(self, element: Element) -> Finding:
        """Also builds all that it would send, so that nothing can go wrong with that after the intent."""
        submission = self._now().submission(element)
        return submission if isinstance(submission, Finding) else _OK

    def commit(self, element: Element, *, leaves: bool, dialog: str) -> Pressed:
        if self.stopped:
            return Pressed(_OK, stopped=self.stopped)
        page = self._now()
        submission = page.submission(element)
        if isinstance(submission, Finding):
            return Pressed(submission)
        self._watching = self._guarding = True
        self._changed, self.sent = False, []
        self._buttons, self._hidden = page.senders()
        arrived = self._go(submission, page.pairs(submission))
        return Pressed(_OK, (), arrived, tuple(self.sent), self.stopped)

    def see(self) -> Page:
        return self._now().see()

    def wait_for(self, wanted: Callable[[Page], bool], seconds: float) -> bool:
        """A page without programs shows at once what it will ever show."""
        return wanted(self.see())

    def settle(self, wanted: Callable[[Page], bool]) -> bool:
        return wanted(self.see())

    def authenticate(self, base: str, user: str, password: str) -> None:
        self._wire.authenticate(base, user, password)

    def picture(self, hidden: Hidden) -> bytes:
        """See `Browser.picture`: in words."""
        return written(self._exchanges, hidden)

    def row_begins(self) -> None:
        self._clear()
        self._watching = False
        self._exchanges = []
        self._rows += 1
        if self._rows % _ROWS_PER_LOOK == 0:
            self._programs.forget()

    def reset(self, *, forget_session: bool) -> None:
        self._shown = None
        if forget_session:
            self._wire.forget()
        else:
            self._wire.close()

    # Going somewhere

    def _clear(self) -> None:
        self._guarding = self._changed = False
        self.sent, self.elsewhere, self.stopped = [], set(), ""

    def _now(self) -> PlainPage:
        if self._shown is None:
            raise NotPlain("開いている画面がないため、ブラウザーで入力します。")
        return self._shown

    def _go(self, submission: Submission, pairs: tuple[Pair, ...]) -> Page:
        """Send it and follow where it leads. Nothing is sent where `stopped` says so."""
        one, referer = submission.sending, self._shown.document.url if self._shown else ""
        if self._watching and one.method != "GET" and not self._guarding and self._forms & ANY_FORM:
            raise NotPlain("この送り方は、試行で確かめていません。")
        if self._watching and not self.lets(one.method, one.url, one.body or b"", goes=True):
            return self.see()
        # A form may store whatever its method is.
        self.has_sent = self.has_sent or one.method != "GET" or bool(submission.parts)
        self._changed = True
        got = self._follow(self._wire.send(one, referer, once=self._watching), one)
        self._shown = _read(got)
        # An error page is no screen that has changed: the player takes it for the trouble that it is.
        fine = self._guarding or got.status >= _ERRORS
        if not fine and self._fingerprint(self._shown) not in self._pages:
            raise NotPlain(f"{CHANGED}ブラウザーで入力します。", lapses=True)
        page = self._shown.see()
        self._exchanges.append(Exchange(one.method, one.url, pairs, page))
        return page

    def _follow(self, got: Got, asked: Sending) -> Got:
        for _ in range(_REDIRECTS):
            if not (got.location and got.status in (301, 302, 303, 307, 308)):
                return got
            if asked.method != "GET" and got.status in (307, 308):
                raise NotPlain("送った内容をもう一度送らせる答えのため、ブラウザーで入力します。")
            url = urljoin(got.url, got.location).partition("#")[0]
            if self._watching and not self._guarding and not self.lets("GET", url, b"", goes=True):
                raise NotPlain("登録と同じ行き先へ回されたため、ブラウザーで入力します。")
            if not self._wire.lists(url):
                raise NotPlain("接続先にない行き先へ回されたため、ブラウザーで入力します。")
            got = self._wire.send(Sending("GET", url), got.url)
        raise NotPlain("行き先が回りつづけるため、ブラウザーで入力します。")

    def _fingerprint(self, page: PlainPage) -> str:
        return fingerprint(page.document, page.fields, self._programs)


def _read(got: Got) -> PlainPage:
    try:
        return PlainPage(got)
    except (NotPlain, ValueError, LookupError, RecursionError) as error:
        if got.status < _ERRORS:
            if isinstance(error, NotPlain):
                raise
            raise NotPlain("画面を読み取れないため、ブラウザーで入力します。") from None
        raise Trouble(f"相手システムがエラーを返しました（{got.status}）。") from None
