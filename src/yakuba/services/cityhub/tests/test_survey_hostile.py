"""Survey files that are none, lie, or are made to be opened at somebody's cost: each gives a sentence, and nothing is kept."""

from __future__ import annotations

import io
import struct

import numpy as np
import pytest
from PIL import Image

from yakuba.kernel.files.models import StoredFile
from yakuba.kernel.refusals import Invalid
from yakuba.services.cityhub.actions import surveyfiles as actions
from yakuba.services.cityhub.adapters import surveyfiles as adapter
from yakuba.services.cityhub.engine.survey import geotiff, points
from yakuba.services.cityhub.engine.survey.surfaces import Frame
from yakuba.services.cityhub.models import SurveyFile
from yakuba.services.cityhub.tests.survey_files import by_libtiff, geotiff_bytes, hill, las, scattered, told


def tag(data: bytes, number: int, value: int) -> bytes:
    """A little-endian TIFF whose tag has another value (of a LONG or SHORT)."""
    (at,) = struct.unpack_from("<I", data, 4)
    (entries,) = struct.unpack_from("<H", data, at)
    made = bytearray(data)
    for entry in range(at + 2, at + 2 + 12 * entries, 12):
        if struct.unpack_from("<H", made, entry)[0] == number:
            struct.pack_into("<HII", made, entry + 2, 4, 1, value)
    return bytes(made)


def las_with(offset: int, form: str, value: float, packed: bool = False) -> bytes:
    """A LAS file whose header says something else."""
    made = bytearray(las(*scattered(2_000), packed=packed))
    struct.pack_into(form, made, offset, value)
    return bytes(made)


TIFF = geotiff_bytes(hill(64, 64), tile=(32, 32), compression="zlib")
LAS = las(*scattered(2_000))
WITHOUT_PLACE = io.BytesIO()
Image.fromarray(np.zeros((8, 8, 3), np.uint8)).save(WITHOUT_PLACE, "TIFF")
HEADERS = {
    "a width of two milliards": (tag(TIFF, 256, 2_000_000_000), "画素が"),
    "no width": (tag(TIFF, 256, 0), "画素が"),
    "a plain TIFF": (WITHOUT_PLACE.getvalue(), "位置の情報がありません"),
    "a length of 400,000": (tag(tag(TIFF, 257, 9_000), 256, 400_000), "途中で切れて"),
    "an unknown compression": (tag(TIFF, 259, 34_712), "圧縮のしかた"),
    "the first half": (TIFF[: len(TIFF) // 2], "."),
    "a magic alone": (b"II*\0", "."),
    "a PNG called TIFF": (b"\x89PNG\r\n\x1a\n" + b"\0" * 500, "点群（LAS"),
    "nothing": (b"", "点群（LAS"),
    "a heading alone": (b"X,Y,Z\n", "3列が数ではありません"),
    "a program": (b"\x7fELF" + bytes(300), "点群（LAS"),
    "a header of LAS alone": (LAS[:227], "途中で切れて"),
    "a LAS cut short": (LAS[:-1_000], "途中で切れて"),
    "four milliards of points": (las_with(107, "<I", 4_000_000_000), "点の数"),
    "more points than the file has": (las_with(107, "<I", 3_000), "途中で切れて"),
    "a packed file of a milliard": (las_with(107, "<I", 900_000_000, packed=True), "途中で切れて"),
    "points that begin behind the end": (las_with(96, "<I", 4_000_000), "途中で切れて"),
    "records without end": (las_with(100, "<I", 100_000_000), "壊れて"),
    "bounds that are none": (las_with(179, "<d", float("nan")), "点の範囲"),
    "bounds beyond the earth": (las_with(179, "<d", 1e300), "点の範囲"),
    "LAS 9.9": (las_with(24, "<H", 0x0909), "LASの版"),
}


@pytest.mark.parametrize("name", HEADERS)
def test_a_header_that_lies_is_refused_before_anything_is_made_of_it(name, monkeypatch):
    data, reason = HEADERS[name]
    engine = geotiff if data[:2] in (b"II", b"MM") else points
    given = {} if engine is geotiff else {"order": "north"}
    # Where the reason is ".", a library may stumble too: `kernel.files.apart` makes a sentence of that.
    with pytest.raises(Exception if reason == "." else Invalid, match=reason):
        list(engine.head(io.BytesIO(data), **given))


def test_tiles_that_are_all_the_same_few_bytes_are_a_bomb():
    """40,000 × 40,000 pixels whose 1,600 tiles share one packed tile of zeros: some kilobytes."""
    one = np.zeros((1_024, 1_024), np.float32)
    data = geotiff_bytes(one, tile=(1_024, 1_024), compression="zlib", bigtiff=False)
    raster = geotiff.Raster(io.BytesIO(data))
    offset, size, side = int(raster.offsets[0]), int(raster.counts[0]), 40
    made = bytearray(tag(tag(data, 256, 1_024 * side), 257, 1_024 * side))
    places, counts = len(made), len(made) + 4 * side**2
    made += struct.pack(f"<{side**2}I", *[offset] * side**2) + struct.pack(f"<{side**2}I", *[size] * side**2)
    (at,) = struct.unpack_from("<I", made, 4)
    (entries,) = struct.unpack_from("<H", made, at)
    for entry in range(at + 2, at + 2 + 12 * entries, 12):
        number = struct.unpack_from("<H", made, entry)[0]
        if number in (324, 325):
            struct.pack_into("<HII", made, entry + 2, 4, side**2, places if number == 324 else counts)
    with pytest.raises(Invalid, match="多すぎます"):
        geotiff.Raster(io.BytesIO(bytes(made)))


def test_one_strip_of_a_gigabyte_is_not_unpacked():
    data = tag(tag(geotiff_bytes(hill(64, 64), compression="zlib"), 256, 30_000), 257, 30_000)
    with pytest.raises(Invalid, match="かたまり"):
        geotiff.Raster(io.BytesIO(tag(data, 278, 30_000)))


@pytest.mark.parametrize("packed", ["zlib", "lzw"])
def test_a_tile_that_does_not_unpack_is_told(packed):
    good = TIFF if packed == "zlib" else by_libtiff(Image.fromarray(hill(64, 64)), "tiff_lzw", 1)
    raster = geotiff.Raster(io.BytesIO(good))
    at = int(raster.offsets[0])
    broken = good[:at] + bytes(200) + good[at + 200 :]
    with pytest.raises(Invalid, match="壊れて"):
        list(geotiff.read(io.BytesIO(broken)))


@pytest.mark.parametrize("packed", [False, True])
def test_points_outside_of_their_own_header_are_counted_and_many_are_a_fault(packed):
    x, y, z = scattered(5_000)
    made = bytearray(las(x, y, z, packed=packed))
    struct.pack_into("<d", made, 179, float(np.sort(x)[-20]))  # the header's east
    heads, _ = told(points.read(io.BytesIO(bytes(made))))
    assert heads[-1]["counted"]["outside"] <= 50
    struct.pack_into("<d", made, 179, float(np.median(x)))
    with pytest.raises(Invalid, match="範囲の外"):
        told(points.read(io.BytesIO(bytes(made))))


def test_two_points_far_apart_make_no_grid_of_the_whole_country():
    text = "0,0,1\n90000000,90000000,1\n" + "1,1,1\n" * 10
    with pytest.raises(Invalid, match="広さが大きすぎます"):
        list(points.read(io.BytesIO(text.encode()), order="east"))


def test_degrees_are_not_measured_as_metres():
    text = "\n".join(f"{34.4 + at / 1e5},{132.5 + at / 1e5},10" for at in range(100))
    with pytest.raises(Invalid, match="緯度・経度の点群"):
        list(points.read(io.BytesIO(text.encode()), order="north"))


def test_a_damaged_laz_gives_a_sentence():
    good = bytearray(las(*scattered(50_000), packed=True))
    good[2_000:40_000] = bytes(38_000)
    with pytest.raises(Invalid, match=r"壊れて|範囲の外"):
        list(points.read(io.BytesIO(bytes(good))))


def test_a_line_without_end_is_no_file_of_points():
    with pytest.raises(Invalid):
        list(points.read(io.BytesIO(b"1,2,3\n" + b"9" * 9_000_000), order="north"))


@pytest.mark.parametrize("order", ["", "west"])
def test_which_column_is_the_north_nobody_guesses(order):
    with pytest.raises(Invalid, match="並びを選んで"):
        list(points.head(io.BytesIO(b"1,2,3\n"), order))


def test_what_a_process_that_was_taken_over_says_is_not_believed():
    grid = adapter.Grid(Frame(4, 4, 0.0, 0.0, 1.0, 1.0), io.BytesIO())
    with pytest.raises(ValueError, match="outside"):
        grid.put(3, 0, np.zeros((2, 4), np.float32))
    with pytest.raises(ValueError, match="outside"):
        grid.put(0, -1, np.zeros((1, 4), np.float32))
    grid.put(0, 0, np.zeros((2, 4), np.float32))
    with pytest.raises(ValueError, match="nobody told"):
        adapter._check(adapter.Taken({"sort": "surface"}, {"surface": grid}, b"png"))
    with pytest.raises(ValueError, match="no such sort"):
        adapter._facts({"sort": "<script>"})
    with pytest.raises((ValueError, TypeError)):
        adapter._facts({"sort": "surface", "left": "nan"})


@pytest.mark.parametrize("name", ["a width of two milliards", "a PNG called TIFF", "the first half"])
def test_nothing_is_kept_of_what_is_refused(name, in_yakuba_city, clerk):
    from datetime import date

    before = StoredFile.objects.count()
    with pytest.raises(Invalid):
        actions.hand_in(
            "a.tif",
            io.BytesIO(HEADERS[name][0]),
            title="x",
            flown_on=date(2026, 5, 1),
            years=5,
            order="north",
            actor=clerk,
        )
    assert (StoredFile.objects.count(), SurveyFile.objects.count()) == (before, 0)
