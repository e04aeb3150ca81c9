"""Debian's Chromium through Playwright: the engine's `Browser` port."""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Callable, Sequence
from concurrent.futures import TimeoutError as Overdue
from contextlib import suppress
from functools import wraps
from typing import Concatenate, ParamSpec, Self, TypeVar

from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import TimeoutError as PlaywrightTimeout

from yakuba.services.robots.adapters import launch
from yakuba.services.robots.adapters.session import BrowserSession
from yakuba.services.robots.adapters.windows import Calm
from yakuba.services.robots.adapters.worker_thread import WorkerThread
from yakuba.services.robots.engine.browser import Page
from yakuba.services.robots.engine.errors import NotReady, Trouble

log = logging.getLogger(__name__)
P = ParamSpec("P")
T = TypeVar("T")
S = TypeVar("S", bound=BrowserSession)

_SLACK = 15.0  # seconds a call may overrun its own time-out before the browser is taken for hung


def in_its_thread(
    method: Callable[Concatenate[S, P], T],
) -> Callable[Concatenate[ChromiumBrowser, P], T]:
    """The session's method of that name, called in the browser's thread."""

    @wraps(method)
    def call(self: ChromiumBrowser, *arguments: P.args, **named: P.kwargs) -> T:
        return self._do(lambda inside: getattr(inside, method.__name__)(*arguments, **named))

    return call


class ChromiumBrowser:
    """One headless browser in a thread of its own. Use as a context manager, or `close` it.

    allowed_hosts: the only hosts (names or addresses, without port) that may be contacted.  way_out: called, in the
    caller's thread, for the address of the proxy through which everything goes; that one enforces hosts and ports.
    Without it Chromium's resolver enforces the hosts: that covers redirects, frames, sockets and bare addresses,
    which request routing does not.  patience: seconds to wait for one page.  chromium: the program, if not
    `launch.chromium_path()`.  rows_per_context: the context is renewed, cookies kept, after that many rows,
    because Chromium's memory grows with each.  receives: whether files may come down at all.
    """

    picture_type = "image/jpeg"
    session: type[BrowserSession] = BrowserSession  # what is driven inside the thread

    def __init__(
        self,
        allowed_hosts: Sequence[str],
        *,
        way_out: Callable[[], str] = lambda: "",
        patience: float = 20.0,
        chromium: str = "",
        rows_per_context: int = 75,
        receives: bool = False,
    ) -> None:
        self._hosts = tuple(allowed_hosts)
        self._way_out = way_out
        self._patience = patience
        self._chromium = chromium or launch.chromium_path()
        self._receives = receives
        self._rows_per_context = rows_per_context
        self._thread: WorkerThread | None = None
        self._inside: BrowserSession | None = None
        self._rows = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the browser; nothing of it is left afterwards. Never raises."""
        thread, inside = self._thread, self._inside
        self._thread = self._inside = None
        if thread is not None and inside is not None:
            _end(thread, inside)

    # The Browser port

    open = in_its_thread(BrowserSession.open)
    fill = in_its_thread(BrowserSession.fill)
    verify = in_its_thread(BrowserSession.verify)
    press = in_its_thread(BrowserSession.press)
    entry_begins = in_its_thread(BrowserSession.entry_begins)
    entry_ends = in_its_thread(BrowserSession.entry_ends)
    can_press = in_its_thread(BrowserSession.can_press)
    commit = in_its_thread(BrowserSession.commit)
    see = in_its_thread(BrowserSession.see)
    authenticate = in_its_thread(BrowserSession.authenticate)
    picture = in_its_thread(BrowserSession.picture)
    attach = in_its_thread(BrowserSession.attach)
    receive = in_its_thread(BrowserSession.receive)

    def wait_for(self, wanted: Callable[[Page], bool], seconds: float) -> bool:
        """See `Browser.wait_for`."""
        until = time.monotonic() + seconds
        while not wanted(self.see()):
            if time.monotonic() > until:
                return False
            time.sleep(0.1)
        return True

    def settle(self, wanted: Callable[[Page], bool]) -> bool:
        """See `Browser.settle`."""
        calm, until = Calm(), time.monotonic() + self._patience
        while not wanted(self.see()):
            if calm.lasts(self._do(lambda inside: inside.glimpse())) or time.monotonic() > until:
                return False
            time.sleep(0.1)
        return True

    def row_begins(self) -> None:
        """See `Browser.row_begins`."""
        self._rows += 1
        if self._rows % self._rows_per_context == 0:
            proxy = self._way_out()
            self._do(lambda inside: inside.renew(forget_session=False, proxy=proxy))
        else:
            self._do(lambda inside: inside.row_begins())

    def reset(self, *, forget_session: bool) -> None:
        """See `Browser.reset`. A browser that cannot even do that is ended; the next call starts another."""
        if self._inside is None:
            return
        try:
            proxy = self._way_out()
            self._do(lambda inside: inside.renew(forget_session=forget_session, proxy=proxy))
        except Exception:
            self.close()

    def _do(self, action: Callable[[BrowserSession], T]) -> T:
        thread, inside = self._started()
        try:
            return thread.call(lambda: action(inside), 2 * self._patience + _SLACK)
        except Overdue:
            self._thread = self._inside = None
            launch.kill_marked(inside.mark)
            _end(thread, inside)
            raise Trouble("ブラウザーが応答しなくなったため、開き直します。") from None
        except PlaywrightTimeout:
            raise Trouble(f"{self._patience:g}秒待っても相手システムの画面が出ません。") from None
        except PlaywrightError as error:
            raise Trouble(f"相手システムとの通信が切れました（{_reason(error)}）。") from None

    def _started(self) -> tuple[WorkerThread, BrowserSession]:
        if self._thread is not None and self._inside is not None:
            return self._thread, self._inside
        lacks = launch.obstacles(self._chromium)
        if lacks:
            raise NotReady(" ".join(lacks))
        proxy = self._way_out()
        thread = WorkerThread("robot-browser")
        try:
            inside = thread.call(
                lambda: self.session(
                    self._chromium, self._hosts, self._patience, proxy, receives=self._receives
                ),
                60.0,
            )
        except (PlaywrightError, Overdue, OSError) as error:
            thread.end(0.0)
            raise Trouble(f"ブラウザー {self._chromium} を起動できません（{_reason(error)}）。") from None
        self._thread, self._inside = thread, inside
        return thread, inside


def _end(thread: WorkerThread, inside: BrowserSession) -> None:
    """Close browser and driver, politely first."""
    try:
        thread.call(inside.close, _SLACK)
    except Exception:
        launch.kill_marked(inside.mark)
        with suppress(Exception):
            thread.call(inside.close, _SLACK)
    thread.end(_SLACK)
    launch.kill_marked(inside.mark)


def _reason(error: BaseException) -> str:
    """The kind of a failure without page content: a network error code, or the exception's name."""
    code = re.search(r"net::(ERR_[A-Z_]+)", str(error))
    return code[1] if code else type(error).__name__
