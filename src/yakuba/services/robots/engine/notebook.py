"""A recording that is kept in memory: its draft and the pictures of its targets, by the targets' words."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from yakuba.services.robots.engine import drafts
from yakuba.services.robots.engine.drafts import Document, Step


def _nobody(told: str) -> None:
    """Nobody listens."""


class Notebook:
    """`Noted` in memory. receipt: the template of the receipt number.  changed: called after every change with what was
    noted, in words, or empty."""

    def __init__(
        self, draft: Document, receipt: str = "{受付番号}", changed: Callable[[str], None] = _nobody
    ) -> None:
        self.draft, self._receipt, self._changed = draft, receipt, changed
        self.pictures: dict[str, bytes] = {}

    def listen(self, changed: Callable[[str], None]) -> None:
        """From here on tell that one."""
        self._changed = changed

    def add(self, section: str, step: Step) -> None:
        """See `Noted.add`."""
        drafts.add(self.draft, section, step)
        self._changed(f"{section}　{drafts.step_text(step).strip().removeprefix('- ')}")

    def put(self, section: str, content: Any) -> None:
        """See `Noted.put`."""
        drafts.put(self.draft, section, content)
        self._changed(f"{section} を記録しました" if section != "システム" else "")

    def search_was(self) -> None:
        """See `Noted.search_was`."""
        if drafts.search_was(self.draft, self._receipt):
            self._changed("ここまでを照会の手順にしました")

    def keep(self, target: str, image: bytes) -> None:
        """See `Noted.keep`."""
        self.pictures[target] = image
        self._changed("")

    def step(self, section: str, n: int, mark: str) -> drafts.Placed | None:
        """See `Noted.step`."""
        stale = mark and mark != drafts.mark_of(self.draft)
        return None if stale else drafts.place_of(self.draft, section, n)

    def commit(self) -> Step:
        """See `Noted.commit`."""
        return dict(self.draft.get("登録") or {})

    def replace(self, section: str, n: int, old: Step, new: Step) -> bool:
        """See `Noted.replace`."""
        return drafts.replace_step(self.draft, section, n, old, new)
