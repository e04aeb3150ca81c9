"""A fixed camera's usual picture without what one looks for: median and MAD, and how far a picture is from it.

What is compared: brightness with its local contrast made even, so that clouds and exposure change nothing, and the two
colour differences. MAD: Hampel 1974; 1.4826 of it is a standard deviation of normal noise.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping, Sequence
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from yakuba.kernel.refusals import Invalid
from yakuba.services.vision.engine.findings import Picture

Channels = NDArray[np.float32]  # height × width × 3
SIDE = 480  # pixels of the longer side at which scenes are compared
CONTRAST_OVER, CONTRAST_FLOOR = 12.0, 8.0  # pixels, grey levels
LEAST_SPREAD = (0.25, 0.02, 0.02)  # of brightness (local spreads) and colour (shares)
TO_DEVIATION = 1.4826
PARTS = 6  # in which pictures are held out
LARGEST_KEPT = 16 << 20  # bytes of a scene that is read


def size_of(width: int, height: int) -> tuple[int, int]:
    """Width and height at which pictures of this size are compared."""
    scale = min(1.0, SIDE / max(width, height))
    return max(8, round(width * scale)), max(8, round(height * scale))


def channels(picture: Picture, size: tuple[int, int]) -> Channels:
    """Even brightness and two colour differences, each about -3..3 or -1..1, at that width and height."""
    small = cv2.resize(np.ascontiguousarray(picture), size, interpolation=cv2.INTER_AREA).astype(np.float32)
    brightness = small @ np.array([0.299, 0.587, 0.114], np.float32)
    high = brightness - cv2.GaussianBlur(brightness, (0, 0), CONTRAST_OVER, borderType=cv2.BORDER_REFLECT)
    spread = np.sqrt(
        np.maximum(cv2.GaussianBlur(high * high, (0, 0), CONTRAST_OVER, borderType=cv2.BORDER_REFLECT), 0)
    )
    total = small.sum(axis=2) + 30
    return np.stack(
        [high / (spread + CONTRAST_FLOOR), small[:, :, 0] / total, small[:, :, 2] / total], axis=2
    ).astype(np.float32)


def usual(stack: Sequence[Channels]) -> tuple[Channels, Channels]:
    """Median, and spread as MAD × 1.4826, never below what a camera's noise makes."""
    all_of = np.stack(stack)
    middle = np.median(all_of, axis=0)
    spread = np.median(np.abs(all_of - middle), axis=0) * TO_DEVIATION
    return middle.astype(np.float32), np.maximum(spread, np.asarray(LEAST_SPREAD)).astype(np.float32)


def deviation(middle: Channels, spread: Channels, now: Channels) -> NDArray[np.float32]:
    """How many spreads each pixel lies away, the root mean square of the three, `[height, width]`, at most 20."""
    far = np.minimum(np.abs(now - middle) / spread, 20.0)
    return np.asarray(np.sqrt((far * far).mean(axis=2)), np.float32)


def against_others(stack: Sequence[Channels]) -> list[NDArray[np.float32]]:
    """The deviation of each picture from a scene made without it (and, of many, without some others)."""
    parts = min(PARTS, len(stack))
    found: dict[int, NDArray[np.float32]] = {}
    for part in range(parts):
        scene = usual([one for at, one in enumerate(stack) if at % parts != part])
        found |= {at: deviation(*scene, stack[at]) for at in range(part, len(stack), parts)}
    return [found[at] for at in range(len(stack))]


def packed(arrays: Mapping[str, NDArray[np.generic]]) -> bytes:
    """Arrays as one file without program code."""
    file = io.BytesIO()
    plain: dict[str, Any] = {name: np.asarray(values) for name, values in arrays.items()}
    np.savez_compressed(file, **plain)
    return file.getvalue()


def unpacked(content: bytes, names: Sequence[str]) -> dict[str, NDArray[np.generic]]:
    """What `packed` wrote. Raises Invalid: it is none, lacks one of the names, or is too large."""
    fault = Invalid("保存されたカメラの基準を読めません。何も写っていない写真から作り直してください。")
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            if sum(entry.file_size for entry in archive.infolist()) > LARGEST_KEPT:
                raise fault
        with np.load(io.BytesIO(content), allow_pickle=False) as archive_of_arrays:
            found = {name: archive_of_arrays[name] for name in names}
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile, NotImplementedError) as error:
        raise fault from error
    for values in found.values():
        if values.dtype.kind == "f" and not np.isfinite(values).all():
            raise fault
    return found
