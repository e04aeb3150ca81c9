"""The demo round of the nursery admission: the rules of やくば市, its facilities and applications, one result."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

from django.conf import settings

from yakuba.demo import town
from yakuba.services.nursery import facade as nursery

TITLE = "令和9年4月入所　一次選考（見本）"
START = date(2027, 4, 1)
PROCEDURE = "nursery-admission"
SECONDS = 30
OnProgress = Callable[[str, int, int], None]  # what, done, total


def load(on_progress: OnProgress | None = None) -> int:
    """Load the rules and the round with one finished calculation, unless they are there. やくば市 must be active.
    Returns the round's id. Raises `nursery.NotPossible`."""
    tell = on_progress or (lambda *_: None)
    clerk = town.user("madoguchi")
    rules = [
        nursery.load_rules(path.read_text(encoding="utf-8"), actor=town.user("kanri"))
        for path in sorted(_samples("nursery-rules").glob("*.yaml"), key=_own_rules_last)
    ]
    found = nursery.round_id(PROCEDURE, START)
    if found is None:
        found = nursery.make_round(TITLE, START, rules[-1], actor=clerk)
        folder = _samples("nursery-round")
        refused = nursery.load_round(
            found,
            (folder / "facilities.csv").read_bytes(),
            (folder / "applications.csv").read_bytes(),
            actor=clerk,
        )
        if refused:
            raise nursery.NotPossible("\n".join(refused))
    nursery.calculate(
        found, actor=clerk, seconds=SECONDS, told=lambda done, total, _: tell("入所選考", done, total)
    )
    return found


def _samples(part: str) -> Path:
    return Path(settings.YAKUBA.samples_dir) / part


def _own_rules_last(path: Path) -> tuple[bool, str]:
    """The newest version is what a new round proposes."""
    return path.stem == "yakuba-city", path.name
