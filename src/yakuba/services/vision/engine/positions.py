"""Where a picture was taken: from the camera's own note (EXIF GPS), or from a track (GPX, CSV) and the moment.

GPS time is UTC, a camera's clock is the wall's: what carries no zone is read as Japan's (UTC+9, no summer time). A place of
0,0 and one without its hemispheres is no place. Pure Python.
"""

from __future__ import annotations

import itertools
import math
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from typing import Any, BinaryIO
from xml.parsers import expat

from yakuba.kernel.definitions import Problem
from yakuba.kernel.refusals import Invalid
from yakuba.kernel.tables.reading import rows

JAPAN = timezone(timedelta(hours=9))
EARTH = 6_371_008.8  # metres, mean radius (IUGG)
NO_PLACE = 0.01  # degrees: nearer to 0,0 a receiver has told nothing
FIRST_YEAR = 2000
LONGEST_GAP = 30.0  # seconds between two points of a track: in between nobody knows where the car was
CLOCK_APART = 3_600.0  # seconds between the camera's clock and GPS from which staff are warned
MOST_POINTS = 500_000
LARGEST_TRACK = 60_000_000  # bytes
NO_TRACK = "軌跡として読めません。GPXか、「時刻」「緯度」「経度」の列のあるCSVを選んでください。"
GPS, EXIF = 0x8825, 0x8769
CLOCK = "カメラの時計とGPSの時刻が{hours:.1f}時間ずれています。カメラの時計か、時差の設定を確かめてください。"
HEMISPHERES = "位置の北緯・南緯、東経・西経の別が書かれていないため、位置を使いません。"
ZERO = "位置が緯度0・経度0になっている（測れていない）ため、位置を使いません。"


@dataclass(frozen=True)
class Fix:
    """A place in degrees (WGS 84)."""

    latitude: float
    longitude: float


@dataclass(frozen=True)
class TrackPoint:
    """A place and its moment, seconds since 1970 UTC."""

    at: float
    latitude: float
    longitude: float


@dataclass(frozen=True)
class Noted:
    """What a camera noted beside a picture. taken: its own clock, without a zone; gps_at: UTC; warnings: in Japanese."""

    place: Fix | None
    taken: datetime | None
    gps_at: datetime | None
    warnings: tuple[str, ...]

    @property
    def moment(self) -> datetime | None:
        """When it was taken: by GPS, else by the camera's clock read as Japan's."""
        if self.gps_at is not None:
            return self.gps_at
        return self.taken.replace(tzinfo=JAPAN) if self.taken else None


def noted(gps: Mapping[int, Any], exif: Mapping[int, Any]) -> Noted:
    """What stands in the two directories of EXIF (GPS and Exif), by tag number, as Pillow reads them."""
    warnings: list[str] = []
    place = _place(gps, warnings)
    taken, gps_at = _taken(exif), _gps_time(gps)
    if taken is not None and gps_at is not None:
        apart = abs((taken.replace(tzinfo=JAPAN) - gps_at).total_seconds())
        if apart > CLOCK_APART:
            warnings.append(CLOCK.format(hours=apart / 3600))
    return Noted(place, taken, gps_at, tuple(warnings))


def _place(gps: Mapping[int, Any], warnings: list[str]) -> Fix | None:
    if not (2 in gps and 4 in gps):
        return None
    north, east = (str(gps.get(tag, "")).strip("\0 ").upper()[:1] for tag in (1, 3))
    try:
        latitude, longitude = _degrees(gps[2]), _degrees(gps[4])
    except (TypeError, ValueError, ZeroDivisionError, ArithmeticError):
        return None
    if not (
        math.isfinite(latitude) and math.isfinite(longitude) and 0 <= latitude <= 90 and 0 <= longitude <= 180
    ):
        return None
    if is_nowhere(latitude, longitude):
        warnings.append(ZERO)
        return None
    if north not in ("N", "S") or east not in ("E", "W"):
        warnings.append(HEMISPHERES)
        return None
    return Fix(latitude if north == "N" else -latitude, longitude if east == "E" else -longitude)


def is_nowhere(latitude: float, longitude: float) -> bool:
    """Whether it is what receivers say that have measured nothing."""
    return abs(latitude) < NO_PLACE and abs(longitude) < NO_PLACE


def _degrees(parts: Any) -> float:
    degrees, minutes, seconds = (float(one) for one in parts)
    return degrees + minutes / 60 + seconds / 3600


def _taken(exif: Mapping[int, Any]) -> datetime | None:
    for tag in (0x9003, 0x9004):
        text = str(exif.get(tag, "")).strip("\0 ")
        try:
            found = datetime.strptime(text, "%Y:%m:%d %H:%M:%S")
        except ValueError:
            continue
        if found.year >= FIRST_YEAR:
            return found
    return None


def _gps_time(gps: Mapping[int, Any]) -> datetime | None:
    try:
        day = datetime.strptime(str(gps[29]).strip("\0 "), "%Y:%m:%d")
        hours, minutes, seconds = (float(one) for one in gps[7])
        found = day.replace(tzinfo=UTC) + timedelta(hours=hours, minutes=minutes, seconds=seconds)
    except (KeyError, TypeError, ValueError, ArithmeticError):
        return None
    return found if found.year >= FIRST_YEAR else None


def metres(one: Fix | TrackPoint, other: Fix | TrackPoint) -> float:
    """The distance on a sphere (haversine)."""
    north = math.radians(other.latitude - one.latitude)
    east = math.radians(other.longitude - one.longitude)
    low, high = math.radians(one.latitude), math.radians(other.latitude)
    chord = math.sin(north / 2) ** 2 + math.cos(low) * math.cos(high) * math.sin(east / 2) ** 2
    return 2 * EARTH * math.asin(min(1.0, math.sqrt(chord)))


def read_track(file: BinaryIO, latest: float) -> Iterator[tuple[dict[str, Any], bytes]]:
    """For `kernel.files.apart`: the points of a GPX or CSV file in their order of time. Head: `points` as [at, latitude,
    longitude], `skipped`: how many points could not be used, `first`: why the first of them not. latest: seconds since 1970
    UTC behind which nothing is believed. Raises Invalid where no two points are left."""
    content = file.read(LARGEST_TRACK + 1)
    if len(content) > LARGEST_TRACK:
        raise Invalid(
            f"軌跡のファイルが大きすぎます（{LARGEST_TRACK // 1_000_000}MBまで）。日ごとに分けてください。"
        )
    start = content[:512].lstrip(b"\xef\xbb\xbf \r\n\t")
    listed = _gpx(content) if start.startswith(b"<") else _csv(content)
    kept: list[list[float]] = []
    skipped, first = 0, ""
    for number, (moment, latitude, longitude) in enumerate(listed, 1):
        point, why = _point(moment, latitude, longitude, latest)
        if point is None:
            skipped, first = skipped + 1, first or f"{number}点目：{why}"
        else:
            kept.append(point)
        if len(kept) > MOST_POINTS:
            raise Invalid(f"軌跡の点が多すぎます（{MOST_POINTS:,}点まで）。日ごとに分けてください。")
    kept.sort()
    if len({one[0] for one in kept}) < 2:
        raise Invalid(f"軌跡に使える点が2つありません。{first or NO_TRACK}")
    yield {"points": kept, "skipped": skipped, "first": first}, b""


def _point(moment: str, latitude: str, longitude: str, latest: float) -> tuple[list[float] | None, str]:
    try:
        north, east = float(latitude), float(longitude)
    except ValueError:
        return None, "緯度か経度が数ではありません。"
    if not (math.isfinite(north) and math.isfinite(east) and abs(north) <= 90 and abs(east) <= 180):
        return None, "緯度か経度が範囲の外です。"
    if is_nowhere(north, east):
        return None, "緯度0・経度0は、測れていない点です。"
    at = moment_of(moment)
    if at is None:
        return None, f"時刻「{moment[:40]}」が読めません。2026-04-01T09:00:00 のように書きます。"
    if at.year < FIRST_YEAR or at.timestamp() > latest:
        return None, f"時刻が{at.year}年になっています。"
    return [at.timestamp(), north, east], ""


def moment_of(text: str) -> datetime | None:
    """ISO 8601, or `2026/04/01 9:00:00`; without a zone it is Japan's. None for anything else."""
    text = text.strip().replace("/", "-")
    for form in ("%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M"):
        try:
            return datetime.strptime(text, form).replace(tzinfo=JAPAN)
        except ValueError:
            continue
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=JAPAN)


def _csv(content: bytes) -> Iterator[tuple[str, str, str]]:
    problems: list[Problem] = []
    renamed = {"time": "時刻", "timestamp": "時刻", "日時": "時刻", "lat": "緯度", "latitude": "緯度", "lon": "経度", "lng": "経度", "longitude": "経度"}  # fmt: skip
    for row in rows(content, ("時刻", "緯度", "経度"), problems, renamed=renamed):
        yield row.get("時刻"), row.get("緯度"), row.get("経度")
    if problems and not any(problems[0].line > 1 for _ in problems[:1]):
        raise Invalid(NO_TRACK, problems=problems)


def _gpx(content: bytes) -> list[tuple[str, str, str]]:
    """The track points (`trkpt`) with their times. Entities and DTDs, with which a small file can grow large, are refused."""
    found: list[tuple[str, str, str]] = []
    reader = expat.ParserCreate()
    place: list[str] = []
    text: list[str] = []
    within: list[str] = []

    def begin(name: str, attributes: dict[str, str]) -> None:
        tag = name.rpartition(":")[2]
        within.append(tag)
        if len(within) > 40:
            raise Invalid(NO_TRACK)
        text.clear()
        if tag in ("trkpt", "rtept"):
            place[:] = [attributes.get("lat", ""), attributes.get("lon", ""), ""]
            if len(found) > MOST_POINTS:
                raise Invalid(f"軌跡の点が多すぎます（{MOST_POINTS:,}点まで）。日ごとに分けてください。")

    def end(name: str) -> None:
        tag = within.pop() if within else ""
        if tag == "time" and place and within and within[-1] in ("trkpt", "rtept"):
            place[2] = "".join(text)
        elif tag in ("trkpt", "rtept") and place:
            found.append((place[2], place[0], place[1]))
            place.clear()

    def refuse(*_: object) -> None:
        raise Invalid("軌跡のファイルに、使えない宣言（DOCTYPE）があります。GPXで書き出し直してください。")

    reader.StartElementHandler, reader.EndElementHandler = begin, end
    reader.CharacterDataHandler = lambda data: text.append(data) if len(text) < 100 else None
    reader.StartDoctypeDeclHandler = refuse
    try:
        reader.Parse(content, True)
    except expat.ExpatError as error:
        raise Invalid(NO_TRACK) from error
    return found


def place_at(track: Sequence[TrackPoint], at: float, longest_gap: float = LONGEST_GAP) -> Fix | None:
    """Where the track was at that moment (seconds since 1970 UTC), straight between its two neighbours. None before its begin,
    behind its end, and where the neighbours lie more than `longest_gap` seconds apart."""
    index = bisect_left(track, at, key=lambda one: one.at)
    if index < len(track) and track[index].at == at:
        return Fix(track[index].latitude, track[index].longitude)
    if index == 0 or index == len(track):
        return None
    before, after = track[index - 1], track[index]
    if after.at - before.at > longest_gap:
        return None
    share = (at - before.at) / (after.at - before.at)
    return Fix(
        before.latitude + share * (after.latitude - before.latitude),
        before.longitude + share * (after.longitude - before.longitude),
    )


def moments_every(
    track: Sequence[TrackPoint], distance: float, most: int, longest_gap: float = LONGEST_GAP
) -> list[float]:
    """The moments at which the track had gone another `distance` metres, the first point included; at most `most` of them."""
    found = [track[0].at] if track else []
    gone, due = 0.0, distance
    for before, after in itertools.pairwise(track):
        step = metres(before, after)
        if after.at - before.at <= longest_gap:
            while step > 0 and gone + step >= due and len(found) < most:
                found.append(before.at + (due - gone) / step * (after.at - before.at))
                due += distance
            gone += step
    return found[:most]
