"""Where a picture was taken."""

from __future__ import annotations

import time
from datetime import UTC, datetime

import pytest

from yakuba.kernel.files import apart
from yakuba.kernel.refusals import Invalid
from yakuba.services.vision.engine.positions import (
    Fix,
    TrackPoint,
    metres,
    moment_of,
    moments_every,
    noted,
    place_at,
    read_track,
)

PLACE = {1: "N", 2: (35.0, 36.0, 0.0), 3: "E", 4: (138.0, 30.0, 0.0)}


def read(content: bytes):
    return apart.answer(read_track, content, latest=time.time()).head


def test_a_place_needs_its_hemispheres():
    assert noted(PLACE, {}).place == Fix(35.6, 138.5)
    south = noted(PLACE | {1: "S", 3: "W"}, {}).place
    assert (south.latitude, south.longitude) == (-35.6, -138.5)
    for lacking in (1, 3):
        told = noted({tag: one for tag, one in PLACE.items() if tag != lacking}, {})
        assert told.place is None
        assert "北緯・南緯" in told.warnings[0]


def test_nought_and_nonsense_are_no_place():
    nought = {1: "N", 2: (0.0, 0.0, 1.0), 3: "E", 4: (0.0, 0.0, 0.0)}
    told = noted(nought, {})
    assert told.place is None
    assert "測れていない" in told.warnings[0]
    for latitude in ((91.0, 0, 0), ("x", 0, 0), (1.0,), (float("nan"), 0, 0), (-1.0, 0, 0)):
        assert noted(PLACE | {2: latitude}, {}).place is None


def test_gps_time_is_utc_and_a_clock_apart_is_told():
    gps = PLACE | {29: "2026:04:01", 7: (0.0, 30.0, 5.0)}
    right = noted(gps, {0x9003: "2026:04:01 09:30:06"})
    assert right.moment == datetime(2026, 4, 1, 0, 30, 5, tzinfo=UTC)
    assert right.warnings == ()
    wrong = noted(gps, {0x9003: "2026:04:01 00:30:05"})
    assert "9.0時間" in wrong.warnings[0]
    assert noted({}, {0x9003: "1970:01:01 00:00:00"}).taken is None


@pytest.mark.parametrize(
    ("text", "hour"),
    [
        ("2026-04-01T00:00:00Z", 0),
        ("2026-04-01T09:00:00", 0),
        ("2026/4/1 9:00:00", 0),
        ("2026-04-01T09:00:00+02:00", 7),
    ],
)
def test_moments_without_a_zone_are_japans(text, hour):
    assert moment_of(text).astimezone(UTC).hour == hour


def test_a_track_is_read_and_what_cannot_be_used_is_told():
    table = "time,lat,lon\n2026-04-01T09:00:10,35.6,138.5\n2026-04-01T09:00:00,35.6,138.4\n1970-01-01T00:00:00,35.6,138.4\n2099-01-01T00:00:00,35.6,138.4\n2026-04-01T09:00:20,0,0\n2026-04-01T09:00:20,NaN,1\n"
    head = read(table.encode())
    assert [one[2] for one in head["points"]] == [138.4, 138.5]
    assert head["skipped"] == 4
    assert "1970" in head["first"]
    gpx = b'<gpx xmlns="x"><trk><trkseg><trkpt lat="35.6" lon="138.5"><time>2026-04-01T00:00:00Z</time></trkpt><trkpt lat="35.7" lon="138.5"><ele>3</ele><time>2026-04-01T00:00:02Z</time></trkpt></trkseg></trk></gpx>'
    assert len(read(gpx)["points"]) == 2


@pytest.mark.parametrize(
    "content",
    [
        b"<!DOCTYPE g [<!ENTITY a 'b'>]><gpx/>",
        b"<gpx>" + b"<a>" * 5000,
        b"\xff\xd8\xff\xe0 no track",
        b"a,b\n1,2\n",
        b"",
        "時刻,緯度,経度\n2026-04-01T09:00:00,35,138\n".encode(),
    ],
)
def test_what_is_no_track_is_refused(content):
    with pytest.raises(Invalid):
        read(content)


def test_between_two_points_one_goes_straight_and_over_a_gap_nowhere():
    line = [TrackPoint(0, 35.0, 138.0), TrackPoint(10, 35.001, 138.0), TrackPoint(100, 35.002, 138.0)]
    assert place_at(line, 5).latitude == pytest.approx(35.0005)
    assert place_at(line, 10) == Fix(35.001, 138.0)
    assert place_at(line, 50) is None
    assert place_at(line, -1) is None
    assert place_at(line, 101) is None


def test_every_so_many_metres_there_is_a_moment():
    line = [TrackPoint(one, 35.0 + one * 0.0001, 138.0) for one in range(11)]
    length = metres(line[0], line[-1])
    found = moments_every(line, length / 10, 100)
    assert len(found) in (10, 11)
    assert found[1] - found[0] == pytest.approx(1.0, abs=1e-3)
    standing = [TrackPoint(one, 35.0, 138.0) for one in range(20)]
    assert moments_every(standing, 10, 100) == [0]
    assert len(moments_every(line, 0.5, 7)) == 7
