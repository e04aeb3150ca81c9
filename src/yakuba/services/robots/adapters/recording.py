"""A browser in which a person works by way of pictures: what stands where, and what may leave it meanwhile."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import asdict
from typing import Any

from playwright.sync_api import Error as PlaywrightError

from yakuba.services.robots.adapters.chromium import ChromiumBrowser, in_its_thread
from yakuba.services.robots.adapters.session import BrowserSession
from yakuba.services.robots.engine.browser import ANY_FORM, Hidden
from yakuba.services.robots.engine.scenario import Element

_AROUND = 60  # pixels around a target in its picture
_NOTHING = frozenset[str]()


class RecordingSession(BrowserSession):
    """`BrowserSession` for a person: nothing that changes something leaves unless the press before allowed it."""

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
