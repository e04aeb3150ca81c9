"""A browser in which a person works by way of pictures: what stands where, and what may leave it meanwhile."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict
from typing import Any

from playwright.sync_api import Dialog
from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import Page as Tab

from yakuba.services.robots.adapters.chromium import ChromiumBrowser, in_its_thread
from yakuba.services.robots.adapters.session import BrowserSession
from yakuba.services.robots.engine.browser import ANY_FORM, Finding, Hidden, Pressed, Verdict
from yakuba.services.robots.engine.errors import NotReady
from yakuba.services.robots.engine.recording import Brought
from yakuba.services.robots.engine.scenario import Element

_AROUND = 60  # pixels around a target in its picture
_NOTHING = frozenset[str]()


class RecordingSession(BrowserSession):
    """`BrowserSession` for a person: nothing that changes something leaves unless the press before allowed it.

    A press may turn out to bring a file; which it is is known only afterwards.
    """

    def __init__(
        self, chromium: str, hosts: Sequence[str], patience: float, proxy: str = "", **_: bool
    ) -> None:
        super().__init__(chromium, hosts, patience, proxy, receives=True)

    _asked = ""  # the question that the last press was answered "no" to

    def permit(self, allowed: bool) -> None:
        """Whether what changes something may leave from here on."""
        self._gate.watch(ANY_FORM if allowed else _NOTHING, _NOTHING)
        if not allowed:
            self._gate.step(_NOTHING, _NOTHING, _NOTHING)

    def stopped(self) -> bool:
        """Whether the page was kept from sending something since the last `permit`."""
        return bool(self._gate.stopped)

    def targets(self) -> dict[str, Any]:
        """All that can be filled or pressed: `targets`, and whether the page asks for a password (`signs_in`)."""
        return dict(self._run("targets"))

    def pointed(self, x: float, y: float) -> dict[str, Any]:
        """What stands at a point of the picture; `n` is -1 for nothing."""
        return dict(self._run("pointed", x=x, y=y))

    def enters(self, element: Element) -> dict[str, Any]:
        """The button that Enter presses in a field; empty for none."""
        return dict(self._run("enters", element=asdict(element)))

    def try_press(self, element: Element, dialog: str = "") -> Brought:
        """Press, and take the file that comes of it, if one does. dialog: as in `press`."""
        before, front = self._windows.tabs(), self._windows.front
        self._asked = ""
        self._gate.receive(True)
        self._gate.foreign = ""
        self._downloads.expect()
        try:
            pressed = self._press_for_file(element, dialog, before, front)
            got = self._downloads.settle(front, self._patience) if self._downloads.begun() else None
        finally:
            self._downloads.drop()
            self._gate.receive(False)
        if got is not None:
            for tab in self._windows.tabs():
                if tab not in before:  # it was opened only for the file
                    tab.close()
            if not front.is_closed():
                self._windows.choose(front)
        return Brought(pressed, got, self._asked)

    def _press_for_file(self, element: Element, dialog: str, before: list[Tab], front: Tab) -> Pressed:
        """Press, and give a file a moment to begin where a window has opened that shows nothing, or has gone again."""
        try:
            pressed = self.press(element, (), leaves=True, dialog=dialog)
        except PlaywrightError:
            if self._gate.foreign:
                raise NotReady(
                    f"{self._gate.foreign} への接続は許可されていないため、開けません。手順にはしていません。前の画面に戻ってください。"
                ) from None
            if front.is_closed():
                raise
            self._windows.await_download(self._downloads.begun, front)
            if not self._downloads.begun():
                raise
            return Pressed(Finding(Verdict.OK))
        if any(tab.url == "about:blank" for tab in self._windows.tabs() if tab not in before):
            self._windows.await_download(self._downloads.begun, front)
        return pressed

    def _answer(self, dialog: Dialog) -> None:
        if dialog.type == "confirm" and not (self._accept and self._accept in dialog.message):
            self._asked = dialog.message
        super()._answer(dialog)

    def _stays(self) -> bool:
        return super()._stays() or self._downloads.begun()

    def asked(self) -> str:
        """The question of the page that the last press was answered "no" to; empty for none."""
        return self._asked

    def scroll(self, down: float) -> None:
        """Turn the wheel by so many pixels."""
        front = self._windows.front
        front.mouse.move(640, 450)
        front.mouse.wheel(0, down)
        front.wait_for_timeout(60)

    def tap_key(self, key: str) -> None:
        """One key of those that move about a page."""
        self._windows.front.keyboard.press(key)

    def back(self) -> None:
        """The page before."""
        self._windows.forget()
        self._windows.front.go_back(wait_until="domcontentloaded")

    def frame(self) -> bytes:
        """What the window shows now, as JPEG."""
        return self._windows.front.screenshot(type="jpeg", quality=55, animations="allow")

    def target_picture(self, element: Element, hidden: Hidden) -> bytes:
        """The target with a little around it, as JPEG; passwords and what is hidden are covered. Empty where it is gone."""
        box = self._run("box", element=asdict(element))
        if not box:
            return b""
        clip: Any = {
            "x": max(box["x"] - _AROUND, 0),
            "y": max(box["y"] - _AROUND, 0),
            "width": min(box["width"] + 2 * _AROUND, 640),
            "height": min(box["height"] + 2 * _AROUND, 320),
        }
        covered = self._run("cover", **asdict(hidden))
        try:
            return self._windows.front.screenshot(type="jpeg", quality=50, clip=clip, animations="allow")
        except PlaywrightError:  # it stands outside of what the window shows
            return b""
        finally:
            if covered:
                with suppress(PlaywrightError):
                    self._run("uncover")


class RecordingBrowser(ChromiumBrowser):
    """`ChromiumBrowser` with what a recording needs besides."""

    session = RecordingSession

    try_press = in_its_thread(RecordingSession.try_press)
    asked = in_its_thread(RecordingSession.asked)
    permit = in_its_thread(RecordingSession.permit)
    stopped = in_its_thread(RecordingSession.stopped)
    targets = in_its_thread(RecordingSession.targets)
    pointed = in_its_thread(RecordingSession.pointed)
    enters = in_its_thread(RecordingSession.enters)
    scroll = in_its_thread(RecordingSession.scroll)
    tap_key = in_its_thread(RecordingSession.tap_key)
    back = in_its_thread(RecordingSession.back)
    frame = in_its_thread(RecordingSession.frame)
    target_picture = in_its_thread(RecordingSession.target_picture)
