"""One Chromium with one tab, as Playwright drives it."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, Dialog, Response, sync_playwright
from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import Page as Tab
from playwright.sync_api import TimeoutError as PlaywrightTimeout

from yakuba.services.robots.adapters import launch
from yakuba.services.robots.adapters.gate import Gate
from yakuba.services.robots.engine.browser import Entry, Finding, Hidden, Page, Pressed, Table, Verdict
from yakuba.services.robots.engine.errors import NotReady
from yakuba.services.robots.engine.scenario import Element

_SCRIPT = (Path(__file__).parent / "page.js").read_text(encoding="utf-8")


class BrowserSession:
    """Everything that touches Playwright; lives in one thread. Raises Playwright's errors.

    hosts: the host names that may be contacted.  proxy: the address of the way out, or empty for none.
    """

    def __init__(self, chromium: str, hosts: Sequence[str], patience: float, proxy: str = "") -> None:
        self.mark = uuid.uuid4().hex
        self._proxy = proxy
        self._hosts = frozenset(hosts)
        self._patience = patience
        self._playwright = sync_playwright().start()
        try:
            self._browser = self._playwright.chromium.launch(
                executable_path=chromium,
                args=launch.flags(hosts, self.mark, proxied=bool(proxy)),
                env=launch.environment(),
                handle_sigint=False,
                handle_sigterm=False,
                handle_sighup=False,
            )
            self._context, self._tab = self._fresh(None)
        except BaseException:
            self._playwright.stop()
            raise

    def close(self) -> None:
        """Close browser and driver."""
        with suppress(PlaywrightError):
            self._browser.close()
        self._playwright.stop()

    def renew(self, *, forget_session: bool, proxy: str = "") -> None:
        """A new context that goes out by `proxy`, with the old one's cookies unless they are to be forgotten."""
        self._proxy = proxy
        state: Any = None if forget_session else self._context.storage_state()
        old = self._context
        self._context, self._tab = self._fresh(state)
        old.close()

    def _fresh(self, state: Any) -> tuple[BrowserContext, Tab]:
        context = self._browser.new_context(
            storage_state=state,
            locale="ja-JP",
            timezone_id="Asia/Tokyo",
            viewport={"width": 1280, "height": 900},
            service_workers="block",
            accept_downloads=False,
            # `<-loopback>`: what lies on this machine goes that way too.
            proxy={"server": self._proxy, "bypass": "<-loopback>"} if self._proxy else None,
        )
        context.set_default_timeout(self._patience * 1000)
        return context, self._fresh_tab(context)

    def _fresh_tab(self, context: BrowserContext) -> Tab:
        tab = context.new_page()
        self._status = 200
        self._dialogs: list[str] = []
        self._accept, self._disagreed = "", False
        self._gate = Gate(tab, self._hosts, self._patience)
        tab.on("dialog", self._answer)
        return tab

    def _answer(self, dialog: Dialog) -> None:
        self._dialogs.append(dialog.message)
        if dialog.type == "beforeunload" or (self._accept and self._accept in dialog.message):
            dialog.accept()
        else:
            self._disagreed = True
            dialog.dismiss()

    # Pages

    def _run(self, job: str, **arguments: Any) -> Any:
        return self._tab.evaluate(_SCRIPT, {"do": job, **arguments})

    def open(self, url: str) -> Page:
        if urlsplit(url).hostname not in self._hosts:
            raise NotReady(
                f"{urlsplit(url).hostname} への接続は許可されていません。設定の接続先を確かめてください。"
            )
        try:
            self._note_status(self._tab.goto(url, wait_until="domcontentloaded"))
        except PlaywrightError:
            # Chromium now puts up its own error page, which would interrupt the next address: leave that tab.
            self._tab.close()
            self._tab = self._fresh_tab(self._context)
            raise
        return self.see()

    def _note_status(self, response: Response | None) -> None:
        """No response means that the address changed within the page."""
        if response is not None:
            self._status = response.status

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
        return self._findings("fill", entries)

    def verify(self, entries: Sequence[Entry]) -> tuple[Finding, ...]:
        return self._findings("verify", entries)

    def _findings(self, job: str, entries: Sequence[Entry]) -> tuple[Finding, ...]:
        return tuple(_finding(one) for one in self._run(job, entries=[asdict(one) for one in entries]))

    def can_press(self, element: Element) -> Finding:
        return _finding(self._run("ready", element=asdict(element)))

    def row_begins(self) -> None:
        if self._gate.stopped:
            # A request that was stopped may still be held in it, and lifting the watch would wait for that.
            self._tab.close()
            self._tab = self._fresh_tab(self._context)
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
        try:
            raw = self._press_and_wait(job) if leaves else self._run("press", **job)
        except PlaywrightError:
            if not self._gate.stopped:
                raise
            raw = _PRESSED
        finally:
            self._accept = ""
        button, entries = _finding(raw["button"]), tuple(_finding(one) for one in raw["entries"])
        page = self.see() if raw["pressed"] and not self._gate.stopped else None
        return Pressed(button, entries, page, tuple(self._gate.sent), self._gate.stopped)

    def _press_and_wait(self, job: dict[str, Any]) -> Any:
        raw: Any = None
        try:
            with self._tab.expect_navigation(wait_until="domcontentloaded") as led_to:
                raw = self._run("press", **job)
                # A question that was not agreed to has stopped the form: nothing more will come.
                if not raw["pressed"] or self._disagreed or self._gate.stopped:
                    raise _Stays
            self._note_status(led_to.value)
        except _Stays:
            pass
        except PlaywrightTimeout:
            page = self.see()
            if not (page.alerts or page.field_errors):
                raise
        return raw

    def commit(self, element: Element, *, leaves: bool, dialog: str) -> Pressed:
        if self._gate.stopped:
            return Pressed(_finding(_PRESSED["button"]), stopped=self._gate.stopped)
        senders = self._run("senders")
        self._gate.guard(frozenset(senders["buttons"]), frozenset(senders["hidden"]))
        return self.press(element, (), leaves=leaves, dialog=dialog)

    def picture(self, hidden: Hidden) -> bytes:
        covered = self._run("cover", **asdict(hidden))
        try:
            return self._tab.screenshot(type="jpeg", quality=50, full_page=True, animations="allow")
        finally:
            if covered:
                self._run("uncover")


_PRESSED: dict[str, Any] = {"button": {"verdict": "ok"}, "entries": [], "pressed": True}


class _Stays(Exception):
    """Leaves `expect_navigation` when there is no navigation to expect."""


def _finding(raw: dict[str, Any]) -> Finding:
    return Finding(Verdict(raw["verdict"]), raw.get("seen") or "", tuple(raw.get("similar") or ()))
