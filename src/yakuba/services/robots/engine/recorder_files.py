"""Files while a person records: what is put into a field for files, and what a press brings down."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from yakuba.services.robots.engine import translating
from yakuba.services.robots.engine.browser import Entry, Received, Verdict
from yakuba.services.robots.engine.complaints import entry_problem
from yakuba.services.robots.engine.drafts import Step
from yakuba.services.robots.engine.errors import RobotError
from yakuba.services.robots.engine.papers import PaperKind, received
from yakuba.services.robots.engine.recording import RecordedPapers, RecordingPort, Shown, element_of
from yakuba.services.robots.engine.scenario import Element, EntryKind
from yakuba.services.robots.engine.steps import APPLICATION, IN_FOLDER
from yakuba.services.robots.engine.translating import Known

ATTACHED = "添付"  # the kind of a field for files
_LONGEST_NAME = 40  # characters of a received file's name


class Files:
    """papers: what there is to put into the target.  note: keeps a step with a picture of its target."""

    def __init__(
        self,
        browser: RecordingPort,
        known: Known,
        papers: RecordedPapers,
        note: Callable[[Step, Element], None],
    ) -> None:
        self._browser, self._known, self._papers, self._note = browser, known, papers, note

    def wait(self, element: Element, found: Mapping[str, Any], shown: Shown, section: str) -> None:
        """A field for files was pointed at: ask which file."""
        names = self._papers.names()
        if section != "入力":
            shown.say("ファイルを入れる手順は、申請の入力の中でだけ使えます。")
        elif not names:
            shown.say(
                "見本の申請には申請書の画像がなく、ロボットのフォルダにもファイルがありません。"
                "どちらかを用意してから、この欄を押してください。"
            )
        else:
            shown.current = {
                **{"element": found["element"], "kind": ATTACHED, "label": element.label},
                **{"secret": False, "masked": False, "choices": names, "stored": False},
            }
            shown.candidates = []

    def attach(self, name: str, shown: Shown) -> None:
        """Put that file into the field that waits."""
        assert shown.current is not None
        element = element_of(shown.current["element"])
        if name not in self._papers.names():
            shown.say("ファイルは、並んでいるものから選んでください。ほかのファイルは手順になりません。")
            return
        paper = self._papers.paper(name)
        finding = self._browser.attach(element, paper)
        if finding.verdict is not Verdict.OK:
            entry = Entry(element, EntryKind.TEXT, (name,))
            shown.say(entry_problem(entry, finding, "録画").problem.message)
            return
        shown.current = None
        said = name if name == APPLICATION else IN_FOLDER + _named(name.removeprefix(IN_FOLDER), self._known)
        self._note({ATTACHED: {**translating.where(element), "ファイル": said}}, element)
        if said != APPLICATION and "{" not in said:
            shown.say(f"「{element.label}」には、どの申請でも同じファイル「{said}」を入れます。")

    def received(self, element: Element, file: Received, shown: Shown, section: str) -> Step | None:
        """The step for a file that a press brought; None where no step can say it."""
        if file.problem:
            shown.say(f"{file.problem}。手順にはしていません。")
            return None
        if section != "入力":
            shown.say("ファイルを受け取る手順は、申請の入力の中でだけ使えます。手順にはしていません。")
            return None
        kind = _kind(file.content)
        if kind is None:
            shown.say(
                "受け取ったファイルはPDFでもCSVでもないため、手順になりません。受け取れるのはPDFとCSVです。"
            )
            return None
        name = re.sub(r"[^\w・（）ー－\-]", "", element.label)[:_LONGEST_NAME] or "ファイル"
        if self._known.told_by(name):
            name = "ファイル"
        shown.say(f"{kind}を受け取りました。手順では「{name}」の名前で行に残します。")
        return {"受け取る": {**translating.where(element), "種類": str(kind), "名前": name}}


def _kind(content: bytes) -> PaperKind | None:
    for kind in PaperKind:
        try:
            received(content, kind, "ファイル", "録画")
        except RobotError:
            continue
        return kind
    return None


def _named(name: str, known: Known) -> str:
    """A file's name with the values of the case in it as their items."""
    return translating.within(name, known).template
