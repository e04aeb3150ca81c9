"""What moves in the browser's windows: pages that come, windows that open and close, requests under way."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import BrowserContext, Frame, Request, Response
from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import Page as Tab

_STILL = 2.0  # seconds in which nothing moves, until what is not there is taken for missing
_STILL_AFTER_PRESS = 0.5  # seconds in which a page that changed in place must not change again
_ENDLESS = frozenset({"eventsource", "websocket", "ping", "media"})


@dataclass(frozen=True)
class Glimpse:
    """now: a digest of what people would see.  busy: the page loads, asks them to wait, or requests are under way."""

    now: str
    busy: bool


class Calm:
    """Tells when a page has been still for long enough, glimpse by glimpse."""

    def __init__(self, seconds: float = _STILL) -> None:
        self._seconds = seconds
        self._last = ""
        self._since = time.monotonic()

    def lasts(self, glimpse: Glimpse) -> bool:
        """Whether nothing has moved for that long."""
        if glimpse.busy or glimpse.now != self._last:
            self._last, self._since = glimpse.now, time.monotonic()
        return time.monotonic() - self._since >= self._seconds


class Windows:
    """All windows of one context. `front` is the one that people would look at: the newest, unless another was
    chosen since."""

    def __init__(self, context: BrowserContext) -> None:
        self._context = context
        self._chosen: Tab | None = None
        self._underway: set[Request] = set()
        self.forget()
        context.on("page", self._opened)
        context.on("request", self._asked)
        context.on("requestfinished", self._ended)
        context.on("requestfailed", self._failed)
        context.on("response", self._answered)

    def open_one(self) -> Tab:
        """A new window, and no other."""
        for tab in self.tabs():
            with suppress(PlaywrightError):
                tab.close()
        self._chosen = None
        self._underway.clear()
        return self._context.new_page()

    def close_newer(self) -> None:
        """Leave the oldest window alone."""
        oldest, *newer = self.tabs() or [self.open_one()]
        for tab in newer:
            with suppress(PlaywrightError):
                tab.close()
        self._chosen = oldest

    def tabs(self) -> list[Tab]:
        """Those that are open, oldest first."""
        return [tab for tab in self._context.pages if not tab.is_closed()]

    @property
    def front(self) -> Tab:
        if self._chosen is None or self._chosen.is_closed():
            open_ones = self.tabs()
            self._chosen = open_ones[-1] if open_ones else self.open_one()
        return self._chosen

    def choose(self, tab: Tab) -> None:
        self._chosen = tab

    def busy(self) -> bool:
        return any(one.resource_type not in _ENDLESS for one in self._underway)

    # What has happened since `forget`

    def forget(self) -> None:
        self._new: list[Tab] = []
        self._leaving: dict[Frame, Request] = {}
        self._failure = ""
        self._known = {frame for tab in self.tabs() for frame in tab.frames}
        self._arrived: list[Frame] = []
        self._answers: list[tuple[bool, int]] = []

    @property
    def status(self) -> int | None:
        """HTTP status of the page that came last, or of the frame where no whole page came."""
        whole = [status for main, status in self._answers if main]
        found = whole or [status for _, status in self._answers]
        return found[-1] if found else None

    def arrive(
        self, glimpse: Callable[[], Glimpse], before: str, over: Callable[[], bool], patience: float
    ) -> bool:
        """Wait for what a press leads to; False when nothing comes in time. Raises
        `PlaywrightError` when no answer came.

        That is a new page in the window or in a frame of it, a window that opens or closes, or, where nothing is
        under way, a page that has changed in place and is still. before: the digest of the page before the press.
        over: whether there is nothing to wait for.
        """
        pressed, until = self.front, time.monotonic() + patience
        calm = Calm(_STILL_AFTER_PRESS)
        while not over():
            if self._failure:
                raise PlaywrightError(self._failure)
            if pressed.is_closed() or self._new:
                self._chosen = None
                self._loaded(self.front.main_frame, until)
                return True
            if self._arrived:
                for frame in self._arrived:
                    if not frame.is_detached():
                        self._loaded(frame, until)
                return True
            if not self._leaving and not self.busy():
                with suppress(PlaywrightError):  # it leaves just now
                    seen = glimpse()
                    if seen.now != before and calm.lasts(seen):
                        return True
            if time.monotonic() > until:
                return False
            with suppress(PlaywrightError):  # the window closes just now
                pressed.wait_for_timeout(30)
        return True

    @staticmethod
    def await_download(begun: Callable[[], bool], tab: Tab) -> None:
        """A window that has opened and shows nothing may be there only for a file: wait a moment for that."""
        until = time.monotonic() + _STILL
        while not begun() and time.monotonic() < until:
            tab.wait_for_timeout(50)

    @staticmethod
    def _loaded(frame: Frame, until: float) -> None:
        left = max(until - time.monotonic(), 0.1)
        frame.wait_for_load_state("domcontentloaded", timeout=left * 1000)

    def _opened(self, tab: Tab) -> None:
        self._new.append(tab)
        self._chosen = None
        tab.on("framenavigated", self._navigated)

    def _asked(self, request: Request) -> None:
        self._underway.add(request)
        if request.is_navigation_request():
            with suppress(PlaywrightError):  # a window that is only opening has no frame yet
                self._leaving[request.frame] = request

    def _ended(self, request: Request) -> None:
        self._underway.discard(request)

    def _failed(self, request: Request) -> None:
        """Chromium shows a page of its own then, which is no answer; `ERR_ABORTED` only says that another came."""
        self._underway.discard(request)
        frames = [frame for frame, one in self._leaving.items() if one is request]
        for frame in frames:
            del self._leaving[frame]
        reason = request.failure or ""
        if any(frame in self._known for frame in frames) and "ERR_ABORTED" not in reason:
            self._failure = reason or "net::ERR_FAILED"

    def _answered(self, response: Response) -> None:
        request: Any = response.request
        if request.is_navigation_request():
            with suppress(PlaywrightError):
                self._answers.append((response.frame.parent_frame is None, response.status))

    def _navigated(self, frame: Frame) -> None:
        """Else the address has only changed within the page."""
        if frame in self._leaving:
            del self._leaving[frame]
            self._arrived.append(frame)
