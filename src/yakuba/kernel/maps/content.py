"""What is drawn on a map. No framework."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cached_property

from yakuba.kernel.charts.chart import Numbers
from yakuba.kernel.maps.classes import Class, Classes
from yakuba.kernel.maps.geojson import Shape


@dataclass(frozen=True)
class Mapped:
    """One thing on a map. value: None where it is not known; note: what else the table says of it; code: the prefecture
    or body whose shape it is, if any."""

    label: str
    value: float | None
    shape: Shape
    note: str = ""
    code: str = ""


@dataclass(frozen=True)
class Content:
    """Things, how their numbers are written, and the classes of their values."""

    title: str
    mapped: tuple[Mapped, ...]
    numbers: Numbers
    classes: Classes

    @cached_property
    def key(self) -> str:
        """A name for its parts, so that two maps fit in one page."""
        told = repr((self.title, self.numbers.unit, self.mapped))
        return "m" + hashlib.sha256(told.encode()).hexdigest()[:10]

    def class_of(self, one: Mapped) -> Class | None:
        """The class of its value; None where it has none."""
        return None if one.value is None else self.classes.of(one.value)
