"""Debian's Chromium through Playwright: the engine's `Browser` port."""

from __future__ import annotations

import logging
import re
import time
import uuid
from collections.abc import Callable, Sequence
from concurrent.futures import TimeoutError as Overdue
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, Dialog, Response, Route, sync_playwright
from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import Page as Tab
from playwright.sync_api import TimeoutError as PlaywrightTimeout

from yakuba.services.robots.adapters import launch
from yakuba.services.robots.adapters.worker_thread import WorkerThread
from yakuba.services.robots.engine.browser import Entry, Finding, Page, Pressed, Table, Verdict
from yakuba.services.robots.engine.errors import NotReady, Trouble
from yakuba.services.robots.engine.scenario import Element

log = logging.getLogger(__name__)
T = TypeVar("T")

_SCRIPT = (Path(__file__).parent / "page.js").read_text(encoding="utf-8")
_SLACK = 15.0  # seconds a call may overrun its own time-out before the browser is taken for hung


class ChromiumBrowser:
    """One headless browser with one tab, in a thread of its own. Use as a context manager, or `close` it.

    allowed_hosts: the only hosts (names or addresses, without port) that may be contacted. Chromium's resolver
    enforces it: that covers redirects, frames, sockets and bare addresses, which request routing does not, and
    saves a seventh of the work per page.  patience: seconds
    to wait for one page.  rows_per_context: the context is renewed, cookies kept, after that many rows, because
    Chromium's memory grows with each.
    """

    picture_type = "image/jpeg"

    def __init__(
        self,
        allowed_hosts: Sequence[str],
        *,
        patience: float = 20.0,
        chromium: str = "",
        rows_per_context: int = 75,
    ) -> None:
        self._hosts = tuple(allowed_hosts)
        self._patience = patience
        self._chromium = chromium or launch.chromium_path()
        self._rows_per_context = rows_per_context
        self._thread: WorkerThread | None = None
        self._inside: _Inside | None = None
        self._rows = 0

    def __enter__(self) -> ChromiumBrowser:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the browser; nothing of it is left afterwards. Never raises."""
        thread, inside = self._thread, self._inside
        self._thread = self._inside = None
        if thread is None or inside is None:
            return
        with suppress(Exception):
            thread.call(inside.close, _SLACK)
        thread.end(5.0)
        launch.kill_marked(inside.mark)

    # The Browser port

    def open(self, url: str) -> Page:
        """See `Browser.open`."""
        return self._do(lambda inside: inside.open(url))

    def fill(self, entries: Sequence[Entry]) -> tuple[Finding, ...]:
        """See `Browser.fill`."""
        return self._do(lambda inside: inside.findings("fill", entries))

    def verify(self, entries: Sequence[Entry]) -> tuple[Finding, ...]:
        """See `Browser.verify`."""
        return self._do(lambda inside: inside.findings("verify", entries))

    def press(self, element: Element, verify: Sequence[Entry], *, leaves: bool, dialog: str) -> Pressed:
        """See `Browser.press`."""
        return self._do(lambda inside: inside.press(element, verify, leaves=leaves, dialog=dialog))

    def can_press(self, element: Element) -> Finding:
        """See `Browser.can_press`."""
        return self._do(lambda inside: inside.can_press(element))

    def commit(self, element: Element, not_after: datetime, dialog: str) -> Pressed:
        """See `Browser.commit`."""
        return self._do(lambda inside: inside.commit(element, not_after, dialog))

    def see(self) -> Page:
        """See `Browser.see`."""
        return self._do(lambda inside: inside.see())

    def wait_for(self, wanted: Callable[[Page], bool], seconds: float) -> bool:
        """See `Browser.wait_for`."""
        until = time.monotonic() + seconds
        while not wanted(self.see()):
            if time.monotonic() > until:
                return False
            time.sleep(0.1)
        return True

    def picture(self, secrets: Sequence[str]) -> bytes:
        """See `Browser.picture`."""
        return self._do(lambda inside: inside.picture(secrets))

    def row_begins(self) -> None:
        """See `Browser.row_begins`."""
        self._rows += 1
        if self._rows % self._rows_per_context == 0:
            self._do(lambda inside: inside.renew(forget_session=False))

    def reset(self, *, forget_session: bool) -> None:
        """See `Browser.reset`. A browser that cannot even do that is ended; the next call starts another."""
        if self._inside is None:
            return
        try:
            self._do(lambda inside: inside.renew(forget_session=forget_session))
        except Exception:
            self.close()

    def _do(self, action: Callable[[_Inside], T]) -> T:
        thread, inside = self._started()
        try:
            return thread.call(lambda: action(inside), 2 * self._patience + _SLACK)
        except Overdue:
            self._end_hung(inside)
            raise Trouble("ブラウザーが応答しなくなったため、開き直します。") from None
        except PlaywrightTimeout:
            raise Trouble(f"{self._patience:g}秒待っても相手システムの画面が出ません。") from None
        except PlaywrightError as error:
            raise Trouble(f"相手システムとの通信が切れました（{_reason(error)}）。") from None

    def _started(self) -> tuple[WorkerThread, _Inside]:
        if self._thread is not None and self._inside is not None:
            return self._thread, self._inside
        lacks = launch.missing(self._chromium)
        if any("ブラウザー" in one or "playwright" in one for one in lacks):
            raise NotReady(" ".join(lacks))
        thread = WorkerThread("robot-browser")
        try:
            inside = thread.call(lambda: _Inside(self._chromium, self._hosts, self._patience), 60.0)
        except (PlaywrightError, Overdue, OSError) as error:
            thread.end(0.0)
            raise Trouble(f"ブラウザー {self._chromium} を起動できません（{_reason(error)}）。") from None
        self._thread, self._inside = thread, inside
        return thread, inside

    def _end_hung(self, inside: _Inside) -> None:
        launch.kill_marked(inside.mark)
        self._thread = self._inside = None


class _Inside:
    """Everything that touches Playwright; lives in the worker thread."""

    def __init__(self, chromium: str, hosts: Sequence[str], patience: float) -> None:
        self.mark = uuid.uuid4().hex
        self._hosts = frozenset(hosts)
        self._patience = patience
        self._playwright = sync_playwright().start()
        try:
            self._browser = self._playwright.chromium.launch(
                executable_path=chromium,
                args=launch.flags(hosts, self.mark),
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

    def renew(self, *, forget_session: bool) -> None:
        """A new context, with the old one's cookies unless they are to be forgotten."""
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
        )
        context.set_default_timeout(self._patience * 1000)
        return context, self._fresh_tab(context)

    def _fresh_tab(self, context: BrowserContext) -> Tab:
        tab = context.new_page()
        self._status = 200
        self._dialogs: list[str] = []
        self._accept, self._disagreed = "", False
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

    def findings(self, job: str, entries: Sequence[Entry]) -> tuple[Finding, ...]:
        return tuple(_finding(one) for one in self._run(job, entries=[_entry(one) for one in entries]))

    def can_press(self, element: Element) -> Finding:
        return _finding(self._run("ready", element=_element(element)))

    def press(
        self, element: Element, verify: Sequence[Entry], *, leaves: bool, dialog: str, deadline: float = 0.0
    ) -> Pressed:
        self._accept, self._disagreed = dialog, False
        job = {
            "element": _element(element),
            "entries": [_entry(one) for one in verify],
            "deadline": deadline,
        }
        try:
            raw = self._press_and_wait(job) if leaves else self._run("press", **job)
        finally:
            self._accept = ""
        button, entries = _finding(raw["button"]), tuple(_finding(one) for one in raw["entries"])
        return Pressed(button, entries, self.see() if raw["pressed"] else None)

    def _press_and_wait(self, job: dict[str, Any]) -> Any:
        raw: Any = None
        try:
            with self._tab.expect_navigation(wait_until="domcontentloaded") as led_to:
                raw = self._run("press", **job)
                # A question that was not agreed to has stopped the form: nothing more will come.
                if not raw["pressed"] or self._disagreed:
                    raise _Stays
            self._note_status(led_to.value)
        except _Stays:
            pass
        except PlaywrightTimeout:
            page = self.see()
            if not (page.alerts or page.field_errors):
                raise
        return raw

    def commit(self, element: Element, not_after: datetime, dialog: str) -> Pressed:
        gate = _OnceOnly(self._hosts, self._patience)
        self._tab.route("**/*", gate)
        try:
            return self.press(element, (), leaves=True, dialog=dialog, deadline=not_after.timestamp() * 1000)
        finally:
            with suppress(PlaywrightError):
                self._tab.unroute("**/*", gate)

    def picture(self, secrets: Sequence[str]) -> bytes:
        covered = self._run("cover", secrets=list(secrets))
        try:
            return self._tab.screenshot(type="jpeg", quality=50, full_page=True, animations="allow")
        finally:
            if covered:
                self._run("uncover")


class _Stays(Exception):
    """Leaves `expect_navigation` when there is no navigation to expect."""


class _OnceOnly:
    """Sends the committing request itself, exactly once.

    Chromium repeats a request, a POST too, whose kept-alive connection breaks before the answer: a target that
    stored the row and dropped the connection would get it two or three times. So while the commit step is
    pressed, requests that change something do not go through Chromium's network stack.
    """

    def __init__(self, hosts: frozenset[str], patience: float) -> None:
        self._hosts = hosts
        self._patience = patience
        self._sent = False

    def __call__(self, route: Route) -> None:
        request = route.request
        changes = request.method not in ("GET", "HEAD")
        if not changes and (self._sent or not request.is_navigation_request()):
            route.fallback()
            return
        if self._sent or urlsplit(request.url).hostname not in self._hosts:
            route.abort()
            return
        self._sent = True
        try:
            response = route.fetch(max_redirects=0, max_retries=0, timeout=self._patience * 1000)
        except PlaywrightError:
            route.abort("connectionreset")
            return
        route.fulfill(response=response)


def _element(element: Element) -> dict[str, str]:
    return {
        "role": str(element.role),
        "label": element.label,
        "within": element.within,
        "id": element.id,
        "name": element.name,
    }


def _entry(entry: Entry) -> dict[str, Any]:
    return {
        "element": _element(entry.element),
        "kind": str(entry.kind),
        "texts": list(entry.texts),
        "secret": entry.secret,
    }


def _finding(raw: dict[str, Any]) -> Finding:
    return Finding(Verdict(raw["verdict"]), raw.get("seen") or "", tuple(raw.get("similar") or ()))


def _reason(error: BaseException) -> str:
    """The kind of a failure without page content: a network error code, or the exception's name."""
    code = re.search(r"net::(ERR_[A-Z_]+)", str(error))
    return code[1] if code else type(error).__name__
