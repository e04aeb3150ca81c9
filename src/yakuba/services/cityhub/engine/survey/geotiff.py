"""GeoTIFF, read as a hostile file in a process apart (`kernel.files.apart`): its header first, by which most of what is no
survey file is refused, then one tile after the other. What is told is plain numbers; pictures are drawn on the other side.

A process of this module never holds more than a tile and the small picture, however large the file.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO, cast

import numpy as np

from yakuba.kernel.refusals import Invalid
from yakuba.services.cityhub.engine.survey import geokeys, segments
from yakuba.services.cityhub.engine.survey.segments import Layout
from yakuba.services.cityhub.engine.survey.small import SmallPicture

MOST_PIXELS = 4_000_000_000
MOST_SIDE = 500_000
MOST_BANDS = 16
MOST_TILES = 4_000_000
PACKED_AT_MOST = 1_200  # how many times as large as its file a picture is: Deflate's utmost is 1,032
SLACK = 64_000_000  # bytes
BLOCK = 8_000_000  # bytes of a piece that is not packed
LARGEST_OFFSET = 1e8
Told = tuple[dict[str, Any], bytes]
_SORTS = {1: "u", 2: "i", 3: "f"}
_MAGIC = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
NO_TIFF = "GeoTIFFではありません。オルソ画像や標高は、写真測量のソフトからGeoTIFFで書き出してください。"
NO_PLACE = "位置の情報がありません。写真測量のソフトから「GeoTIFF」で書き出してください（ふつうのTIFFには位置がありません）。"
BOMB = "書いてある画素の数が、ファイルの大きさに比べて多すぎます。もとのソフトで書き出し直してください。"


@dataclass(frozen=True)
class Piece:
    """A tile: its upper left pixel, how much of it lies in the picture, and its numbers in the file, one for each plane."""

    row: int
    column: int
    rows: int
    columns: int
    numbers: tuple[int, ...]


class Raster:
    """An open GeoTIFF whose header was found to be one that can be read."""

    def __init__(self, file: BinaryIO) -> None:
        import tifffile

        self.file = file
        file.seek(0, 2)
        self.size = file.tell()
        file.seek(0)
        if file.read(4) not in _MAGIC:
            raise Invalid(NO_TIFF)
        file.seek(0)
        try:
            self.tiff = tifffile.TiffFile(file)
            self.page = cast(Any, self.tiff.pages[0])
        except (tifffile.TiffFileError, IndexError) as error:
            raise Invalid(segments.SHORT) from error
        self.width, self.height = int(self.page.imagewidth), int(self.page.imagelength)
        self.bands = int(self.page.samplesperpixel)
        self._check_counts()
        self.dtype = self._dtype()
        self._check_pieces()
        self.nodata = self._nodata()
        self.said = self._said()
        self.left, self.top, self.cell_x, self.cell_y = self._place()

    def _check_counts(self) -> None:
        """Before anything is made of them."""
        if (
            not (0 < self.width <= MOST_SIDE and 0 < self.height <= MOST_SIDE)
            or self.width * self.height > MOST_PIXELS
        ):
            raise Invalid(
                f"画素が{self.width:,}×{self.height:,}あります（{MOST_PIXELS:,}画素まで）。区域を分けて書き出してください。"
            )
        if not 0 < self.bands <= MOST_BANDS:
            raise Invalid(
                f"バンドが{self.bands}あります（{MOST_BANDS}まで）。要るバンドだけを書き出してください。"
            )

    def _dtype(self) -> np.dtype[Any]:
        bits, sort = int(self.page.bitspersample), _SORTS.get(int(self.page.sampleformat))
        if sort is None or bits not in (8, 16, 32, 64) or (sort == "f" and bits == 8):
            raise Invalid("画素の形が読めません。8・16ビットの整数か、32ビットの小数で書き出してください。")
        return np.dtype(f"{self.tiff.byteorder}{sort}{bits // 8}")

    def _check_pieces(self) -> None:
        page = self.page
        self.compression = int(page.compression)
        if self.compression not in segments.READABLE:
            raise Invalid(
                f"圧縮のしかた（{self.compression}）をここでは開けません。LZWかDeflateで書き出し直してください。"
            )
        if self.compression == segments.JPEG and (self.dtype.itemsize != 1 or self.bands not in (1, 3)):
            raise Invalid("このJPEG圧縮は開けません。LZWかDeflateで書き出し直してください。")
        if int(page.fillorder) != 1 or int(page.predictor) not in (1, 2, 3):
            raise Invalid("画素の並べ方を読めません。LZWかDeflateで書き出し直してください。")
        self.tiled = bool(page.is_tiled)
        self.across = int(page.tilewidth) if self.tiled else self.width
        self.down = int(page.tilelength) if self.tiled else min(int(page.rowsperstrip), self.height)
        self.separate = int(page.planarconfig) == 2 and self.bands > 1
        if self.across <= 0 or self.down <= 0:
            raise Invalid(segments.DAMAGED)
        self.columns, self.rows = -(-self.width // self.across), -(-self.height // self.down)
        planes = self.bands if self.separate else 1
        number = self.columns * self.rows * planes
        offsets, counts = page.dataoffsets, page.databytecounts
        if number > MOST_TILES or len(offsets) < number or len(counts) < number:
            raise Invalid(segments.SHORT)
        self.offsets, self.counts = offsets, counts
        filled = [
            (int(at), int(size)) for at, size in zip(offsets[:number], counts[:number], strict=True) if size
        ]
        if any(at + size > self.size for at, size in filled):
            raise Invalid(segments.SHORT)
        piece = self.layout(1).row * self.down
        if self.compression != segments.NONE and (piece > segments.LARGEST or self.across > MOST_SIDE):
            raise Invalid(
                "一つのかたまりが大きすぎます。256×256や512×512のタイルに分けて書き出し直してください。"
            )
        if len(filled) * piece > PACKED_AT_MOST * self.size + SLACK:
            raise Invalid(BOMB)
        if self.compression == segments.NONE and any(
            size < min(piece, self._smallest()) for _, size in filled
        ):
            raise Invalid(segments.SHORT)

    def _smallest(self) -> int:
        """Bytes of the last strip, which is shorter than the others."""
        last = self.height - (self.rows - 1) * self.down
        return self.layout(1).row * (self.down if self.tiled else last)

    def layout(self, rows: int) -> Layout:
        """Of a piece."""
        tables = bytes(self.page.jpegtables or b"") if self.compression == segments.JPEG else b""
        samples = 1 if self.separate else self.bands
        return Layout(
            rows, self.across, samples, self.dtype, self.compression, int(self.page.predictor), tables
        )

    def _nodata(self) -> float | None:
        tag = self.page.tags.get(42_113)
        if tag is None:
            return None
        text = str(tag.value).strip("\0 ")
        if re.fullmatch(r"[-+]?nan", text, re.IGNORECASE):
            return None  # no number is equal to it, and none that is not one is a height
        try:
            return float(np.float32(text)) if self.dtype == np.float32 else float(text)
        except ValueError:
            return None

    def _said(self) -> geokeys.Said:
        tags = self.page.tags
        directory, texts = tags.get(geokeys.DIRECTORY), tags.get(geokeys.TEXTS)
        if directory is None:
            return geokeys.Said()
        return geokeys.said(
            [int(one) for one in np.ravel(directory.value)], str(texts.value) if texts else ""
        )

    def _place(self) -> tuple[float, float, float, float]:
        """The outer corner of the upper left pixel, and a pixel's width and height, in the file's own units."""
        scale, tie, matrix = (self.page.tags.get(one) for one in (33_550, 33_922, 34_264))
        if matrix is not None:
            m = [float(one) for one in np.ravel(matrix.value)]
            if len(m) < 16 or m[1] or m[4]:
                raise Invalid("画像が傾いています。北を上にして書き出し直してください。")
            left, top, across, down = m[3], m[7], m[0], -m[5]
        elif scale is not None and tie is not None:
            s = [float(one) for one in np.ravel(scale.value)]
            t = [float(one) for one in np.ravel(tie.value)]
            if len(s) < 2 or len(t) < 6:
                raise Invalid(NO_PLACE)
            across, down = s[0], s[1]
            left, top = t[3] - t[0] * across, t[4] + t[1] * down
        else:
            raise Invalid(NO_PLACE)
        numbers = (left, top, across, down)
        if (
            not all(np.isfinite(numbers))
            or not (across > 0 and down > 0)
            or max(map(abs, numbers)) > LARGEST_OFFSET
        ):
            raise Invalid("位置か画素の大きさが正しくありません。北を上にして書き出し直してください。")
        half = 0.5 if self.said.point else 0.0
        return left - half * across, top + half * down, across, down

    @property
    def sort(self) -> str:
        """What it is: heights, a picture in colours, or bands."""
        if self.bands == 1:
            return "surface" if self.dtype.kind in "fi" or self.dtype.itemsize > 1 else "picture"
        return "picture" if self.dtype.itemsize == 1 and self.bands in (3, 4) else "bands"

    def facts(self) -> dict[str, Any]:
        """What the header says."""
        return {
            "sort": self.sort,
            "width": self.width,
            "height": self.height,
            "bands": self.bands,
            "dtype": self.dtype.name,
            "left": self.left,
            "top": self.top,
            "cell_x": self.cell_x,
            "cell_y": self.cell_y,
            "code": self.said.code,
            "citation": self.said.citation,
            "metres": self.said.metres,
        }

    def pieces(self) -> Iterator[Piece]:
        """From above to below."""
        if self.compression == segments.NONE and not self.tiled:
            yield from self._blocks()
            return
        planes = self.bands if self.separate else 1
        for down in range(self.rows):
            for across in range(self.columns):
                number = down * self.columns + across
                row, column = down * self.down, across * self.across
                yield Piece(
                    row,
                    column,
                    min(self.down, self.height - row),
                    min(self.across, self.width - column),
                    tuple(number + plane * self.rows * self.columns for plane in range(planes)),
                )

    def _blocks(self) -> Iterator[Piece]:
        """Lines of long strips that are not packed, a few at a time."""
        planes, most = self.bands if self.separate else 1, max(1, BLOCK // self.layout(1).row)
        for strip in range(self.rows):
            first = strip * self.down
            last = min(first + self.down, self.height)
            for row in range(first, last, most):
                numbers = tuple(strip + plane * self.rows for plane in range(planes))
                yield Piece(row, 0, min(most, last - row), self.width, numbers)

    def read(self, piece: Piece) -> np.ndarray[Any, Any] | None:
        """rows × columns × bands; None where the file keeps nothing there."""
        planes = [self._plane(piece, number) for number in piece.numbers]
        if any(one is None for one in planes):
            return None
        whole = planes[0] if len(planes) == 1 else np.concatenate(planes, axis=2)  # type: ignore[arg-type]
        assert whole is not None
        return whole[: piece.rows, : piece.columns]

    def _plane(self, piece: Piece, number: int) -> np.ndarray[Any, Any] | None:
        offset, size = int(self.offsets[number]), int(self.counts[number])
        if not size:
            return None
        layout = self.layout(piece.rows)
        if self.compression == segments.NONE and not self.tiled:
            within = (piece.row - number % self.rows * self.down) * layout.row
            data = segments.read(self.file, offset + within, piece.rows * layout.row)
            return segments.unpacked(data, layout, piece.rows)
        rows = self.down if self.tiled else piece.rows
        return segments.unpacked(segments.read(self.file, offset, size), layout, rows)

    def heights(self, found: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
        """The first band in m, NaN where there is none."""
        values = found[:, :, 0].astype(np.float32)
        if self.nodata is not None:
            values[found[:, :, 0] == self.nodata] = np.nan
        values[~(np.abs(values) < 20_000)] = np.nan  # no height of the earth; -32767 and the like
        return values

    def empty(self, found: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
        """Which pixels of a picture show nothing: transparent, or of the value that says so."""
        if self.sort == "picture" and self.bands == 4:
            nothing: np.ndarray[Any, Any] = found[:, :, 3] == 0
            return nothing
        if self.nodata is None:
            return ~np.isfinite(found).all(axis=2)
        nothing = (found == self.nodata).all(axis=2)
        return nothing


def head(file: BinaryIO) -> Iterator[Told]:
    """The header alone."""
    yield Raster(file).facts(), b""


def read(file: BinaryIO) -> Iterator[Told]:
    """Everything: `{"piece": [row, column, rows, columns]}` with heights (float32) of a surface, `{"done", "total"}`, and at the
    end `{"small": [rows, columns, bands]}` with means (float32) and `{"shown": pixels}`."""
    raster = Raster(file)
    yield raster.facts(), b""
    surface = raster.sort == "surface"
    shown_bands = 1 if surface or raster.bands < 3 else 3
    small, shown = SmallPicture(raster.height, raster.width, shown_bands), 0
    total = raster.rows * raster.columns
    for number, piece in enumerate(raster.pieces(), 1):
        found = raster.read(piece)
        if found is None and surface:
            yield {"piece": [piece.row, piece.column, piece.rows, piece.columns]}, _nothing(piece)
        if found is not None:
            if surface:
                values = raster.heights(found)[:, :, None]
                yield {"piece": [piece.row, piece.column, piece.rows, piece.columns]}, values.tobytes()
            else:
                values = found[:, :, :shown_bands].astype(np.float32)
                values[raster.empty(found)] = np.nan
            shown += int(np.isfinite(values[:, :, 0]).sum())
            small.add(piece.row, piece.column, values)
        if number % 16 == 0:
            yield {"done": min(number, total), "total": total}, b""
    made = small.means()
    yield {"small": list(made.shape)}, made.tobytes()
    yield {"shown": shown}, b""


def _nothing(piece: Piece) -> bytes:
    return np.full((piece.rows, piece.columns), np.nan, np.float32).tobytes()
