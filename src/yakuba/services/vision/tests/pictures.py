"""Files that tests send: pictures with and without what a camera notes, archives, films, tracks."""

from __future__ import annotations

import io
import tempfile
import zipfile
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

from yakuba.demo import drawn

BEGIN = datetime(2026, 4, 1, 9, 0, 0)  # Japan's clock
NORTH, EAST, STEP = 35.6, 138.5, 0.0001  # nine metres to the east


def jpeg(size: tuple[int, int] = (64, 48), shade: int = 120) -> bytes:
    """A small grey picture."""
    out = io.BytesIO()
    Image.new("RGB", size, (shade, shade, shade)).save(out, "JPEG")
    return out.getvalue()


def drive(number: int, cracks: int = 2, seed: int = 1) -> list[tuple[str, bytes]]:
    """Pictures of a drive to the east, one every two seconds and nine metres."""
    return [
        (
            f"{index:03}.jpg",
            drawn.jpeg(drawn.road(seed + index, cracks, wide=640, high=360), BEGIN + timedelta(seconds=2 * index), (NORTH, EAST + STEP * index)),
        )
        for index in range(number)
    ]  # fmt: skip


def archive(files: Mapping[str, bytes]) -> bytes:
    """A ZIP."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        for name, content in files.items():
            packed.writestr(name, content)
    return out.getvalue()


def film(seconds: int, fps: int = 5, size: tuple[int, int] = (320, 240)) -> bytes:
    """A film (MPEG-4) that grows brighter."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "film.mp4"
        writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"mp4v"), fps, size)
        for index in range(seconds * fps):
            writer.write(np.full((size[1], size[0], 3), 20 + index % 200, np.uint8))
        writer.release()
        return path.read_bytes()


def track(number: int, every: float = 1.0, step: float = STEP) -> bytes:
    """A CSV track to the east."""
    lines = ["時刻,緯度,経度"]
    for index in range(number):
        at = BEGIN + timedelta(seconds=every * index)
        lines.append(f"{at.isoformat()},{NORTH},{EAST + step * index:.7f}")
    return "\n".join(lines).encode()


def given(files: Sequence[tuple[str, bytes]]) -> list[tuple[str, io.BytesIO]]:
    """As an upload has them."""
    return [(name, io.BytesIO(content)) for name, content in files]
