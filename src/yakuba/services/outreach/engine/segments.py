"""For whom a letter works best: chosen on one half of the people, estimated on the other. On the data that chose it, the best of 24
segments is overstated by some twelve points."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from yakuba.services.outreach.contracts import Estimate
from yakuba.services.outreach.engine.assignment import REST
from yakuba.services.outreach.engine.effects import FEW, LEVEL, plain, stratified, too_alike

SMALLEST = 40  # people of an arm in a segment, in the choosing half


@dataclass(frozen=True)
class Segment:
    """column, level: who is in it; people: in the estimating half; estimate: there; chosen: difference in the choosing half."""

    column: str
    level: str
    people: int
    estimate: Estimate
    chosen: float


def halves(codes: Any, treated: Any, seed: int) -> Any:
    """Whether each person is in the choosing half; half of every stratum and group."""
    import numpy as np

    from yakuba.services.outreach.engine.assignment import assign

    return assign(np.asarray(codes) * 2 + np.asarray(treated), (0.5, 0.5), seed) == 0


def best(
    outcomes: Any, treated: Any, codes: Any, labels: Sequence[Mapping[str, str]], seed: int
) -> Segment | None:
    """The segment in which the difference is largest on the choosing half, estimated on the other; None where there is none with
    enough people in both groups."""
    import numpy as np

    outcomes, treated, codes = np.asarray(outcomes, float), np.asarray(treated), np.asarray(codes)
    choosing = halves(codes, treated, seed)
    found: list[tuple[float, str, str]] = []
    for column, level in members(labels):
        inside = within(labels, codes, column, level) & choosing
        if min((inside & (treated == arm)).sum() for arm in (0, 1)) >= SMALLEST:
            found.append(
                (stratified(outcomes[inside], treated[inside], codes[inside]).difference, column, level)
            )
    if not found:
        return None
    chosen, column, level = max(found)
    inside = within(labels, codes, column, level) & ~choosing
    return Segment(
        column, level, int(inside.sum()), estimated(outcomes[inside], treated[inside], codes[inside]), chosen
    )


def members(labels: Sequence[Mapping[str, str]]) -> list[tuple[str, str]]:
    """All segments: a level of a column. What was put together since it was too small is none."""
    return sorted({(column, level) for one in labels for column, level in one.items() if level != REST})


def within(labels: Sequence[Mapping[str, str]], codes: Any, column: str, level: str) -> Any:
    """Who is in a segment."""
    import numpy as np

    return np.array([one.get(column) == level for one in labels])[np.asarray(codes)]


def estimated(outcomes: Any, treated: Any, codes: Any, segments: int = 1) -> Estimate:
    """segments: how many are shown together, whose intervals hold the truth all at once (Bonferroni). With few people Newcombe's interval; else within strata."""
    if min((treated == arm).sum() for arm in (0, 1)) < FEW or too_alike(outcomes):
        return plain(outcomes, treated, LEVEL / segments)
    return stratified(outcomes, treated, codes, LEVEL / segments)
