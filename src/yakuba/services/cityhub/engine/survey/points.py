"""Points of LAS, LAZ and text, read as hostile files in a process apart: the numbers of the header first, then some hundred
thousand points at a time into grids of the highest and of the ground's height.

Memory is that of the grids, whose size is bounded (`MOST_CELLS`), and of one part of the points, however many there are. LAS:
ASPRS LAS 1.4 R15, tables 3 and 9.
"""

from __future__ import annotations

import math
import struct
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO

import numpy as np

from yakuba.kernel.refusals import Invalid
from yakuba.services.cityhub.engine.survey import geokeys
from yakuba.services.cityhub.engine.survey.segments import DAMAGED, SHORT
from yakuba.services.cityhub.engine.survey.small import SmallPicture
from yakuba.services.cityhub.engine.survey.systems import code_in
from yakuba.services.cityhub.engine.survey.texts import TextPoints

AT_ONCE = 200_000  # points
MOST_POINTS = 1_000_000_000
MOST_CELLS = 25_000_000  # three grids of 4 bytes each
MOST_RECORDS, MOST_BEFORE = 2_000, 64_000_000  # of the header; bytes before the first point
LEAST_PACKED = 0.05  # bytes of a LAZ file for each point: real ones have 2 to 8
CELLS = (0.1, 0.2, 0.25, 0.5, 1.0, 2.0, 5.0)  # m
WANTED = 2.0  # points of a cell
MOST_OUTSIDE = (
    0.01  # share of the points that may lie outside of what the header says: more of them, and it is damaged
)
GROUND = 2  # class of the ground (ASPRS)
LARGEST = 1e8  # m
Told = tuple[dict[str, Any], bytes]
Values = np.ndarray[Any, Any]
NO_POINTS = "点群（LAS、LAZ、CSV）ではありません。写真測量のソフトから書き出し直してください。"
TOO_WIDE = "点の散らばる広さが大きすぎます（{wide:,.0f}m×{high:,.0f}m）。離れた点が混ざっていないか確かめ、区域を分けてください。"


@dataclass(frozen=True)
class Head:
    """What a LAS header says. box: west, south, east, north; low, high: heights; all in the file's units."""

    version: str
    format: int
    packed: bool
    count: int
    box: tuple[float, float, float, float]
    low: float
    high: float
    said: geokeys.Said

    def facts(self) -> dict[str, Any]:
        """Plain."""
        return {
            "sort": "points",
            "version": self.version,
            "format": self.format,
            "packed": self.packed,
            "count": self.count,
            "box": list(self.box),
            "code": self.said.code,
            "citation": self.said.citation,
            "metres": self.said.metres,
        }


def las_head(file: BinaryIO) -> Head:
    """The header's numbers against the file's length, before a library sees it. Raises Invalid."""
    file.seek(0, 2)
    size = file.tell()
    file.seek(0)
    start = file.read(375)
    if start[:4] != b"LASF" or len(start) < 227:
        raise Invalid(NO_POINTS if start[:4] != b"LASF" else SHORT)
    major, minor = start[24], start[25]
    if major != 1 or minor > 4 or (minor == 4 and len(start) < 375):
        raise Invalid(f"LASの版（{major}.{minor}）が読めません。1.2から1.4で書き出してください。")
    head_size, offset, records = struct.unpack_from("<HII", start, 94)
    kind, length, old = struct.unpack_from("<BHI", start, 104)
    count = struct.unpack_from("<Q", start, 247)[0] if minor == 4 and kind & 0x7F > 5 else old
    if minor == 4 and not count:
        count = struct.unpack_from("<Q", start, 247)[0] or old
    bounds = struct.unpack_from("<6d", start, 179)
    packed = bool(kind & 0x80)
    if not head_size <= offset <= min(size, MOST_BEFORE) or records > MOST_RECORDS or head_size < 227:
        raise Invalid(SHORT if offset > size else DAMAGED)
    if not 0 < count <= MOST_POINTS or kind & 0x7F > 10 or length < 20:
        raise Invalid(
            f"点の数（{count:,}）が正しくありません（{MOST_POINTS:,}点まで）。書き出し直してください。"
        )
    room = size - offset
    if count * length > room if not packed else count * LEAST_PACKED > room:
        raise Invalid(SHORT)
    if not all(map(math.isfinite, bounds)) or max(map(abs, bounds)) > LARGEST:
        raise Invalid("点の範囲が正しくありません。座標系を確かめて、書き出し直してください。")
    east, west, north, south, high, low = bounds
    if east < west or north < south:
        raise Invalid("点の範囲が正しくありません。書き出し直してください。")
    said = _said(file, head_size, offset, records)
    return Head(f"{major}.{minor}", kind & 0x7F, packed, count, (west, south, east, north), low, high, said)


def _said(file: BinaryIO, at: int, end: int, records: int) -> geokeys.Said:
    """The coordinate system out of the variable length records."""
    directory: Sequence[int] = ()
    texts, wkt = "", ""
    for _ in range(records):
        if at + 54 > end:
            raise Invalid(DAMAGED)
        file.seek(at)
        head = file.read(54)
        user, number, size = head[2:18].rstrip(b"\0"), *struct.unpack_from("<HH", head, 18)
        if at + 54 + size > end:
            raise Invalid(DAMAGED)
        if user == b"LASF_Projection":
            content = file.read(size)
            if number == geokeys.DIRECTORY:
                directory = struct.unpack(f"<{size // 2}H", content[: size // 2 * 2])
            elif number == geokeys.TEXTS:
                texts = content.decode("ascii", "replace")
            elif number == 2112:
                wkt = content.decode("utf-8", "replace").rstrip("\0")
        at += 54 + size
    if wkt:
        name = "".join(one for one in wkt[:200] if one.isprintable())
        return geokeys.Said(code_in(wkt), name)
    return geokeys.said(directory, texts) if directory else geokeys.Said()


class Grids:
    """The highest point, the mean of the ground's points and how many points, in each cell; the first line is the north."""

    def __init__(self, box: Sequence[float], cell: float) -> None:
        west, south, east, north = box
        self.cell = cell
        self.left, self.top = math.floor(west / cell) * cell, math.ceil(north / cell + 1e-9) * cell
        self.columns = int((east - self.left) // cell) + 1
        self.rows = int((self.top - south) // cell) + 1
        if self.rows * self.columns > MOST_CELLS:
            raise Invalid(TOO_WIDE.format(wide=east - west, high=north - south))
        shape = self.rows * self.columns
        self.highest = np.full(shape, -np.inf, np.float32)
        self.ground = np.zeros(shape, np.float32)
        self.grounds = np.zeros(shape, np.uint16)
        self.counts = np.zeros(shape, np.uint32)
        self.outside = 0

    def add(self, x: Values, y: Values, z: Values, classes: Values | None) -> None:
        """Some points."""
        column = np.floor((x - self.left) / self.cell).astype(np.int64)
        row = np.floor((self.top - y) / self.cell).astype(np.int64)
        fits = (column >= 0) & (column < self.columns) & (row >= 0) & (row < self.rows) & (np.abs(z) < 20_000)
        self.outside += int((~fits).sum())
        at, z = (row * self.columns + column)[fits], z[fits].astype(np.float32)
        np.maximum.at(self.highest, at, z)
        np.add.at(self.counts, at, 1)
        if classes is not None and (ground := classes[fits] == GROUND).any():
            at, z = at[ground], z[ground]
            room = self.grounds[at] < 60_000
            np.add.at(self.ground, at[room], z[room])
            np.add.at(self.grounds, at[room], 1)

    def top_heights(self) -> Values:
        """rows × columns, float32, NaN where no point lies."""
        made = np.where(self.counts > 0, self.highest, np.nan).astype(np.float32)
        return made.reshape(self.rows, self.columns)

    def ground_heights(self) -> Values | None:
        """The same of the ground; None where no point is of the ground."""
        if not self.grounds.any():
            return None
        with np.errstate(invalid="ignore", divide="ignore"):
            made = np.where(self.grounds > 0, self.ground / self.grounds, np.nan).astype(np.float32)
        return made.reshape(self.rows, self.columns)


def cell_for(box: Sequence[float], count: int) -> float:
    """The smallest of `CELLS` in which two points lie on average, and whose grid is not too large. Raises Invalid."""
    west, south, east, north = box
    area = max((east - west) * (north - south), 1e-6)
    for cell in CELLS:
        if count / area * cell**2 >= WANTED and area / cell**2 < MOST_CELLS * 0.9:
            return cell
    if area / CELLS[-1] ** 2 > MOST_CELLS * 0.9:
        raise Invalid(TOO_WIDE.format(wide=east - west, high=north - south))
    return CELLS[-1]


def head(file: BinaryIO, order: str = "") -> Iterator[Told]:
    """The header of a LAS file; of text, how its first lines are understood. order: of the columns, see `texts`."""
    if _is_las(file):
        yield las_head(file).facts(), b""
    else:
        yield TextPoints(file, order).facts(), b""


def read(file: BinaryIO, order: str = "", degrees: bool = False) -> Iterator[Told]:
    """Everything: facts; `{"done", "total"}`; at the end `{"grid": layer, "rows", "columns", "cell", "left", "top"}` followed by
    its lines (float32) in `{"lines": [first, number]}`, `{"small": …}` and `{"counted": …}`."""
    source: _Las | TextPoints = _Las(file) if _is_las(file) else TextPoints(file, order)
    yield source.facts(), b""
    source.measure()
    count, box = source.count, source.box
    if degrees or _look_like_degrees(box):
        raise Invalid("緯度・経度の点群は測れません。平面直角座標系かUTMで書き出し直してください。")
    grids, classes, done = Grids(box, cell_for(box, count)), Counter[int](), 0
    for x, y, z, sorts in source.parts():
        grids.add(x, y, z, sorts)
        done += len(x)
        if sorts is not None:
            numbers, found = np.unique(sorts, return_counts=True)
            classes.update(dict(zip(numbers.tolist(), found.tolist(), strict=True)))
        yield {"done": done, "total": count}, b""
    if not done:
        raise Invalid("点が一つもありません。")
    if grids.outside > MOST_OUTSIDE * done:
        raise Invalid(
            f"書いてある範囲の外の点が{grids.outside:,}あります（{done:,}点中）。途中で壊れていないか確かめ、書き出し直してください。"
        )
    yield from _grids(grids)
    filled = int((grids.counts > 0).sum())
    counted = {
        "count": done,
        "outside": grids.outside,
        "filled": filled,
        "density": (done - grids.outside) / max(filled * grids.cell**2, 1e-9),
        "classes": {str(key): number for key, number in sorted(classes.items())},
        "bad": source.bad,
        "faults": source.faults,
    }
    yield {"counted": counted}, b""


def _look_like_degrees(box: Sequence[float]) -> bool:
    """All of it between numbers that are longitudes and latitudes of Japan, in either order: no survey is 30 m from the origin of a
    plane."""
    west, south, east, north = box
    first, second = (west > 120 and east < 156), (south > 18 and north < 48)
    return (first and second) or (west > 18 and east < 48 and south > 120 and north < 156)


def _grids(grids: Grids) -> Iterator[Told]:
    top = grids.top_heights()
    small = SmallPicture(grids.rows, grids.columns, 1)
    small.add(0, 0, top[:, :, None])
    yield from _lines("top", grids, top)
    del top
    ground = grids.ground_heights()
    if ground is not None:
        yield from _lines("ground", grids, ground)
    made = small.means()
    yield {"small": list(made.shape)}, made.tobytes()


def _lines(layer: str, grids: Grids, values: Values) -> Iterator[Told]:
    place = {"cell": grids.cell, "left": grids.left, "top": grids.top}
    yield {"grid": layer, "rows": grids.rows, "columns": grids.columns, **place}, b""
    step = max(1, 8_000_000 // (4 * grids.columns))
    for first in range(0, grids.rows, step):
        lines = values[first : first + step]
        yield {"lines": [first, len(lines)]}, lines.tobytes()


def _is_las(file: BinaryIO) -> bool:
    file.seek(0)
    found = file.read(4) == b"LASF"
    file.seek(0)
    return found


class _Las:
    """Points of a LAS or LAZ file, some at a time."""

    bad = 0

    def __init__(self, file: BinaryIO) -> None:
        self._file, self._head = file, las_head(file)
        self.count, self.box = self._head.count, self._head.box
        self.faults: list[str] = []

    def facts(self) -> dict[str, Any]:
        return self._head.facts()

    def measure(self) -> None:
        """The header has said it."""

    def parts(self) -> Iterator[tuple[Values, Values, Values, Values | None]]:
        import laspy
        import lazrs

        self._file.seek(0)
        try:
            with laspy.open(
                self._file, closefd=False, read_evlrs=False, laz_backend=laspy.LazBackend.Lazrs
            ) as reader:
                for part in reader.chunk_iterator(AT_ONCE):
                    x, y, z = (np.asarray(one, np.float64) for one in (part.x, part.y, part.z))
                    yield x, y, z, np.asarray(part.classification, np.uint8)
        except (laspy.errors.LaspyException, lazrs.LazrsError, RuntimeError, ValueError) as error:
            raise Invalid(DAMAGED) from error
