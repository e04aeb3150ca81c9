"""A recording before a window on the person's own screen, from the first page to the draft. What was recorded stays,
however it ends."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from yakuba.services.robots.adapters.egress.client import EgressSession
from yakuba.services.robots.adapters.own_browser import OwnBrowser
from yakuba.services.robots.engine import drafts
from yakuba.services.robots.engine.drafts import Document
from yakuba.services.robots.engine.errors import RobotError
from yakuba.services.robots.engine.notebook import Notebook
from yakuba.services.robots.engine.recorder import Login, Recorder
from yakuba.services.robots.engine.recording import RecordedPapers
from yakuba.services.robots.engine.translating import Known

_LET_STAND = ("stands", "cannot")  # what leads to no other page: if one came meanwhile, it came by itself
PATIENCE = 10.0  # seconds to wait for a page while somebody sits before it


@dataclass(frozen=True)
class Sample:
    """What a recording begins with. known: of the sample case, or of none (`Known.by_label`).  draft: what is known of the
    system so far.  secrets: of the vault, by name; none where the recording does not run beside it."""

    base: str
    known: Known
    draft: Document
    secrets: dict[str, str]
    papers: RecordedPapers | None = None
    test_target: bool = False
    login: Login | None = None


class OwnRecording:
    """say: takes every sentence for the person, who reads it where the command was given."""

    def __init__(
        self, browser: OwnBrowser, sample: Sample, notebook: Notebook, say: Callable[[str], None]
    ) -> None:
        self._browser, self._sample, self._notebook, self._say = browser, sample, notebook, say
        known_login = drafts.has_steps(sample.draft, "ログイン")
        page = sample.draft.get("システム", {}).get("ログイン画面", {})
        self.recorder = Recorder(
            browser,
            sample.base,
            sample.known,
            sample.secrets,
            notebook,
            section="入力" if known_login else "ログイン",
            test_target=sample.test_target,
            papers=sample.papers,
            login_sign=str(page.get("見出し") or page.get("文字") or "") if known_login else "",
        )
        self._told: dict[str, Any] = {}
        self.ended = ""  # why it ended, in Japanese

    def work(self, path: str) -> None:
        """Open the page and record until the person ends it, closes the window or presses Ctrl+C, or the commit step is
        shown."""
        try:
            self._begin(path)
            while not self.ended:
                self._turn()
        except KeyboardInterrupt:
            self.ended = "録画を終えました（Ctrl+C）。"

    def _begin(self, path: str) -> None:
        """Log in as the draft says, where the vault is at hand; else the person does."""
        try:
            self._log_in()
        except RobotError as error:
            self._say(error.problem.message)
        if self._sample.login is None or not self._sample.secrets or path != "/":
            self._handle({"do": "open", "path": path})

    def _log_in(self) -> None:
        if self._sample.login is not None and self._sample.secrets:
            self._browser.permit(True)
            self.recorder.log_in(*self._sample.login, lambda: None)
            self._tell()

    def _turn(self) -> None:
        if self._browser.is_gone():
            self.ended = "ブラウザーが閉じられたため、録画を終えました。"
            return
        try:
            heard = self._browser.heard()
        except RobotError:
            return  # the window has just closed: seen at the next turn
        for asked in heard:
            if asked.get("do") == "end":
                self.ended = "録画を終えました。"
                return
            self._handle(asked)
        if self.recorder.shown.done:
            self.ended = "登録のボタンまで録画しました。"

    def _handle(self, asked: dict[str, Any]) -> None:
        self.recorder.do(asked)
        if asked.get("do") not in _LET_STAND:
            with contextlib.suppress(RobotError):
                self._browser.looked()
        self._tell()

    def _tell(self) -> None:
        for line in self.recorder.shown.notice.splitlines():
            self._say(line)
        with contextlib.suppress(RobotError):  # a window that is gone is seen at the next turn
            draft = self._notebook.draft
            told = self.recorder.told() | {"steps": steps_in_words(draft), "missing": drafts.missing(draft)}
            if told != self._told:
                self._told = told
                self._browser.tell(told)


def steps_in_words(draft: Document) -> list[tuple[str, list[str]]]:
    """Each part of the draft with its steps as YAML says them."""
    return [
        (
            title,
            [drafts.step_text(one.step).strip().removeprefix("- ") for one in drafts.placed(draft, title)],
        )
        for title in drafts.WITH_STEPS
        if drafts.has_steps(draft, title)
    ]


class DraftFile:
    """The draft as a file that is written anew at every change, with the pictures in a folder beside it. Both are readable
    only to the person."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.pictures = path.with_name(f"{path.stem}の画像")

    def write(self, notebook: Notebook) -> None:
        """As it stands now. Raises OSError."""
        beside = self.path.with_name(f".{self.path.name}.new")
        with open(
            os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8"
        ) as file:
            file.write(drafts.text_of(notebook.draft))
        beside.replace(self.path)

    def write_pictures(self, notebook: Notebook) -> int:
        """One file a target, named by its words. Returns how many. Raises OSError."""
        if notebook.pictures:
            self.pictures.mkdir(mode=0o700, exist_ok=True)
        for number, (target, image) in enumerate(notebook.pictures.items(), 1):
            name = "".join(one for one in target if one.isalnum())[:40]
            (self.pictures / f"{number:02}-{name}.jpeg").write_bytes(image)
        return len(notebook.pictures)

    def remove(self) -> None:
        """It is not needed: the installation has it."""
        self.path.unlink(missing_ok=True)


@contextlib.contextmanager
def own_browser(
    hosts: list[str], chromium: str, way_out: EgressSession, browser: type[OwnBrowser] = OwnBrowser
) -> Iterator[OwnBrowser]:
    """A browser on this screen that opens those hosts alone, and goes out by `way_out`."""
    with way_out, browser(hosts, way_out=way_out.address, patience=PATIENCE, chromium=chromium) as opened:
        assert isinstance(opened, OwnBrowser)
        yield opened
