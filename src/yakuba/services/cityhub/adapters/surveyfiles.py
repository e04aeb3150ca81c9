"""Survey files as the process apart tells of them: nothing it says is believed before its numbers agree with one another, and the
pictures are drawn here, of plain numbers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import IO, Any, BinaryIO

import numpy as np

from yakuba.kernel.files import apart
from yakuba.kernel.files.opening import Frame as ToldFrame
from yakuba.kernel.files.temporary import nameless_file
from yakuba.kernel.refusals import Invalid
from yakuba.services.cityhub.engine.survey import small
from yakuba.services.cityhub.engine.survey.surfaces import Frame

_ENGINE = "yakuba.services.cityhub.engine.survey"
TIFF_STARTS = (b"II", b"MM")
LOOKED_SECONDS = 30.0
# CPU seconds, measured on two slow cores with a wide margin: bytes, pixels and points of a second.
LEAST_SECONDS, BYTES_A_SECOND, PIXELS_A_SECOND, POINTS_A_SECOND = 120.0, 1e6, 4e6, 5e4
MOST_TOLD = 16_100_000_000 + 400_000_000  # bytes: heights of 4,000,000,000 pixels, and the rest
PLAIN = ("width", "height", "bands", "left", "top", "cell_x", "cell_y", "count")
Told = Callable[[int, int], None]


@dataclass
class Grid:
    """Heights that are being told of. seen: cells."""

    frame: Frame
    file: IO[bytes]
    seen: int = 0
    known: int = 0
    low: float = np.inf
    high: float = -np.inf

    def put(self, row: int, column: int, values: np.ndarray[Any, Any]) -> None:
        """A piece. Raises ValueError where it lies outside."""
        rows, columns = values.shape
        frame = self.frame
        if not (row >= 0 and row + rows <= frame.rows and column >= 0 and column + columns <= frame.columns):
            raise ValueError("a piece outside of its picture")
        if columns == frame.columns:
            self.file.seek(4 * row * frame.columns)
            self.file.write(values.tobytes())
        else:
            for number in range(rows):
                self.file.seek(4 * ((row + number) * frame.columns + column))
                self.file.write(values[number].tobytes())
        self.seen += values.size
        found = values[np.isfinite(values)]
        if len(found):
            self.known += len(found)
            self.low, self.high = min(self.low, float(found.min())), max(self.high, float(found.max()))


@dataclass
class Taken:
    """What is in a file. facts: plain, of header and count; grids: by layer; picture: a PNG."""

    facts: dict[str, Any] = field(default_factory=dict)
    grids: dict[str, Grid] = field(default_factory=dict)
    picture: bytes = b""


def look(file: BinaryIO, order: str = "") -> dict[str, Any]:
    """What the header says. Raises Invalid for what is no survey file."""
    frame = apart.answer(_function(file, "head"), file, seconds=LOOKED_SECONDS, **_asked(file, order))
    with apart.understood():
        return _facts(frame.head)


def read(file: BinaryIO, order: str, degrees: bool, told: Told) -> Taken:
    """All of it. degrees: whether its coordinates are known to be such. Raises Invalid."""
    facts = look(file, order)
    asked = _asked(file, order)
    if facts["sort"] == "points":
        asked["degrees"] = degrees
    taken, layer = Taken(), ""
    file.seek(0, 2)
    frames = apart.read(
        _function(file, "read"), file, seconds=_seconds(file.tell(), facts), most=MOST_TOLD, **asked
    )
    for frame in frames:
        with apart.understood():
            layer = _take(taken, layer, frame, told)
    with apart.understood():
        _check(taken)
    return taken


def _function(file: BinaryIO, name: str) -> str:
    file.seek(0)
    is_tiff = file.read(2) in TIFF_STARTS
    file.seek(0)
    return f"{_ENGINE}.{'geotiff' if is_tiff else 'points'}:{name}"


def _asked(file: BinaryIO, order: str) -> dict[str, Any]:
    return {} if "geotiff" in _function(file, "head") else {"order": order}


def _seconds(size: int, facts: dict[str, Any]) -> float:
    pixels = float(facts.get("width") or 0) * float(facts.get("height") or 0) * float(facts.get("bands") or 1)
    points = float(facts.get("count") or size / 20)
    of_points = points / POINTS_A_SECOND if facts["sort"] == "points" else 0.0
    return LEAST_SECONDS + size / BYTES_A_SECOND + pixels / PIXELS_A_SECOND + of_points


def _facts(head: dict[str, Any]) -> dict[str, Any]:
    """What is kept of the header: numbers and short words alone."""
    sort = str(head["sort"])
    if sort not in ("picture", "surface", "bands", "points"):
        raise ValueError("no such sort")
    found: dict[str, Any] = {"sort": sort}
    found |= {name: float(head[name]) for name in PLAIN if head.get(name) is not None}
    for name in ("width", "height", "bands", "count"):
        if name in found:
            found[name] = int(found[name])
    for name in ("dtype", "version", "citation", "order"):
        if head.get(name):
            found[name] = "".join(one for one in str(head[name])[:200] if one.isprintable())
    found["code"] = int(head["code"]) if head.get("code") else None
    found["metres"] = None if head.get("metres") is None else bool(head["metres"])
    found["packed"] = bool(head.get("packed", False))
    if not all(np.isfinite(value) for value in found.values() if isinstance(value, float)):
        raise ValueError("a number that is none")
    return found


def _take(taken: Taken, layer: str, frame: ToldFrame, told: Told) -> str:
    """Put what one frame tells where it belongs. Returns the layer whose lines come next."""
    head, body = frame.head, frame.body
    if "sort" in head:
        _begin(taken, head)
    elif "piece" in head:
        row, column, rows, columns = map(int, head["piece"])
        taken.grids["surface"].put(row, column, _values(body, rows, columns))
    elif "grid" in head:
        return _layer(taken, head)
    elif "lines" in head:
        grid = taken.grids[layer]
        first, number = map(int, head["lines"])
        grid.put(first, 0, _values(body, number, grid.frame.columns))
    elif "done" in head:
        told(int(head["done"]), max(1, int(head["total"])))
    else:
        _conclude(taken, head, body)
    return layer


def _begin(taken: Taken, head: dict[str, Any]) -> None:
    taken.facts = one = _facts(head)
    if one["sort"] == "surface":
        place = (one["left"], one["top"], one["cell_x"], one["cell_y"])
        taken.grids["surface"] = _grid(one["height"], one["width"], *place)


def _layer(taken: Taken, head: dict[str, Any]) -> str:
    layer = str(head["grid"])
    if layer not in ("top", "ground") or layer in taken.grids:
        raise ValueError("no such layer")
    cell = float(head["cell"])
    place = (float(head["left"]), float(head["top"]), cell, cell)
    taken.grids[layer] = _grid(int(head["rows"]), int(head["columns"]), *place)
    return layer


def _conclude(taken: Taken, head: dict[str, Any], body: bytes) -> None:
    if "small" in head:
        rows, columns, bands = map(int, head["small"])
        if not (0 < rows <= small.LONGEST and 0 < columns <= small.LONGEST and bands in (1, 3)):
            raise ValueError("no small picture")
        means = np.frombuffer(body, np.float32).reshape(rows, columns, bands)
        taken.picture = small.drawn(means, taken.facts["sort"] in ("surface", "points"))
    elif "counted" in head:
        taken.facts |= _counted(dict(head["counted"]))
    elif "shown" in head:
        taken.facts["shown"] = int(head["shown"])


def _grid(rows: int, columns: int, left: float, top: float, cell_x: float, cell_y: float) -> Grid:
    if not (rows > 0 and columns > 0 and cell_x > 0 and cell_y > 0 and np.isfinite([left, top]).all()):
        raise ValueError("no frame")
    return Grid(Frame(rows, columns, left, top, cell_x, cell_y), nameless_file())


def _values(body: bytes, rows: int, columns: int) -> np.ndarray[Any, Any]:
    values = np.frombuffer(body, np.float32).reshape(rows, columns)
    return np.where(np.abs(values) < 20_000, values, np.nan).astype(np.float32)


def _counted(head: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {name: int(head[name]) for name in ("count", "outside", "filled", "bad")}
    found["density"] = float(head["density"])
    found["classes"] = {str(int(key)): int(value) for key, value in head["classes"].items()}
    found["faults"] = [str(one)[:200] for one in head["faults"]][:20]
    return found


def _check(taken: Taken) -> None:
    """Whether all cells were told of, once each."""
    if not taken.facts or not taken.picture:
        raise ValueError("nothing was told")
    for grid in taken.grids.values():
        if grid.seen != grid.frame.rows * grid.frame.columns:
            raise ValueError("cells that nobody told of")
        if not grid.known:
            raise Invalid("高さが一つもありません。「値なし」だけのファイルです。")
