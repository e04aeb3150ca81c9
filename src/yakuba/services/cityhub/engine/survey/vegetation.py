"""Vegetation indices of a drone's picture over polygons, in a process apart: the middle, and between what tenths it lies.

    NDVI = (NIR − R) / (NIR + R)        J. Rouse et al. (1974); needs a near-infrared band
    VARI = (G − R) / (G + R − B)        A. Gitelson et al. (2002); of an ordinary camera

Of digital numbers as the file has them: without a calibration panel neither is comparable between flights, sensors or hours of the
day, and VARI follows light and soil as much as leaves. Which band is which the person says who brings the picture.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, BinaryIO

import numpy as np

from yakuba.kernel.refusals import Invalid
from yakuba.services.cityhub.engine.survey.geotiff import Piece, Raster
from yakuba.services.cityhub.engine.survey.surfaces import Frame, inside

NDVI, VARI = "NDVI", "VARI"
BANDS = {NDVI: ("赤", "近赤外"), VARI: ("赤", "緑", "青")}  # in the order in which their numbers are given
STEPS = 400  # of the histogram from -1 to 1
MOST_POLYGONS = 500
Values = np.ndarray[Any, Any]
Told = tuple[dict[str, Any], bytes]


def index(kind: str, bands: Sequence[Values]) -> Values:
    """Of bands in the order of `BANDS`, float64; NaN where the denominator is nearly nothing, and beyond -1 to 1."""
    if kind == NDVI:
        red, infrared = bands
        above, below = infrared - red, infrared + red
    else:
        red, green, blue = bands
        above, below = green - red, green + red - blue
    with np.errstate(divide="ignore", invalid="ignore"):
        found = np.where(np.abs(below) > 1e-6 * np.maximum(np.abs(red), 1), above / below, np.nan)
    return np.where(np.abs(found) <= 1, found, np.nan)


def read(file: BinaryIO, kind: str, bands: list[int], polygons: list[list[list[float]]]) -> Iterator[Told]:
    """`{"done", "total"}`, and at the end `{"fields": [[pixels, wanted, middle, low, high], …]}`: wanted: pixels of the polygon;
    pixels: of these with a value; low and high: the 10th and 90th of a hundred. bands: numbers from 1; polygons: in the file's
    coordinates."""
    raster = Raster(file)
    if (
        kind not in BANDS
        or len(bands) != len(BANDS[kind])
        or not all(1 <= one <= raster.bands for one in bands)
    ):
        raise Invalid(f"バンドの番号は1から{raster.bands}までで選んでください。")
    if len(polygons) > MOST_POLYGONS:
        raise Invalid(f"圃場は一度に{MOST_POLYGONS}までです。")
    sums = np.zeros((len(polygons), STEPS), np.int64)
    wanted = np.zeros(len(polygons), np.int64)
    boxes = [_box(one) for one in polygons]
    total = raster.rows * raster.columns
    for number, piece in enumerate(raster.pieces(), 1):
        frame = _frame(raster, piece)
        meant = [at for at, box in enumerate(boxes) if _meet(box, frame.box)]
        if meant:
            _add(raster, piece, frame, kind, bands, [(at, polygons[at]) for at in meant], sums, wanted)
        if number % 16 == 0:
            yield {"done": min(number, total), "total": total}, b""
    yield (
        {
            "fields": [
                [int(line.sum()), int(many), *_middle(line)] for line, many in zip(sums, wanted, strict=True)
            ]
        },
        b"",
    )


def _add(
    raster: Raster,
    piece: Piece,
    frame: Frame,
    kind: str,
    bands: Sequence[int],
    meant: Sequence[tuple[int, list[list[float]]]],
    sums: Values,
    wanted: Values,
) -> None:
    found = raster.read(piece)
    values = None
    if found is not None:
        values = index(kind, [found[:, :, one - 1].astype(np.float64) for one in bands])
        values[raster.empty(found)] = np.nan
    for at, polygon in meant:
        mask = inside([(x, y) for x, y in polygon], frame, 0, piece.rows)
        wanted[at] += int(mask.sum())
        if values is not None:
            known = values[mask & np.isfinite(values)]
            steps = np.clip(((known + 1) / 2 * STEPS).astype(np.int64), 0, STEPS - 1)
            sums[at] += np.bincount(steps, minlength=STEPS)


def _frame(raster: Raster, piece: Piece) -> Frame:
    left = raster.left + piece.column * raster.cell_x
    top = raster.top - piece.row * raster.cell_y
    return Frame(piece.rows, piece.columns, left, top, raster.cell_x, raster.cell_y)


def _box(polygon: Sequence[Sequence[float]]) -> tuple[float, float, float, float]:
    xs, ys = [x for x, _ in polygon], [y for _, y in polygon]
    return min(xs), min(ys), max(xs), max(ys)


def _meet(one: Sequence[float], other: Sequence[float]) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def _middle(line: Values) -> list[float | None]:
    """The middle and the tenths of a histogram, to half a step (0.0025)."""
    total = line.sum()
    if not total:
        return [None, None, None]
    summed = np.cumsum(line) / total
    at = [int(np.searchsorted(summed, share)) for share in (0.5, 0.1, 0.9)]
    return [round(float((one + 0.5) / STEPS * 2 - 1), 4) for one in at]
