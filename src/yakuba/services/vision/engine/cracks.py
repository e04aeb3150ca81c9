"""Cracks of a road's surface: an own oriented line filter, or a small network in its place, and what makes them doubtful."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from yakuba.services.vision.engine.findings import Box, CrackFinding, Picture, Polygon
from yakuba.services.vision.engine.models import Model

SHORTEST = 40  # pixels: shorter parts are dropped
CELL = 64  # pixels of a cell where the picture is not calibrated


def find_cracks(
    picture: Picture,
    *,
    model: Model | None = None,
    road: Polygon | None = None,
    leave_out: Sequence[Box] = (),
    half: bool | None = None,
    cell_px: int = CELL,
) -> CrackFinding:
    """Cracks inside the road area and outside the boxes.

    model: task vision.cracks; None: the line filter.  road: corners in pixels (default: the whole picture).  leave_out:
    vehicles, people and what else is no road.  half: look at half the size (default: above 1,000 pixels a side, which
    keeps 1920×1080 below a second).  cell_px: side of a cell of `grid_share`. Any size of picture; what cannot be looked
    at gives an empty finding with its doubt. Raises ModelRefused.
    """
    raise NotImplementedError


def line_strength(grey: NDArray[np.uint8]) -> NDArray[np.float32]:
    """How much each pixel looks like the middle of a dark line, `[height, width]`, 0 upwards: the largest of the second
    derivatives across 12 directions at 3 widths, of the picture with its local contrast made even."""
    raise NotImplementedError
