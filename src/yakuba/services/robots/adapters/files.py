"""Files that a press brings down, and the file inputs of a page. Bounded: one file, so large and no larger."""

from __future__ import annotations

import time
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any

from playwright.sync_api import BrowserContext, Download
from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import Page as Tab

from yakuba.services.robots.engine.browser import Finding, Received, Verdict
from yakuba.services.robots.engine.papers import MOST_BYTES, Paper
from yakuba.services.robots.engine.scenario import Element

_COMES = 2.0  # seconds without a trace of a file on the disk, after which it is asked what became of it


class Downloads:
    """What comes down in one browser. folder: where Chromium puts it; nothing stays there."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._begun: list[Download] = []
        self._wanted = False

    def watch(self, context: BrowserContext) -> None:
        """Every window of the context, those that open later too."""
        context.on("page", lambda tab: tab.on("download", self._begins))

    def _begins(self, download: Download) -> None:
        """What nobody asked for, and a second one, is not taken."""
        self._begun.append(download)
        if not self._wanted or len(self._begun) > 1:
            with suppress(PlaywrightError):
                download.cancel()

    def expect(self) -> None:
        """From here on one file is taken."""
        self._begun, self._wanted = [], True

    def begun(self) -> bool:
        """Whether one has begun to come."""
        return bool(self._begun)

    def drop(self) -> None:
        """No file is taken any more."""
        self._wanted = False
        self._clear()

    def settle(self, tab: Tab, patience: float) -> Received:
        """The file that has begun to come, or that comes in time. It is gone from the disk afterwards."""
        until = time.monotonic() + patience
        try:
            while not self._begun:
                if time.monotonic() > until:
                    return Received(problem="ファイルが来ません")
                tab.wait_for_timeout(50)
            problem = self._wait(tab, until)
            if len(self._begun) > 1:
                problem = "ファイルが二つ以上来ました"
            if problem:
                return Received(problem=problem)
            return Received(content=Path(self._begun[0].path()).read_bytes())
        finally:
            self._wanted = False
            self._clear()

    def _wait(self, tab: Tab, until: float) -> str:
        """Until it has come; why it did not, empty where it has."""
        download, seen = self._begun[0], time.monotonic()
        while time.monotonic() < until:
            sizes = self._sizes()
            if any(size > MOST_BYTES for size in sizes.values()):
                download.cancel()
                return f"ファイルが大きすぎます（{MOST_BYTES // 1_000_000}MBまで）"
            if sizes and not any(name.endswith(".crdownload") for name in sizes):
                return ""
            if sizes:
                seen = time.monotonic()
            elif time.monotonic() - seen > _COMES:
                return "ファイルを受け取る途中で切れました" if download.failure() else ""
            tab.wait_for_timeout(20)
        download.cancel()
        return "ファイルを受け取り終わりません"

    def _sizes(self) -> dict[str, int]:
        found = {}
        for path in self._folder.iterdir():
            with suppress(OSError):  # it gets its last name just now
                found[path.name] = path.stat().st_size
        return found

    def _clear(self) -> None:
        for one in self._begun:
            with suppress(PlaywrightError):
                one.delete()
        for path in self._folder.iterdir():
            with suppress(OSError):
                path.unlink()
        self._begun = []


def attach(tab: Tab, script: str, element: Element, paper: Paper) -> Finding:
    """Put a file into a file input, and look whether it stands there."""
    handle = tab.evaluate_handle(script, {"do": "file", "element": asdict(element)})
    verdict = handle.get_property("verdict").json_value()
    if verdict != Verdict.OK:
        similar: Any = handle.get_property("similar").json_value()
        return Finding(Verdict(verdict), "", tuple(similar or ()))
    control = handle.get_property("control").as_element()
    assert control is not None
    if control.is_disabled():
        return Finding(Verdict.DISABLED)
    payload: Any = {"name": paper.name, "mimeType": paper.media_type, "buffer": paper.content}
    control.set_input_files([payload])
    sizes = control.evaluate("(input) => [...input.files].map((one) => one.size)")
    return Finding(Verdict.OK if sizes == [len(paper.content)] else Verdict.NOT_LANDED, str(sizes))
