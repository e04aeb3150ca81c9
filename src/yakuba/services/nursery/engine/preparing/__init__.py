"""Applications and rules → a `Selection`: indices, standings and joint wishes, ready to be matched.

`faults` tells everything that stands in the way, `prepare` raises MarketRefused with it. The order in which
facilities, households and children are given makes no difference to the selection.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from yakuba.services.nursery.contracts import Applications, MarketRefused, Problem, Selection
from yakuba.services.nursery.engine.preparing.building import build
from yakuba.services.nursery.engine.preparing.studying import study
from yakuba.services.nursery.engine.rules import Rules

__all__ = ["faults", "prepare"]


def faults(applications: Applications, rules: Rules) -> list[Problem]:
    """Everything that stands in the way, by line; empty when the round can run. `rules` are those of any round;
    the round's own are taken."""
    with _uncollected():
        return study(applications, rules).problems


def prepare(applications: Applications, rules: Rules) -> Selection:
    """The selection of the round. Raises MarketRefused with all faults."""
    with _uncollected():
        known = study(applications, rules)
        if known.problems:
            raise MarketRefused(_sorted(known.problems))
        return build(known)


@contextmanager
def _uncollected() -> Iterator[None]:
    """Without looking for circles of garbage: a million small objects come into being here, none in a circle, and
    looking through them again and again takes a third of the time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _sorted(problems: Sequence[Problem]) -> list[Problem]:
    return sorted(problems, key=lambda one: one.line)
