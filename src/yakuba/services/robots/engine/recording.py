"""What a recorder works with: the browser, who keeps what was recorded, and what the person is told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from yakuba.services.robots.engine.browser import Browser, Hidden, Page, Pressed, Received
from yakuba.services.robots.engine.drafts import Placed, Step
from yakuba.services.robots.engine.errors import BadValue
from yakuba.services.robots.engine.papers import Paper
from yakuba.services.robots.engine.scenario import Element, Role

_LONGEST_LABEL = 40  # characters


@dataclass(frozen=True)
class Brought:
    """What a press came to. file: that it brought; None for none.  asked: the page's question that was answered with no."""

    pressed: Pressed
    file: Received | None = None
    asked: str = ""


class RecordedPapers(Protocol):
    """Files that a person may put into the target while recording."""

    def names(self) -> list[str]:
        """What there is to choose, as a step says it: `申請書`, or the name of a file of the robot's folder."""

    def paper(self, name: str) -> Paper:
        """One of them. Raises `BadValue` where it is not there."""


class NoPapers:
    """There are none."""

    def names(self) -> list[str]:
        return []

    def paper(self, name: str) -> Paper:
        raise BadValue("ここには、入れるファイルがありません。")


class RecordingPort(Browser, Protocol):
    """`Browser`, with what stands where and what may leave. Described in `adapters.recording`."""

    def try_press(self, element: Element, dialog: str = "") -> Brought: ...
    def asked(self) -> str: ...
    def permit(self, allowed: bool) -> None: ...
    def stopped(self) -> bool: ...
    def targets(self) -> dict[str, Any]: ...
    def pointed(self, x: float, y: float) -> dict[str, Any]: ...
    def enters(self, element: Element) -> dict[str, Any]: ...
    def scroll(self, down: float) -> None: ...
    def tap_key(self, key: str) -> None: ...
    def back(self) -> None: ...
    def frame(self) -> bytes: ...
    def target_picture(self, element: Element, hidden: Hidden) -> bytes: ...


class Noted(Protocol):
    """Where what was recorded goes."""

    def add(self, section: str, step: Step) -> None:
        """One more step."""

    def put(self, section: str, content: Any) -> None:
        """A section as a whole."""

    def search_was(self) -> None:
        """What was recorded as the entry until now was the look-up."""

    def keep(self, target: str, image: bytes) -> None:
        """A picture of a target."""

    def step(self, section: str, n: int, mark: str) -> Placed | None:
        """The step of that number (`drafts.placed`); None where there is none, or the draft is not the one of that mark
        (empty: whatever it is)."""

    def commit(self) -> Step:
        """The draft's commit step; empty where it has none."""

    def replace(self, section: str, n: int, old: Step, new: Step) -> bool:
        """Put another step in a step's place; False where that one is not there any more."""


@dataclass
class Shown:
    """What the person is told. current: the field that waits for a value.  question: the button that may store.
    candidates: template and text by which the case would fill the current field.  tried: the step that was tried last
    (`section`, `n`) and whether it did what it says (`ok`).  teaching: the step whose target is to be pointed at."""

    notice: str = ""
    current: dict[str, Any] | None = None
    question: dict[str, Any] | None = None
    candidates: list[tuple[str, str]] = field(default_factory=list)
    done: bool = False
    tried: dict[str, Any] | None = None
    teaching: dict[str, Any] | None = None

    def say(self, sentence: str) -> None:
        """One more sentence of the notice."""
        self.notice = f"{self.notice}\n{sentence}".strip()

    def told(self, page: Page, section: str, targets: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
        """The same for the page, with where the person is and what can be pointed at without a mouse."""
        return {
            "notice": self.notice,
            "current": self.current,
            "question": self.question,
            "candidates": self.candidates,
            "tried": self.tried,
            "teaching": self.teaching,
            "section": section,
            "items": [label for label in readable(page) if section == "入力"],
            "heading": page.headings[0] if page.headings else page.title,
            "targets": [
                {name: one[name] for name in ("n", "kind", "label")}
                | {"role": one["element"].get("role", "")}
                for one in targets
                if one["element"]
            ],
        }


def readable(page: Page) -> list[str]:
    """The labels beside which exactly one text stands."""
    labels = [label for label, text in page.items if label and text and len(label) <= _LONGEST_LABEL]
    return [one for one in dict.fromkeys(labels) if labels.count(one) == 1][:60]


def element_of(words: Mapping[str, Any]) -> Element:
    """The element that the page of a recorder names."""
    return Element(
        Role(words["role"]),
        str(words["label"]),
        str(words.get("within", "")),
        str(words.get("id", "")),
        str(words.get("name", "")),
    )


def words_of(element: Element) -> dict[str, str]:
    """The same for the page."""
    return {
        "role": str(element.role),
        "label": element.label,
        "within": element.within,
        "id": element.id,
        "name": element.name,
    }
