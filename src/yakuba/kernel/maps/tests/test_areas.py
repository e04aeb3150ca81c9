"""The official file of municipal areas, made here in its form."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest
from typer.testing import CliRunner

from yakuba.kernel.maps import areas, body_map
from yakuba.kernel.refusals import Invalid, Refused


def square(west: float, south: float = 35.6) -> list[list[float]]:
    return [[west, south], [west + 0.1, south], [west + 0.1, south + 0.1], [west, south + 0.1], [west, south]]


def official(*bodies: tuple[str | None, float]) -> bytes:
    features = [
        {
            "type": "Feature",
            "properties": {"N03_001": "東京都", "N03_003": None, "N03_004": "区", "N03_007": code},
            "geometry": {"type": "Polygon", "coordinates": [square(west)]},
        }
        for code, west in bodies
    ]
    crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::6668"}}
    return json.dumps({"type": "FeatureCollection", "crs": crs, "features": features}).encode()


BODIES = official(("13101", 139.7), ("13102", 139.8), ("13102", 139.95), (None, 140.1))


@pytest.fixture
def data_folder(settings, tmp_path):
    settings.YAKUBA = settings.YAKUBA.model_copy(update={"data_dir": tmp_path})
    return tmp_path


@pytest.fixture
def archive(tmp_path):
    path = tmp_path / "N03-20250101_13_GML.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("N03-20250101_13.geojson", BODIES)
        made.writestr("N03-20250101_13.shp", b"\0\0\x27\x0a")
    return path


def test_the_official_archive_is_taken_in_and_maps_draw_its_areas(data_folder, archive):
    done = areas.load(archive)
    assert (done.codes, done.left_out) == (("13101", "13102"), 1)
    found = areas.areas_of(["131016", "13102", "131032", "13", "x"])
    assert sorted(found) == ["13101", "13102"]
    assert len(found["13102"].areas) == 2, "the parts of a body are one shape"
    drawn = body_map({"131016": 1, "131024": 2}, title="図", unit="件", areas=found)
    assert all(one.shape.areas for one in drawn.mapped)
    assert [one["file"] for one in areas.sources()] == [archive.name]
    assert areas.sources()[0]["sha256"] == done.sha256


def test_a_newer_file_replaces_the_one_before(data_folder, archive, tmp_path):
    areas.load(archive)
    newer = tmp_path / "new.geojson"
    newer.write_bytes(official(("13101", 139.75)))
    areas.load(newer)
    assert list(areas.areas_of(["13101", "13102"])) == ["13101"]
    assert min(x for x, _ in areas.areas_of(["13101"])["13101"].positions) == 139.75


def test_before_anything_is_taken_in_there_are_no_areas(data_folder):
    assert areas.areas_of(["131016"]) == {}
    assert areas.sources() == []


@pytest.mark.parametrize(
    ("members", "told"),
    [
        ({}, "ちょうど1つ"),
        ({"a.shp": b""}, "ちょうど1つ"),
        ({"a.geojson": BODIES, "b.geojson": BODIES}, "ちょうど1つ"),
        ({"a.geojson": b"{"}, "JSONとして読めません"),
        ({"a.geojson": official((None, 139.0))}, "N03_007"),
        ({"a.geojson": official(("../..", 139.0))}, "N03_007"),
        ({f"{n}.txt": b"" for n in range(300)} | {"a.geojson": BODIES}, "ちょうど1つ"),
    ],
)
def test_another_archive_is_refused_and_what_was_there_stays(data_folder, archive, tmp_path, members, told):
    areas.load(archive)
    path = tmp_path / "bad.zip"
    with zipfile.ZipFile(path, "w") as made:
        for name, content in members.items():
            made.writestr(name, content)
    with pytest.raises(Invalid, match=told):
        areas.load(path)
    assert sorted(areas.areas_of(["13101", "13102"])) == ["13101", "13102"]


def test_an_archive_that_swells_is_read_no_further_than_its_bound(data_folder, tmp_path, monkeypatch):
    monkeypatch.setattr(areas, "LARGEST", 100_000)
    path = tmp_path / "bomb.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("a.geojson", b" " * 10_000_000)
    assert path.stat().st_size < 100_000
    with pytest.raises(Refused, match="大きすぎます"):
        areas.load(path)


def test_no_archive_a_cut_one_and_no_file_are_told(data_folder, archive, tmp_path):
    cut = tmp_path / "cut.zip"
    cut.write_bytes(archive.read_bytes()[:200])
    with pytest.raises(Invalid, match="ZIPとして読めません"):
        areas.load(cut)
    with pytest.raises(Refused, match="ありません"):
        areas.load(tmp_path / "nothing.zip")


def test_the_command_takes_it_in_and_lists_it(data_folder, archive):
    from yakuba.kernel.maps.cli import app

    done = CliRunner().invoke(app, ["load", str(archive), "--json"])
    assert done.exit_code == 0, done.output
    assert json.loads(done.output)["codes"] == ["13101", "13102"]
    listed = CliRunner().invoke(app, ["list", "--json"])
    assert archive.name in listed.output


def test_a_file_without_an_end_is_read_within_bounds(monkeypatch):
    monkeypatch.setattr(areas, "LARGEST", 1_000_000)
    with pytest.raises(Refused, match="大きすぎます"):
        areas.load(Path("/dev/zero"))
