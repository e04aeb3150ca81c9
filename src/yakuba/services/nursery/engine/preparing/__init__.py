"""Applications and rules → a `Selection`: indices, standings and joint wishes, ready to be matched.

`look` tells everything that stands in the way, `prepare` raises MarketRefused with it. The order in which
facilities, households and children are given makes no difference to the selection.
"""

from __future__ import annotations

from yakuba.services.nursery.contracts import Applications, MarketRefused, Problem, Selection
from yakuba.services.nursery.engine.garbage import uncollected
from yakuba.services.nursery.engine.preparing.applying import applied
from yakuba.services.nursery.engine.preparing.building import build
from yakuba.services.nursery.engine.preparing.studying import study
from yakuba.services.nursery.engine.rules import Rules

__all__ = ["applied", "look", "prepare"]


@uncollected()
def look(applications: Applications, rules: Rules) -> tuple[list[Problem], list[Problem]]:
    """Everything that stands in the way, and what staff should know before it is calculated although it can run.
    `rules` are those of any round; the round's own are taken."""
    known = study(applications, rules)
    return known.problems, known.notes


@uncollected()
def prepare(applications: Applications, rules: Rules) -> Selection:
    """The selection of the round. Raises MarketRefused with all faults."""
    known = study(applications, rules)
    if known.problems:
        raise MarketRefused(sorted(known.problems, key=lambda one: one.line))
    return build(known)
