"""A browser window on the person's own screen: what they do with their own hands is heard, and a second window says what
came of it and asks."""

from __future__ import annotations

import uuid
from collections import deque
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from playwright.sync_api import BrowserContext, Frame
from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import Page as Tab

from yakuba.services.robots.adapters.chromium import in_its_thread
from yakuba.services.robots.adapters.page import hearing
from yakuba.services.robots.adapters.recording import RecordingBrowser, RecordingSession
from yakuba.services.robots.engine.browser import Finding

_LISTEN = 60  # ms: how long to listen for what the person does
_ARM_EVERY = 5  # turns
_MOST_WAITING = 200  # things done that were not handled yet; more are a page that plays the person
_PANEL_MAY = frozenset({"answer", "type", "insert", "read", "leave", "end"})
_ARM = "() => { const heard = window[Symbol.for('yakuba.hearing')]; if (heard) heard.arm(); }"
_KNOW = "() => { const heard = window[Symbol.for('yakuba.hearing')]; if (heard) heard.know(); }"
_PAGE = "() => (window[Symbol.for('yakuba.hearing')] || {}).page"
_LEAD_ON = ("press", "enter", "answer")  # after which the page may be another
Asked = dict[str, Any]


class OwnSession(RecordingSession):
    """`RecordingSession` in a window that a person works in. Heard are clicks and values; a page can forge them, but not
    what is pressed in the panel."""

    headless = False

    def __init__(
        self, chromium: str, hosts: Sequence[str], patience: float, proxy: str = "", **_: bool
    ) -> None:
        self._name = f"y{uuid.uuid4().hex}"
        self._heard: deque[tuple[Frame | None, Asked]] = deque(maxlen=_MOST_WAITING)
        super().__init__(chromium, hosts, patience, proxy)
        self._url, self._turns = "", 0
        self._panel = self._open_panel()

    def _prepare(self, context: BrowserContext) -> None:
        super()._prepare(context)
        context.expose_binding(self._name, self._hear)
        context.add_init_script(hearing(self._name))

    def _hear(self, source: Any, told: Any) -> None:
        if isinstance(told, dict):
            self._heard.append((source["frame"], told))

    def _open_panel(self) -> Tab:
        context = (
            self._browser.new_context(  # without the way out: it shows our own page and asks for nothing
                locale="ja-JP", viewport={"width": 460, "height": 760}
            )
        )
        context.expose_binding("yakubaAsk", self._hear_panel)
        panel = context.new_page()
        panel.set_content((Path(__file__).parent / "panel.html").read_text(encoding="utf-8"))
        if not self._windows.front.is_closed():
            self._windows.front.bring_to_front()
        return panel

    def _hear_panel(self, source: Any, told: Any) -> None:
        if isinstance(told, dict) and told.get("do") in _PANEL_MAY:
            self._heard.append((None, told))

    def heard(self) -> list[Asked]:
        """What the person has done since, as things to `do`, in order. Waits a moment for it."""
        front = self._windows.front
        front.wait_for_timeout(_LISTEN)
        self._turns += 1
        if self._turns % _ARM_EVERY == 0:
            for one in [frame for tab in self._windows.tabs() for frame in tab.frames]:
                with suppress(PlaywrightError):  # it is just leaving
                    one.evaluate(_ARM)
        found: list[Asked] = []
        while self._heard and not any(one.get("do") in _LEAD_ON for one in found):
            frame, told = self._heard.popleft()
            found.append(told if frame is None else self._asked_for(frame, told))
        return found or self._moved()

    def _asked_for(self, frame: Frame, told: Asked) -> Asked:
        """What a page tells, as a thing to do. Of two windows with the same place the robot takes the newer one. What was
        pressed on a page that has gone meanwhile was pressed twice in a hurry."""
        what, found, tab = str(told.get("what")), told.get("found"), frame.page
        if not isinstance(found, dict):
            return {"do": "cannot", "why": what}
        if self._has_gone(frame, told.get("page")):
            return {
                "do": "stands" if what == "fill" else "",
                "found": found,
                "texts": told.get("texts"),
                "gone": True,
            }
        if tab is not self._windows.front and not tab.is_closed():
            if self._stands_in_newer(tab, found):
                return {"do": "cannot", "why": "window"}
            self._windows.choose(tab)
        names = {"fill": "stands", "press": "press", "enter": "enter"}
        return {"do": names.get(what, ""), "found": found, "texts": told.get("texts", [])}

    @staticmethod
    def _has_gone(frame: Frame, page: Any) -> bool:
        try:
            return frame.is_detached() or frame.evaluate(_PAGE) != page
        except PlaywrightError:
            return True

    def _stands_in_newer(self, tab: Tab, found: Mapping[str, Any]) -> bool:
        element = found.get("element")
        tabs = self._windows.tabs()
        if not element or tab not in tabs:
            return False
        for newer in tabs[tabs.index(tab) + 1 :]:
            self._windows.choose(newer)
            with suppress(PlaywrightError):
                if self._run("box", element=element):
                    return True
        return False

    def _moved(self) -> list[Asked]:
        """The page in front has another address than when it was last looked at."""
        url = self._windows.front.url
        if url == self._url or not url.startswith(("http://", "https://", "chrome-error:")):
            return []
        self._url = url
        if url.startswith("chrome-error:"):
            return [{"do": "cannot", "why": "host"}]
        return [{"do": "moved", "how": self._how()}]

    def _how(self) -> str:
        """`typed` into the line for addresses, `back` in the history, or empty: by itself."""
        try:
            session = self._context.new_cdp_session(self._windows.front)
            told = session.send("Page.getNavigationHistory")
            session.detach()
        except PlaywrightError:
            return ""
        at, entries = int(told["currentIndex"]), told["entries"]
        if at < len(entries) - 1:
            return "back"
        return "typed" if entries[at]["transitionType"] in ("typed", "auto_bookmark") else ""

    def looked(self) -> None:
        """The page in front is known as it stands now."""
        with suppress(PlaywrightError):
            self._windows.front.wait_for_load_state("domcontentloaded")
        self._url = self._windows.front.url

    def fill(self, entries: Any) -> tuple[Finding, ...]:
        """See `Browser.fill`. What the robot has put in was not put in by the person."""
        found = super().fill(entries)
        with suppress(PlaywrightError):
            self._windows.front.evaluate(_KNOW)
        return found

    def tell(self, told: Mapping[str, Any]) -> None:
        """Show in the panel what `Recorder.told` says, with the steps in words."""
        if self._panel.is_closed():
            return
        self._panel.evaluate("(told) => window.show(told)", dict(told))
        if told.get("question") or told.get("current"):
            self._panel.bring_to_front()

    def is_gone(self) -> bool:
        """Whether the person has closed the window, or the browser has died."""
        return not self._browser.is_connected() or not self._windows.tabs()


class HiddenSession(OwnSession):
    """The same without a screen, for tests."""

    headless = True


class OwnBrowser(RecordingBrowser):
    """`RecordingBrowser` in a window of the person's own."""

    session = OwnSession

    heard = in_its_thread(OwnSession.heard)
    looked = in_its_thread(OwnSession.looked)
    tell = in_its_thread(OwnSession.tell)

    def is_gone(self) -> bool:
        """See `OwnSession.is_gone`."""
        if self._thread is None or self._inside is None:
            return True
        inside = self._inside
        try:
            return bool(self._thread.call(lambda: inside.is_gone(), 10.0))  # type: ignore[attr-defined]
        except Exception:
            return True
