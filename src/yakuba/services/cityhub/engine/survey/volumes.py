"""Volume between two surfaces, and how far it may be wrong: three answers, of which two are not to be believed.

With d the difference of the heights in a cell, σ its standard deviation, A the area and c the side of a cell:

    independent   σ √A c             as if each cell erred by itself; too small by far, since photogrammetry errs over metres
    correlated    σ √(A · 4πℓ²)      errors alike over a length ℓ, as noise smoothed by a Gaussian kernel of that σ has:
                                     its correlation is exp(−h²/4ℓ²), and its integral over the plane 4πℓ²
    bias          |b| A              both surfaces as a whole b too high or too low (control points, geoid, antenna)

To be believed is √(correlated² + bias²). σ, ℓ and b are measured where nothing has changed; without such a place they are what
somebody says. N. Rolstad, T. Haug and B. Denby, Journal of Glaciology 55 (2009), derive the second for a spherical model.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import hypot, log, pi, sqrt
from typing import Any

import numpy as np

from yakuba.services.cityhub.engine.survey.surfaces import Corners, Frame, Surface, inside

WINDOW = 1_024  # cells of the side of the square in which the length is looked for
LEAST_STABLE = 400  # cells
Values = np.ndarray[Any, Any]
Told = Callable[[int, int], None]


@dataclass(frozen=True)
class Difference:
    """raised, lowered: m³, both ≥ 0; area: m² in which both heights are known; unknown: m² of the region in which not; cells: how
    many were known; cell: the side of one, m; most, least: m."""

    raised: float
    lowered: float
    area: float
    unknown: float
    cells: int
    cell: float
    most: float
    least: float

    @property
    def net(self) -> float:
        """m³ more than before."""
        return self.raised - self.lowered


@dataclass(frozen=True)
class Errors:
    """Of the difference: σ (m) of a cell, ℓ (m), b (m); measured: by a place that has not changed, of `stable` m²."""

    sigma: float
    length: float
    bias: float
    measured: bool = False
    stable: float = 0.0


@dataclass(frozen=True)
class Uncertainty:
    """Standard deviations of a volume, m³. after_bias: of the volume from which b·A was taken, 0 where b was not measured."""

    independent: float
    correlated: float
    bias: float
    believed: float
    after_bias: float


def uncertainty(area: float, cell: float, errors: Errors) -> Uncertainty:
    """Of the volume over `area` m² in cells of `cell` m."""
    independent = errors.sigma * sqrt(area) * cell
    correlated = errors.sigma * sqrt(area * _alike(cell, errors.length))
    correlated = min(correlated, errors.sigma * area)  # all of it wrong together is the utmost
    bias = abs(errors.bias) * area
    after = 0.0
    if errors.measured and errors.stable > 0:
        of_bias = min(errors.sigma, errors.sigma * sqrt(_alike(cell, errors.length) / errors.stable))
        after = hypot(correlated, of_bias * area)
    return Uncertainty(independent, correlated, bias, hypot(correlated, bias), after)


def _alike(cell: float, length: float) -> float:
    """m² that err together: a cell at least."""
    return max(cell**2, 4 * pi * length**2)


def sigma_of(before: float, after: float) -> float:
    """Of the difference of two heights."""
    return hypot(before, after)


def difference(
    before: Surface,
    after: Surface,
    region: Corners | None,
    metres: Callable[[float], tuple[float, float]],
    told: Told = lambda done, total: None,
) -> Difference:
    """Over a region, or wherever both are known. metres: of a unit of x and y at a y; both are in one coordinate system."""
    fine, coarse, sign = _ordered(before, after)
    first, last = _rows(fine.frame, coarse.frame, region)
    raised = lowered = area = unknown = 0.0
    cells, most, least = 0, -np.inf, np.inf
    for row, d, wanted in differences(fine, coarse, sign, region, first, last):
        across, down = metres(fine.frame.top - (row + len(d) / 2) * fine.frame.cell_y)
        size = fine.frame.cell_x * across * fine.frame.cell_y * down
        known = np.isfinite(d)
        found = d[known]
        raised += float(found[found > 0].sum()) * size
        lowered -= float(found[found < 0].sum()) * size
        area += len(found) * size
        unknown += int((wanted & ~known).sum()) * size if region is not None else 0.0
        cells += len(found)
        if len(found):
            most, least = max(most, float(found.max())), min(least, float(found.min()))
        told(row + len(d) - first, max(1, last - first))
    side = sqrt(area / cells) if cells else 0.0
    return Difference(
        raised, lowered, area, unknown, cells, side, most if cells else 0.0, least if cells else 0.0
    )


def differences(
    fine: Surface, coarse: Surface, sign: float, region: Corners | None, first: int, last: int
) -> Any:
    """Lines of differences (NaN where none is known or wanted), a few at a time: first line, values, which cells are wanted."""
    x = fine.frame.middle_x()
    for row, heights in fine.bands(first, last):
        y = fine.frame.middle_y(row, len(heights))
        wanted = (
            np.ones(heights.shape, bool) if region is None else inside(region, fine.frame, row, len(heights))
        )
        if not wanted.any():
            yield row, np.full(heights.shape, np.nan), wanted
            continue
        other = coarse.at(*np.broadcast_arrays(x[None, :], y[:, None]))
        yield row, np.where(wanted, (heights - other) * sign, np.nan), wanted


def _ordered(before: Surface, after: Surface) -> tuple[Surface, Surface, float]:
    """The finer one, the other, and the sign that makes of fine − coarse after − before."""
    if after.frame.cell_x * after.frame.cell_y <= before.frame.cell_x * before.frame.cell_y:
        return after, before, 1.0
    return before, after, -1.0


def _rows(fine: Frame, coarse: Frame, region: Corners | None) -> tuple[int, int]:
    """The lines in which the two meet, within the region; where a region is given all of it is looked at."""
    if region is not None:
        ys = [y for _, y in region]
        return fine.rows_between(min(ys), max(ys))
    box = coarse.box
    return fine.rows_between(box[1], box[3])


def stable_errors(
    before: Surface, after: Surface, region: Corners, metres: Callable[[float], tuple[float, float]]
) -> Errors | None:
    """σ, ℓ and b in a place that has not changed; None where fewer than 400 cells are known there."""
    fine, coarse, sign = _ordered(before, after)
    first, last = _rows(fine.frame, coarse.frame, region)
    taken: list[Values] = []
    xs = [x for x, _ in region]
    from_column = max(0, int((min(xs) - fine.frame.left) / fine.frame.cell_x))
    for row, d, _ in differences(fine, coarse, sign, region, first, min(last, first + WINDOW)):
        taken.append(d[:, from_column : from_column + WINDOW])
        del row
    if not taken:
        return None
    d = np.concatenate(taken)
    known = np.isfinite(d)
    if known.sum() < LEAST_STABLE:
        return None
    across, down = metres(fine.frame.top - (first + len(d) / 2) * fine.frame.cell_y)
    size_x, size_y = fine.frame.cell_x * across, fine.frame.cell_y * down
    bias = float(np.median(d[known]))
    return Errors(
        float(np.std(d[known])),
        correlation_length(d - bias, size_x, size_y),
        bias,
        True,
        float(known.sum()) * size_x * size_y,
    )


def correlation_length(d: Values, cell_x: float, cell_y: float) -> float:
    """ℓ in m, by where the correlation of a square of differences (NaN where unknown) falls to a half:
    exp(−h²/4ℓ²) = 1/2 at h = 2ℓ√(ln 2). 0 where it has fallen before the next cell."""
    known = np.isfinite(d)
    filled = np.where(known, d - np.mean(d[known]), 0.0)
    shape = [2 * one for one in d.shape]
    products = np.fft.irfft2(np.abs(np.fft.rfft2(filled, shape)) ** 2, shape)
    pairs = np.fft.irfft2(np.abs(np.fft.rfft2(known.astype(float), shape)) ** 2, shape)
    found = []
    for lag, steps in ((cell_x, (0, 1)), (cell_y, (1, 0))):
        most = d.shape[1 if steps[1] else 0] // 2
        line = [slice(0, most) if one else 0 for one in steps]
        many = pairs[tuple(line)]
        values = np.where(many > 30, products[tuple(line)] / np.maximum(many, 1), np.nan)
        length = _half(values / values[0], lag) if len(values) > 1 and values[0] > 0 else None
        if length is not None:
            found.append(length)
    return float(np.mean(found)) / (2 * sqrt(log(2))) if found else 0.0


def _half(correlation: Values, lag: float) -> float:
    """The distance of a correlation of one half; 0 where it is below already at the next cell."""
    below = np.flatnonzero(~(correlation >= 0.5))
    if not len(below):
        return lag * len(correlation)
    at = int(below[0])
    if at <= 1:
        return 0.0
    high, low = float(correlation[at - 1]), float(correlation[at])
    return lag * (at - 1 + (high - 0.5) / max(high - low, 1e-9)) if np.isfinite(low) else lag * at
