"""Readings of a series over a window, step by step: out of the prepared hours where the steps are whole hours, else out of the
readings, summed up by the database. However many readings there are, only steps leave it, and least and most of each are kept."""

from __future__ import annotations

from yakuba.services.cityhub.engine.boards import Step, Steps, Window
from yakuba.services.cityhub.engine.history import HOUR, SeriesKept, Times
from yakuba.services.cityhub.models import Series
from yakuba.services.cityhub.queries import temporal

_FIGURES = ("avg", "min", "max")  # which prepared hours have


def steps(row: Series, window: Window) -> Steps:
    """One for each step of the window, None where nothing was measured."""
    start, width = round(window.start.timestamp()) * 1_000_000, round(window.step.total_seconds()) * 1_000_000
    until = start + width * window.count
    times = Times(start, until, methods=_FIGURES if width % HOUR == 0 else (), width=width)
    found: Steps = [None] * window.count
    for one in temporal.periods(kept(row), times, start, width, window.count):
        found[one.place] = Step(one.count, one.least, one.most, one.total / one.count)
    return found


def mean_of(step: Step | None) -> float | None:
    """For a line; None is a gap."""
    return None if step is None else step.mean


def band_of(step: Step | None) -> tuple[float, float] | None:
    """For its band: least and most."""
    return None if step is None else (step.least, step.most)


def kept(row: Series) -> SeriesKept:
    """The series as the engine takes it."""
    return SeriesKept(
        row.pk, row.path, row.entity_id, row.entity_type, row.attribute, row.unit,
        row.last_at, row.last_number or 0.0, row.prepared_to,
    )  # fmt: skip
