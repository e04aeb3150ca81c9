"""The demo town's word list, a notice with faults that the clerk kept, and how AI may be used there."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings

from yakuba.demo import town
from yakuba.kernel.definitions import decoded
from yakuba.kernel.definitions.given import content
from yakuba.services.drafting import facade as drafting


def load() -> None:
    """Load them, unless the town has a list already. やくば市 must be active."""
    if not drafting.is_empty():
        return
    folder = Path(settings.YAKUBA.samples_dir) / "drafting"
    drafting.load_words(content(folder / "words.csv"), actor=town.user("kacho"))
    notice = decoded(content(folder / "notice.txt"))
    drafting.keep(
        "こども医療費助成のお知らせ（見本）", notice, drafting.TextClass.NOTICE, actor=town.user("madoguchi")
    )
    drafting.begin_with_ai("通知文の下書き", "住民への通知文の下書きを早く作る", actor=town.user("kacho"))
