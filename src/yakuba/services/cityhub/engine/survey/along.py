"""Heights along a line, and the greatest heights of a wood."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import ceil
from typing import Any

import numpy as np

from yakuba.services.cityhub.engine.survey.surfaces import Corners, Surface, inside

MOST_STEPS = 2_000
MOST_TREES = 200_000
Values = np.ndarray[Any, Any]
Told = Callable[[int, int], None]


def profile(
    surfaces: Sequence[Surface], line: Corners, metres: tuple[float, float]
) -> tuple[Values, list[Values]]:
    """Distances in m along a line, and the heights of each surface there (NaN where not known). metres: of a unit of x and y."""
    points = np.array(line, float)
    steps = np.hypot(*(np.diff(points, axis=0) * metres).T)
    ends = np.concatenate([[0], np.cumsum(steps)])
    frame = surfaces[0].frame
    finest = min(min(one.frame.cell_x * metres[0] for one in surfaces), frame.cell_y * metres[1])
    number = min(MOST_STEPS, max(2, ceil(ends[-1] / finest) + 1))
    along = np.linspace(0, ends[-1], number)
    x, y = (np.interp(along, ends, points[:, axis]) for axis in (0, 1))
    return along, [_one_by_one(one, x, y) for one in surfaces]


def _one_by_one(surface: Surface, x: Values, y: Values) -> Values:
    """A few points together, so that no more lines than those around them are read."""
    parts = [surface.at(x[at : at + 50], y[at : at + 50]) for at in range(0, len(x), 50)]
    return np.concatenate(parts)


@dataclass(frozen=True)
class Trees:
    """How the trees of a canopy were looked for. least: m above the ground; apart: m, the radius in which a tree is the highest;
    smooth: m, σ of the Gaussian kernel before."""

    least: float
    apart: float
    smooth: float


def tree_tops(
    top: Surface,
    ground: Surface,
    region: Corners | None,
    asked: Trees,
    told: Told = lambda done, total: None,
) -> tuple[Values, float]:
    """Local maxima of the canopy's height (S. Popescu and R. Wynne, Photogrammetric Engineering & Remote Sensing 70, 2004, with a
    window of one size): x, y, height for each, and the area looked at in m². In a plane.

    Crowns that touch count as one where no dip is between them, and one crown as several where it has several domes; trees below
    others are not seen. Raises ValueError for more than 200,000."""
    from scipy import ndimage

    frame = top.frame
    radius = max(1, round(asked.apart / frame.cell_x))
    y, x = np.ogrid[-radius : radius + 1, -radius : radius + 1]
    window, halo = y**2 + x**2 <= radius**2, radius + ceil(4 * asked.smooth / frame.cell_x) + 1
    first, last = (
        (0, frame.rows)
        if region is None
        else frame.rows_between(min(one for _, one in region), max(one for _, one in region))
    )
    step, found, cells = max(halo, 2_000_000 // frame.columns), [], 0
    for row in range(first, last, step):
        rows = min(step, last - row)
        above = max(0, row - halo)
        canopy = _canopy(top, ground, above, min(frame.rows, row + rows + halo) - above)
        known = np.isfinite(canopy)
        filled = ndimage.gaussian_filter(np.where(known, canopy, 0.0), asked.smooth / frame.cell_x)
        wanted = known & (filled >= asked.least)
        inner = slice(row - above, row - above + rows)
        looked = known[inner]
        if region is not None:
            within = inside(region, frame, row, rows)
            looked = looked & within
        cells += int(looked.sum())
        is_top = (ndimage.maximum_filter(filled, footprint=window, mode="constant") == filled) & wanted
        marks, number = ndimage.label(is_top, np.ones((3, 3)))
        if number:
            middles = np.array(ndimage.center_of_mass(is_top, marks, np.arange(1, number + 1)))
            at = np.round(middles).astype(int)
            here = (at[:, 0] >= inner.start) & (at[:, 0] < inner.stop)
            at = at[here]
            if region is not None and len(at):
                at = at[within[at[:, 0] - inner.start, at[:, 1]]]
            found.append(
                np.column_stack(
                    [
                        frame.left + (at[:, 1] + 0.5) * frame.cell_x,
                        frame.top - (above + at[:, 0] + 0.5) * frame.cell_y,
                        canopy[at[:, 0], at[:, 1]],
                    ]
                )
            )
        if sum(map(len, found)) > MOST_TREES:
            raise ValueError("more trees than are counted")
        told(row + rows - first, max(1, last - first))
    listed = np.concatenate(found) if found else np.zeros((0, 3))
    return listed, cells * frame.cell_x * frame.cell_y


def _canopy(top: Surface, ground: Surface, first: int, number: int) -> Values:
    """Heights above the ground."""
    x, y = top.frame.middle_x(), top.frame.middle_y(first, number)
    beneath = ground.at(*np.broadcast_arrays(x[None, :], y[:, None]))
    canopy: Values = top.lines(first, number) - beneath
    return canopy
