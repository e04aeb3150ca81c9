"""Large survey files in constant memory: a surface of many tiles and many points, made here and read in the process apart.

    python benchmarks/surveyfiles.py [--pixels 500] [--points 20]     millions

Prints for each file its size, the seconds, and the most memory that the reading process and this one held (MB, resident).
"""

from __future__ import annotations

import argparse
import os
import resource
import sys
import tempfile
import time
from pathlib import Path
from typing import BinaryIO, cast

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "yakuba.config.settings")
FOLDER = tempfile.TemporaryDirectory(prefix="survey-benchmark-")
os.environ["YAKUBA_DATA_DIR"] = FOLDER.name

import numpy as np  # noqa: E402

TILE = 512


def main() -> None:
    """Make, read, print."""
    import django

    django.setup()
    asked = argparse.ArgumentParser()
    asked.add_argument("--pixels", type=float, default=500)
    asked.add_argument("--points", type=float, default=20)
    given = asked.parse_args()
    print("| file | MB | read in s | reading process, MB | this process, MB |\n|---|---|---|---|---|")
    for name, make, number in (
        ("GeoTIFF, float32, not packed", lambda path, number: raster(path, number, None), given.pixels),
        ("GeoTIFF, float32, Deflate", lambda path, number: raster(path, number, "zlib"), given.pixels),
        ("LAZ", points, given.points),
    ):
        path = Path(FOLDER.name) / "file"
        make(path, int(number * 1e6))
        print("|", name, f"{number:g} million", "|", f"{path.stat().st_size / 1e6:,.0f}", "|", end=" ")
        print(*read(path), sep=" | ", end=" |\n", flush=True)
        path.unlink()


def raster(path: Path, number: int, compression: str | None) -> None:
    """A slope with noise of two centimetres, tile by tile."""
    import tifffile

    side = int(number**0.5) // TILE * TILE
    rng = np.random.default_rng(1)
    noise = rng.normal(0, 0.02, (TILE, TILE)).astype(np.float32)
    place = [
        (33_550, "d", 3, (0.1, 0.1, 0.0), False),
        (33_922, "d", 6, (0.0, 0.0, 0.0, 22_000.0, 11_500.0, 0.0), False),
        (34_735, "H", 16, (1, 1, 0, 3, 1024, 0, 1, 1, 1025, 0, 1, 1, 3072, 0, 1, 6677), False),
    ]

    def tiles():  # type: ignore[no-untyped-def]
        for row in range(0, side, TILE):
            for column in range(0, side, TILE):
                yield np.round(noise + (row + column) * 1e-3, 3).astype(np.float32)

    tifffile.imwrite(
        path, tiles(), shape=(side, side), dtype=np.float32, tile=(TILE, TILE), compression=compression,
        bigtiff=True, extratags=place,
    )  # fmt: skip


def points(path: Path, number: int) -> None:
    """Points over a kilometre, in the order in which a flight has them."""
    import laspy

    header = laspy.LasHeader(point_format=6, version="1.4")
    header.scales, header.offsets = np.full(3, 0.001), np.array([22_000.0, 11_000.0, 0.0])
    rng, part = np.random.default_rng(1), 1_000_000
    with laspy.open(path, "w", header=header, do_compress=True, laz_backend=laspy.LazBackend.Lazrs) as writer:
        for first in range(0, number, part):
            record = laspy.ScaleAwarePointRecord.zeros(part, header=header)
            record.x = 22_000 + np.sort(rng.uniform(0, 1_000, part))
            record.y = 11_000 + (first + rng.uniform(0, part, part)) / number * 1_000
            record.z = 50 + rng.normal(0, 2, part)
            record.classification = rng.integers(1, 3, part).astype(np.uint8)
            writer.write_points(record)


def read(path: Path) -> tuple[str, str, str]:
    """Seconds, and memory of the child and of this process."""
    from yakuba.services.cityhub.adapters import surveyfiles

    begun = time.monotonic()
    with path.open("rb") as file:
        taken = surveyfiles.read(cast(BinaryIO, file), "", False, lambda done, total: None)
    seconds = time.monotonic() - begun
    for grid in taken.grids.values():
        grid.file.close()
    child = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1000
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000
    return f"{seconds:.0f}", f"{child:,.0f}", f"{own:,.0f}"


if __name__ == "__main__":
    sys.exit(main())
