"""A person's own hands in a recorder's window: real clicks and keys of Chromium, without a screen."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page as Tab

from yakuba.services.robots.adapters.own_browser import HiddenSession, OwnBrowser
from yakuba.services.robots.adapters.own_recording import OwnRecording, Sample
from yakuba.services.robots.engine import drafts
from yakuba.services.robots.engine.drafts import Document
from yakuba.services.robots.engine.notebook import Notebook
from yakuba.services.robots.engine.recording import RecordedPapers
from yakuba.services.robots.engine.translating import Known


class HiddenBrowser(OwnBrowser):
    """`OwnBrowser` without a screen."""

    session = HiddenSession


class Hands:
    """Works in the window; `turn` lets the recorder handle what was done."""

    def __init__(
        self,
        browser: HiddenBrowser,
        base: str,
        known: Known,
        *,
        draft: Document | None = None,
        secrets: dict[str, str] | None = None,
        papers: RecordedPapers | None = None,
        test_target: bool = False,
    ) -> None:
        self.browser = browser
        self.said: list[str] = []
        begun = draft or drafts.new("録画した登録", "small", "小さなシステム", base)
        sample = Sample(base, known, begun, secrets or {}, papers, test_target)
        self.notebook = Notebook(begun)
        self.recording = OwnRecording(browser, sample, self.notebook, self.said.append)
        self.recorder = self.recording.recorder

    def open(self, path: str) -> None:
        self.recording._handle({"do": "open", "path": path})

    def native(self, act: Callable[[Tab], Any]) -> Any:
        """Something done in the window, as its owner does it."""
        done = self.browser._do(lambda inside: act(inside._windows.front))
        self.turn()
        return done

    def turn(self, times: int = 6) -> None:
        for _ in range(times):
            if not self.recording.ended:
                self.recording._turn()

    def type(self, label: str, text: str) -> None:
        def act(tab: Tab) -> None:
            tab.get_by_label(label, exact=True).first.click()
            tab.keyboard.insert_text(text)
            tab.keyboard.press("Tab")

        self.native(act)

    def put(self, label: str, known: Known, template: str) -> None:
        """The case's value into whatever kind of field that is."""
        texts = next(found for one, found, _ in known.writings() if one == template)

        def act(tab: Tab) -> None:
            group = tab.get_by_role("group", name=label, exact=True).or_(
                tab.get_by_role("radiogroup", name=label, exact=True)
            )
            if group.count():
                for text in texts:
                    group.first.get_by_text(text, exact=True).first.click()
                return
            field = tab.get_by_label(label, exact=True).first
            if field.evaluate("(one) => one.tagName") == "SELECT":
                field.focus()
                field.select_option(label=texts[0])
                # As the browser itself tells of a choice by hand.
                field.dispatch_event("change")
                tab.keyboard.press("Tab")
                return
            field.click()
            tab.keyboard.insert_text(texts[0])
            tab.keyboard.press("Tab")

        self.native(act)

    def press(self, name: str) -> None:
        self.native(
            lambda tab: tab.get_by_role("button", name=name, exact=True).first.click(no_wait_after=True)
        )

    def link(self, name: str) -> None:
        self.native(
            lambda tab: tab.get_by_role("link", name=name, exact=True).first.click(no_wait_after=True)
        )

    def panel(self, name: str) -> None:
        """A button of the recorder's own window."""
        self.browser._do(
            lambda inside: inside._panel.get_by_role("button", name=name, exact=True).first.click()  # type: ignore[attr-defined]
        )
        self.turn()

    def steps(self, section: str = "入力") -> list[Any]:
        return drafts.steps_of(self.notebook.draft, section)

    def wait(self, until: Callable[[], bool], seconds: float = 60.0) -> None:
        end = time.monotonic() + seconds
        while not until():
            assert time.monotonic() < end, (self.said, self.notebook.draft)
            self.turn(1)
