"""From what the steps of one part of a scenario are filled, and which part it is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from yakuba.services.robots.engine.filling import Bound
from yakuba.services.robots.engine.papers import Paper
from yakuba.services.robots.engine.ports import BetweenSteps


@dataclass(frozen=True)
class Context:
    """What templates are filled from, and which part of the scenario the steps belong to. names: what steps have given
    names to so far.  paper: makes the case's application as a file, or that of a name from the robot's folder."""

    values: Mapping[str, str]
    between: BetweenSteps
    number: str = ""
    login: bool = False
    entry: bool = False
    names: dict[str, Bound] = field(default_factory=dict)
    paper: Callable[[str], Paper] | None = None
