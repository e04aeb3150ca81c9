"""Survey files drawn by ourselves: surfaces, pictures and points of a made hill, and hostile ones."""

from __future__ import annotations

import io
import struct
from typing import Any

import numpy as np
from PIL import Image, TiffImagePlugin

PLANE_9 = 6677  # 平面直角 第9系 (JGD2011)
Values = np.ndarray[Any, Any]


def hill(rows: int = 200, columns: int = 300, cell: float = 0.5, height: float = 8.0) -> Values:
    """A round hill on a slope, m."""
    y, x = np.mgrid[:rows, :columns] * cell
    middle = rows * cell / 2, columns * cell / 2
    far = ((y - middle[0]) ** 2 + (x - middle[1]) ** 2) / (0.03 * min(middle) * max(middle)) / 2
    return (50 + 0.02 * x + height * np.exp(-far)).astype(np.float32)


def place_tags(cell: float, left: float, top: float, code: int | None) -> dict[int, Any]:
    """The tags of GeoTIFF."""
    keys = (1, 1, 0, 3, 1024, 0, 1, 1, 1025, 0, 1, 1, 3072, 0, 1, code or 32_767)
    return {33_550: (cell, cell, 0.0), 33_922: (0.0, 0.0, 0.0, left, top, 0.0), 34_735: keys}


def geotiff_bytes(
    values: Values,
    *,
    cell: float = 0.5,
    left: float = 22_000.0,
    top: float = 11_500.0,
    code: int | None = PLANE_9,
    nodata: str = "",
    **how: Any,
) -> bytes:
    """By tifffile, which packs by Deflate at most."""
    import tifffile

    tags = [
        (33_550, "d", 3, (cell, cell, 0.0), False),
        (33_922, "d", 6, (0.0, 0.0, 0.0, left, top, 0.0), False),
        (34_735, "H", 16, place_tags(cell, left, top, code)[34_735], False),
    ]
    if nodata:
        tags.append((42_113, "s", len(nodata) + 1, nodata, False))
    target = io.BytesIO()
    tifffile.imwrite(target, values, extratags=tags, **how)
    return target.getvalue()


def by_libtiff(picture: Image.Image, compression: str, predictor: int, cell: float = 0.5) -> bytes:
    """By libtiff, as most programs pack: LZW with and without a predictor."""
    info: Any = TiffImagePlugin.ImageFileDirectory_v2()
    for tag, value in place_tags(cell, 22_000.0, 11_500.0, PLANE_9).items():
        info[tag] = value
        info.tagtype[tag] = 12 if tag != 34_735 else 3
    info[317] = predictor
    target = io.BytesIO()
    picture.save(target, "TIFF", compression=compression, tiffinfo=info)
    return target.getvalue()


def las(
    x: Values,
    y: Values,
    z: Values,
    classes: Values | None = None,
    *,
    packed: bool = False,
    code: int = PLANE_9,
) -> bytes:
    """LAS 1.2, or LAZ."""
    import laspy

    header = laspy.LasHeader(point_format=0, version="1.2")
    header.scales, header.offsets = np.full(3, 0.001), np.array([np.floor(x.min()), np.floor(y.min()), 0.0])
    keys = struct.pack("<12H", 1, 1, 0, 2, 1024, 0, 1, 1, 3072, 0, 1, code)
    header.vlrs.append(laspy.VLR("LASF_Projection", 34_735, "", keys))
    cloud = laspy.LasData(header)
    cloud.x, cloud.y, cloud.z = x, y, z
    if classes is not None:
        cloud.classification = classes
    target = io.BytesIO()
    cloud.write(target, do_compress=packed, laz_backend=laspy.LazBackend.Lazrs if packed else None)
    return target.getvalue()


def scattered(number: int, seed: int = 1, width: float = 60.0) -> tuple[Values, Values, Values]:
    """Points over a plane of 1:10, at the demo's place."""
    rng = np.random.default_rng(seed)
    x, y = rng.uniform(0, width, number), rng.uniform(0, width, number)
    return 22_000 + x, 11_400 + y, 50 + 0.1 * x


def told(frames: Any) -> tuple[list[dict[str, Any]], dict[str, Values]]:
    """Heads as they came, and grids and small pictures that their bodies make."""
    heads, made, layer = [], {}, "surface"
    for head, body in ((one, two) for one, two in frames):
        heads.append(head)
        if "width" in head:
            made["surface"] = np.full((head["height"], head["width"]), np.nan, np.float32)
        if "grid" in head:
            layer = head["grid"]
            made[layer] = np.full((head["rows"], head["columns"]), np.nan, np.float32)
        if "piece" in head:
            row, column, rows, columns = head["piece"]
            made["surface"][row : row + rows, column : column + columns] = np.frombuffer(
                body, np.float32
            ).reshape(rows, columns)
        if "lines" in head:
            first, number = head["lines"]
            made[layer][first : first + number] = np.frombuffer(body, np.float32).reshape(number, -1)
        if "small" in head:
            made["small"] = np.frombuffer(body, np.float32).reshape(head["small"])
    return heads, made
