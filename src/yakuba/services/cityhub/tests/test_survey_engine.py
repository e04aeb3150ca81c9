"""Survey files by the engine alone: published check values, closed forms, and files drawn by ourselves."""

from __future__ import annotations

import io
from math import hypot, pi, sqrt

import numpy as np
import pytest
from PIL import Image
from scipy import ndimage

from yakuba.kernel.refusals import Invalid
from yakuba.services.cityhub.engine.survey import along, geotiff, points, regions, systems, volumes
from yakuba.services.cityhub.engine.survey.krueger import Meridian
from yakuba.services.cityhub.engine.survey.surfaces import Frame, Surface, area_of, crosses_itself, inside
from yakuba.services.cityhub.tests.survey_files import (
    PLANE_9,
    by_libtiff,
    geotiff_bytes,
    hill,
    las,
    scattered,
    told,
)

SIGMA = hypot(0.05, 0.05)  # m, of the difference of two surfaces of 5 cm each


def surface(values, cell=0.5, left=0.0, top=100.0):
    values = np.asarray(values, np.float32)
    return Surface(Frame(*values.shape, left, top, cell, cell), io.BytesIO(values.tobytes()))


def plane(y):
    return 1.0, 1.0


# --- coordinates ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "latitude", "longitude", "x", "y"),
    [
        # 国土地理院's page 平面直角座標への換算 (bl2xy) answers so.
        (6677, 36.103774791666666, 140.08785504166664, 11543.6883, 22916.2436),
        (6669, 33.190977, 129.917483, 21256.0449, 38927.1043),
        (6683, 26.160347222222224, 127.70422777777777, 17779.0104, 20416.9652),
    ],
)
def test_plane_coordinates_are_those_of_the_survey_office(code, latitude, longitude, x, y):
    known = systems.systems()[code]
    east, north = known.positions(longitude, latitude)
    assert (east, north) == pytest.approx((y, x), abs=1e-4)
    assert known.degrees(east, north) == pytest.approx((longitude, latitude), abs=1e-10)


def test_transverse_mercator_is_that_of_the_guidance_note():
    """IOGP Guidance Note 7-2, example of method 9807: given to the centimetre, by a series of lower order."""
    grid = Meridian(49, -2, 0.9996012717, 400_000, -100_000, 6_377_563.396, 1 / 299.3249646)
    assert grid.forward(0.5, 50.5) == pytest.approx((577_274.99, 69_740.50), abs=0.011)


def test_there_and_back_again_in_every_system():
    rng = np.random.default_rng(1)
    for known in systems.systems().values():
        if known.plane is not None:
            longitude, latitude = known.plane.longitude + rng.uniform(-5, 5, 200), rng.uniform(20, 46, 200)
            again = known.degrees(*known.positions(longitude, latitude))
            assert np.abs(np.subtract(again, (longitude, latitude))).max() < 1e-10, known


def test_the_scale_is_that_of_the_zone_on_its_meridian_and_grows_beside_it():
    known = systems.systems()[6677]
    assert known.plane.scale_at(139 + 5 / 6, 36.0) == pytest.approx(0.9999, abs=1e-8)
    beside = known.plane.scale_at(140.08785504166664, 36.103774791666666)
    assert beside == pytest.approx(0.9999 * (1 + 22_916.24**2 / (2 * 6_370_000**2)), abs=2e-7)


def test_a_wkt_names_its_plane_and_not_its_parts():
    text = 'PROJCS["x",GEOGCS["y",AUTHORITY["EPSG","6668"]],UNIT["metre",1,AUTHORITY["EPSG","9001"]],AUTHORITY["EPSG","6677"]]'
    assert systems.code_in(text) == 6677
    assert systems.code_in(text.replace("6677", "3857")) is None
    assert systems.code_in('GEOGCS["y",AUTHORITY["EPSG","6668"]]') == 6668


def test_a_place_outside_of_japan_is_not_believed():
    nine = systems.systems()[6677]
    assert systems.is_plausible(nine, 22_000, 11_000, 22_100, 11_100)
    assert not systems.is_plausible(nine, 380_000, 3_800_000, 380_100, 3_800_100)  # metres of UTM
    assert not systems.is_plausible(systems.systems()[4326], 34.4, 132.5, 34.5, 132.6)  # changed over


# --- volumes -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("length", "correlated"), [(0.0, 3.5355), (2.0, 50.13), (5.0, 125.33)])
def test_three_ways_to_say_how_far_a_volume_may_be_wrong(length, correlated):
    """100 × 100 m in cells of half a metre."""
    found = volumes.uncertainty(10_000, 0.5, volumes.Errors(SIGMA, length, 0.05))
    assert found.independent == pytest.approx(3.5355, rel=1e-4)
    assert found.correlated == pytest.approx(correlated, rel=1e-3)
    assert found.bias == pytest.approx(500)
    assert found.believed == pytest.approx(hypot(found.correlated, 500))


def test_all_of_it_wrong_together_is_the_utmost():
    found = volumes.uncertainty(100, 0.5, volumes.Errors(SIGMA, 100.0, 0.0))
    assert found.correlated == pytest.approx(SIGMA * 100)


@pytest.mark.slow
@pytest.mark.parametrize("length", [2.0, 5.0])
def test_the_formula_is_what_made_surfaces_do(length):
    rng, found, lengths = np.random.default_rng(0), [], []
    for _ in range(60):
        pair = []
        for _ in range(2):
            noise = ndimage.gaussian_filter(rng.standard_normal((400, 400)), length / 0.5, mode="wrap")
            pair.append(surface(noise[100:300, 100:300] / noise.std() * 0.05))
        found.append(volumes.difference(*pair, None, plane).net)
        lengths.append(volumes.stable_errors(*pair, [(0, 0), (100, 0), (100, 100), (0, 100)], plane).length)
    expected = SIGMA * sqrt(10_000 * 4 * pi * length**2)
    assert np.std(found) == pytest.approx(expected, rel=0.3)
    assert np.mean(lengths) == pytest.approx(length, rel=0.1)


def test_a_raised_and_a_dug_square():
    before, after = np.zeros((200, 200)), np.zeros((200, 200))
    after[50:100, 50:100], after[150:, 150:] = 2, -1
    found = volumes.difference(surface(before), surface(after), None, plane)
    assert (found.raised, found.lowered, found.area) == (1_250, 625, 10_000)
    region = [(20, 80), (60, 80), (60, 40), (20, 40)]
    part = volumes.difference(surface(before), surface(after), region, plane)
    assert (part.raised, part.lowered, part.area, part.unknown) == (1_250, 0, 1_600, 0)


def test_what_is_not_known_is_told_and_not_a_zero():
    after = np.ones((200, 200))
    after[:100] = np.nan
    whole = [(0, 0), (100, 0), (100, 100), (0, 100)]
    found = volumes.difference(surface(np.zeros((200, 200))), surface(after), whole, plane)
    assert (found.raised, found.area, found.unknown) == (5_000, 5_000, 5_000)


@pytest.mark.parametrize("finer_first", [True, False])
def test_surfaces_of_different_cells_meet_on_a_slope(finer_first):
    def slope(rows, cell, above):
        y, x = (np.mgrid[:rows, :rows] + 0.5) * cell
        return surface(0.1 * x + 0.05 * (100 - y) + above, cell)

    fine, coarse = slope(200, 0.5, 0.0), slope(40, 2.5, 1.0)
    region = [(10, 90), (90, 90), (90, 10), (10, 10)]
    pair = (fine, coarse) if finer_first else (coarse, fine)
    found = volumes.difference(*pair, region, plane)
    assert found.net == pytest.approx(6_400 if finer_first else -6_400, rel=1e-5)


def test_a_stable_place_tells_its_offset():
    rng = np.random.default_rng(3)
    before, after = rng.normal(0, 0.03, (200, 200)), rng.normal(0.12, 0.04, (200, 200))
    found = volumes.stable_errors(
        surface(before), surface(after), [(0, 0), (50, 0), (50, 50), (0, 50)], plane
    )
    assert found.measured
    assert (found.sigma, found.bias) == pytest.approx((0.05, 0.12), abs=0.002)
    assert found.length == 0.0  # independent: the next cell knows nothing of this one
    assert volumes.stable_errors(surface(before), surface(after), [(0, 0), (3, 0), (3, 3)], plane) is None


def test_a_polygon_holds_the_cells_whose_middles_it_holds():
    frame = Frame(100, 100, 0.0, 50.0, 0.5, 0.5)
    triangle = [(0.0, 0.0), (50.0, 0.0), (0.0, 50.0)]
    assert inside(triangle, frame, 0, 100).sum() * 0.25 == pytest.approx(area_of(triangle), rel=0.011)
    assert area_of([(0, 0), (4, 0), (4, 3), (0, 3)]) == 12
    assert crosses_itself([(0, 0), (4, 4), (4, 0), (0, 4)])
    assert not crosses_itself(triangle)


# --- lines and trees -----------------------------------------------------------------------------------------


def test_a_profile_over_a_slope_is_a_line():
    x = (np.mgrid[:200, :200][1] + 0.5) * 0.5
    distances, (heights,) = along.profile([surface(0.1 * x)], [(10, 50), (60, 50)], (1.0, 1.0))
    assert distances[-1] == 50
    assert np.abs(heights - (1 + 0.1 * distances)).max() < 1e-4


def wood(seed=2, rows=400):
    """Cones of 6 to 14 m on a grid of 5 m, shaken by half a metre, and their places."""
    rng = np.random.default_rng(seed)
    y, x = (np.mgrid[:rows, :rows] + 0.5) * 0.25
    canopy, places = np.zeros((rows, rows)), []
    for north in np.arange(5, rows * 0.25 - 4, 5.0):
        for east in np.arange(5, rows * 0.25 - 4, 5.0):
            at = east + rng.uniform(-0.5, 0.5), north + rng.uniform(-0.5, 0.5)
            height = rng.uniform(6, 14)
            far = np.hypot(x - at[0], y - at[1])
            np.maximum(canopy, height * (1 - far / 2.2), out=canopy)
            places.append(at)
    return canopy, places


def test_trees_that_stand_apart_are_counted(monkeypatch):
    canopy, places = wood()
    ground = surface(np.full((40, 40), 30.0), 2.5)
    top = surface(canopy + 30, 0.25)
    found, area = along.tree_tops(top, ground, None, along.Trees(3.0, 1.5, 0.5))
    assert len(found) == len(places) == 361
    assert area == pytest.approx(10_000, rel=0.06)  # the ground ends half a cell before the edge
    south = [(x, 100 - y) for x, y in places]
    near = [min(hypot(x - a, y - b) for a, b in south) for x, y, _ in found]
    assert max(near) < 0.5
    half = [(0, 0), (50, 0), (50, 100), (0, 100)]
    part, _ = along.tree_tops(top, ground, half, along.Trees(3.0, 1.5, 0.5))
    assert len(part) == sum(x < 50 for x, _, _ in found)


@pytest.mark.slow
def test_a_wood_read_in_bands_has_as_many_trees(monkeypatch):
    canopy, _ = wood()
    ground = surface(np.full((40, 40), 0.0), 2.5)
    whole, _ = along.tree_tops(surface(canopy, 0.25), ground, None, along.Trees(3.0, 1.5, 0.5))
    tall = surface(np.tile(canopy, (1, 60)), 0.25)  # 24,000 columns: bands of 83 lines
    wide = surface(np.zeros((40, 2_400)), 2.5)
    many, _ = along.tree_tops(tall, wide, None, along.Trees(3.0, 1.5, 0.5))
    assert len(many) == 60 * len(whole)


# --- regions as they are written -----------------------------------------------------------------------------


def test_regions_are_degrees_or_the_files_own():
    nine = systems.systems()[PLANE_9]
    own = regions.corners("11400, 22000\n11400, 22010\n11410, 22010", regions.PLANE, nine)
    assert own == [(22_000, 11_400), (22_010, 11_400), (22_010, 11_410)]
    longitude, latitude = nine.degrees(22_000.0, 11_400.0)
    text = f"{latitude}, {longitude}\n{latitude + 0.001}, {longitude}\n{latitude}, {longitude + 0.001}"
    assert regions.corners(text, regions.DEGREES, nine)[0] == pytest.approx((22_000, 11_400), abs=1e-3)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("34.4, 132.5\n34.5, 132.6", "角が3つ以上"),
        ("132.5, 34.4\n132.6, 34.4\n132.6, 34.5", "緯度、経度の順"),
        ("a\nb\nc", "数を2つ"),
        ("34, 132\n35, 133\n35, 132\n34, 133", "交わって"),
        ('{"type": "Point", "coordinates": [132, 34]}', "FeatureCollection"),
        ("nan, 1\n2, 3\n4, 5", "数を2つ"),
    ],
)
def test_regions_that_are_none(text, reason):
    with pytest.raises(Invalid, match=reason):
        regions.corners(text, regions.DEGREES, systems.systems()[PLANE_9])


# --- GeoTIFF -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "how",
    [
        {},
        {"tile": (64, 64)},
        {"tile": (64, 64), "compression": "zlib"},
        {"compression": "zlib", "rowsperstrip": 7},
        {"bigtiff": True, "byteorder": ">", "tile": (64, 64), "compression": "zlib"},
    ],
)
def test_heights_come_as_they_were(how):
    values = hill()
    heads, made = told(geotiff.read(io.BytesIO(geotiff_bytes(values, **how))))
    assert np.array_equal(made["surface"], values)
    assert (heads[0]["sort"], heads[0]["code"]) == ("surface", PLANE_9)
    assert heads[-1]["shown"] == values.size


@pytest.mark.parametrize(
    ("compression", "predictor"),
    [("tiff_lzw", 1), ("tiff_lzw", 2), ("tiff_lzw", 3), ("tiff_adobe_deflate", 3), ("packbits", 1)],
)
def test_what_other_programs_pack_is_unpacked(compression, predictor):
    values = hill(90, 130)
    _, made = told(geotiff.read(io.BytesIO(by_libtiff(Image.fromarray(values), compression, predictor))))
    assert np.array_equal(made["surface"], values)


def test_cells_without_a_height_are_none():
    values = hill(100, 100)
    values[:10] = -9999
    _, made = told(geotiff.read(io.BytesIO(geotiff_bytes(values, nodata="-9999"))))
    assert np.isnan(made["surface"][:10]).all()
    assert np.isfinite(made["surface"][10:]).all()


@pytest.mark.parametrize("planar", ["contig", "separate"])
def test_bands_side_by_side_and_apart(planar):
    bands = np.random.default_rng(0).integers(0, 4_000, (5, 90, 80), np.uint16)
    given = bands if planar == "separate" else np.moveaxis(bands, 0, 2)
    data = geotiff_bytes(
        given, planarconfig=planar, photometric="minisblack", tile=(32, 32), compression="zlib"
    )
    raster = geotiff.Raster(io.BytesIO(data))
    assert raster.sort == "bands"
    whole = np.zeros((90, 80, 5), np.uint16)
    for piece in raster.pieces():
        whole[piece.row : piece.row + piece.rows, piece.column : piece.column + piece.columns] = raster.read(
            piece
        )
    assert np.array_equal(whole, np.moveaxis(bands, 0, 2))


# --- points --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("packed", [False, True])
def test_points_of_las_and_laz(packed):
    x, y, z = scattered(20_000)
    classes = np.where(np.arange(len(x)) % 2, 2, 5).astype(np.uint8)
    heads, made = told(points.read(io.BytesIO(las(x, y, z, classes, packed=packed))))
    counted = heads[-1]["counted"]
    assert (counted["count"], counted["outside"]) == (20_000, 0)
    assert counted["classes"] == {"2": 10_000, "5": 10_000}
    cell = next(one["cell"] for one in heads if "grid" in one)
    density = 20_000 / (60 * 60)
    assert 1.9 <= density * cell**2 <= 12
    assert np.nanmax(made["top"]) == pytest.approx(z.max(), abs=0.002)
    assert np.nanmean(made["ground"]) == pytest.approx(z.mean(), abs=0.1)


@pytest.mark.parametrize("apart", [",", "\t", " ", ";"])
def test_points_as_text_with_the_north_first_or_the_east(apart):
    x, y, z = scattered(3_000)
    lines = [apart.join(f"{value:.3f}" for value in row) for row in zip(y, x, z, strict=True)]
    lines.insert(7, "ここは点ではない")
    text = "X Y Z 測点\n" + "\n".join(lines)
    heads, made = told(points.read(io.BytesIO(text.encode()), order="north"))
    counted = heads[-1]["counted"]
    assert (counted["count"], counted["bad"]) == (3_000, 1)
    assert counted["faults"][0].startswith("9行目")
    assert np.nanmax(made["top"]) == pytest.approx(z.max(), abs=0.002)
    place = next(one for one in heads if "grid" in one)
    assert place["left"] == pytest.approx(x.min(), abs=place["cell"])
