"""One Chromium with its windows, as Playwright drives it."""

from __future__ import annotations

import tempfile
import time
import uuid
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import asdict, replace
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, Dialog, sync_playwright
from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import TimeoutError as PlaywrightTimeout

from yakuba.services.robots.adapters import launch
from yakuba.services.robots.adapters.files import Downloads, attach
from yakuba.services.robots.adapters.gate import Gate
from yakuba.services.robots.adapters.page import beforehand, program
from yakuba.services.robots.adapters.windows import Calm, Glimpse, Windows
from yakuba.services.robots.engine.browser import (
    Entry,
    Finding,
    Hidden,
    Page,
    Pressed,
    Received,
    Table,
    Verdict,
)
from yakuba.services.robots.engine.errors import NotReady
from yakuba.services.robots.engine.papers import Paper
from yakuba.services.robots.engine.scenario import Element

_SCRIPT = program()
_LATER = 4.0  # seconds: what a page does of itself with what was typed is waited for, but not what never ends
_MAY_COME = frozenset({Verdict.MISSING, Verdict.DISABLED, Verdict.NO_OPTION, Verdict.COVERED})


class BrowserSession:
    """Everything that touches Playwright; lives in one thread. Raises Playwright's errors.

    hosts: the host names that may be contacted.  proxy: the address of the way out, or empty for none.
    """

    headless = True

    def __init__(
        self, chromium: str, hosts: Sequence[str], patience: float, proxy: str = "", *, receives: bool = False
    ) -> None:
        self._receives = receives
        self._folder = tempfile.TemporaryDirectory(prefix="robot-")
        self._downloads = Downloads(Path(self._folder.name))
        self.mark = uuid.uuid4().hex
        self._proxy = proxy
        self._hosts = frozenset(hosts)
        self._patience = patience
        self._credentials: dict[str, str] | None = None
        self._playwright = sync_playwright().start()
        try:
            self._browser = self._playwright.chromium.launch(
                executable_path=chromium,
                headless=self.headless,
                downloads_path=self._folder.name,
                args=launch.flags(hosts, self.mark, proxied=bool(proxy), headless=self.headless),
                env=launch.environment(headless=self.headless),
                handle_sigint=False,
                handle_sigterm=False,
                handle_sighup=False,
            )
            self._context = self._fresh(None)
        except BaseException:
            self._playwright.stop()
            self._folder.cleanup()
            raise

    def close(self) -> None:
        """Close browser and driver."""
        with suppress(PlaywrightError):
            self._browser.close()
        self._playwright.stop()
        self._folder.cleanup()

    def renew(self, *, forget_session: bool, proxy: str = "") -> None:
        """A new context that goes out by `proxy`, with the old one's cookies unless they are to be forgotten."""
        self._proxy = proxy
        if forget_session:
            self._credentials = None
        state: Any = None if forget_session else self._context.storage_state()
        old = self._context
        self._context = self._fresh(state)
        old.close()

    def authenticate(self, base: str, user: str, password: str) -> None:
        parts = urlsplit(base)
        origin = f"{parts.scheme}://{parts.netloc}"
        # `always`: what the gate sends is sent once, and not first without the name.
        self._credentials = {"username": user, "password": password, "origin": origin, "send": "always"}
        old, self._context = self._context, self._fresh(self._context.storage_state())
        old.close()

    def _fresh(self, state: Any) -> BrowserContext:
        credentials: Any = self._credentials
        size: Any = {"viewport": {"width": 1280, "height": 900}} if self.headless else {"no_viewport": True}
        context = self._browser.new_context(
            **size,
            storage_state=state,
            http_credentials=credentials,
            locale="ja-JP",
            timezone_id="Asia/Tokyo",
            service_workers="block",
            accept_downloads=self._receives,
            # `<-loopback>`: what lies on this machine goes that way too.
            proxy={"server": self._proxy, "bypass": "<-loopback>"} if self._proxy else None,
        )
        context.set_default_timeout(self._patience * 1000)
        self._prepare(context)
        self._gate = Gate(context, self._hosts, self._patience)
        self._windows = Windows(context)
        self._downloads.watch(context)
        context.on("dialog", self._answer)
        self._open_window()
        return context

    def _prepare(self, context: BrowserContext) -> None:
        """What every page of the context has before its own scripts."""
        context.add_init_script(beforehand())

    def _open_window(self) -> None:
        self._windows.open_one()
        self._status = 200
        self._dialogs: list[str] = []
        self._accept, self._disagreed = "", False

    def _answer(self, dialog: Dialog) -> None:
        self._dialogs.append(dialog.message)
        if dialog.type == "beforeunload" or (self._accept and self._accept in dialog.message):
            dialog.accept()
        else:
            self._disagreed = True
            dialog.dismiss()

    # Pages

    def _run(self, job: str, **arguments: Any) -> Any:
        return self._windows.front.evaluate(_SCRIPT, {"do": job, **arguments})

    def glimpse(self) -> Glimpse:
        """What people would see change now."""
        raw = self._run("glimpse")
        return Glimpse(raw["now"], raw["loading"] or self._windows.busy())

    def _patiently(self, ask: Callable[[], Finding]) -> Finding:
        """Ask until the answer can be had, or the page is still, or the patience is over."""
        calm, until = Calm(), time.monotonic() + self._patience
        while True:
            found = ask()
            if found.verdict not in _MAY_COME or self._gate.stopped:
                return found
            if not self._goes_on(found, lambda: (ask(),), calm, until):
                return found

    def _goes_on(
        self, found: Finding, ask: Callable[[], Sequence[Finding]], calm: Calm, until: float
    ) -> bool:
        """Whether to look again for what is not there yet. What the newest window lacks may stand in another."""
        seen = self.glimpse()
        if found.verdict is Verdict.MISSING and not seen.busy and self._found_elsewhere(ask):
            return True
        if calm.lasts(seen) or time.monotonic() > until or self._gate.stopped:
            return False
        self._windows.front.wait_for_timeout(80)
        return True

    def _found_elsewhere(self, ask: Callable[[], Sequence[Finding]]) -> bool:
        """Whether exactly one other window has it; that one comes to the front."""
        front, having = self._windows.front, []
        for tab in self._windows.tabs():
            if tab is not front:
                self._windows.choose(tab)
                with suppress(PlaywrightError):
                    found = ask()
                    if found and found[-1].verdict is not Verdict.MISSING:
                        having.append(tab)
        self._windows.choose(having[0] if len(having) == 1 else front)
        return len(having) == 1

    def open(self, url: str) -> Page:
        if urlsplit(url).hostname not in self._hosts:
            raise NotReady(
                f"{urlsplit(url).hostname} への接続は許可されていません。設定の接続先を確かめてください。"
            )
        self._windows.forget()
        self._windows.close_newer()
        try:
            response = self._windows.front.goto(url, wait_until="domcontentloaded")
        except PlaywrightError:
            # Chromium now puts up its own error page, which would interrupt the next address: leave that window.
            self._open_window()
            raise
        if response is not None:  # else the address changed within the page
            self._status = response.status
        return self.see()

    def see(self) -> Page:
        raw = self._run("see")
        dialogs, self._dialogs = tuple(self._dialogs), []
        return Page(
            url=raw["url"],
            status=self._status,
            title=raw["title"],
            headings=tuple(raw["headings"]),
            text=raw["text"],
            alerts=tuple(raw["alerts"]),
            field_errors=tuple((label, message) for label, message in raw["field_errors"]),
            items=tuple((label, text) for label, text in raw["items"]),
            tables=tuple(
                Table(tuple(one["headers"]), tuple(tuple(row) for row in one["rows"]))
                for one in raw["tables"]
            ),
            dialogs=dialogs,
        )

    def fill(self, entries: Sequence[Entry]) -> tuple[Finding, ...]:
        done: list[Finding] = []
        calm, until = Calm(), time.monotonic() + self._patience
        while len(done) < len(entries):
            found = self._findings("fill", entries[len(done) :])
            done += [one for one in found if one.verdict is Verdict.OK]
            if len(done) < len(entries):
                # Only read: more than one window may have such a field.
                ask = partial(self._findings, "verify", entries[len(done) : len(done) + 1])
                if found[-1].verdict not in _MAY_COME or not self._goes_on(found[-1], ask, calm, until):
                    return (*done, found[-1])
        return tuple(done)

    def verify(self, entries: Sequence[Entry]) -> tuple[Finding, ...]:
        return self._findings("verify", entries)

    def _findings(self, job: str, entries: Sequence[Entry]) -> tuple[Finding, ...]:
        return tuple(_finding(one) for one in self._run(job, entries=[asdict(one) for one in entries]))

    def can_press(self, element: Element) -> Finding:
        return self._patiently(lambda: _finding(self._run("ready", element=asdict(element))))

    def row_begins(self) -> None:
        if self._gate.stopped:
            # A request that was stopped may still be held in it, and lifting the watch would wait for that.
            self._open_window()
        self._gate.open()

    def entry_begins(self, elsewhere: frozenset[str], committing: frozenset[str]) -> None:
        self._gate.watch(elsewhere, committing)

    def entry_ends(self) -> tuple[tuple[str, ...], str]:
        return tuple(sorted(self._gate.elsewhere)), self._gate.stopped

    def press(
        self,
        element: Element,
        verify: Sequence[Entry],
        *,
        leaves: bool,
        dialog: str,
        forms: frozenset[str] | None = None,
    ) -> Pressed:
        if forms is not None:
            senders = self._run("senders")
            self._gate.step(forms, frozenset(senders["buttons"]), frozenset(senders["hidden"]))
        self._accept, self._disagreed = dialog, False
        job = {
            "element": asdict(element),
            "entries": [asdict(one) for one in verify],
        }
        once = self._press_and_arrive if leaves else self._press_in_place
        try:
            raw = self._in_a_moment(once, job)
            fits = all(one["verdict"] == Verdict.OK for one in raw["entries"])
            if fits and not raw["pressed"] and self.can_press(element).verdict is Verdict.OK:
                raw = once(job)  # it came, or could be pressed, only now
        except PlaywrightError:
            if not self._gate.stopped:
                raise
            raw = _PRESSED
        finally:
            self._accept = ""
        button, entries = _finding(raw["button"]), tuple(_finding(one) for one in raw["entries"])
        page = self.see() if raw["pressed"] and not self._gate.stopped else None
        return Pressed(button, entries, page, tuple(self._gate.sent), self._gate.stopped)

    def attach(self, element: Element, paper: Paper) -> Finding:
        return self._patiently(lambda: attach(self._windows.front, _SCRIPT, element, paper))

    def receive(self, element: Element, forms: frozenset[str] | None = None) -> Received:
        if forms is not None:
            senders = self._run("senders")
            self._gate.step(forms, frozenset(senders["buttons"]), frozenset(senders["hidden"]))
        before, front = self._windows.tabs(), self._windows.front
        self._gate.receive(True)
        self._downloads.expect()
        try:
            job = {"element": asdict(element), "entries": []}
            raw = self._in_a_moment(self._press_in_place, job)
            if not raw["pressed"] and self.can_press(element).verdict is Verdict.OK:
                raw = self._press_in_place(job)
            button = _finding(raw["button"])
            got = self._downloads.settle(front, self._patience) if raw["pressed"] else Received()
        finally:
            self._gate.receive(False)
            for tab in self._windows.tabs():
                if tab not in before:  # it was opened only for the file
                    tab.close()
            if not front.is_closed():
                self._windows.choose(front)
        return replace(got, button=button, sent=tuple(self._gate.sent), stopped=self._gate.stopped)

    def _in_a_moment(self, once: Callable[[dict[str, Any]], Any], job: dict[str, Any]) -> Any:
        """Press when the page has done with what was typed."""
        until = time.monotonic() + _LATER
        while (raw := once(job | {"waits": time.monotonic() < until})).get("later"):
            self._windows.front.wait_for_timeout(30)
        return raw

    def _press_in_place(self, job: dict[str, Any]) -> Any:
        return self._run("press", **job)

    def _press_and_arrive(self, job: dict[str, Any]) -> Any:
        pressed_in = self._windows.front
        self._windows.forget()
        try:
            raw = self._run("press", **job)
        except PlaywrightError:
            if not pressed_in.is_closed():
                raise
            raw = _PRESSED  # the window that it stood in has closed
        if raw["pressed"]:
            before = raw.get("before", "")
            arrived = self._windows.arrive(self.glimpse, before, self._stays, self._patience)
            if not arrived and not ((page := self.see()).alerts or page.field_errors):
                raise PlaywrightTimeout("nothing came of it")
            self._status = self._windows.status or self._status
        return raw

    def _stays(self) -> bool:
        """A question that was not agreed to has stopped the form, or the gate has: nothing more will come."""
        return self._disagreed or bool(self._gate.stopped)

    def commit(self, element: Element, *, leaves: bool, dialog: str) -> Pressed:
        if self._gate.stopped:
            return Pressed(_finding(_PRESSED["button"]), stopped=self._gate.stopped)
        senders = self._run("senders")
        self._gate.guard(frozenset(senders["buttons"]), frozenset(senders["hidden"]))
        return self.press(element, (), leaves=leaves, dialog=dialog)

    def picture(self, hidden: Hidden) -> bytes:
        covered = self._run("cover", **asdict(hidden))
        try:
            return self._windows.front.screenshot(type="jpeg", quality=50, full_page=True, animations="allow")
        finally:
            if covered:
                self._run("uncover")


_PRESSED: dict[str, Any] = {"button": {"verdict": "ok"}, "entries": [], "pressed": True}


def _finding(raw: dict[str, Any]) -> Finding:
    return Finding(Verdict(raw["verdict"]), raw.get("seen") or "", tuple(raw.get("similar") or ()))
