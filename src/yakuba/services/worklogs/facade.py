"""The room's door. The active municipality is the one that is meant."""

from __future__ import annotations

from typing import IO

from yakuba.kernel.audit.actor import Actor
from yakuba.services.worklogs import queries
from yakuba.services.worklogs.actions import imports, preparing, rules
from yakuba.services.worklogs.contracts import ProcessHours


def hours_by_process() -> list[ProcessHours]:
    """Measured hours at PCs by activity and procedure; nothing in it is estimated."""
    return queries.hours_by_process()


def is_empty() -> bool:
    """Whether no log was ever handed in."""
    return not queries.imports().exists()


def set_rules(text: str, *, actor: Actor) -> None:
    """Let these rules name the activities. Raises DefinitionRefused."""
    rules.set_rules(text, actor=actor)


def take_in(name: str, content: IO[bytes], *, actor: Actor) -> None:
    """Take a log in here and now, without a worker. Raises Invalid."""
    row = imports.hand_in(name, content, actor=actor)
    imports.work(row.pk, _silent)


def prepare() -> None:
    """Calculate what the pages show, here and now."""
    preparing.work(_silent)


def _silent(done: int, total: int, note: str) -> None:
    """Nobody looks."""


__all__ = ["ProcessHours", "hours_by_process", "is_empty", "prepare", "set_rules", "take_in"]
