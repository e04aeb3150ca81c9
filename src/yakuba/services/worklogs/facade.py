"""The room's door. The active municipality is the one that is meant."""

from __future__ import annotations

from collections.abc import Iterator
from typing import IO

from yakuba.kernel.audit.actor import Actor
from yakuba.services.worklogs import queries
from yakuba.services.worklogs.actions import imports, preparing, rules
from yakuba.services.worklogs.contracts import ProcessHours
from yakuba.services.worklogs.engine.planting import SAMPLE, planted


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


def sample_events(
    *, pcs: int, days: int, a_day: int, seed: int
) -> Iterator[tuple[int, int, tuple[str, str, str, str]]]:
    """Events of a section that does not exist: milliseconds since the first midnight, PC, and application, window, action,
    object. The same seed gives the same ones."""
    for one in planted(SAMPLE, pcs=pcs, days=days, a_day=a_day, first=0, seed=seed):
        yield one.at, one.pc, one.step


def _silent(done: int, total: int, note: str) -> None:
    """Nobody looks."""


__all__ = ["ProcessHours", "hours_by_process", "is_empty", "prepare", "sample_events", "set_rules", "take_in"]
