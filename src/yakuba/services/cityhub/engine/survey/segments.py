"""The pieces of a TIFF file, unpacked one at a time: what they may be is known before one of them is opened.

Pillow's libtiff unpacks LZW, PackBits and Zstandard: each piece is put behind a header of our own that says it is a grey picture
of bytes, so that no header of the file reaches it. Predictors are undone here (TIFF 6.0, section 14; Adobe's Technical Note 3).
"""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO

import numpy as np

from yakuba.kernel.refusals import Invalid

NONE, LZW, JPEG, DEFLATE, OLD_DEFLATE, PACKBITS, ZSTD = 1, 5, 7, 8, 32_946, 32_773, 50_000
BY_PILLOW = (LZW, PACKBITS, ZSTD)
READABLE = (NONE, JPEG, DEFLATE, OLD_DEFLATE, *BY_PILLOW)
LARGEST = 256_000_000  # bytes of a piece, unpacked
SHORT = "途中で切れています。もとの大きさと比べて、コピーし直してください。"
DAMAGED = "途中のデータが壊れています。もとのソフトで書き出し直してください。"


@dataclass(frozen=True)
class Layout:
    """How pixels lie in a piece. height, width: of a piece, pixels; samples: of a pixel in it; dtype: numpy's, with the file's
    order of bytes; tables: of JPEG, for all pieces."""

    height: int
    width: int
    samples: int
    dtype: np.dtype[Any]
    compression: int
    predictor: int
    tables: bytes = b""

    @property
    def row(self) -> int:
        """Bytes of a line."""
        return self.width * self.samples * self.dtype.itemsize


def read(file: BinaryIO, offset: int, size: int) -> bytes:
    """The packed bytes. Raises Invalid where the file ends before."""
    file.seek(offset)
    data = file.read(size)
    if len(data) != size:
        raise Invalid(SHORT)
    return data


def unpacked(data: bytes, layout: Layout, rows: int) -> np.ndarray[Any, Any]:
    """rows × width × samples, in the machine's order of bytes. Raises Invalid for what does not unpack to that."""
    if layout.compression == JPEG:
        return _jpeg(data, layout, rows)
    wanted = rows * layout.row
    plain = _plain(data, layout, rows, wanted)
    if len(plain) < wanted:
        raise Invalid(DAMAGED)
    return _predicted(np.frombuffer(plain, np.uint8, wanted), layout, rows)


def _plain(data: bytes, layout: Layout, rows: int, wanted: int) -> bytes:
    if layout.compression == NONE:
        return data
    if layout.compression in (DEFLATE, OLD_DEFLATE):
        try:
            return zlib.decompressobj().decompress(data, wanted)
        except zlib.error as error:
            raise Invalid(DAMAGED) from error
    return _by_pillow(data, layout.compression, layout.row, rows)


def _by_pillow(data: bytes, compression: int, width: int, rows: int) -> bytes:
    from PIL import Image

    Image.MAX_IMAGE_PIXELS = None  # bounded by LARGEST
    entries = [
        (256, 4, width),
        (257, 4, rows),
        (258, 3, 8),
        (259, 3, compression),
        (262, 3, 1),
        (273, 4, 8),
        (277, 3, 1),
        (278, 4, rows),
        (279, 4, len(data)),
    ]
    listed = b"".join(struct.pack("<HHII", tag, kind, 1, value) for tag, kind, value in entries)
    at = 8 + len(data) + len(data) % 2
    head = struct.pack("<2sHI", b"II", 42, at)
    padded = data + b"\0" * (len(data) % 2)
    made = head + padded + struct.pack("<H", len(entries)) + listed + struct.pack("<I", 0)
    try:
        with Image.open(io.BytesIO(made), formats=["TIFF"]) as picture:
            return picture.tobytes()
    except (OSError, ValueError, SyntaxError) as error:
        raise Invalid(DAMAGED) from error


def _jpeg(data: bytes, layout: Layout, rows: int) -> np.ndarray[Any, Any]:
    from PIL import Image

    whole = b"\xff\xd8" + layout.tables[2:-2] + data[2:] if layout.tables else data
    try:
        with Image.open(io.BytesIO(whole), formats=["JPEG"]) as picture:
            if picture.width * picture.height > LARGEST // 4:
                raise Invalid(DAMAGED)
            found = np.asarray(picture.convert("RGB" if layout.samples == 3 else "L"))
    except (OSError, ValueError, SyntaxError) as error:
        raise Invalid(DAMAGED) from error
    found = found.reshape(*found.shape[:2], -1)
    if found.shape[0] < rows or found.shape[1] < layout.width:
        raise Invalid(DAMAGED)
    return found[:rows, : layout.width]


def _predicted(plain: np.ndarray[Any, Any], layout: Layout, rows: int) -> np.ndarray[Any, Any]:
    dtype, native = layout.dtype, layout.dtype.newbyteorder("=")
    shape: Sequence[int] = (rows, layout.width, layout.samples)
    if layout.predictor == 3:
        steps = plain.reshape(rows, -1, layout.samples)
        summed = np.cumsum(steps, axis=1, dtype=np.uint8).reshape(rows, dtype.itemsize, -1)
        return (
            np.ascontiguousarray(summed.transpose(0, 2, 1))
            .view(dtype.newbyteorder(">"))
            .reshape(shape)
            .astype(native)
        )
    if layout.predictor == 2:
        whole = np.dtype(f"{dtype.byteorder}u{dtype.itemsize}") if dtype.itemsize > 1 else np.dtype("u1")
        values = plain.view(whole).reshape(shape).astype(whole.newbyteorder("="))
        return np.cumsum(values, axis=1, dtype=values.dtype).view(native)
    return plain.view(dtype).reshape(shape).astype(native, copy=False)
